package odoo

// returnEntity is a transfer whose moves return those of another: goods that
// come back from a customer, or go back to a supplier. It is never a shipment too. Once
// done or cancelled it keeps the address and SKUs it had.
func (m *mapping) returnEntity() *Entity {
	return &Entity{
		Name:    "return",
		Touches: m.shipmentTouches(), // both are made of the same rows
		Keys: func(rows Rows, yield func(Key) bool) {
			rows.Scan(m.picking, func(row Row) bool { return yield(Key{row.Int(pickingID)}) })
		},
		Build:      m.buildReturn,
		Happenings: returnHappenings,
	}
}

func (m *mapping) buildReturn(rows Rows, key Key, previous []byte) (Built, bool) {
	picking, found := rows.Get(m.picking, key)
	if !found {
		return Built{}, false
	}
	kind, _ := rows.Get(m.pickingType, Key{picking.Int(pickingOfType)})
	direction := kind.field(pickingTypeCode)
	if direction != "incoming" && direction != "outgoing" {
		return Built{}, false
	}
	moves := rows.Find(m.move, movePicking, key[0])
	if picking.Int(pickingReturnOf) == 0 && !returnsAny(moves) {
		return Built{}, false
	}
	sortByID(moves)
	return m.buildTransfer(rows, picking, previous, func(w *writer, kept []byte) {
		w.string("direction", direction)
		m.returnHead(w, rows, picking, kind, moves, kept)
		m.returnLines(w, rows, key[0], moves, kept)
	}), true
}

func returnsAny(moves []Row) bool {
	for _, move := range moves {
		if move.Int(moveReturns) != 0 {
			return true
		}
	}
	return false
}

func (m *mapping) returnHead(w *writer, rows Rows, picking, kind Row, moves []Row, kept []byte) {
	warehouse, _ := rows.Get(m.warehouse, Key{kind.Int(pickingTypeWarehouse)})
	w.text("warehouse", warehouse, warehouseCode)
	returned := m.returnedPicking(rows, picking, moves)
	of, _ := rows.Get(m.picking, Key{returned})
	w.reference("shipment", returned, of, pickingName)
	if m.picking.has(pickingOrder) {
		order, _ := rows.Get(m.order, Key{picking.Int(pickingOrder)})
		w.reference("order", picking.Int(pickingOrder), order, orderName)
	}
	if m.picking.has(pickingCarrier) {
		carrier, _ := rows.Get(m.carrier, Key{picking.Int(pickingCarrier)})
		w.translated("carrier", carrier, namedName)
	}
	if m.picking.has(pickingTracking) {
		w.trackingReferences(picking.Text(pickingTracking))
	}
	m.keptAddress(w, rows, "address", picking.Int(pickingPartner), kept)
	w.time("scheduled_date", picking, pickingScheduled)
	w.time("done_date", picking, pickingDone)
	w.text("source_document", picking, pickingOrigin)
	rest, _ := rows.Get(m.picking, Key{picking.Int(pickingBackorderOf)})
	w.reference("backorder_of", picking.Int(pickingBackorderOf), rest, pickingName)
}

// returnedPicking is the transfer that is returned. Where the picking does not
// say so itself (Odoo 16 and earlier), the first of its moves that returns one does.
func (m *mapping) returnedPicking(rows Rows, picking Row, moves []Row) int64 {
	if id := picking.Int(pickingReturnOf); id != 0 {
		return id
	}
	for _, move := range moves {
		if of, found := rows.Get(m.move, Key{move.Int(moveReturns)}); found && of.Int(movePicking) != 0 {
			return of.Int(movePicking)
		}
	}
	return 0
}

// returnLines writes one line for each move.
func (m *mapping) returnLines(w *writer, rows Rows, picking int64, moves []Row, kept []byte) {
	details := rows.Find(m.moveLine, moveLinePicking, picking)
	skus := keptSKUs(kept, "move_id")
	w.openArray("lines")
	for _, move := range moves {
		id, product := move.Int(moveID), move.Int(moveProduct)
		w.open()
		w.int("move_id", id)
		w.id("product_id", product)
		m.sku(w, rows, id, product, skus)
		w.text("state", move, moveState)
		w.quantity("quantity", move, moveDemand)
		_, received := m.moved(move, details)
		w.decimal("received", &received, 0)
		m.unit(w, rows, move.Int(moveUoM))
		if m.move.has(moveToRefund) {
			w.bool("to_refund", move.Bool(moveToRefund))
		}
		if m.move.has(moveOrderLine) {
			w.id("order_line_id", move.Int(moveOrderLine))
		}
		w.id("returned_move_id", move.Int(moveReturns))
		m.lots(w, rows, move, details)
		w.custom(customOf{m.move, move})
		w.close()
	}
	w.closeArray()
}

// returnHappenings names the steps of a return's life. One that vanishes
// without having been received will not come: that is a cancellation.
func returnHappenings(old, new []byte, _ []string) []Happening {
	was, is := textOf(old, "state"), textOf(new, "state")
	step := ""
	switch {
	case new == nil && was == stateCancel:
		return nil
	case new == nil, is == stateCancel && was != is:
		step = "cancelled"
	case is == stateDone && was != is:
		step = "received"
	}
	switch {
	case old == nil && step != "":
		return []Happening{{What: "created"}, beyond(step)}
	case old == nil:
		return []Happening{{What: "created"}}
	case step != "":
		return []Happening{{What: step}}
	}
	return []Happening{{What: "updated"}}
}
