package odoosim

import "fmt"

func accountMoveModel() *model {
	return &model{
		name: "account.move", table: "account_move", title: "Journal Entry", order: "date desc, name desc, invoice_date desc, id desc",
		refs: map[string]string{
			"journal_id": "account.journal", "company_id": "res.company", "partner_id": "res.partner", "commercial_partner_id": "res.partner",
			"partner_shipping_id": "res.partner", "currency_id": "res.currency", "reversed_entry_id": "account.move", "invoice_user_id": "res.users",
			"team_id": "crm.team", "payment_id": "account.payment", "origin_payment_id": "account.payment",
			"invoice_payment_term_id": "account.payment.term",
		},
		lines: map[string]lines{
			"line_ids": {"account.move.line", "move_id"}, "invoice_line_ids": {"account.move.line", "move_id"},
			"reversal_move_id": {"account.move", "reversed_entry_id"},
		},
		write:   writeMove,
		unlink:  unlinkMoves,
		methods: map[string]method{"action_post": postMoves, "button_cancel": cancelMoves, "button_draft": draftMoves},
	}
}

func accountMoveLineModel() *model {
	return &model{
		name: "account.move.line", table: "account_move_line", title: "Journal Item", order: "date desc, move_name desc, id",
		refs: map[string]string{
			"move_id": "account.move", "journal_id": "account.journal", "company_id": "res.company", "currency_id": "res.currency",
			"partner_id": "res.partner", "product_id": "product.product", "product_uom_id": "uom.uom", "payment_id": "account.payment",
		},
		compute: map[string]func(*env, rec) any{
			// Taxes of invoice lines have no table here: they are those of the order's lines.
			"tax_ids": func(e *env, line rec) any {
				return e.ids(`SELECT DISTINCT r.account_tax_id AS id FROM account_tax_sale_order_line_rel r
					JOIN sale_order_line_invoice_rel i ON i.order_line_id = r.sale_order_line_id WHERE i.invoice_line_id = $1 ORDER BY 1`, line.id())
			},
			"sale_line_ids": func(e *env, line rec) any {
				return e.ids("SELECT order_line_id AS id FROM sale_order_line_invoice_rel WHERE invoice_line_id = $1 ORDER BY 1", line.id())
			},
		},
		write: func(e *env, ids []int64, v vals) { e.writeInvoiceLines(ids, v) },
		unlink: func(e *env, ids []int64) {
			for _, id := range ids {
				e.unlinkInvoiceLine(e.get("account_move_line", id))
			}
		},
	}
}

// ids are the ids of a query.
func (e *env) ids(sql string, args ...any) []int64 {
	ids := []int64{}
	for _, row := range e.rows(sql, args...) {
		ids = append(ids, row.id())
	}
	return ids
}

// item is a line to invoice.
type item struct {
	orderLine rec
	quantity  float64
	price     float64
	discount  float64
}

// newInvoice inserts a draft invoice, or a credit note, with its lines.
func (e *env) newInvoice(kind string, header vals, items []item) int64 {
	journal := e.row("SELECT * FROM account_journal WHERE type = 'sale' AND company_id = $1 AND active ORDER BY sequence, id LIMIT 1", header["company_id"])
	partner := e.get("res_partner", header.int("partner_id"))
	v := vals{
		"journal_id": journal["id"], "state": "draft", "move_type": kind, "auto_post": "no", "date": e.today(), "name": "/", "sequence_prefix": "",
		"sequence_number": 0, "payment_state": "not_paid", "commercial_partner_id": partner.ref("commercial_partner_id"),
		"invoice_partner_display_name": partner["name"], "posted_before": false, "is_move_sent": false, "to_check": false,
		"invoice_date_due": e.today(),
	}
	for column, value := range header {
		v[column] = value
	}
	id := e.insert("account_move", v)
	for i, it := range items {
		e.invoiceLine(id, i, it)
	}
	e.totalMove(id)
	return id
}

// invoiceLine inserts a product's line.
func (e *env) invoiceLine(move int64, sequence int, it item) {
	header := e.get("account_move", move)
	line := e.insert("account_move_line", vals{
		"move_id": move, "journal_id": header["journal_id"], "company_id": header["company_id"], "company_currency_id": header["currency_id"],
		"currency_id": header["currency_id"], "partner_id": header.ref("commercial_partner_id"), "sequence": sequence, "account_id": e.account("product", 24),
		"product_id": it.orderLine.ref("product_id"), "product_uom_id": it.orderLine.ref(e.lineUnit()), "name": it.orderLine["name"],
		"display_type": "product", "quantity": two(it.quantity), "price_unit": two(it.price), "discount": two(it.discount), "date": header.ref("date"),
		"move_name": "/", "parent_state": "draft",
	})
	if order := it.orderLine.id(); order != 0 {
		e.exec("INSERT INTO sale_order_line_invoice_rel (invoice_line_id, order_line_id) VALUES ($1, $2)", line, order)
	}
}

// account is the one that lines of a kind were booked on before.
func (e *env) account(display string, otherwise int64) int64 {
	row := e.row(`SELECT l.account_id FROM account_move_line l JOIN account_move m ON m.id = l.move_id
		WHERE m.move_type = 'out_invoice' AND l.display_type = $1 AND l.account_id IS NOT NULL ORDER BY l.id LIMIT 1`, display)
	if row == nil {
		return otherwise
	}
	return row.int("account_id")
}

// rateOf is the tax of an invoice line: its order line's.
func (e *env) rateOf(line int64) float64 {
	row := e.row(`SELECT COALESCE(sum(t.amount), 0) AS rate FROM account_tax t JOIN account_tax_sale_order_line_rel r ON r.account_tax_id = t.id
		JOIN sale_order_line_invoice_rel i ON i.order_line_id = r.sale_order_line_id WHERE i.invoice_line_id = $1`, line)
	return row.float("rate") / 100
}

// totalMove brings an invoice's amounts up to date, with its tax line and the
// line of what is to be paid.
func (e *env) totalMove(id int64) {
	move := e.get("account_move", id)
	sign := 1.0
	if move["move_type"] == "out_refund" {
		sign = -1
	}
	untaxed, tax := 0.0, 0.0
	for _, line := range e.rows("SELECT * FROM account_move_line WHERE move_id = $1 AND display_type = 'product' ORDER BY id", id) {
		subtotal := round2(line.float("quantity") * line.float("price_unit") * (1 - line.float("discount")/100))
		part := round2(subtotal * e.rateOf(line.id()))
		untaxed, tax = untaxed+subtotal, tax+part
		e.recompute("account_move_line", line.id(), e.booked(-sign*subtotal, vals{"price_subtotal": two(subtotal), "price_total": two(subtotal + part), "amount_residual": "0.00"}))
	}
	total := untaxed + tax
	e.sideLine(move, "tax", 10000, 19, -sign*tax, round2(tax) != 0)
	e.sideLine(move, "payment_term", 12000, 6, sign*total, true)
	e.recompute("account_move", id, vals{
		"amount_untaxed": two(untaxed), "amount_tax": two(tax), "amount_total": two(total), "amount_residual": two(total),
		"amount_untaxed_signed": two(sign * untaxed), "amount_tax_signed": two(sign * tax), "amount_total_signed": two(sign * total),
		"amount_total_in_currency_signed": two(sign * total), "amount_residual_signed": two(sign * total),
	})
}

// booked adds the columns of a balance.
func (e *env) booked(balance float64, v vals) vals {
	v["balance"], v["amount_currency"] = two(balance), two(balance)
	v["debit"], v["credit"] = two(max(balance, 0)), two(max(-balance, 0))
	return v
}

// sideLine inserts, writes or removes the line of a kind that an invoice has once.
func (e *env) sideLine(move rec, display string, sequence int, account int64, balance float64, wanted bool) {
	old := e.row("SELECT id FROM account_move_line WHERE move_id = $1 AND display_type = $2", move.id(), display)
	residual := 0.0
	if display == "payment_term" {
		residual = balance
	}
	v := e.booked(balance, vals{"amount_residual": two(residual), "amount_residual_currency": two(residual)})
	switch {
	case old != nil && wanted:
		e.recompute("account_move_line", old.id(), v)
	case old != nil:
		e.exec("DELETE FROM account_move_line WHERE id = $1", old.id())
	case wanted:
		v["move_id"], v["journal_id"], v["company_id"] = move.id(), move["journal_id"], move["company_id"]
		v["company_currency_id"], v["currency_id"], v["partner_id"] = move["currency_id"], move["currency_id"], move.ref("commercial_partner_id")
		v["sequence"], v["account_id"], v["display_type"] = sequence, e.account(display, account), display
		v["quantity"], v["price_unit"], v["discount"] = "0.00", "0.00", "0.00"
		v["price_subtotal"], v["price_total"], v["parent_state"], v["move_name"], v["date"] = "0.00", "0.00", move["state"], move["name"], move.ref("date")
		if display == "payment_term" {
			v["date_maturity"] = e.today()
		} else {
			v["name"] = e.taxName(move)
		}
		e.insert("account_move_line", v)
	}
}

func (e *env) taxName(move rec) string {
	row := e.saleTax(move.int("company_id"))
	return e.translated(row["name"])
}

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
			if row[field] = value; field == "quantity" || field == "price_unit" || field == "discount" {
				row[field] = two(toFloat(value))
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

// postMoves posts drafts. Odoo answers false when all is well.
func postMoves(e *env, c *call) any {
	e.mustExist(c.model, c.ids())
	for _, id := range c.ids() {
		move := e.get("account_move", id)
		if move["state"] == "posted" {
			userError("The entry %s (id %d) must be in draft.", move["name"], id)
		}
		e.postMove(move)
	}
	return false
}

func (e *env) postMove(move rec) {
	name := move["name"]
	if name == "" || name == "/" {
		name = e.moveName(move)
	}
	v := vals{
		"state": "posted", "posted_before": true, "name": name, "sequence_prefix": name[:len(name)-5], "sequence_number": toInt(name[len(name)-5:]),
		"invoice_date_due": e.today(),
	}
	if move["move_type"] != "entry" {
		v["invoice_date"], v["delivery_date"] = orElse(move.ref("invoice_date"), e.today()), e.today()
	}
	if move["move_type"] == "out_invoice" {
		v["payment_reference"] = name
	}
	e.write("account_move", move.id(), v)
	for _, line := range e.rows("SELECT * FROM account_move_line WHERE move_id = $1 ORDER BY id", move.id()) {
		lv := vals{"parent_state": "posted", "move_name": name, "ref": move.ref("ref"), "invoice_date": orElse(v["invoice_date"], nil)}
		if line["display_type"] == "payment_term" {
			lv["name"] = name
		}
		e.write("account_move_line", line.id(), lv)
	}
	if partner := move.int("commercial_partner_id"); partner != 0 {
		e.exec("UPDATE res_partner SET customer_rank = COALESCE(customer_rank, 0) + 1 WHERE id = $1", partner)
	}
	e.invoicedLines(move.id())
}

func orElse(value, otherwise any) any {
	if value == nil {
		return otherwise
	}
	return value
}

// moveName is the next of its journal: INV/2026/00005, RINV/2026/00001.
func (e *env) moveName(move rec) string {
	journal := e.get("account_journal", move.int("journal_id"))
	prefix := journal["code"] + "/"
	switch {
	case move["move_type"] == "out_refund" && journal.is("refund_sequence"):
		prefix = "R" + prefix
	case move["move_type"] == "entry" && journal.is("payment_sequence"):
		prefix = "P" + prefix
	}
	prefix += fmt.Sprint(e.now.Year()) + "/"
	last := e.row("SELECT COALESCE(max(sequence_number), 0) AS n FROM account_move WHERE sequence_prefix = $1", prefix)
	return e.nextOf(prefix, int(last.int("n")))
}

// cancelMoves cancels drafts; draftMoves takes posted entries back.
func cancelMoves(e *env, c *call) any {
	e.mustExist(c.model, c.ids())
	for _, id := range c.ids() {
		e.stateOf(id, "cancel")
	}
	return true
}

func draftMoves(e *env, c *call) any {
	e.mustExist(c.model, c.ids())
	for _, id := range c.ids() {
		e.stateOf(id, "draft")
	}
	return nil
}

func (e *env) stateOf(id int64, state string) {
	e.write("account_move", id, vals{"state": state})
	e.exec("UPDATE account_move_line SET parent_state = $1 WHERE move_id = $2", state, id)
	e.invoicedLines(id)
}
