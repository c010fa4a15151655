package odoosim

import "encoding/json"

func pickingModel() *model {
	return &model{
		name: "stock.picking", table: "stock_picking", title: "Transfer", order: "priority desc, scheduled_date asc, id desc",
		refs: map[string]string{
			"backorder_id": "stock.picking", "return_id": "stock.picking", "group_id": "procurement.group", "location_id": "stock.location",
			"location_dest_id": "stock.location", "picking_type_id": "stock.picking.type", "partner_id": "res.partner", "company_id": "res.company",
			"user_id": "res.users", "sale_id": "sale.order", "carrier_id": "delivery.carrier",
		},
		lines: map[string]lines{
			"move_ids": {"stock.move", "picking_id"}, "move_ids_without_package": {"stock.move", "picking_id"}, "move_line_ids": {"stock.move.line", "picking_id"},
		},
		create: createPicking, write: writePickings,
		methods: map[string]method{
			"action_confirm": confirmPickings, "action_assign": assignPickings,
			"button_validate": validatePickings, "action_cancel": cancelPickings,
		},
	}
}

func moveModel() *model {
	return &model{
		name: "stock.move", table: "stock_move", title: "Stock Move", order: "sequence, id",
		refs: map[string]string{
			"product_id": "product.product", "product_uom": "uom.uom", "location_id": "stock.location", "location_dest_id": "stock.location",
			"partner_id": "res.partner", "picking_id": "stock.picking", "group_id": "procurement.group", "picking_type_id": "stock.picking.type",
			"warehouse_id": "stock.warehouse", "company_id": "res.company", "sale_line_id": "sale.order.line",
		},
		lines:   map[string]lines{"move_line_ids": {"stock.move.line", "move_id"}},
		compute: map[string]func(*env, rec) any{"move_orig_ids": origins},
		write:   writeMoves,
	}
}

func moveLineModel() *model {
	return &model{
		name: "stock.move.line", table: "stock_move_line", title: "Product Moves (Stock Move Line)",
		refs: map[string]string{
			"product_id": "product.product", "picking_id": "stock.picking", "move_id": "stock.move", "location_id": "stock.location",
			"location_dest_id": "stock.location", "product_uom_id": "uom.uom", "company_id": "res.company", "carrier_id": "delivery.carrier", "lot_id": "stock.lot",
		},
	}
}

// createPicking inserts a transfer and its moves.
func createPicking(e *env, v vals) int64 {
	kind := e.get("stock_picking_type", v.int("picking_type_id"))
	if kind == nil {
		e.mandatory(models["stock.picking"], "picking_type_id", "Operation Type")
	}
	from, to := v.or("location_id", kind.ref("default_location_src_id")), v.or("location_dest_id", kind.ref("default_location_dest_id"))
	id := e.insert("stock_picking", vals{
		"location_id": from, "location_dest_id": to, "picking_type_id": kind.id(), "partner_id": v["partner_id"], "user_id": v.or("user_id", e.uid),
		"name": e.pickingName(kind.id()), "origin": v["origin"], "move_type": "direct", "priority": "0", "has_deadline_issue": false,
		"is_locked": true, "scheduled_date": e.second(), "date": e.second(),
	})
	var moves []int64
	add := func(m vals) {
		product := e.get("product_product", m.int("product_id"))
		if product == nil {
			missing("product.product", []int64{m.int("product_id")}, e.uid)
		}
		template := e.get("product_template", product.int("product_tmpl_id"))
		moves = append(moves, e.insert("stock_move", vals{
			"sequence": 10, "company_id": kind["company_id"], "product_id": product.id(), "product_uom": m.or("product_uom", template["uom_id"]),
			"location_id": m.or("location_id", from), "location_dest_id": m.or("location_dest_id", to), "picking_id": id, "partner_id": v["partner_id"],
			"name": m.or("name", e.productName(product)), "priority": "0", "state": "draft", "procure_method": "make_to_stock",
			"product_uom_qty": two(toFloat(m["product_uom_qty"])), "picked": false, "propagate_cancel": true, "additional": false, "date": e.second(),
		}))
	}
	e.commands(v["move_ids"], add, nil)
	e.commands(v["move_ids_without_package"], add, nil)
	e.later(func() {
		for _, move := range moves {
			row := e.get("stock_move", move)
			name := e.row("SELECT t.name FROM product_template t JOIN product_product p ON p.product_tmpl_id = t.id WHERE p.id = $1", row.int("product_id"))
			e.write("stock_move", move, vals{
				"picking_type_id": kind.id(), "reference": e.get("stock_picking", id)["name"], "description_picking": e.translated(name["name"]),
				"product_qty": unrounded(row["product_uom_qty"]), "quantity": "0.00", "scrapped": false, "weight": e.moveWeight(row),
			})
		}
		e.write("stock_picking", id, vals{"company_id": kind["company_id"], "state": "draft", "weight": e.pickingWeight(id)})
	})
	return id
}

// confirmPickings takes drafts into work and reserves at once, as operation
// types do that reserve at confirmation.
func confirmPickings(e *env, c *call) any {
	e.mustExist(c.model, c.ids())
	for _, id := range c.ids() {
		if e.get("stock_picking", id)["state"] == "draft" {
			e.assignPicking(id)
		}
	}
	return true
}

// assignPickings reserves what is still missing.
func assignPickings(e *env, c *call) any {
	e.mustExist(c.model, c.ids())
	for _, id := range c.ids() {
		open := e.rows("SELECT id FROM stock_move WHERE picking_id = $1 AND state NOT IN ('draft', 'done', 'cancel')", id)
		if len(open) == 0 {
			userError("Nothing to check the availability for.")
		}
		e.assignPicking(id)
	}
	return true
}

// assignPicking reserves for every move of a transfer that misses something, and is not picked.
func (e *env) assignPicking(id int64) {
	quants := e.newQuants()
	changed := false
	for _, move := range e.rows("SELECT * FROM stock_move WHERE picking_id = $1 AND state NOT IN ('assigned', 'done', 'cancel') AND NOT COALESCE(picked, FALSE) ORDER BY id", id) {
		made := e.reserve(quants, move, id, e.uid)
		state, quantity := e.reservationOf(move)
		if len(made) == 0 && (state == move["state"] || move["state"] == "waiting") {
			continue
		}
		changed = true
		v := vals{"state": state, "quantity": two(quantity)}
		if move["reservation_date"] == "" {
			v["reservation_date"] = e.today()
		}
		e.write("stock_move", move.id(), v)
		e.describeMoveLines(made)
	}
	quants.flush()
	if changed {
		e.write("stock_picking", id, vals{"state": e.pickingState(id)})
	}
}

func cancelPickings(e *env, c *call) any {
	e.mustExist(c.model, c.ids())
	for _, id := range c.ids() {
		if e.get("stock_picking", id)["state"] == "done" {
			userError("You cannot cancel a stock move that has been set to 'Done'. Create a return in order to reverse the moves which took place.")
		}
		e.cancelPicking(id)
	}
	return true
}

// writePickings writes transfers; moves may come along by commands, and a
// carrier goes down to the move lines.
func writePickings(e *env, ids []int64, v vals) {
	for _, id := range ids {
		row := vals{}
		for field, value := range v {
			if field != "move_ids" && field != "move_ids_without_package" {
				row[field] = value
			}
		}
		if len(row) > 0 {
			e.write("stock_picking", id, row)
		}
		if row.has("date_done") && e.get("stock_picking", id)["state"] == "done" {
			for _, move := range e.rows("SELECT id FROM stock_move WHERE picking_id = $1 ORDER BY id", id) {
				e.write("stock_move", move.id(), vals{"date": row["date_done"]})
			}
		}
		if row.has("carrier_id") {
			for _, line := range e.rows("SELECT id FROM stock_move_line WHERE picking_id = $1 ORDER BY id", id) {
				e.write("stock_move_line", line.id(), vals{"carrier_id": row["carrier_id"]})
			}
		}
		for _, field := range []string{"move_ids", "move_ids_without_package"} {
			if value, written := v[field]; written && (value == nil || value == false) {
				e.takeMovesOff(id)
			}
			e.commands(v[field], func(vals) { valueError("Wrong value: moves are added with the transfer") },
				func(move int64, change vals) { writeMoves(e, []int64{move}, change) })
		}
	}
}

// takeMovesOff is what Odoo, of any release, does where nothing is written into the field of a transfer's moves: they are in no
// transfer any more, and the one without moves is a draft.
func (e *env) takeMovesOff(picking int64) {
	for _, move := range e.rows("SELECT id FROM stock_move WHERE picking_id = $1 ORDER BY id", picking) {
		e.write("stock_move", move.id(), vals{"picking_id": nil})
	}
	e.write("stock_picking", picking, vals{"state": e.pickingState(picking)})
}

// pickingName is the next of its operation type: WH/OUT/00015.
func (e *env) pickingName(kind int64) string {
	row := e.row("SELECT w.code, t.sequence_code FROM stock_picking_type t JOIN stock_warehouse w ON w.id = t.warehouse_id WHERE t.id = $1", kind)
	return e.nextName("stock_picking", row["code"]+"/"+row["sequence_code"]+"/")
}

// pickingState follows from the moves' states.
func (e *env) pickingState(id int64) string {
	states := map[string]bool{}
	for _, move := range e.rows("SELECT state FROM stock_move WHERE picking_id = $1", id) {
		states[move["state"]] = true
	}
	switch {
	case states["assigned"] || states["partially_available"]:
		return "assigned"
	case states["confirmed"]:
		return "confirmed"
	case states["waiting"]:
		return "waiting"
	case states["done"]:
		return "done"
	}
	return "draft"
}

// reservationOf is a move's state by how much is reserved for it.
func (e *env) reservationOf(move rec) (state string, quantity float64) {
	quantity = e.row("SELECT COALESCE(sum(quantity), 0) AS q FROM stock_move_line WHERE move_id = $1", move.id()).float("q")
	switch demand := move.float("product_uom_qty"); {
	case round2(quantity) >= round2(demand):
		return "assigned", quantity
	case round2(quantity) > 0:
		return "partially_available", quantity
	}
	return "confirmed", quantity
}

// describeMoveLines writes what Odoo computes for new move lines.
func (e *env) describeMoveLines(ids []int64) {
	for _, id := range ids {
		row := e.row(`SELECT l.quantity, m.state, p.name AS reference, c.complete_name AS category FROM stock_move_line l
			JOIN stock_move m ON m.id = l.move_id LEFT JOIN stock_picking p ON p.id = l.picking_id
			JOIN product_product v ON v.id = l.product_id JOIN product_template t ON t.id = v.product_tmpl_id
			LEFT JOIN product_category c ON c.id = t.categ_id WHERE l.id = $1`, id)
		e.write("stock_move_line", id, vals{
			"product_category_name": row.ref("category"), "state": row["state"], "reference": row.ref("reference"), "quantity_product_uom": row["quantity"],
		})
	}
}

// describeMove writes what Odoo computes for a move in a transfer.
func (e *env) describeMove(id int64) {
	move := e.get("stock_move", id)
	e.write("stock_move", id, vals{"reference": e.get("stock_picking", move.int("picking_id"))["name"], "weight": e.moveWeight(move)})
}

func (e *env) moveWeight(move rec) json.Number {
	return json.Number(two(move.float("product_uom_qty") * e.get("product_product", move.int("product_id")).float("weight")))
}

func (e *env) pickingWeight(id int64) json.Number {
	row := e.row(`SELECT COALESCE(sum(m.product_uom_qty * COALESCE(p.weight, 0)), 0) AS w FROM stock_move m
		JOIN product_product p ON p.id = m.product_id WHERE m.picking_id = $1 AND m.state <> 'cancel'`, id)
	return json.Number(two(row.float("w")))
}
