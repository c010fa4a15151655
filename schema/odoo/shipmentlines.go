package odoo

import "slices"

// shipmentLines writes one line for each move.
func (m *mapping) shipmentLines(w *writer, rows Rows, picking int64, moves []Row, kept []byte) {
	details := rows.Find(m.moveLine, moveLinePicking, picking)
	skus := keptSKUs(kept, "move_id")
	sortByID(moves)
	w.openArray("lines")
	for _, move := range moves {
		m.shipmentLine(w, rows, move, details, skus)
	}
	w.closeArray()
}

func (m *mapping) shipmentLine(w *writer, rows Rows, move Row, details []Row, skus []keptSKU) {
	id, product := move.Int(moveID), move.Int(moveProduct)
	w.open()
	w.int("move_id", id)
	w.id("product_id", product)
	m.sku(w, rows, id, product, skus)
	m.moveText(w, rows, move, skus)
	w.text("state", move, moveState)
	w.quantity("demand", move, moveDemand)
	reserved, done := m.moved(move, details)
	w.decimal("reserved", &reserved, 0)
	w.decimal("done", &done, 0)
	if m.move.has(movePicked) {
		w.bool("picked", move.Bool(movePicked))
	}
	m.unit(w, rows, move.Int(moveUoM))
	if m.move.has(moveOrderLine) {
		w.id("order_line_id", move.Int(moveOrderLine))
	}
	m.lots(w, rows, move, details)
	w.custom(customOf{m.move, move})
	w.close()
}

// moveText writes what a move says that it moves. From Odoo 19 on it says so only where a person wrote something else than
// the product's name, which Odoo shows as "[SKU] Name": a closed transfer keeps the one it had.
func (m *mapping) moveText(w *writer, rows Rows, move Row, skus []keptSKU) {
	id, product := move.Int(moveID), move.Int(moveProduct)
	for _, column := range []int{moveName, moveDescription} {
		if text := move.Text(column); text != "" {
			w.string("name", text)
			return
		}
	}
	for _, kept := range skus {
		if kept.line == id && kept.product == product && !m.move.has(moveName) {
			w.raw("name", kept.name)
			return
		}
	}
	w.optional("name", m.productTitle(rows, product))
}

// productTitle is how Odoo shows a product where a record refers to it.
func (m *mapping) productTitle(rows Rows, id int64) string {
	product, _ := rows.Get(m.product, Key{id})
	template, _ := rows.Get(m.template, Key{product.Int(productTemplate)})
	name := defaultText(template.Text(templateName))
	if sku := product.Text(productSKU); sku != "" && name != "" {
		return "[" + sku + "] " + name
	}
	return name
}

// moved is what is reserved for the move, and what it moved once it is done.
// Odoo has one quantity for both since 17; before, the move's lines have one each.
func (m *mapping) moved(move Row, details []Row) (reserved, done Decimal) {
	isDone := move.field(moveState) == stateDone
	var quantity Decimal
	if m.move.has(moveQuantity) {
		quantity = parseDecimal(move.field(moveQuantity))
	} else {
		for _, line := range details {
			if line.Int(moveLineMove) == move.Int(moveID) {
				part := m.lineQuantity(line, isDone)
				exact.Add(&quantity, &quantity, &part) //nolint:errcheck // exact and finite: nothing can go wrong
			}
		}
	}
	switch {
	case isDone:
		return reserved, quantity
	case move.field(moveState) == stateCancel:
		return reserved, done
	}
	return quantity, done
}

func (m *mapping) lineQuantity(line Row, isDone bool) Decimal {
	switch {
	case m.moveLine.has(moveLineQuantity):
		return parseDecimal(line.field(moveLineQuantity))
	case isDone:
		return parseDecimal(line.field(moveLineDone))
	}
	return parseDecimal(line.field(moveLineReserved))
}

type lotQuantity struct {
	name     string
	quantity Decimal
}

// lots writes the lots and serial numbers of the move, in the order of its lines.
func (m *mapping) lots(w *writer, rows Rows, move Row, details []Row) {
	var found []lotQuantity
	isDone := move.field(moveState) == stateDone
	for _, line := range details {
		name := m.lotName(rows, line)
		if name == "" || line.Int(moveLineMove) != move.Int(moveID) {
			continue
		}
		quantity := m.lineQuantity(line, isDone)
		i := slices.IndexFunc(found, func(l lotQuantity) bool { return l.name == name })
		if i < 0 {
			found = append(found, lotQuantity{name, quantity})
			continue
		}
		exact.Add(&found[i].quantity, &found[i].quantity, &quantity) //nolint:errcheck // exact and finite: nothing can go wrong
	}
	w.openArray("lots")
	for i := range found {
		w.open()
		w.string("name", found[i].name)
		w.decimal("quantity", &found[i].quantity, 0)
		w.close()
	}
	w.closeArray()
}

func (m *mapping) lotName(rows Rows, line Row) string {
	if id := line.Int(moveLineLot); id != 0 {
		if lot, found := rows.Get(m.lot, Key{id}); found {
			return lot.Text(namedName)
		}
	}
	return line.Text(moveLineLotName)
}
