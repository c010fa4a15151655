package odoosim

import "maps"

// setLines makes and deletes lines of a move, as commands say. What is deleted lets go of what it held; what is made takes its lot, also what
// is not there.
func (e *env) setLines(move rec, v vals) {
	if move["state"] == "done" || move["state"] == "cancel" {
		userError("Quantity or Reserved Quantity should not be changed on a done or cancelled move.")
	}
	quants := e.newQuants()
	var made []int64
	list, _ := v["move_line_ids"].([]any)
	for _, item := range list {
		command, _ := item.([]any)
		switch {
		case len(command) == 2 && toInt(command[0]) == 2:
			line := e.get("stock_move_line", toInt(command[1]))
			if line == nil {
				missing("stock.move.line", []int64{toInt(command[1])}, e.uid)
			}
			quants.unreserve(line)
			e.exec("DELETE FROM stock_move_line WHERE id = $1", line.id())
		case len(command) == 3 && toInt(command[0]) == 0:
			made = append(made, e.addLine(quants, move, toVals(command[2])))
		default:
			valueError("Wrong value: the command %v is not simulated", command)
		}
	}
	quants.flush()
	row := maps.Clone(v)
	delete(row, "move_line_ids")
	state, quantity := e.reservationOf(move)
	row["state"], row["quantity"] = state, two(quantity)
	e.write("stock_move", move.id(), row)
	e.describeMoveLines(made)
}

func (e *env) addLine(q *quants, move rec, v vals) int64 {
	product, location := move.int("product_id"), toInt(v.or("location_id", move["location_id"]))
	if lot := v.int("lot_id"); lot != 0 {
		row := e.get("stock_lot", lot)
		if row == nil {
			missing("stock.lot", []int64{lot}, e.uid)
		}
		if row.int("product_id") != product {
			validationError("This lot %s is incompatible with this product %s", row["name"], e.displayName(models["product.product"], product))
		}
	}
	quantity := toFloat(v["quantity"])
	if e.keepsStock(location) && e.storable(product) {
		q.add(product, location, v["lot_id"], 0, e.second()).reserved += quantity
	}
	return e.insert("stock_move_line", vals{
		"picking_id": move.ref("picking_id"), "move_id": move.id(), "company_id": move["company_id"], "product_id": product, "product_uom_id": move["product_uom"],
		"location_id": location, "location_dest_id": v.or("location_dest_id", move["location_dest_id"]), "lot_id": v["lot_id"],
		"quantity": two(quantity), "picked": v.or("picked", move.is("picked")), "date": e.second(),
	})
}

// checkLots wants a lot of everything that is kept by lot and about to move.
func (e *env) checkLots(picking int64, picked picks) {
	kind := e.get("stock_picking_type", e.get("stock_picking", picking).int("picking_type_id"))
	if !kind.is("use_existing_lots") && !kind.is("use_create_lots") {
		return
	}
	for _, line := range e.rows("SELECT * FROM stock_move_line WHERE picking_id = $1 AND lot_id IS NULL AND quantity > 0 ORDER BY id", picking) {
		if _, goes := picked[line.int("move_id")]; goes && e.tracking(line.int("product_id")) != "none" {
			userError("You need to supply a Lot/Serial number for products %s.", e.displayName(models["product.product"], line.int("product_id")))
		}
	}
}
