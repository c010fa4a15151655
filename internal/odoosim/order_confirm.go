package odoosim

// confirmOrders makes quotations orders: a procurement group, a delivery with
// its moves, and reservations.
func confirmOrders(e *env, c *call) any {
	e.mustExist(c.model, c.ids())
	var wrong []string
	for _, id := range c.ids() {
		if order := e.get("sale_order", id); order["state"] != "draft" && order["state"] != "sent" {
			wrong = append(wrong, order["name"])
		}
	}
	if len(wrong) > 0 {
		e.notConfirmable(wrong)
	}
	for _, id := range c.ids() {
		e.confirmOrder(e.get("sale_order", id))
	}
	return true
}

func (e *env) confirmOrder(order rec) {
	group := e.procurementGroup(order)
	moves := e.orderMoves(order, group)
	legs := e.legs(e.get("stock_warehouse", order.int("warehouse_id")))
	switch {
	case len(moves) > 0 && len(legs) > 1:
		e.deliverBySteps(order, group, moves, legs)
	case len(moves) > 0:
		e.deliverOrder(order, group, moves)
	}
	confirmed := vals{"state": "sale", "date_order": e.second(), "procurement_group_id": group}
	if len(moves) > 0 {
		confirmed["delivery_status"] = "pending"
	}
	toInvoice := false
	for _, line := range e.rows("SELECT * FROM sale_order_line WHERE order_id = $1 ORDER BY id", order.id()) {
		v := e.invoicing(line, line.float("qty_delivered"), "sale")
		v["state"] = "sale"
		e.write("sale_order_line", line.id(), v)
		toInvoice = toInvoice || v["invoice_status"] == "to invoice"
	}
	if toInvoice {
		confirmed["invoice_status"] = "to invoice"
	}
	e.write("sale_order", order.id(), confirmed)
}

// procurementGroup joins an order's moves; nil where the release has none.
func (e *env) procurementGroup(order rec) any {
	if e.tables["procurement_group"] == nil {
		return nil
	}
	return e.insert("procurement_group", vals{
		"partner_id": order["partner_shipping_id"], "name": order["name"], "move_type": order["picking_policy"], "sale_id": order.id(),
	})
}

// orderMoves inserts a move per line that is no service, or per component of a kit, as the superuser: procurement
// runs with its rights.
func (e *env) orderMoves(order rec, group any) []int64 {
	warehouse := e.get("stock_warehouse", order.int("warehouse_id"))
	customers := e.row("SELECT id FROM stock_location WHERE usage = 'customer' AND active ORDER BY id LIMIT 1")
	rule := e.row("SELECT rule_id FROM stock_move WHERE warehouse_id = $1 AND rule_id IS NOT NULL ORDER BY id DESC LIMIT 1", warehouse.id())
	var moves []int64
	for _, line := range e.rows(`SELECT l.*, t.name AS product_name FROM sale_order_line l
		JOIN product_product p ON p.id = l.product_id JOIN product_template t ON t.id = p.product_tmpl_id
		WHERE l.order_id = $1 AND t.type <> 'service' ORDER BY l.sequence, l.id`, order.id()) {
		for _, d := range e.demands(line, order.int("company_id")) {
			moves = append(moves, e.orderMove(order, line, d, group, warehouse, customers, rule))
		}
	}
	return moves
}

func (e *env) orderMove(order, line rec, d demanded, group any, warehouse, customers, rule rec) int64 {
	v := vals{
		"sequence": 10, "company_id": order["company_id"], "product_id": d.product, "product_uom": d.unit,
		"location_id": warehouse["lot_stock_id"], "location_dest_id": customers["id"], "partner_id": order["partner_shipping_id"],
		"group_id": group, "rule_id": rule.ref("rule_id"), "picking_type_id": warehouse["out_type_id"], "warehouse_id": warehouse["id"],
		"create_uid": superuser, "write_uid": superuser, "name": line["name"], "priority": "0", "state": "draft", "origin": e.deliveryOrigin(order),
		"location_final_id": customers["id"],
		"procure_method":    "make_to_stock", "description_picking": e.translated(line["product_name"]), "product_uom_qty": two(d.quantity),
		"picked": false, "propagate_cancel": false, "additional": false, "date": e.second(), "date_deadline": e.second(), "sale_line_id": line["id"],
	}
	if d.bomLine != 0 {
		v["bom_line_id"] = d.bomLine
	}
	return e.insert("stock_move", v)
}

// deliverOrder inserts the delivery, reserves, and writes what Odoo computes
// after that, in the order it does.
func (e *env) deliverOrder(order rec, group any, moves []int64) {
	warehouse := e.get("stock_warehouse", order.int("warehouse_id"))
	first := e.get("stock_move", moves[0])
	inserted := vals{
		"location_id": first["location_id"], "location_dest_id": first["location_dest_id"], "picking_type_id": warehouse["out_type_id"],
		"partner_id": order["partner_shipping_id"], "company_id": order["company_id"], "create_uid": superuser, "write_uid": superuser,
		"name": e.pickingName(warehouse.int("out_type_id")), "origin": e.deliveryOrigin(order), "move_type": order["picking_policy"], "priority": "0",
		"has_deadline_issue": false, "is_locked": true, "scheduled_date": e.second(), "date": e.second(),
		"carrier_id": order.ref("carrier_id"),
	}
	if e.newer() {
		inserted["group_id"] = group
	}
	picking := e.insert("stock_picking", inserted)
	quants := e.newQuants()
	reserved := map[int64][]int64{} // move → move lines
	for _, move := range moves {
		reserved[move] = e.reserve(quants, e.get("stock_move", move), picking, superuser)
	}
	e.write("stock_picking", picking, vals{"group_id": group, "state": "draft", "sale_id": order.id()})
	for _, move := range moves {
		row := e.get("stock_move", move)
		state, quantity := e.reservationOf(row)
		e.write("stock_move", move, vals{
			"picking_id": picking, "state": state, "reservation_date": e.today(), "product_qty": unrounded(row["product_uom_qty"]),
			"quantity": two(quantity), "scrapped": false,
		})
	}
	for _, move := range moves {
		e.describeMoveLines(reserved[move])
		e.describeMove(move)
	}
	quants.flush()
	e.write("stock_picking", picking, vals{"state": e.pickingState(picking), "date_deadline": e.second(), "weight": e.pickingWeight(picking)})
}

// invoicing are a line's columns that follow from what was delivered and
// ordered; which of the two counts is the product's policy.
func (e *env) invoicing(line rec, delivered float64, state string) vals {
	template := e.row("SELECT t.* FROM product_template t JOIN product_product p ON p.product_tmpl_id = t.id WHERE p.id = $1", line.int("product_id"))
	toInvoice := delivered - line.float("qty_invoiced")
	if template["invoice_policy"] == "order" {
		toInvoice = line.float("product_uom_qty") - line.float("qty_invoiced")
	}
	if state != "sale" || round2(toInvoice) == 0 {
		return vals{}
	}
	return vals{
		"invoice_status": "to invoice", "qty_to_invoice": two(toInvoice),
		"untaxed_amount_to_invoice": two(toInvoice * line.float("price_reduce_taxexcl")),
	}
}
