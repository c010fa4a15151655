package odoosim

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
