package odoosim

import "maps"

// writeMoves writes moves. A new quantity changes what is reserved: less lets
// go, more takes, also what is not there.
func writeMoves(e *env, ids []int64, v vals) {
	for _, id := range ids {
		refuseLateMove(e.get("stock_move", id), v)
		if v.has("move_line_ids") {
			e.setLines(e.get("stock_move", id), v)
			continue
		}
		if v.has("quantity") {
			e.setQuantity(e.get("stock_move", id), v)
			continue
		}
		e.write("stock_move", id, v)
		if v.has("picked") {
			for _, line := range e.rows("SELECT id FROM stock_move_line WHERE move_id = $1 ORDER BY id", id) {
				e.write("stock_move_line", line.id(), vals{"picked": v["picked"]})
			}
		}
	}
}

// refuseLateMove is all that Odoo, of any release, says against writing to a move that is done or cancelled: of one that is done, the
// quantity may be changed, not the unit.
func refuseLateMove(move rec, v vals) {
	switch {
	case v.has("quantity") && move["state"] == "cancel":
		userError("You cannot change a cancelled stock move, create a new line instead.")
	case v.has("product_uom") && move["state"] == "done":
		userError("You cannot change the UoM for a stock move that has been set to 'Done'.")
	}
}

// correctMove changes how many a move that is done has moved: the goods move with it, there or back.
func (e *env) correctMove(move rec, quantity float64) {
	line := e.row("SELECT * FROM stock_move_line WHERE move_id = $1 ORDER BY id LIMIT 1", move.id())
	difference := quantity - move.float("quantity")
	if line == nil || difference == 0 {
		return
	}
	quants := e.newQuants()
	quants.add(line.int("product_id"), line.int("location_id"), line.ref("lot_id"), -difference, e.second())
	quants.add(line.int("product_id"), line.int("location_dest_id"), line.ref("lot_id"), difference, e.second())
	moved := two(line.float("quantity") + difference)
	e.write("stock_move_line", line.id(), vals{"quantity": moved, "quantity_product_uom": moved})
	e.write("stock_move", move.id(), vals{"quantity": two(quantity)})
	quants.flush()
}

func (e *env) setQuantity(move rec, v vals) {
	if move["state"] == "done" {
		e.correctMove(move, toFloat(v["quantity"]))
		return
	}
	quants := e.newQuants()
	wanted := toFloat(v["quantity"])
	picked := v.or("picked", move.is("picked"))
	difference := wanted - move.float("quantity")
	fresh := map[int64]bool{}
	if difference > 0 {
		fresh[e.overReserve(quants, move, difference, picked)] = true
	}
	quantities := e.shrink(quants, move, -difference)
	row := maps.Clone(v)
	row["quantity"] = two(wanted)
	row["state"] = stateFor(wanted, move.float("product_uom_qty"))
	e.write("stock_move", move.id(), row)
	for _, line := range e.rows("SELECT * FROM stock_move_line WHERE move_id = $1 ORDER BY id", move.id()) {
		if fresh[line.id()] {
			e.describeMoveLines([]int64{line.id()})
			continue
		}
		change := vals{"state": row["state"], "picked": picked}
		if q, ok := quantities[line.id()]; ok {
			change["quantity"], change["quantity_product_uom"] = two(q), two(q)
		}
		e.write("stock_move_line", line.id(), change)
	}
	quants.flush()
}

func stateFor(quantity, demand float64) string {
	switch {
	case round2(quantity) >= round2(demand):
		return "assigned"
	case round2(quantity) > 0:
		return "partially_available"
	}
	return "confirmed"
}

// overReserve adds a move line for more than was reserved. Odoo does not ask
// whether it is there.
func (e *env) overReserve(q *quants, move rec, quantity float64, picked any) int64 {
	if e.keepsStock(move.int("location_id")) && e.storable(move.int("product_id")) {
		q.add(move.int("product_id"), move.int("location_id"), nil, 0, e.second()).reserved += quantity
	}
	return e.insert("stock_move_line", vals{
		"picking_id": move.ref("picking_id"), "move_id": move.id(), "company_id": move["company_id"], "product_id": move["product_id"],
		"product_uom_id": move["product_uom"], "location_id": move["location_id"], "location_dest_id": move["location_dest_id"],
		"quantity": two(quantity), "picked": picked, "date": e.second(),
	})
}

// shrink lets go of a quantity, the last move lines first, and returns what
// the lines hold afterwards.
func (e *env) shrink(q *quants, move rec, quantity float64) map[int64]float64 {
	after := map[int64]float64{}
	for _, line := range e.rows("SELECT * FROM stock_move_line WHERE move_id = $1 ORDER BY id DESC", move.id()) {
		if round2(quantity) <= 0 {
			break
		}
		give := min(quantity, line.float("quantity"))
		quantity -= give
		after[line.id()] = line.float("quantity") - give
		line["quantity"] = two(give)
		q.unreserve(line)
	}
	return after
}
