package odoo

import (
	"cmp"
	"slices"

	"github.com/odoobridge/odoobridge/schema"
)

func (m *mapping) orderLines(w *writer, rows Rows, order int64, decimals int, kept []byte) {
	lines := rows.Find(m.orderLine, lineOrder, order)
	slices.SortFunc(lines, func(a, b Row) int {
		return cmp.Or(cmp.Compare(a.Int(lineSequence), b.Int(lineSequence)), cmp.Compare(a.Int(lineID), b.Int(lineID)))
	})
	skus := keptSKUs(kept, "id")
	w.openArray("lines")
	for _, line := range lines {
		m.orderLineItem(w, rows, line, decimals, skus)
	}
	w.closeArray()
}

func (m *mapping) orderLineItem(w *writer, rows Rows, line Row, decimals int, skus []keptSKU) {
	id, product := line.Int(lineID), line.Int(lineProduct)
	w.open()
	w.int("id", id)
	w.int("sequence", line.Int(lineSequence))
	w.id("product_id", product)
	m.sku(w, rows, id, product, skus)
	w.text("name", line, lineName)
	w.text("display_type", line, lineDisplayType)
	w.quantity("quantity", line, lineQuantity)
	m.unit(w, rows, line.Int(lineUoM))
	w.money("unit_price", line, linePrice, decimals)
	w.quantity("discount", line, lineDiscount)
	w.money("subtotal", line, lineSubtotal, decimals)
	w.rounded("tax", line, lineTax, decimals)
	w.money("total", line, lineTotal, decimals)
	w.quantity("delivered", line, lineDelivered)
	w.quantity("invoiced", line, lineInvoiced)
	if m.orderLine.has(lineIsDelivery) {
		w.bool("is_delivery", line.Bool(lineIsDelivery))
	}
	m.externalIDs(w, rows, record{modelOrderLine, id})
	w.custom(customOf{m.orderLine, line})
	w.close()
}

// keptSKU is what a line of an earlier document called its product.
type keptSKU struct {
	line, product int64
	raw, name     []byte
}

// keptSKUs reads the lines of an earlier document; id names the field that tells them apart.
func keptSKUs(body []byte, id string) (skus []keptSKU) {
	schema.Elements(schema.Field(body, "lines"), func(line []byte) bool {
		skus = append(skus, keptSKU{
			line: parseInt(schema.Field(line, id)), product: parseInt(schema.Field(line, "product_id")), raw: schema.Field(line, "sku"),
			name: schema.Field(line, "name"),
		})
		return true
	})
	return skus
}

func (m *mapping) sku(w *writer, rows Rows, line, product int64, skus []keptSKU) {
	for _, kept := range skus {
		if kept.line == line && kept.product == product {
			w.raw("sku", kept.raw)
			return
		}
	}
	row, _ := rows.Get(m.product, Key{product})
	w.text("sku", row, productSKU)
}
