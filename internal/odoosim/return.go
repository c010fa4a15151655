package odoosim

func returnModel() *model {
	return wizard("stock.return.picking", "Return Picking", []string{"picking_id", "location_id", "product_return_moves"}, func(e *env, v vals) {
		id := v.int("picking_id")
		if id == 0 {
			if active := e.active("stock.picking"); len(active) == 1 {
				id = active[0]
			}
		}
		picking := e.get("stock_picking", id)
		if picking == nil {
			missing("stock.picking", []int64{id}, e.uid)
		}
		if picking["state"] != "done" {
			userError("You may only return Done pickings.")
		}
		v["picking_id"] = id
		lines := []int64{}
		for _, move := range e.rows("SELECT * FROM stock_move WHERE picking_id = $1 AND state = 'done' ORDER BY id", id) {
			left := move.float("quantity") - e.returned(move.id())
			quantity := left
			if e.newer() {
				quantity = 0 // Odoo 18 lets the user fill it in
			}
			if round2(left) > 0 {
				lines = append(lines, e.server.wizards.add("stock.return.picking.line", vals{
					"product_id": e.pair("product.product", move.int("product_id")), "quantity": float(quantity), "to_refund": true, "move_id": e.pair("stock.move", move.id()),
				}))
			}
		}
		if len(lines) == 0 {
			userError("No products to return (only lines in Done state and not fully returned yet can be returned).")
		}
		v["product_return_moves"] = lines
		e.keepReturn(picking)
	}, map[string]method{"create_returns": createReturns, "action_create_returns": createReturns})
}

func returnLineModel() *model {
	return wizard("stock.return.picking.line", "Return Picking Line", []string{"quantity", "to_refund", "product_id", "move_id", "uom_id"}, func(*env, vals) {}, nil)
}

// pair is a reference as read gives it.
func (e *env) pair(model string, id int64) any { return []any{id, e.displayName(modelOf(model), id)} }

func idOfPair(value any) int64 {
	if pair, ok := value.([]any); ok && len(pair) > 0 {
		return toInt(pair[0])
	}
	return toInt(value)
}

// returned is how much of a move went back, or is to go.
func (e *env) returned(move int64) float64 {
	return e.row("SELECT COALESCE(sum(quantity), 0) AS q FROM stock_move WHERE origin_returned_move_id = $1 AND state <> 'cancel'", move).float("q")
}

// createReturns makes the transfer back, and answers with the action that
// opens it.
func createReturns(e *env, c *call) any {
	var action any
	e.speak()
	for _, id := range c.ids() {
		w := e.wizard(c.model, id)
		var lines []vals
		for _, line := range w["product_return_moves"].([]int64) {
			if l := e.server.wizards.get("stock.return.picking.line", line); toFloat(number(l["quantity"])) > 0 {
				lines = append(lines, l)
			}
		}
		if len(lines) == 0 {
			userError("Please specify at least one non-zero quantity.")
		}
		action = e.returnAction(e.get("stock_picking", e.returnPicking(e.get("stock_picking", w.int("picking_id")), lines)))
	}
	return action
}

func number(value any) any {
	if f, ok := value.(float); ok {
		return float64(f)
	}
	return value
}

// keepReturn writes the wizard's row, the only one of a wizard that is recorded.
func (e *env) keepReturn(of rec) {
	id := e.insert("stock_return_picking", vals{"picking_id": of["id"]})
	if !e.tables.has("stock_return_picking", "original_location_id") {
		return
	}
	kind := e.get("stock_picking_type", of.int("picking_type_id"))
	e.write("stock_return_picking", id, vals{
		"original_location_id": of["location_id"], "location_id": of["location_id"], "move_dest_exists": false,
		"parent_location_id": e.get("stock_warehouse", kind.int("warehouse_id")).ref("view_location_id"),
	})
}

// returnAction opens the transfer that was made.
func (e *env) returnAction(back rec) map[string]any {
	action := opens("Returned Picking", "stock.picking", back.id(), map[string]any{})
	if e.newer() {
		return action
	}
	action["view_mode"] = "form,tree,calendar"
	action["context"] = e.wizardContext(map[string]any{
		"default_partner_id": back.int("partner_id"), "search_default_picking_type_id": back.int("picking_type_id"), "search_default_draft": false,
		"search_default_assigned": false, "search_default_confirmed": false, "search_default_ready": false, "search_default_planning_issues": false,
		"search_default_available": false,
	})
	return action
}

// returnPicking is a transfer the way back, as a copy: who carried it out is not who brings it back.
func (e *env) returnPicking(of rec, lines []vals) int64 {
	kind := e.get("stock_picking_type", of.int("picking_type_id"))
	back := kind.int("return_picking_type_id")
	if back == 0 {
		back = e.get("stock_warehouse", kind.int("warehouse_id")).int("in_type_id")
	}
	inserted := vals{
		"return_id": of.id(), "location_id": of["location_dest_id"], "location_dest_id": of["location_id"], "picking_type_id": back, "partner_id": of.ref("partner_id"),
		"name": e.pickingName(back), "origin": "Return of " + of["name"], "move_type": "direct", "state": "draft", "priority": "0", "is_locked": true,
		"has_deadline_issue": false, "scheduled_date": e.second(), "date": e.second(), "carrier_id": of.ref("carrier_id"), "carrier_price": 0,
	}
	derived := vals{"group_id": of.ref("group_id"), "company_id": of["company_id"], "sale_id": of.ref("sale_id"), "carrier_id": nil}
	if e.newer() {
		inserted["user_id"], derived["user_id"] = e.uid, nil
	}
	id := e.insert("stock_picking", inserted)
	if !e.newer() {
		e.write("stock_picking", id, vals{"company_id": of["company_id"]})
	}
	for _, l := range lines {
		e.returnMove(id, back, e.get("stock_move", idOfPair(l["move_id"])), l)
	}
	derived["state"], derived["weight"] = "assigned", e.pickingWeight(id)
	e.write("stock_picking", id, derived)
	if sale := of.int("sale_id"); sale != 0 {
		e.recompute("sale_order", sale, vals{"delivery_status": "partial"})
	}
	return id
}

// returnMove moves a quantity the way back, ready to be received.
func (e *env) returnMove(picking, kind int64, of rec, l vals) {
	quantity, transfer := two(toFloat(number(l["quantity"]))), e.get("stock_picking", picking)["name"]
	name := of["name"]
	if e.newer() {
		name = transfer
	}
	id := e.insert("stock_move", vals{
		"sequence": 10, "company_id": of["company_id"], "product_id": of["product_id"], "product_uom": of["product_uom"], "location_id": of["location_dest_id"],
		"location_dest_id": of["location_id"], "partner_id": of.ref("partner_id"), "picking_id": picking, "group_id": of.ref("group_id"), "rule_id": of.ref("rule_id"),
		"picking_type_id": kind, "origin_returned_move_id": of.id(), "warehouse_id": of.ref("warehouse_id"), "name": name, "priority": "0", "state": "draft",
		"origin": of.ref("origin"), "procure_method": "make_to_stock", "description_picking": of.ref("description_picking"), "product_uom_qty": quantity,
		"picked": false, "propagate_cancel": false, "is_inventory": false, "next_serial_count": 0, "additional": false, "date": e.second(),
		"to_refund": l["to_refund"] == true, "sale_line_id": of.ref("sale_line_id"), "bom_line_id": of.ref("bom_line_id"),
	})
	var made []int64
	for _, part := range e.lotsOf(of, toFloat(number(l["quantity"]))) {
		made = append(made, e.insert("stock_move_line", vals{
			"picking_id": picking, "move_id": id, "company_id": of["company_id"], "product_id": of["product_id"], "product_uom_id": of["product_uom"],
			"location_id": of["location_dest_id"], "location_dest_id": of["location_id"], "lot_id": part.lot, "quantity": two(part.quantity), "picked": false, "date": e.second(),
		}))
	}
	e.write("stock_move", id, vals{
		"state": "assigned", "reference": transfer, "reservation_date": e.today(), "product_qty": unrounded(quantity), "quantity": quantity, "scrapped": false,
		"weight": e.moveWeight(e.get("stock_move", id)),
	})
	e.describeMoveLines(made)
}

// lotPart is so much of a lot, or of none.
type lotPart struct {
	lot      any
	quantity float64
}

// lotsOf is which lots a quantity of a done move was, the first lines first.
func (e *env) lotsOf(move rec, quantity float64) (parts []lotPart) {
	for _, line := range e.rows("SELECT lot_id, quantity FROM stock_move_line WHERE move_id = $1 AND lot_id IS NOT NULL ORDER BY id", move.id()) {
		if some := min(quantity, line.float("quantity")); round2(some) > 0 {
			parts = append(parts, lotPart{line["lot_id"], some})
			quantity -= some
		}
	}
	if len(parts) == 0 || round2(quantity) > 0 {
		parts = append(parts, lotPart{nil, quantity})
	}
	return parts
}
