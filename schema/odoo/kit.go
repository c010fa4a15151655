package odoo

// The columns of mrp_bom, a bill of materials.
const (
	bomTemplate = iota + 1
	bomProduct
	bomType
	bomActive
	bomQuantity
	bomUoM
	bomSequence
	bomCompany
	bomOperation
)

// The columns of mrp_bom_line, and of the attribute values that a line is for.
const (
	bomLineBill = iota + 1
	bomLineProduct
	bomLineQuantity
	bomLineUoM

	bomLineValuesLine  = 0
	bomLineValuesValue = 1
)

const bomPhantom = "phantom"

func (t *tables) kitSpecs() []spec {
	return []spec{
		{
			table: &t.bom, name: "mrp_bom", module: moduleManufacturing, find: []int{bomTemplate},
			columns: []string{
				namedID: "id", bomTemplate: "product_tmpl_id", bomProduct: "product_id", bomType: "type", bomActive: "active",
				bomQuantity: "product_qty", bomUoM: "product_uom_id", bomSequence: "sequence", bomCompany: "company_id", bomOperation: "picking_type_id",
			},
		},
		{
			table: &t.bomLine, name: "mrp_bom_line", module: moduleManufacturing, find: []int{bomLineBill},
			columns: []string{
				namedID: "id", bomLineBill: "bom_id", bomLineProduct: "product_id", bomLineQuantity: "product_qty", bomLineUoM: "product_uom_id",
			},
		},
		{
			table: &t.bomLineValues, name: "mrp_bom_line_product_template_attribute_value_rel", module: moduleManufacturing, keys: 2, relation: true,
			find:    []int{bomLineValuesLine},
			columns: []string{bomLineValuesLine: "mrp_bom_line_id", bomLineValuesValue: "product_template_attribute_value_id"},
		},
	}
}

// kit writes whether the variant is sold as a kit: by a phantom bill of
// materials Odoo moves its components in its place, so that there are no quants and no moves of
// it, and no stock level. Without the module there is no such field.
func (m *mapping) kit(w *writer, rows Rows, product, template int64) {
	if !m.bom.Absent {
		w.bool("kit", len(m.bills(rows, product, template)) > 0)
	}
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

// altersKits is Profile.AltersKits.
func (m *mapping) altersKits(t *Table, old, new Row) bool {
	if m.bom.Absent {
		return false
	}
	switch t {
	case m.bom, m.bomLine:
		return !t.same(old, new)
	case m.bomLineValues, m.variantValues:
		return true
	case m.templateValue:
		return !sameIn(old, new, templateValueAttribute)
	case m.uom:
		return !sameIn(old, new, uomFactor, uomRounding, uomCategory)
	case m.template:
		return old.Exists() && !sameIn(old, new, templateUoM, templateType)
	case m.product:
		return old.Exists() && !sameIn(old, new, productTemplate, productActive)
	case m.precision:
		return !sameIn(old, new, precisionName, precisionDigits)
	}
	return false
}
