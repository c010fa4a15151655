package odoo

import (
	"time"

	"github.com/odoobridge/odoobridge/schema"
)

// stockMoveEntity is a movement of stock that took place. There are many, so a
// move costs nothing until it is done, and of what was done before the bridge's time only
// the last recentMoves have documents.
func (m *mapping) stockMoveEntity() *Entity {
	return &Entity{
		Name: "stock_move",
		Touches: touches{
			m.move: func(_ Rows, old, new Row, touch func(Key)) {
				if isDone, wasDone := moveIsDone(new), moveIsDone(old); isDone != wasDone || isDone && !sameMovement(old, new) {
					touch(Key{either(old, new)})
				}
			},
		},
		Keys:       m.recentMoveKeys,
		Build:      m.buildStockMove,
		Happenings: stockMoveHappenings,
	}
}

func moveIsDone(move Row) bool { return move.field(moveState) == stateDone }

// sameMovement compares what of a done move is corrected when somebody unlocks
// and edits its transfer. All else is as of when it was done.
func sameMovement(old, new Row) bool {
	return sameIn(old, new, moveProduct, moveDemand, moveQuantity, moveUoM, moveFrom, moveTo)
}

// recentMoves is how far back the moves that were done have documents.
const recentMoves = 30 * 24 * time.Hour

// recentMoveKeys yields the moves that were done lately: by the moves' own
// dates, up to the newest time at which Odoo wrote one. A snapshot that is taken after
// an interruption finds by them what was done meanwhile.
func (m *mapping) recentMoveKeys(rows Rows, yield func(Key) bool) {
	_, _, written := m.move.writers()
	newest := ""
	rows.Scan(m.move, func(row Row) bool {
		if at := row.field(written); moveIsDone(row) && at != `\N` && at > newest {
			newest = at
		}
		return true
	})
	since := daysBefore(newest)
	rows.Scan(m.move, func(row Row) bool {
		return !moveIsDone(row) || row.field(moveDate) < since || yield(Key{row.Int(moveID)})
	})
}

// daysBefore is the moment so long before another, as PostgreSQL writes it; ""
// before what is none.
func daysBefore(moment string) string {
	const layout = "2006-01-02 15:04:05"
	if len(moment) < len(layout) {
		return ""
	}
	at, err := time.Parse(layout, moment[:len(layout)])
	if err != nil {
		return ""
	}
	return at.Add(-recentMoves).Format(layout)
}

func (m *mapping) buildStockMove(rows Rows, key Key, previous []byte) (Built, bool) {
	move, found := rows.Get(m.move, key)
	if !found || !moveIsDone(move) {
		return Built{}, false
	}
	w := newWriter(640)
	w.open()
	w.int("id", key[0])
	w.id("company_id", move.Int(moveCompany))
	m.movedProduct(w, rows, move)
	w.place("from", m, rows, move.Int(moveFrom))
	w.place("to", m, rows, move.Int(moveTo))
	if previous != nil && sameMoved(previous, append(w.b, '}')) {
		return Built{Company: move.Int(moveCompany), Body: previous}, true
	}
	w.time("done_date", move, moveDate)
	w.text("reference", move, moveReference)
	w.text("source_document", move, moveOrigin)
	picking, _ := rows.Get(m.picking, Key{move.Int(movePicking)})
	w.reference("transfer", move.Int(movePicking), picking, pickingName)
	if m.move.has(moveOrderLine) {
		line, _ := rows.Get(m.orderLine, Key{move.Int(moveOrderLine)})
		order, _ := rows.Get(m.order, Key{line.Int(lineOrder)})
		w.reference("order", line.Int(lineOrder), order, orderName)
		w.id("order_line_id", move.Int(moveOrderLine))
	}
	w.id("returned_move_id", move.Int(moveReturns))
	w.custom(customOf{m.move, move})
	w.close()
	built := Built{Company: move.Int(moveCompany), Body: w.b}
	if previous == nil {
		built.Name = itoa(key[0])
	}
	return built, true
}

// movedProduct writes what was moved and how much of it: in the product's unit,
// which stock is counted in, and in the move's.
func (m *mapping) movedProduct(w *writer, rows Rows, move Row) {
	product, _ := rows.Get(m.product, Key{move.Int(moveProduct)})
	template, _ := rows.Get(m.template, Key{product.Int(productTemplate)})
	w.id("product_id", move.Int(moveProduct))
	w.text("sku", product, productSKU)
	quantity := m.doneQuantity(move)
	inProducts := m.inProductUnit(rows, move, template.Int(templateUoM), quantity)
	w.decimal("quantity", &inProducts, 0)
	m.unit(w, rows, template.Int(templateUoM))
	w.decimal("move_quantity", &quantity, 0)
	uom, _ := rows.Get(m.uom, Key{move.Int(moveUoM)})
	w.translated("move_uom", uom, namedName)
	w.id("move_uom_id", move.Int(moveUoM))
}

// doneQuantity is what a done move moved, in its own unit. Until Odoo 16 the
// demand is made equal to it when the move is done.
func (m *mapping) doneQuantity(move Row) Decimal {
	if m.move.has(moveQuantity) {
		return parseDecimal(move.field(moveQuantity))
	}
	return parseDecimal(move.field(moveDemand))
}

// inProductUnit converts what was done. Odoo stores the demand in both units,
// so where all of it was done that is exact; else the two give the rate.
func (m *mapping) inProductUnit(rows Rows, move Row, unit int64, quantity Decimal) Decimal {
	if move.Int(moveUoM) == unit || move.Null(moveProductQuantity) {
		return quantity
	}
	demand, inProducts := parseDecimal(move.field(moveDemand)), parseDecimal(move.field(moveProductQuantity))
	switch {
	case !demand.IsZero() && quantity.Cmp(&demand) == 0:
		return inProducts
	case !demand.IsZero():
		return scaled(quantity, inProducts, demand)
	}
	of, _ := rows.Get(m.uom, Key{move.Int(moveUoM)})
	in, _ := rows.Get(m.uom, Key{unit})
	from, to := parseDecimal(of.field(uomFactor)), parseDecimal(in.field(uomFactor))
	if m.release >= uomFactorsGrow {
		from, to = to, from
	}
	if from.IsZero() {
		return quantity
	}
	return scaled(quantity, to, from)
}

// uomFactorsGrow is the release from which a unit's factor says how many of the
// reference it is (a dozen 12), not how many of it make the reference.
const uomFactorsGrow release = 19

// scaled is the quantity times one number by another, which is not zero.
func scaled(quantity, times, by Decimal) (d Decimal) {
	exact.Mul(&d, &quantity, &times)       //nolint:errcheck // exact and finite: nothing can go wrong
	halfUp.Quo(&d, &d, &by)                //nolint:errcheck // not by zero
	halfUp.Quantize(&d, &d, -unitDecimals) //nolint:errcheck // within the precision
	return d
}

// unitDecimals is what quantities that had to be converted are rounded to.
const unitDecimals = 5

// place writes a location.
func (w *writer) place(name string, m *mapping, rows Rows, id int64) {
	location, found := rows.Get(m.location, Key{id})
	if !found {
		w.null(name)
		return
	}
	w.openObject(name)
	w.int("id", id)
	w.text("path", location, locationName)
	w.text("usage", location, locationUsage)
	warehouse, _ := rows.Get(m.warehouse, Key{m.warehouseOf(rows, location)})
	w.text("warehouse", warehouse, warehouseCode)
	w.close()
}

// sameMoved reports whether the document so far says the same movement as the
// whole one before, whatever the things in it are called by now.
func sameMoved(previous, body []byte) bool {
	for s := schema.Scan(body); s.Next(); {
		before := schema.Field(previous, string(s.Name))
		switch string(s.Name) {
		case "from", "to":
			if rawID(before) != rawID(s.Value) {
				return false
			}
		case "product_id", "move_quantity", "move_uom_id":
			if string(before) != string(s.Value) {
				return false
			}
		}
	}
	return true
}

// stockMoveHappenings knows one: the move was done, or what was done was
// corrected. That a row vanishes does not undo the movement.
func stockMoveHappenings(_, new []byte, _ []string) []Happening {
	if new == nil {
		return nil
	}
	return []Happening{{What: "done"}}
}
