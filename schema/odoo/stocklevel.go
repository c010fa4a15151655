package odoo

import (
	"bytes"

	"github.com/odoobridge/odoobridge/schema"
)

// stockLevelEntity is how much of a product a warehouse has. There is no
// deletion: without quants and moves the level is zero. A level of zero that nobody was
// told of is no document.
func (m *mapping) stockLevelEntity() *Entity {
	return &Entity{
		Name: "stock_level",
		Touches: map[*Table]func(rows Rows, old, new Row, touch func(Key)){
			m.quant:     m.quantTouchesLevel,
			m.move:      m.moveTouchesLevels,
			m.product:   m.productTouchesLevels,
			m.template:  m.templateTouchesLevels,
			m.uom:       m.uomTouchesLevels,
			m.warehouse: m.warehouseTouchesLevels,
			m.location:  m.locationTouchesLevels,
		},
		Keys:       func(rows Rows, yield func(Key) bool) { rows.ScanSum(m.stock, yield) },
		Build:      m.buildStockLevel,
		Happenings: stockLevelHappenings,
	}
}

func (m *mapping) quantTouchesLevel(rows Rows, old, new Row, touch func(Key)) {
	if sameIn(old, new, quantProduct, quantLocation, quantQuantity, quantReserved) {
		return
	}
	before, was := m.levelOf(rows, old)
	if was {
		touch(before)
	}
	if was && sameIn(old, new, quantProduct, quantLocation) {
		return
	}
	if after, is := m.levelOf(rows, new); is {
		touch(after)
	}
}

func (m *mapping) productTouchesLevels(rows Rows, old, new Row, touch func(Key)) {
	if !sameIn(old, new, productTemplate, productSKU, productBarcode) {
		m.touchLevels(rows, either(old, new), touch)
	}
}

// touchLevels touches the product's level in every warehouse: there are few.
func (m *mapping) touchLevels(rows Rows, product int64, touch func(Key)) {
	rows.Scan(m.warehouse, func(w Row) bool {
		touch(Key{product, w.Int(namedID)})
		return true
	})
}

func (m *mapping) templateTouchesLevels(rows Rows, old, new Row, touch func(Key)) {
	if sameIn(old, new, templateUoM) {
		return
	}
	for _, product := range rows.Find(m.product, productTemplate, either(old, new)) {
		m.touchLevels(rows, product.Int(productID), touch)
	}
}

func (m *mapping) uomTouchesLevels(rows Rows, old, new Row, touch func(Key)) {
	if sameIn(old, new, namedName) {
		return
	}
	for _, template := range rows.Find(m.template, templateUoM, either(old, new)) {
		m.templateTouchesLevels(rows, Row{}, template, touch)
	}
}

func (m *mapping) warehouseTouchesLevels(rows Rows, old, new Row, touch func(Key)) {
	id := either(old, new)
	if !sameIn(old, new, warehouseCode, warehouseCompany) {
		// Levels of zero are shown too, and in no sum; this is rare.
		rows.Scan(m.product, func(product Row) bool {
			touch(Key{product.Int(productID), id})
			return true
		})
	}
	if !sameIn(old, new, warehouseView) {
		m.quantsBelow(rows, old.Int(warehouseView), new.Int(warehouseView), func(quant Row) {
			touch(Key{quant.Int(quantProduct), id})
			m.touchLevels(rows, quant.Int(quantProduct), touch)
		})
		m.movesBelow(rows, old.Int(warehouseView), new.Int(warehouseView), func(move Row) {
			touch(Key{move.Int(moveProduct), id})
			m.touchLevels(rows, move.Int(moveProduct), touch)
		})
	}
}

func (m *mapping) locationTouchesLevels(rows Rows, old, new Row, touch func(Key)) {
	if sameIn(old, new, locationPath, locationWarehouse) {
		return
	}
	m.quantsIn(rows, either(old, new), func(quant Row) {
		m.touchLevels(rows, quant.Int(quantProduct), touch)
	})
	m.movesAt(rows, either(old, new), func(move Row) {
		m.touchLevels(rows, move.Int(moveProduct), touch)
	})
}

func (m *mapping) buildStockLevel(rows Rows, key Key, previous []byte) (Built, bool) {
	amounts, added := rows.Sum(m.stock, key)
	if previous == nil && (added == 0 || allZero(amounts)) {
		return Built{}, false
	}
	var zero [totalOutgoing + 1]Decimal
	if added == 0 {
		amounts = zero[:]
	}
	product, found := rows.Get(m.product, Key{key[0]})
	warehouse, there := rows.Get(m.warehouse, Key{key[1]})
	if previous == nil && (!found || !there) {
		return Built{}, false
	}
	if !found {
		warehouse = Row{} // a level of what is gone stays as it was, but for the quantities
	}
	w := writer{make([]byte, 0, 384)}
	w.open()
	w.int("product_id", key[0])
	m.levelProduct(&w, rows, product, previous)
	company := levelWarehouse(&w, warehouse, key[1], previous)
	levelQuantities(&w, amounts)
	w.close()
	var name []byte
	if previous == nil {
		name = appendKey(nil, key)
	}
	return Built{Name: string(name), Company: company, Body: w.b}, true
}

func allZero(amounts []Decimal) bool {
	for i := range amounts {
		if !amounts[i].IsZero() {
			return false
		}
	}
	return true
}

// levelQuantities writes what there is, and what of it can be promised: by
// Odoo's reservations, by all that is to come and to go, or by all that is to go.
func levelQuantities(w *writer, amounts []Decimal) {
	onHand, reserved := &amounts[totalOnHand], &amounts[totalReserved]
	incoming, outgoing := &amounts[totalIncoming], &amounts[totalOutgoing]
	w.decimal("on_hand", onHand, 0)
	w.decimal("reserved", reserved, 0)
	w.decimal("available", less(onHand, reserved), 0)
	w.decimal("incoming", incoming, 0)
	w.decimal("outgoing", outgoing, 0)
	safe := less(onHand, outgoing)
	if incoming.IsZero() {
		w.decimal("forecast", safe, 0)
	} else {
		var forecast Decimal
		exact.Add(&forecast, safe, incoming) //nolint:errcheck // exact and finite: nothing can go wrong
		w.decimal("forecast", &forecast, 0)
	}
	w.decimal("safe", safe, 0)
}

func less(a, b *Decimal) *Decimal {
	if b.IsZero() {
		return a
	}
	d := new(Decimal)
	exact.Sub(d, a, b) //nolint:errcheck // exact and finite: nothing can go wrong
	return d
}

// levelProduct writes what is known of the product; of one that is gone, what was.
func (m *mapping) levelProduct(w *writer, rows Rows, product Row, previous []byte) {
	if !product.Exists() {
		for _, name := range [...]string{"sku", "barcode", "uom"} {
			w.raw(name, schema.Field(previous, name))
		}
		return
	}
	w.text("sku", product, productSKU)
	w.text("barcode", product, productBarcode)
	template, _ := rows.Get(m.template, Key{product.Int(productTemplate)})
	uom, _ := rows.Get(m.uom, Key{template.Int(templateUoM)})
	w.translated("uom", uom, namedName)
}

func levelWarehouse(w *writer, warehouse Row, id int64, previous []byte) (company int64) {
	if !warehouse.Exists() {
		w.raw("warehouse", schema.Field(previous, "warehouse"))
		w.int("warehouse_id", id)
		raw := schema.Field(previous, "company_id")
		w.raw("company_id", raw)
		return parseInt(raw)
	}
	w.text("warehouse", warehouse, warehouseCode)
	w.int("warehouse_id", id)
	w.id("company_id", warehouse.Int(warehouseCompany))
	return warehouse.Int(warehouseCompany)
}

var quantities = []string{"on_hand", "reserved", "available", "incoming", "outgoing", "forecast", "safe"}

// stockLevelHappenings compares signs: absent counts as zero.
func stockLevelHappenings(old, new []byte, changed []string) []Happening {
	if new == nil {
		return nil
	}
	onHand, available := signs(new)
	onHandWas, availableWas := signs(old)
	var happened []Happening
	switch {
	case availableWas > 0 && available <= 0:
		happened = append(happened, Happening{What: "out"})
	case availableWas <= 0 && available > 0:
		happened = append(happened, Happening{What: "back"})
	}
	if onHand < 0 && onHandWas >= 0 {
		happened = append(happened, Happening{What: "negative"})
	}
	if happened == nil {
		happened = append(happened, Happening{What: "changed"})
	}
	if old == nil {
		for i := range happened {
			happened[i].Implied, happened[i].Changed = true, nonZero(new)
		}
	}
	return happened
}

// nonZero names the quantities of a level that is told of for the first time.
func nonZero(body []byte) (names []string) {
	for _, name := range quantities {
		if sign(schema.Field(body, name)) != 0 {
			names = append(names, name)
		}
	}
	return names
}

func signs(body []byte) (onHand, available int) {
	for s := schema.Scan(body); s.Next(); {
		switch string(s.Name) {
		case "on_hand":
			onHand = sign(s.Value)
		case "available":
			available = sign(s.Value)
		}
	}
	return onHand, available
}

// sign reads a quantity as documents write it, "0" for zero.
func sign(quoted []byte) int {
	switch {
	case len(quoted) < 3 || bytes.Equal(quoted, []byte(`"0"`)):
		return 0
	case quoted[1] == '-':
		return -1
	}
	return 1
}
