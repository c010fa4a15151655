package odoosim

// writeMove writes the header and, by commands, lines of a draft.
func writeMove(e *env, ids []int64, v vals) {
	for _, id := range ids {
		row := vals{}
		for field, value := range v {
			if field != "invoice_line_ids" && field != "line_ids" {
				row[field] = value
			}
		}
		if len(row) > 0 {
			e.write("account_move", id, row)
		}
		for _, field := range []string{"invoice_line_ids", "line_ids"} {
			list, _ := v[field].([]any)
			for _, command := range list {
				e.lineCommand(id, command)
			}
		}
	}
}

func (e *env) lineCommand(move int64, value any) {
	command, _ := value.([]any)
	if len(command) < 2 {
		valueError("Wrong value: the command %v is not simulated", value)
	}
	switch toInt(command[0]) {
	case 1:
		e.writeInvoiceLines([]int64{toInt(command[1])}, toVals(command[2]))
	case 2:
		e.unlinkInvoiceLine(e.get("account_move_line", toInt(command[1])))
	default:
		valueError("Wrong value: the command %v is not simulated", command)
	}
	e.totalMove(move)
}

// writeInvoiceLines changes lines of drafts.
func (e *env) writeInvoiceLines(ids []int64, v vals) {
	for _, id := range ids {
		line := e.get("account_move_line", id)
		if line["parent_state"] == "posted" {
			userError("You cannot modify a posted entry of this journal because it is in strict mode.")
		}
		row := vals{}
		for field, value := range v {
			switch row[field] = value; field {
			case "quantity", "discount":
				row[field] = two(toFloat(value))
			case "price_unit":
				row[field] = e.priced(toFloat(value))
			}
		}
		e.write("account_move_line", id, row)
		e.totalMove(line.int("move_id"))
		e.invoicedLines(line.int("move_id"))
	}
}

func (e *env) unlinkInvoiceLine(line rec) {
	if line["parent_state"] == "posted" {
		userError("You can't delete a posted journal item. Don’t play games with your accounting records; reset the journal entry to draft before deleting it.")
	}
	orders := e.invoicedOrderLines(line.int("move_id"))
	e.exec("DELETE FROM sale_order_line_invoice_rel WHERE invoice_line_id = $1", line.id())
	e.exec("DELETE FROM account_move_line WHERE id = $1", line.id())
	e.totalMove(line.int("move_id"))
	e.invoiced(orders)
}

func unlinkMoves(e *env, ids []int64) {
	for _, id := range ids {
		move := e.get("account_move", id)
		if move["state"] == "posted" {
			userError("You cannot delete this entry, as it has already consumed a sequence number and is not the last one in the chain. You should probably revert it instead.")
		}
		orders := e.invoicedOrderLines(id)
		e.exec("DELETE FROM sale_order_line_invoice_rel WHERE invoice_line_id IN (SELECT id FROM account_move_line WHERE move_id = $1)", id)
		e.exec("DELETE FROM account_move_line WHERE move_id = $1", id)
		e.exec("DELETE FROM account_move WHERE id = $1", id)
		e.exec("DELETE FROM ir_model_data WHERE model = 'account.move' AND res_id = $1", id)
		e.invoiced(orders)
	}
}
