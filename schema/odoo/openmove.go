package odoo

// A move is open from its confirmation until it is done or cancelled: then
// Odoo counts it in the forecast of the warehouses whose boundary it crosses
// (stock/models/product.py, _get_domain_locations and _compute_quantities_dict).
func openMove(move Row) bool {
	switch move.field(moveState) {
	case "waiting", "confirmed", "partially_available", "assigned":
		return true
	}
	return false
}

// bound is the location that an open move is for. From 18 on it is where the last of its steps takes the goods, which are
// not made before the first is done: picking them for a customer counts as their leaving the warehouse.
func bound(move Row) int64 {
	if final := move.Int(moveFinal); final != 0 {
		return final
	}
	return move.Int(moveTo)
}

// ends are the warehouses that an open move leaves and enters, 0 for none. A
// move within one warehouse crosses no boundary.
func (m *mapping) ends(rows Rows, move Row) (from, to int64) {
	if !move.Exists() || !openMove(move) {
		return 0, 0
	}
	source, _ := rows.Get(m.location, Key{move.Int(moveFrom)})
	target, _ := rows.Get(m.location, Key{bound(move)})
	from, to = m.warehouseOf(rows, source), m.warehouseOf(rows, target)
	if from == to {
		return 0, 0
	}
	return from, to
}

// movePart adds up what is to come and to go, in the product's unit.
func (m *mapping) movePart() Part {
	return Part{
		Of: m.move,
		Contribute: func(rows Rows, move Row, add func(Key, int, ...Decimal)) {
			from, to := m.ends(rows, move)
			if from == 0 && to == 0 {
				return
			}
			product, quantity := move.Int(moveProduct), withoutNoise(parseDecimal(move.field(moveProductQuantity)))
			if to != 0 {
				add(Key{product, to}, totalIncoming, quantity)
			}
			if from != 0 {
				add(Key{product, from}, totalOutgoing, quantity)
			}
		},
		Affected: map[*Table]func(rows Rows, old, new Row, yield func(Row)){
			m.location: func(rows Rows, old, new Row, yield func(Row)) {
				if !sameIn(old, new, locationPath, locationWarehouse) {
					m.movesAt(rows, either(old, new), yield)
				}
			},
			m.warehouse: func(rows Rows, old, new Row, yield func(Row)) {
				if !sameIn(old, new, warehouseView) {
					m.movesBelow(rows, old.Int(warehouseView), new.Int(warehouseView), yield)
				}
			},
		},
	}
}

// movesAt yields the open moves from, to and for the location, each once.
func (m *mapping) movesAt(rows Rows, location int64, yield func(move Row)) {
	for _, move := range rows.Find(m.move, moveFrom, location) {
		yield(move)
	}
	for _, move := range rows.Find(m.move, moveTo, location) {
		if move.Int(moveFrom) != location {
			yield(move)
		}
	}
	for _, move := range rows.Find(m.move, moveFinal, location) {
		if move.Int(moveFrom) != location && move.Int(moveTo) != location {
			yield(move)
		}
	}
}

// movesBelow yields the open moves from and to any location below one of the two, each once.
func (m *mapping) movesBelow(rows Rows, a, b int64, yield func(move Row)) {
	seen := map[int64]bool{}
	m.locationsBelow(rows, a, b, func(location int64) {
		m.movesAt(rows, location, func(move Row) {
			if id := move.Int(moveID); !seen[id] {
				seen[id] = true
				yield(move)
			}
		})
	})
}

func (m *mapping) moveTouchesLevels(rows Rows, old, new Row, touch func(Key)) {
	if sameIn(old, new, moveProduct, moveState, moveProductQuantity, moveFrom, moveTo, moveFinal) {
		return
	}
	for _, move := range [2]Row{old, new} {
		from, to := m.ends(rows, move)
		for _, warehouse := range [2]int64{from, to} {
			if warehouse != 0 {
				touch(Key{move.Int(moveProduct), warehouse})
			}
		}
	}
}
