package odoosim

import "slices"

// donePicking moves what is picked. The rest goes to a backorder, or is
// cancelled where the operation type or the caller wants none.
func (e *env) donePicking(id int64, picked picks) {
	picking := e.get("stock_picking", id)
	rest := e.splitRest(picking, picked)
	quants := e.newQuants()
	sold := map[int64]float64{} // order line → delivered now
	waited := len(e.waitingFor(picking)) > 0
	var moved []int64
	for _, move := range e.rows(openMoves, id) {
		if slices.ContainsFunc(rest, func(m restMove) bool { return m.id == move.id() }) {
			continue
		}
		partial := round2(move.float("quantity")) < round2(move.float("product_uom_qty"))
		for _, line := range e.rows("SELECT * FROM stock_move_line WHERE move_id = $1 ORDER BY id", move.id()) {
			if e.storable(line.int("product_id")) {
				quants.move(line)
			}
			if partial {
				e.write("stock_move_line", line.id(), vals{}) // the split has Odoo write it before its state
			}
			done := vals{"picked": true, "date": e.second()}
			if moved = append(moved, line.id()); !waited { // else reserving for who waits has Odoo write the state apart
				done["state"] = "done"
			}
			e.write("stock_move_line", line.id(), done)
		}
		v := vals{"state": "done", "picked": true, "date": e.second()}
		if partial {
			v["product_uom_qty"] = two(move.float("quantity"))
		}
		e.write("stock_move", move.id(), v)
		if partial {
			e.write("stock_move", move.id(), vals{"product_qty": unrounded(two(move.float("quantity"))), "weight": e.moveWeight(e.get("stock_move", move.id()))})
		}
		if line := move.int("sale_line_id"); line != 0 && !e.within(move) {
			switch {
			case move.int("origin_returned_move_id") == 0:
				sold[line] += move.float("quantity")
			case move.is("to_refund"):
				sold[line] -= move.float("quantity")
			}
		}
	}
	if e.wantsBackorder(picking) {
		e.backorder(quants, picking, rest)
	} else {
		for _, m := range rest {
			e.cancelMove(quants, m.id)
		}
	}
	done := vals{"state": "done", "date_done": e.second()}
	if len(rest) > 0 {
		done["weight"] = e.pickingWeight(id)
	}
	e.write("stock_picking", id, done)
	e.deliverLines(sold)
	quants.flush()
	for _, move := range e.waitingFor(picking) {
		e.assignMove(move.id(), move.int("picking_id"))
	}
	for _, line := range moved {
		e.recompute("stock_move_line", line, vals{"state": "done"})
	}
	if sale := picking.int("sale_id"); sale != 0 {
		e.goOn(picking)
		e.deliveredOrder(sale, e.within(picking))
	}
}

// within says whether something moves from one of the company's places to another.
func (e *env) within(row rec) bool {
	return e.keepsStock(row.int("location_id")) && e.keepsStock(row.int("location_dest_id"))
}

// wantsBackorder says whether the rest is still wanted: the operation type or
// the caller may say that it is not.
func (e *env) wantsBackorder(picking rec) bool {
	kind := e.get("stock_picking_type", picking.int("picking_type_id"))
	return kind["create_backorder"] != "never" && !slices.Contains(toIDs(e.context["picking_ids_not_to_backorder"]), picking.id())
}

// deliverLines counts order lines up.
func (e *env) deliverLines(sold map[int64]float64) {
	ids := make([]int64, 0, len(sold))
	for id := range sold {
		ids = append(ids, id)
	}
	slices.Sort(ids)
	for _, id := range ids {
		line := e.get("sale_order_line", id)
		delivered, isKit := e.deliveredKits(line)
		if !isKit {
			delivered = line.float("qty_delivered") + sold[id]
		}
		v := e.invoicing(line, delivered, line["state"])
		v["qty_delivered"] = two(delivered)
		e.write("sale_order_line", id, v)
	}
}

// deliveredOrder writes how far an order's deliveries are.
func (e *env) deliveredOrder(id int64, within bool) {
	counts := e.row(`SELECT count(*) FILTER (WHERE state = 'done') AS done, count(*) FILTER (WHERE state NOT IN ('done', 'cancel')) AS open
		FROM stock_picking WHERE sale_id = $1`, id)
	v := vals{"delivery_status": "full"}
	switch {
	case counts.int("open") > 0 && within && e.row("SELECT id FROM sale_order_line WHERE order_id = $1 AND qty_delivered > 0 LIMIT 1", id) == nil:
		v["delivery_status"] = "started"
	case counts.int("open") > 0:
		v["delivery_status"] = "partial"
	}
	if e.get("sale_order", id)["effective_date"] == "" && !within {
		v["effective_date"] = e.second()
	}
	if e.row("SELECT id FROM sale_order_line WHERE order_id = $1 AND invoice_status = 'to invoice' LIMIT 1", id) != nil {
		v["invoice_status"] = "to invoice"
	}
	e.write("sale_order", id, v)
}

// waitingFor are the moves that wait for what a transfer brings. Of what somebody has picked Odoo reserves no more.
func (e *env) waitingFor(received rec) []rec {
	if !e.keepsStock(received.int("location_dest_id")) {
		return nil
	}
	return e.rows(`SELECT DISTINCT m.id, m.picking_id, m.priority, m.date FROM stock_move m JOIN stock_move r ON r.product_id = m.product_id
		WHERE r.picking_id = $1 AND r.state <> 'cancel' AND r.location_dest_id = m.location_id AND (m.state IN ('confirmed', 'partially_available')`+e.orJoined()+`)
		AND NOT COALESCE(m.picked, FALSE)
		ORDER BY m.priority DESC, m.date, m.id`, received.id())
}

// assignMove reserves what a move misses, as far as there is some.
func (e *env) assignMove(id, picking int64) {
	quants := e.newQuants()
	move := e.get("stock_move", id)
	made := e.reserve(quants, move, picking, e.uid)
	if len(made) == 0 {
		return
	}
	quants.flush()
	state, quantity := e.reservationOf(move)
	e.write("stock_move", id, vals{"state": state, "quantity": two(quantity)})
	e.describeMoveLines(made)
	e.recompute("stock_picking", picking, vals{"state": e.pickingState(picking)})
}
