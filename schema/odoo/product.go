package odoo

import (
	"cmp"
	"slices"

	"github.com/odoobridge/odoobridge/schema"
)

// productEntity is a variant together with what its template says of it.
func (m *mapping) productEntity() *Entity {
	return &Entity{
		Name:    "product",
		Touches: m.productTouches(),
		Keys: func(rows Rows, yield func(Key) bool) {
			rows.Scan(m.product, func(row Row) bool { return yield(Key{row.Int(productID)}) })
		},
		Build:      m.buildProduct,
		Happenings: func(old, new []byte, _ []string) []Happening { return lifeOf(old, new) },
	}
}

type touches = map[*Table]func(rows Rows, old, new Row, touch func(Key))

func (m *mapping) productTouches() touches {
	return touches{
		m.product: func(_ Rows, old, new Row, touch func(Key)) {
			if !m.product.same(old, new) {
				touch(Key{either(old, new)})
			}
		},
		m.template: func(rows Rows, old, new Row, touch func(Key)) {
			if !m.template.same(old, new) {
				m.touchVariants(rows, either(old, new), touch)
			}
		},
		m.variantValues: func(_ Rows, old, new Row, touch func(Key)) {
			for _, row := range [2]Row{old, new} {
				if row.Exists() {
					touch(Key{row.Int(variantValuesProduct)})
				}
			}
		},
		m.templateValue: func(rows Rows, old, new Row, touch func(Key)) {
			if !m.templateValue.same(old, new) {
				m.touchValued(rows, either(old, new), touch)
			}
		},
		m.attributeValue: func(rows Rows, old, new Row, touch func(Key)) {
			if !sameIn(old, new, attributeValueName, attributeValueAttribute) {
				m.touchValues(rows, either(old, new), touch)
			}
		},
		m.attribute:       m.attributeTouches,
		m.productCategory: m.templatesTouch(templateCategory, productCategoryName),
		m.uom:             m.templatesTouch(templateUoM, namedName),
		m.company:         m.companyTouches,
		m.externalID:      m.externalTouchesProduct,
		m.bom:             m.bomTouchesProducts,
	}
}

func (m *mapping) touchVariants(rows Rows, template int64, touch func(Key)) {
	for _, row := range rows.Find(m.product, productTemplate, template) {
		touch(Key{row.Int(productID)})
	}
}

// touchValued touches the variants that have the template's value.
func (m *mapping) touchValued(rows Rows, templateValue int64, touch func(Key)) {
	for _, row := range rows.Find(m.variantValues, variantValuesValue, templateValue) {
		touch(Key{row.Int(variantValuesProduct)})
	}
}

func (m *mapping) touchValues(rows Rows, value int64, touch func(Key)) {
	for _, row := range rows.Find(m.templateValue, templateValueValue, value) {
		m.touchValued(rows, row.Int(namedID), touch)
	}
}

func (m *mapping) attributeTouches(rows Rows, old, new Row, touch func(Key)) {
	if sameIn(old, new, namedName) {
		return
	}
	id := either(old, new)
	rows.Scan(m.attributeValue, func(value Row) bool {
		if value.Int(attributeValueAttribute) == id {
			m.touchValues(rows, value.Int(namedID), touch)
		}
		return true
	})
}

// templatesTouch is for a small table whose name the templates that refer to it show.
func (m *mapping) templatesTouch(reference, name int) func(rows Rows, old, new Row, touch func(Key)) {
	return func(rows Rows, old, new Row, touch func(Key)) {
		if sameIn(old, new, name) {
			return
		}
		for _, row := range rows.Find(m.template, reference, either(old, new)) {
			m.touchVariants(rows, row.Int(templateID), touch)
		}
	}
}

// companyTouches: another currency is another price for everything.
func (m *mapping) companyTouches(rows Rows, old, new Row, touch func(Key)) {
	if sameIn(old, new, companyCurrency) {
		return
	}
	rows.Scan(m.product, func(row Row) bool {
		touch(Key{row.Int(productID)})
		return true
	})
}

func (m *mapping) externalTouchesProduct(rows Rows, old, new Row, touch func(Key)) {
	touchExternal(old, new, func(model string, id int64) {
		switch model {
		case modelProduct:
			touch(Key{id})
		case modelTemplate:
			m.touchVariants(rows, id, touch)
		}
	})
}

func (m *mapping) buildProduct(rows Rows, key Key, _ []byte) (Built, bool) {
	product, found := rows.Get(m.product, key)
	if !found {
		return Built{}, false
	}
	template, found := rows.Get(m.template, Key{product.Int(productTemplate)})
	if !found {
		return Built{}, false
	}
	values := m.valuesOf(rows, key[0])
	w := newWriter(768)
	w.open()
	w.int("id", key[0])
	w.int("template_id", product.Int(productTemplate))
	w.id("company_id", template.Int(templateCompany))
	w.text("sku", product, productSKU)
	w.text("barcode", product, productBarcode)
	w.translated("name", template, templateName)
	w.languages("names", template, templateName)
	m.productKind(w, template)
	m.kit(w, rows, key[0], template.Int(templateID))
	w.bool("active", product.Bool(productActive) && template.Bool(templateActive))
	w.bool("sale_ok", template.Bool(templateSaleOK))
	category, _ := rows.Get(m.productCategory, Key{template.Int(templateCategory)})
	w.text("category", category, productCategoryName)
	m.unit(w, rows, template.Int(templateUoM))
	w.quantity("weight", product, productWeight)
	m.attributes(w, rows, values)
	m.listPrice(w, rows, template, values)
	m.externalIDs(w, rows, record{modelProduct, key[0]}, record{modelTemplate, template.Int(templateID)})
	w.custom(customOf{m.product, product}, customOf{m.template, template})
	w.close()
	return Built{Name: itoa(key[0]), Company: template.Int(templateCompany), Body: w.b}, true
}

// productKind writes the type alike for all releases: until 17 a storable
// product is a type of its own.
func (m *mapping) productKind(w *writer, template Row) {
	kind := template.Text(templateType)
	storable := kind == "product" || template.Bool(templateStorable)
	if kind == "product" || kind == "consu" {
		kind = "goods"
	}
	w.optional("type", kind)
	w.bool("storable", storable)
	if m.template.has(templateTracking) {
		w.text("tracking", template, templateTracking)
	}
}

func (m *mapping) unit(w *writer, rows Rows, id int64) {
	uom, _ := rows.Get(m.uom, Key{id})
	w.translated("uom", uom, namedName)
}

// valuesOf are the attribute values that make the variant, in the template's order.
func (m *mapping) valuesOf(rows Rows, product int64) []Row {
	var values []Row
	for _, row := range rows.Find(m.variantValues, variantValuesProduct, product) {
		if value, found := rows.Get(m.templateValue, Key{row.Int(variantValuesValue)}); found {
			values = append(values, value)
		}
	}
	slices.SortFunc(values, func(a, b Row) int {
		return cmp.Or(cmp.Compare(a.Int(templateValueLine), b.Int(templateValueLine)), cmp.Compare(a.Int(namedID), b.Int(namedID)))
	})
	return values
}

func (m *mapping) attributes(w *writer, rows Rows, values []Row) {
	w.openArray("attributes")
	for _, value := range values {
		of, _ := rows.Get(m.attributeValue, Key{value.Int(templateValueValue)})
		attribute, _ := rows.Get(m.attribute, Key{of.Int(attributeValueAttribute)})
		w.open()
		w.translated("attribute", attribute, namedName)
		w.translated("value", of, attributeValueName)
		w.close()
	}
	w.closeArray()
}

// listPrice writes the sales price before any pricelist: the template's, and
// what the variant's values add to it.
func (m *mapping) listPrice(w *writer, rows Rows, template Row, values []Row) {
	currency, decimals := m.currencyOf(rows, template.Int(templateCompany))
	if template.Null(templateListPrice) {
		w.null("list_price")
	} else {
		price := variantPrice(template, values)
		w.decimal("list_price", &price, decimals)
	}
	w.optional("currency", currency)
}

// currencyOf is a company's currency; without a company that of the first one.
func (m *mapping) currencyOf(rows Rows, company int64) (name string, decimals int) {
	row, found := rows.Get(m.company, Key{company})
	if !found {
		rows.Scan(m.company, func(first Row) bool {
			row = first
			return false
		})
	}
	return m.currencyNamed(rows, row.Int(companyCurrency))
}

func (m *mapping) currencyNamed(rows Rows, id int64) (name string, decimals int) {
	row, found := rows.Get(m.currency, Key{id})
	if !found {
		return "", 0
	}
	return row.Text(namedName), places(row.Int(currencyDecimals))
}

// rawID is the id that an object of an earlier document names.
func rawID(object []byte) int64 { return parseInt(schema.Field(object, "id")) }
