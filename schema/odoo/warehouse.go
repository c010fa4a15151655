package odoo

import "strconv"

// warehouseOf is the warehouse that a location belongs to: the one whose view
// location is the nearest on the location's path. Odoo counts as a warehouse's
// stock what lies in locations below its view location.
func (m *mapping) warehouseOf(rows Rows, location Row) int64 {
	if !location.Exists() {
		return 0
	}
	path := location.field(locationPath)
	if hint := location.Int(locationWarehouse); hint != 0 {
		if w, found := rows.Get(m.warehouse, Key{hint}); found && onPath(path, w.Int(warehouseView)) >= 0 {
			return hint
		}
	}
	nearest, at := int64(0), -1
	rows.Scan(m.warehouse, func(w Row) bool {
		if i := onPath(path, w.Int(warehouseView)); i > at {
			nearest, at = w.Int(namedID), i
		}
		return true
	})
	return nearest
}

// onPath returns where in a parent_path ("1/7/8/") the location is, -1 where it is not.
func onPath(path string, location int64) int {
	var scratch [20]byte
	id := strconv.AppendInt(scratch[:0], location, 10)
	start := 0
	for i := range len(path) {
		if path[i] != '/' {
			continue
		}
		if path[start:i] == string(id) {
			return start
		}
		start = i + 1
	}
	return -1
}

// quantsBelow yields the quants in every location that is below one of the two.
func (m *mapping) quantsBelow(rows Rows, a, b int64, yield func(quant Row)) {
	m.locationsBelow(rows, a, b, func(location int64) { m.quantsIn(rows, location, yield) })
}

func (m *mapping) locationsBelow(rows Rows, a, b int64, yield func(location int64)) {
	rows.Scan(m.location, func(location Row) bool {
		path := location.field(locationPath)
		if onPath(path, a) >= 0 || onPath(path, b) >= 0 {
			yield(location.Int(namedID))
		}
		return true
	})
}

func (m *mapping) quantsIn(rows Rows, location int64, yield func(quant Row)) {
	for _, quant := range rows.Find(m.quant, quantLocation, location) {
		yield(quant)
	}
}

// The totals of stock_by_warehouse.
const (
	totalOnHand = iota
	totalReserved
	totalIncoming
	totalOutgoing
)

// stockSum adds up quants and open moves by product and warehouse. A quant outside of any
// warehouse (at a customer, lost in inventory) counts nowhere.
func (m *mapping) stockSum() *Sum {
	return &Sum{
		Name: "stock_by_warehouse", Keys: []string{"product_id", "warehouse_id"},
		Amounts: []string{totalOnHand: "on_hand", totalReserved: "reserved", totalIncoming: "incoming", totalOutgoing: "outgoing"},
		Parts:   []Part{m.quantPart(), m.movePart()},
	}
}

func (m *mapping) quantPart() Part {
	return Part{
		Of: m.quant,
		Contribute: func(rows Rows, quant Row, add func(Key, int, ...Decimal)) {
			if key, ok := m.levelOf(rows, quant); ok {
				add(key, totalOnHand, parseDecimal(quant.field(quantQuantity)), parseDecimal(quant.field(quantReserved)))
			}
		},
		Affected: map[*Table]func(rows Rows, old, new Row, yield func(Row)){
			m.location: func(rows Rows, old, new Row, yield func(Row)) {
				if !sameIn(old, new, locationPath, locationWarehouse) {
					m.quantsIn(rows, either(old, new), yield)
				}
			},
			m.warehouse: func(rows Rows, old, new Row, yield func(Row)) {
				if !sameIn(old, new, warehouseView) {
					m.quantsBelow(rows, old.Int(warehouseView), new.Int(warehouseView), yield)
				}
			},
		},
	}
}

// levelOf is the key of the stock level that a quant is part of.
func (m *mapping) levelOf(rows Rows, quant Row) (Key, bool) {
	location, found := rows.Get(m.location, Key{quant.Int(quantLocation)})
	if !found {
		return Key{}, false
	}
	warehouse := m.warehouseOf(rows, location)
	return Key{quant.Int(quantProduct), warehouse}, warehouse != 0
}
