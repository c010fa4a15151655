package odoo

// The columns of mrp_bom.
const (
	bomTemplate = 1
	bomProduct  = 2
	bomType     = 3
	bomActive   = 4
)

const bomPhantom = "phantom"

func (t *tables) kitSpecs() []spec {
	return []spec{{
		table: &t.bom, name: "mrp_bom", module: moduleManufacturing, find: []int{bomTemplate},
		columns: []string{namedID: "id", bomTemplate: "product_tmpl_id", bomProduct: "product_id", bomType: "type", bomActive: "active"},
	}}
}

// kit writes whether the variant is sold as a kit: by a phantom bill of
// materials Odoo moves its components in its place, so that there are no quants and no moves of
// it, and no stock level. Without the module there is no such field.
func (m *mapping) kit(w *writer, rows Rows, product, template int64) {
	if m.bom.Absent {
		return
	}
	is := false
	for _, bom := range rows.Find(m.bom, bomTemplate, template) {
		of := bom.Int(bomProduct)
		is = is || bom.field(bomType) == bomPhantom && bom.Bool(bomActive) && (of == 0 || of == product)
	}
	w.bool("kit", is)
}

func (m *mapping) bomTouchesProducts(rows Rows, old, new Row, touch func(Key)) {
	if sameIn(old, new, bomTemplate, bomProduct, bomType, bomActive) {
		return
	}
	for _, bom := range [2]Row{old, new} {
		if bom.Exists() {
			m.touchVariants(rows, bom.Int(bomTemplate), touch)
		}
	}
}
