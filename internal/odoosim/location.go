package odoosim

import (
	"fmt"
	"maps"
)

// createLocation inserts a location and then what follows from its parent.
func createLocation(e *env, v vals) int64 {
	parent := e.get("stock_location", v.int("location_id"))
	row := vals{
		"posx": 0, "posy": 0, "posz": 0, "usage": "internal", "active": true, "scrap_location": false,
		"cyclic_inventory_frequency": 0, "company_id": parent.ref("company_id"),
	}
	maps.Copy(row, v)
	id := e.insert("stock_location", row)
	e.write("stock_location", id, vals{"parent_path": fmt.Sprintf("%s%d/", parent["parent_path"], id)})
	e.write("stock_location", id, vals{"warehouse_id": parent.ref("warehouse_id")})
	e.write("stock_location", id, vals{"complete_name": parent["complete_name"] + "/" + toString(v["name"])})
	return id
}
