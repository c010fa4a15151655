package odoosim

func advancePaymentModel() *model {
	return wizard("sale.advance.payment.inv", "Sales Advance Payment Invoice",
		[]string{"advance_payment_method", "sale_order_ids", "deduct_down_payments", "consolidated_billing"},
		func(e *env, v vals) {
			if _, given := v["sale_order_ids"]; !given {
				v["sale_order_ids"] = []any{[]any{6, 0, toAny(e.active("sale.order"))}}
			}
		}, map[string]method{"create_invoices": createInvoices})
}

func toAny(ids []int64) []any {
	all := make([]any, len(ids))
	for i, id := range ids {
		all[i] = id
	}
	return all
}

// createInvoices makes a draft invoice of what is to be invoiced, and answers
// with the action that opens it.
func createInvoices(e *env, c *call) any {
	var action any
	for _, id := range c.ids() {
		for _, order := range many(e.wizard(c.model, id)["sale_order_ids"]) {
			of := e.get("sale_order", order)
			action = e.invoiceAction(of, e.invoiceOrder(of))
		}
	}
	return action
}

func (e *env) invoiceOrder(order rec) int64 {
	if order == nil || order["state"] != "sale" {
		userError("Cannot create an invoice. No items are available to invoice.\n\nTo resolve this issue, please ensure that:\n   • The products have been delivered before attempting to invoice them.\n   • The invoicing policy of the product is configured correctly.")
	}
	kind, total := "out_invoice", 0.0
	var items []item
	for _, line := range e.rows("SELECT * FROM sale_order_line WHERE order_id = $1 AND display_type IS NULL ORDER BY sequence, id", order.id()) {
		if quantity := line.float("qty_to_invoice"); round2(quantity) != 0 {
			items = append(items, item{orderLine: line, quantity: quantity, price: line.float("price_unit"), discount: line.float("discount")})
			total += quantity * line.float("price_unit")
		}
	}
	if len(items) == 0 {
		userError("Cannot create an invoice. No items are available to invoice.\n\nTo resolve this issue, please ensure that:\n   • The products have been delivered before attempting to invoice them.\n   • The invoicing policy of the product is configured correctly.")
	}
	if total < 0 {
		kind = "out_refund"
		for i := range items {
			items[i].quantity = -items[i].quantity
		}
	}
	id := e.newInvoice(kind, vals{
		"company_id": order["company_id"], "partner_id": order["partner_invoice_id"], "partner_shipping_id": order["partner_shipping_id"],
		"currency_id": order["currency_id"], "invoice_user_id": order.ref("user_id"), "ref": order.ref("client_order_ref"), "invoice_origin": order["name"],
		"team_id": order.ref("team_id"), "invoice_payment_term_id": order.ref("payment_term_id"),
	}, items)
	e.invoicedLines(id)
	return id
}

func reversalModel() *model {
	return wizard("account.move.reversal", "Account Move Reversal",
		[]string{"move_ids", "journal_id", "reason", "date", "company_id"},
		func(e *env, v vals) {
			if _, given := v["move_ids"]; !given {
				v["move_ids"] = []any{[]any{6, 0, toAny(e.active("account.move"))}}
			}
		}, map[string]method{"refund_moves": refundMoves, "reverse_moves": refundMoves})
}

// refundMoves makes a draft credit note of each posted invoice.
func refundMoves(e *env, c *call) any {
	var action any
	for _, id := range c.ids() {
		w := e.wizard(c.model, id)
		for _, of := range many(w["move_ids"]) {
			move := e.get("account_move", of)
			if move == nil {
				missing("account.move", []int64{of}, e.uid)
			}
			if move["state"] != "posted" {
				userError("You can only reverse posted moves.")
			}
			action = opens("Reverse Moves", "account.move", e.reverse(move, toString(w["reason"])), map[string]any{"default_move_type": "out_refund"})
		}
	}
	return action
}

func (e *env) reverse(move rec, reason string) int64 {
	ref := "Reversal of: " + move["name"]
	if reason != "" {
		ref += ", " + reason
	}
	var items []item
	for _, line := range e.rows("SELECT * FROM account_move_line WHERE move_id = $1 AND display_type = 'product' ORDER BY id", move.id()) {
		order := e.row(`SELECT o.* FROM sale_order_line o JOIN sale_order_line_invoice_rel r ON r.order_line_id = o.id WHERE r.invoice_line_id = $1 LIMIT 1`, line.id())
		if order == nil {
			order = rec{"product_id": line["product_id"], e.lineUnit(): line["product_uom_id"], "name": line["name"]}
		}
		items = append(items, item{orderLine: order, quantity: line.float("quantity"), price: line.float("price_unit"), discount: line.float("discount")})
	}
	id := e.newInvoice("out_refund", vals{
		"company_id": move["company_id"], "partner_id": move["partner_id"], "partner_shipping_id": move.ref("partner_shipping_id"), "currency_id": move["currency_id"],
		"reversed_entry_id": move.id(), "invoice_user_id": move.ref("invoice_user_id"), "ref": ref, "invoice_origin": move.ref("invoice_origin"),
		"invoice_date": e.today(), "team_id": move.ref("team_id"),
	}, items)
	e.invoicedLines(id)
	return id
}
