package odoosim

import "maps"

func templateModel() *model {
	return &model{
		name: "product.template", table: "product_template", title: "Product", order: "priority desc, name, id",
		refs:  map[string]string{"categ_id": "product.category", "uom_id": "uom.uom", "uom_po_id": "uom.uom", "company_id": "res.company"},
		lines: map[string]lines{"product_variant_ids": {"product.product", "product_tmpl_id"}},
		write: writeTemplate,
	}
}

// writeTemplate rewrites every variant too, archived ones included: Odoo keeps
// their write_date current for whoever polls it.
func writeTemplate(e *env, ids []int64, v vals) {
	for _, id := range ids {
		row := maps.Clone(v)
		if row.has("name") {
			row["name"] = e.translation(e.get("product_template", id)["name"], row["name"])
		}
		if row.has("list_price") {
			row["list_price"] = two(toFloat(row["list_price"]))
		}
		e.write("product_template", id, row)
		for _, p := range e.rows("SELECT id FROM product_product WHERE product_tmpl_id = $1 ORDER BY id", id) {
			e.write("product_product", p.id(), vals{})
		}
	}
}
