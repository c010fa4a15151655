package odoosim

import "maps"

func quantModel() *model {
	return &model{
		name: "stock.quant", table: "stock_quant", title: "Quants",
		refs: map[string]string{
			"product_id": "product.product", "location_id": "stock.location", "company_id": "res.company", "user_id": "res.users",
			"lot_id": "stock.lot", "package_id": "stock.quant.package", "owner_id": "res.partner",
		},
		create: createQuant, write: writeQuants,
		compute: map[string]func(*env, rec) any{
			"inventory_quantity_auto_apply": func(_ *env, q rec) any { return float(q.float("quantity")) },
			"available_quantity":            func(_ *env, q rec) any { return float(round2(q.float("quantity") - q.float("reserved_quantity"))) },
		},
		methods: map[string]method{"action_apply_inventory": applyInventory, "action_view_inventory": viewInventory},
	}
}

// createQuant finds or makes the row of a product at a place and takes the
// count. Outside inventory mode Odoo would make a second row without a word.
func createQuant(e *env, v vals) int64 {
	row := e.row(`SELECT id FROM stock_quant WHERE product_id = $1 AND location_id = $2 AND lot_id IS NOT DISTINCT FROM $3::int AND package_id IS NULL
		AND owner_id IS NULL ORDER BY id LIMIT 1`, v.int("product_id"), v.int("location_id"), v["lot_id"])
	if row == nil || !e.counting() {
		id := e.insert("stock_quant", vals{
			"product_id": v["product_id"], "location_id": v["location_id"], "lot_id": v["lot_id"], "quantity": v.or("quantity", nil), "reserved_quantity": "0.00",
			"inventory_quantity_set": false, "in_date": e.second(),
		})
		location := e.get("stock_location", v.int("location_id"))
		e.write("stock_quant", id, vals{"company_id": location.ref("company_id"), "inventory_date": e.nextInventory()})
		row = rec{"id": string(textOf(id, false))}
	}
	counted := maps.Clone(v)
	delete(counted, "product_id")
	delete(counted, "location_id")
	delete(counted, "lot_id")
	if len(counted) > 0 && e.counting() {
		writeQuants(e, []int64{row.id()}, counted)
	}
	return row.id()
}

// writeQuants takes counts; other columns are nobody's to write.
func writeQuants(e *env, ids []int64, v vals) {
	for field := range v {
		if field != "inventory_quantity" && field != "inventory_quantity_auto_apply" && field != "user_id" && field != "inventory_date" {
			userError("Quant's editing is restricted, you can't do this operation.")
		}
	}
	for _, id := range ids {
		if v.has("inventory_quantity_auto_apply") {
			e.count(id, toFloat(v["inventory_quantity_auto_apply"]))
			e.applyCount(id)
			continue
		}
		if v.has("inventory_quantity") {
			e.count(id, toFloat(v["inventory_quantity"]))
			continue
		}
		e.write("stock_quant", id, v)
	}
}

// count notes what somebody counted, to be applied later.
func (e *env) count(id int64, counted float64) {
	quant := e.get("stock_quant", id)
	e.write("stock_quant", id, vals{
		"user_id": e.uid, "inventory_date": e.today(), "inventory_quantity": two(counted),
		"inventory_diff_quantity": two(counted - quant.float("quantity")), "inventory_quantity_set": true,
	})
}

// applyInventory makes counts true. It answers None.
func applyInventory(e *env, c *call) any {
	e.mustExist(c.model, c.ids())
	for _, id := range c.ids() {
		e.applyCount(id)
	}
	return nil
}

// counting says whether counts are taken: in inventory mode, of those who work in the warehouse.
func (e *env) counting() bool { return e.flag("inventory_mode") && e.in(stockUser) }

// applyCount moves the difference from or to the place of losses.
func (e *env) applyCount(id int64) {
	if !e.in(stockManager) {
		userError("Only a stock manager can validate an inventory adjustment.")
	}
	quant := e.get("stock_quant", id)
	if !quant.is("inventory_quantity_set") {
		return
	}
	if difference := quant.float("inventory_quantity") - quant.float("quantity"); round2(difference) != 0 {
		e.moveCounted(quant, difference)
	}
	e.write("stock_quant", id, vals{
		"quantity": quant["inventory_quantity"], "user_id": nil, "inventory_date": e.nextInventory(), "inventory_quantity": "0.00",
		"inventory_diff_quantity": "0.00", "inventory_quantity_set": false,
	})
	e.write("stock_location", quant.int("location_id"), vals{"last_inventory_date": e.today()})
}

func (e *env) moveCounted(quant rec, difference float64) {
	location := e.get("stock_location", quant.int("location_id"))
	loss := e.row("SELECT * FROM stock_location l WHERE usage = 'inventory' AND company_id = $1 AND to_jsonb(l) ->> 'scrap_location' IS DISTINCT FROM 'true' AND active ORDER BY id LIMIT 1", location.int("company_id"))
	from, to := loss.ref("id"), location.ref("id")
	if difference < 0 {
		from, to, difference = to, from, -difference
	}
	product := e.get("product_product", quant.int("product_id"))
	template := e.get("product_template", product.int("product_tmpl_id"))
	user := e.get("res_partner", e.get("res_users", e.uid).int("partner_id"))
	name, named := e.context["inventory_name"].(string)
	if !named {
		name = "Product Quantity Updated"
	}
	if !named || e.tables.major() < 19 { // from 19 on a name that was given stands as it is
		name += " (" + user["name"] + ")"
	}
	move := e.insert("stock_move", vals{
		"sequence": 10, "company_id": location["company_id"], "product_id": product.id(), "product_uom": template["uom_id"],
		"location_id": from, "location_dest_id": to, "name": name, "inventory_name": name, "priority": "0", "state": "confirmed", "procure_method": "make_to_stock",
		"product_uom_qty": two(difference), "picked": true, "propagate_cancel": true, "is_inventory": true, "additional": false, "date": e.second(),
	})
	line := e.insert("stock_move_line", vals{
		"move_id": move, "company_id": location["company_id"], "product_id": product.id(), "product_uom_id": template["uom_id"],
		"location_id": from, "location_dest_id": to, "lot_id": quant.ref("lot_id"), "quantity": two(difference), "picked": true, "date": e.second(),
	})
	category := e.get("product_category", template.int("categ_id"))
	e.write("stock_move_line", line, vals{
		"product_category_name": category.ref("complete_name"), "state": "done", "reference": name, "quantity_product_uom": two(difference),
	})
	e.write("stock_move", move, vals{
		"state": "done", "reference": name, "product_qty": unrounded(two(difference)), "quantity": two(difference), "scrapped": false,
		"weight": e.moveWeight(e.get("stock_move", move)),
	})
	// The counted row itself is written by the caller, once.
	lost := difference
	if to == location.ref("id") {
		lost = -difference
	}
	quants := e.newQuants()
	quants.add(product.id(), loss.int("id"), quant.ref("lot_id"), lost, e.second()).inDate = e.second()
	quants.flush()
}
