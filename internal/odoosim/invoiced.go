package odoosim

// invoicedOrderLines are the order lines that an invoice is of.
func (e *env) invoicedOrderLines(move int64) []int64 {
	return e.ids(`SELECT DISTINCT r.order_line_id AS id FROM sale_order_line_invoice_rel r
		JOIN account_move_line l ON l.id = r.invoice_line_id WHERE l.move_id = $1 ORDER BY 1`, move)
}

// invoicedLines brings the order lines of an invoice up to date.
func (e *env) invoicedLines(move int64) { e.invoiced(e.invoicedOrderLines(move)) }

// invoiced computes what is invoiced of order lines and of their orders.
// Quantities count drafts too, amounts what is posted.
func (e *env) invoiced(lines []int64) {
	orders := []int64{}
	for _, id := range lines {
		line := e.get("sale_order_line", id)
		if line == nil {
			continue
		}
		sum := e.row(`SELECT
			COALESCE(sum(CASE m.move_type WHEN 'out_refund' THEN -l.quantity ELSE l.quantity END) FILTER (WHERE m.state <> 'cancel'), 0) AS quantity,
			COALESCE(sum(CASE m.move_type WHEN 'out_refund' THEN -l.price_subtotal ELSE l.price_subtotal END) FILTER (WHERE m.state = 'posted'), 0) AS amount
			FROM sale_order_line_invoice_rel r JOIN account_move_line l ON l.id = r.invoice_line_id JOIN account_move m ON m.id = l.move_id
			WHERE r.order_line_id = $1`, id)
		line["qty_invoiced"] = sum["quantity"]
		v := vals{"invoice_status": "no", "qty_to_invoice": "0.00", "untaxed_amount_to_invoice": "0.00"}
		if line["state"] == "sale" && round2(sum.float("quantity")) >= round2(line.float("product_uom_qty")) {
			v["invoice_status"] = "invoiced"
		}
		for column, value := range e.invoicing(line, line.float("qty_delivered"), line["state"]) {
			v[column] = value
		}
		v["qty_invoiced"], v["untaxed_amount_invoiced"] = two(sum.float("quantity")), two(sum.float("amount"))
		e.recompute("sale_order_line", id, v)
		if order := line.int("order_id"); len(orders) == 0 || orders[len(orders)-1] != order {
			orders = append(orders, order)
		}
	}
	for _, order := range orders {
		e.invoicedOrder(order)
	}
}

func (e *env) invoicedOrder(id int64) {
	row := e.row(`SELECT COALESCE(bool_or(invoice_status = 'to invoice'), false) AS some, COALESCE(bool_and(invoice_status = 'invoiced'), false) AS every
		FROM sale_order_line WHERE order_id = $1 AND display_type IS NULL`, id)
	posted := e.row(`SELECT COALESCE(sum(amount_total_signed), 0) AS total FROM account_move WHERE state = 'posted' AND id IN (
		SELECT l.move_id FROM account_move_line l JOIN sale_order_line_invoice_rel r ON r.invoice_line_id = l.id
		JOIN sale_order_line o ON o.id = r.order_line_id WHERE o.order_id = $1)`, id)
	status := "no"
	switch order := e.get("sale_order", id); {
	case order["state"] != "sale":
	case row.is("some"):
		status = "to invoice"
	case row.is("every"):
		status = "invoiced"
	}
	e.recompute("sale_order", id, vals{
		"invoice_status": status, "amount_to_invoice": two(e.get("sale_order", id).float("amount_total") - posted.float("total")),
	})
}

// invoicesOf are the invoices and credit notes of an order.
func invoicesOf(e *env, order rec) any {
	return e.ids(`SELECT DISTINCT l.move_id AS id FROM account_move_line l JOIN sale_order_line_invoice_rel r ON r.invoice_line_id = l.id
		JOIN sale_order_line o ON o.id = r.order_line_id WHERE o.order_id = $1 ORDER BY 1`, order.id())
}
