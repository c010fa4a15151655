package odoosim

// restMove is a move for what is not shipped now.
type restMove struct {
	id    int64
	fresh bool // split off; else a whole move that was not picked
}

// splitRest makes a move of its own for the part of each move that is not
// picked. Moves that are not picked at all stay whole.
func (e *env) splitRest(picking rec, picked picks) []restMove {
	var rest []restMove
	for _, move := range e.rows(openMoves, picking.id()) {
		missing := move.float("product_uom_qty") - move.float("quantity")
		_, isPicked := picked[move.id()]
		switch {
		case !isPicked:
			rest = append(rest, restMove{id: move.id()})
		case round2(missing) > 0:
			rest = append(rest, restMove{e.splitMove(move, missing), true})
		}
	}
	return rest
}

// splitMove makes a move for a quantity of another. The rest of a return is one of the same move, though its transfer does not say so.
func (e *env) splitMove(move rec, quantity float64) int64 {
	id := e.insert("stock_move", vals{
		"sequence": move.ref("sequence"), "company_id": move["company_id"], "product_id": move["product_id"], "product_uom": move["product_uom"],
		"location_id": move["location_id"], "location_dest_id": move["location_dest_id"], "location_final_id": move.ref("location_final_id"),
		"partner_id": move.ref("partner_id"), "picking_id": move["picking_id"], "group_id": move.ref("group_id"), "rule_id": move.ref("rule_id"), "picking_type_id": move.ref("picking_type_id"),
		"warehouse_id": move.ref("warehouse_id"), "next_serial_count": 0, "name": move["name"], "priority": move["priority"], "state": "draft",
		"origin": move.ref("origin"), "procure_method": move["procure_method"], "description_picking": move.ref("description_picking"),
		"product_uom_qty": two(quantity), "picked": false, "propagate_cancel": move.is("propagate_cancel"), "is_inventory": false,
		"additional": false, "date": move["date"], "date_deadline": move.ref("date_deadline"), "price_unit": 0, "to_refund": move.is("to_refund"),
		"origin_returned_move_id": move.ref("origin_returned_move_id"),
		"sale_line_id":            move.ref("sale_line_id"), "bom_line_id": move.ref("bom_line_id"),
	})
	e.joinAlike(move.id(), id)
	return id
}

// backorder takes the rest into a new transfer and reserves for it again.
func (e *env) backorder(q *quants, picking rec, rest []restMove) {
	if len(rest) == 0 {
		return
	}
	reserved := map[int64][]int64{}
	for _, m := range rest {
		reserved[m.id] = e.reserve(q, e.get("stock_move", m.id), picking.id(), e.uid)
	}
	inserted := vals{
		"backorder_id": picking["id"], "location_id": picking["location_id"], "location_dest_id": picking["location_dest_id"],
		"picking_type_id": picking["picking_type_id"], "partner_id": picking.ref("partner_id"), "name": e.pickingName(picking.int("picking_type_id")),
		"origin": picking.ref("origin"), "move_type": picking["move_type"], "priority": picking["priority"], "has_deadline_issue": false,
		"is_locked": true, "scheduled_date": e.second(), "date": e.second(), "carrier_price": 0, "carrier_id": picking.ref("carrier_id"),
	}
	derived := vals{"group_id": picking.ref("group_id"), "company_id": picking["company_id"], "sale_id": picking.ref("sale_id")}
	if e.newer() { // the caller is responsible for it until the rest is computed, all at once
		inserted["user_id"], derived["user_id"] = e.uid, nil
	}
	id := e.insert("stock_picking", inserted)
	if !e.newer() {
		derived["state"] = "draft"
		e.write("stock_picking", id, derived)
		derived = vals{}
	}
	for _, m := range rest {
		e.moveToBackorder(m, id, reserved[m.id])
	}
	first := e.row("SELECT min(date) AS date, min(date_deadline) AS deadline FROM stock_move WHERE picking_id = $1", id)
	derived["state"], derived["weight"] = e.pickingState(id), e.pickingWeight(id)
	derived["scheduled_date"], derived["date_deadline"] = first["date"], first.ref("deadline")
	e.write("stock_picking", id, derived)
}

// moveToBackorder gives a move its new transfer, and its lines with it.
func (e *env) moveToBackorder(m restMove, picking int64, lines []int64) {
	move := e.get("stock_move", m.id)
	state, quantity := e.reservationOf(move)
	if state == "confirmed" && move["procure_method"] == "make_to_order" {
		state = "waiting" // for the step before it
	}
	v := vals{"picking_id": picking, "state": state, "quantity": two(quantity)}
	if m.fresh {
		v["reservation_date"] = e.today()
	}
	e.write("stock_move", m.id, v)
	for _, line := range e.rows("SELECT id, quantity FROM stock_move_line WHERE move_id = $1 ORDER BY id", m.id) {
		e.write("stock_move_line", line.id(), vals{"picking_id": picking, "state": state, "quantity_product_uom": line["quantity"]})
	}
	e.write("stock_move", m.id, vals{
		"reference": e.get("stock_picking", picking)["name"], "product_qty": unrounded(move["product_uom_qty"]), "scrapped": false, "weight": e.moveWeight(move),
	})
	e.describeMoveLines(lines)
}
