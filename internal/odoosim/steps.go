package odoosim

import "maps"

// leg is one step of a delivery within a warehouse: from where, to where, by which operation type.
type leg struct{ from, to, kind string }

// legs are the steps of a warehouse's deliveries, the first at the stock, the last to the customer.
func (e *env) legs(warehouse rec) []leg {
	stock, output, packing := warehouse["lot_stock_id"], warehouse["wh_output_stock_loc_id"], warehouse["wh_pack_stock_loc_id"]
	ship := leg{output, e.customers(), warehouse["out_type_id"]}
	switch warehouse["delivery_steps"] {
	case "pick_ship":
		return []leg{{stock, output, warehouse["pick_type_id"]}, ship}
	case "pick_pack_ship":
		return []leg{{stock, packing, warehouse["pick_type_id"]}, {packing, output, warehouse["pack_type_id"]}, ship}
	}
	return []leg{{stock, ship.to, ship.kind}}
}

// deliverBySteps makes an order's transfers where the warehouse has several steps. Up to 17 all are made at once, each move waiting for the
// one before it; from 18 on the first alone, and each next one when that is done. Where they are joined is known.
func (e *env) deliverBySteps(order rec, group any, moves []int64, legs []leg) {
	if e.newer() {
		e.deliverLeg(order, group, moves, legs[0], true)
		return
	}
	for at := len(legs) - 1; at >= 0; at-- {
		e.deliverLeg(order, group, moves, legs[at], at == 0)
		if at == 0 {
			return
		}
		before := make([]int64, len(moves))
		for i, move := range moves {
			before[i] = e.copyMove(e.get("stock_move", move), vals{"sale_line_id": nil, "product_uom_qty": e.get("stock_move", move)["product_uom_qty"]})
			e.join(before[i], move)
		}
		moves = before
	}
}

// deliverLeg makes the transfer of one step. Its moves are reserved for where it is the first, else they wait.
func (e *env) deliverLeg(order rec, group any, moves []int64, l leg, first bool) int64 {
	picking := e.insert("stock_picking", vals{
		"location_id": l.from, "location_dest_id": l.to, "picking_type_id": l.kind, "partner_id": order["partner_shipping_id"], "company_id": order["company_id"],
		"create_uid": superuser, "write_uid": superuser, "name": e.pickingName(toInt(l.kind)), "origin": e.deliveryOrigin(order), "move_type": order["picking_policy"],
		"priority": "0", "has_deadline_issue": false, "is_locked": true, "scheduled_date": e.second(), "date": e.second(), "carrier_id": order.ref("carrier_id"),
		"group_id": group, "sale_id": order["id"], "state": "draft",
	})
	quants := e.newQuants()
	for _, move := range moves {
		procure, state := "make_to_order", "waiting"
		if first {
			procure, state = "make_to_stock", "confirmed"
		}
		e.write("stock_move", move, vals{
			"location_id": l.from, "location_dest_id": l.to, "picking_type_id": l.kind, "picking_id": picking, "procure_method": procure, "state": state,
			"reservation_date": e.today(), "product_qty": unrounded(e.get("stock_move", move)["product_uom_qty"]), "quantity": "0.00", "scrapped": false,
		})
		e.describeMove(move)
		if !first {
			continue
		}
		made := e.reserve(quants, e.get("stock_move", move), picking, superuser)
		state, quantity := e.reservationOf(e.get("stock_move", move))
		e.write("stock_move", move, vals{"state": state, "quantity": two(quantity)})
		e.describeMoveLines(made)
	}
	quants.flush()
	e.write("stock_picking", picking, vals{"state": e.pickingState(picking), "weight": e.pickingWeight(picking)})
	return picking
}

// copyMove inserts a move like another, which returns nothing.
func (e *env) copyMove(of rec, but vals) int64 {
	of = maps.Clone(of)
	delete(of, "origin_returned_move_id")
	delete(of, "to_refund")
	id := e.splitMove(of, 0)
	e.exec("DELETE FROM stock_move_move_rel WHERE move_orig_id = $1 OR move_dest_id = $1", id)
	e.write("stock_move", id, but)
	return id
}

// join has one move bring what another takes on.
func (e *env) join(before, after int64) {
	e.exec("INSERT INTO stock_move_move_rel (move_orig_id, move_dest_id) VALUES ($1, $2) ON CONFLICT DO NOTHING", before, after)
}

// joinAlike has the rest of a move come from, and go on, as the move did that it was split off.
func (e *env) joinAlike(of, rest int64) {
	if e.tables["stock_move_move_rel"] == nil {
		return
	}
	e.exec("INSERT INTO stock_move_move_rel (move_orig_id, move_dest_id) SELECT move_orig_id, $2::int FROM stock_move_move_rel WHERE move_dest_id = $1", of, rest)
	e.exec("INSERT INTO stock_move_move_rel (move_orig_id, move_dest_id) SELECT $2::int, move_dest_id FROM stock_move_move_rel WHERE move_orig_id = $1", of, rest)
}

// goOn takes what a step has brought on to the next: from 18 on the next transfer is made now.
func (e *env) goOn(picking rec) {
	order := e.get("sale_order", picking.int("sale_id"))
	if order == nil || e.tables["stock_move_move_rel"] == nil {
		return
	}
	legs := e.legs(e.get("stock_warehouse", order.int("warehouse_id")))
	for i, l := range legs[:len(legs)-1] {
		if l.to != picking["location_dest_id"] || !e.newer() {
			continue
		}
		var next []int64
		for _, done := range e.rows("SELECT * FROM stock_move WHERE picking_id = $1 AND state = 'done' ORDER BY id", picking.id()) {
			next = append(next, e.copyMove(done, vals{"product_uom_qty": done["quantity"], "sale_line_id": done.ref("sale_line_id")}))
			e.join(done.id(), next[len(next)-1])
		}
		e.deliverLeg(order, picking.ref("group_id"), next, legs[i+1], true)
	}
}

// origins are the moves that bring what a move takes on.
func origins(e *env, row rec) any {
	ids := []int64{}
	if e.tables["stock_move_move_rel"] == nil {
		return ids
	}
	for _, r := range e.rows("SELECT move_orig_id AS id FROM stock_move_move_rel WHERE move_dest_id = $1 ORDER BY 1", row.id()) {
		ids = append(ids, r.id())
	}
	return ids
}

// orJoined is SQL for moves that wait for what the move before them brings.
func (e *env) orJoined() string {
	if e.tables["stock_move_move_rel"] == nil {
		return ""
	}
	return ` OR m.state = 'waiting' AND EXISTS (SELECT FROM stock_move_move_rel j WHERE j.move_orig_id = r.id AND j.move_dest_id = m.id)`
}
