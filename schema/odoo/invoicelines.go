package odoo

import (
	"cmp"
	"slices"
)

func (m *mapping) shownLines(rows Rows, document int64) []Row {
	lines := slices.DeleteFunc(rows.Find(m.documentLine, documentLineDocument, document), func(line Row) bool { return !isShown(line) })
	slices.SortFunc(lines, func(a, b Row) int {
		return cmp.Or(cmp.Compare(a.Int(documentLineSequence), b.Int(documentLineSequence)), cmp.Compare(a.Int(documentLineID), b.Int(documentLineID)))
	})
	return lines
}

// invoicedOrders writes the orders that the lines invoice or credit, by id.
func (m *mapping) invoicedOrders(w *writer, rows Rows, lines []Row) {
	var orders []int64
	for _, line := range lines {
		for _, link := range rows.Find(m.lineOrders, lineOrdersInvoiceLine, line.Int(documentLineID)) {
			of, _ := rows.Get(m.orderLine, Key{link.Int(lineOrdersOrderLine)})
			if id := of.Int(lineOrder); id != 0 && !slices.Contains(orders, id) {
				orders = append(orders, id)
			}
		}
	}
	slices.Sort(orders)
	m.references(w, rows, "orders", orders, m.order, orderName)
}

// references writes other records by id and name.
func (m *mapping) references(w *writer, rows Rows, name string, ids []int64, t *Table, column int) {
	w.openArray(name)
	for _, id := range ids {
		row, _ := rows.Get(t, Key{id})
		w.open()
		w.int("id", id)
		w.text("name", row, column)
		w.close()
	}
	w.closeArray()
}

func (m *mapping) documentLines(w *writer, rows Rows, lines []Row, decimals int, kept []byte) {
	skus := keptSKUs(kept, "id")
	w.openArray("lines")
	for _, line := range lines {
		m.documentLineItem(w, rows, line, decimals, skus)
	}
	w.closeArray()
}

func (m *mapping) documentLineItem(w *writer, rows Rows, line Row, decimals int, skus []keptSKU) {
	id, product := line.Int(documentLineID), line.Int(documentLineProduct)
	w.open()
	w.int("id", id)
	w.int("sequence", line.Int(documentLineSequence))
	w.id("product_id", product)
	m.sku(w, rows, id, product, skus)
	w.text("name", line, documentLineName)
	if kind := line.Text(documentLineDisplay); kind == "product" {
		w.null("display_type")
	} else {
		w.optional("display_type", kind)
	}
	w.quantity("quantity", line, documentLineQuantity)
	m.unit(w, rows, line.Int(documentLineUoM))
	w.money("unit_price", line, documentLinePrice, decimals)
	w.quantity("discount", line, documentLineDiscount)
	w.money("subtotal", line, documentLineSubtotal, decimals)
	w.difference("tax", line, documentLineTotal, documentLineSubtotal, decimals)
	w.money("total", line, documentLineTotal, decimals)
	if !m.lineTaxes.Absent && !m.tax.Absent {
		m.taxes(w, rows, id)
	}
	if !m.lineOrders.Absent {
		m.invoicedLine(w, rows, id)
	}
	w.custom(customOf{m.documentLine, line})
	w.close()
}

func (m *mapping) taxes(w *writer, rows Rows, line int64) {
	w.openArray("taxes")
	for _, link := range rows.Find(m.lineTaxes, lineTaxesLine, line) {
		tax, found := rows.Get(m.tax, Key{link.Int(lineTaxesTax)})
		if found {
			w.element(defaultText(tax.Text(namedName)))
		}
	}
	w.closeArray()
}

// invoicedLine writes the order's line: the first, though Odoo could have several.
func (m *mapping) invoicedLine(w *writer, rows Rows, line int64) {
	first := int64(0)
	for _, link := range rows.Find(m.lineOrders, lineOrdersInvoiceLine, line) {
		if id := link.Int(lineOrdersOrderLine); first == 0 || id < first {
			first = id
		}
	}
	w.id("order_line_id", first)
}

// difference writes one column less another, null where one of them is.
func (w *writer) difference(name string, row Row, of, less, decimals int) {
	if row.Null(of) || row.Null(less) {
		w.null(name)
		return
	}
	d, sub := parseDecimal(row.field(of)), parseDecimal(row.field(less))
	exact.Sub(&d, &d, &sub) //nolint:errcheck // exact and finite: nothing can go wrong
	w.decimal(name, &d, decimals)
}

func (w *writer) date(name string, row Row, column int) {
	w.key(name)
	w.b = appendDate(w.b, row.field(column))
}
