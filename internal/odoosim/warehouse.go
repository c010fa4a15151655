package odoosim

import (
	"fmt"
	"maps"
)

// createWarehouse inserts a warehouse with its places and its operation types. Odoo makes all of them, and hides those
// that the steps do not need.
func createWarehouse(e *env, v vals) int64 {
	company := v.or("company_id", e.company()["id"])
	row := vals{"company_id": company, "reception_steps": "one_step", "delivery_steps": "ship_only", "sequence": 10, "active": true}
	maps.Copy(row, v)
	top := e.row("SELECT id FROM stock_location WHERE usage = 'view' AND location_id IS NULL ORDER BY id LIMIT 1")
	view := createLocation(e, vals{"name": v["code"], "usage": "view", "location_id": top.id()})
	e.write("stock_location", view, vals{"company_id": company, "complete_name": v["code"]})
	row["view_location_id"] = view
	for _, place := range []struct{ column, name string }{
		{"lot_stock_id", "Stock"}, {"wh_input_stock_loc_id", "Input"}, {"wh_qc_stock_loc_id", "Quality Control"},
		{"wh_output_stock_loc_id", "Output"}, {"wh_pack_stock_loc_id", "Packing Zone"},
	} {
		row[place.column] = createLocation(e, vals{"name": place.name, "location_id": view})
	}
	id := e.insert("stock_warehouse", row)
	e.exec(fmt.Sprintf("UPDATE stock_location SET warehouse_id = %d WHERE id = %d OR location_id = %d", id, view, view))
	made := e.get("stock_warehouse", id)
	stock, output, packing := made["lot_stock_id"], made["wh_output_stock_loc_id"], made["wh_pack_stock_loc_id"]
	suppliers := e.row("SELECT id FROM stock_location WHERE usage = 'supplier' AND active ORDER BY id LIMIT 1")["id"]
	if made["delivery_steps"] == "ship_only" {
		output = stock
	}
	types := vals{}
	for _, kind := range []struct{ column, name, code, sequence, from, to string }{
		{"in_type_id", "Receipts", "incoming", "IN", suppliers, stock}, {"out_type_id", "Delivery Orders", "outgoing", "OUT", output, e.customers()},
		{"pick_type_id", "Pick", "internal", "PICK", stock, output}, {"pack_type_id", "Pack", "internal", "PACK", packing, output},
		{"int_type_id", "Internal Transfers", "internal", "INT", stock, stock},
	} {
		types[kind.column] = e.insert("stock_picking_type", vals{
			"name": e.translation("", kind.name), "code": kind.code, "sequence_code": kind.sequence, "warehouse_id": id, "company_id": company,
			"default_location_src_id": kind.from, "default_location_dest_id": kind.to, "sequence": 1, "reservation_method": "at_confirm", "create_backorder": "ask",
			"product_label_format": "2x7xprice", "lot_label_format": "4x12_lots", "package_label_to_print": "pdf", "move_type": "direct", "active": true,
		})
	}
	e.write("stock_warehouse", id, types)
	return id
}

// customers is where all goods go.
func (e *env) customers() string {
	return e.row("SELECT id FROM stock_location WHERE usage = 'customer' AND active ORDER BY id LIMIT 1")["id"]
}
