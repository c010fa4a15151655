package odoo

import (
	"strings"
)

// shipmentEntity is a delivery order: an outgoing transfer that returns
// nothing. Once done or cancelled it keeps the address and SKUs it had.
func (m *mapping) shipmentEntity() *Entity {
	return &Entity{
		Name:    "shipment",
		Touches: m.shipmentTouches(),
		Keys: func(rows Rows, yield func(Key) bool) {
			rows.Scan(m.picking, func(row Row) bool { return yield(Key{row.Int(pickingID)}) })
		},
		Build:      m.buildShipment,
		Happenings: shipmentHappenings,
	}
}

func (m *mapping) shipmentTouches() touches {
	return touches{
		m.picking: func(_ Rows, old, new Row, touch func(Key)) {
			if !m.picking.same(old, new) {
				touch(Key{either(old, new)})
			}
		},
		m.move: func(_ Rows, old, new Row, touch func(Key)) {
			if !m.move.same(old, new) {
				touchReferred(movePicking, old, new, touch)
			}
		},
		m.moveLine: func(_ Rows, old, new Row, touch func(Key)) {
			if !m.moveLine.same(old, new) {
				touchReferred(moveLinePicking, old, new, touch)
			}
		},
		m.partner: func(rows Rows, old, new Row, touch func(Key)) {
			m.addressTouches(rows, old, new, func(partner int64) {
				for _, picking := range rows.Find(m.picking, pickingPartner, partner) {
					if !pickingClosed(picking) {
						touch(Key{picking.Int(pickingID)})
					}
				}
			})
		},
		m.product: func(rows Rows, old, new Row, touch func(Key)) {
			if !old.Exists() || sameIn(old, new, productSKU) {
				return
			}
			m.touchOpenMoves(rows, either(old, new), touch)
		},
		m.template: func(rows Rows, old, new Row, touch func(Key)) {
			if m.move.has(moveName) || !old.Exists() || sameIn(old, new, templateName) {
				return
			}
			for _, product := range rows.Find(m.product, productTemplate, either(old, new)) {
				m.touchOpenMoves(rows, product.Int(productID), touch)
			}
		},
		m.externalID: func(_ Rows, old, new Row, touch func(Key)) {
			touchExternal(old, new, func(model string, id int64) {
				if model == modelPicking {
					touch(Key{id})
				}
			})
		},
	}
}

// touchOpenMoves touches the transfers that are still to move a product.
func (m *mapping) touchOpenMoves(rows Rows, product int64, touch func(Key)) {
	for _, move := range rows.Find(m.move, moveProduct, product) {
		if state := move.field(moveState); state != stateDone && state != stateCancel {
			touchReferred(movePicking, Row{}, move, touch)
		}
	}
}

// touchReferred touches what the column of either row refers to.
func touchReferred(column int, old, new Row, touch func(Key)) {
	for _, row := range [2]Row{old, new} {
		if id := row.Int(column); id != 0 {
			touch(Key{id})
		}
	}
}

func pickingClosed(picking Row) bool {
	state := picking.field(pickingState)
	return state == stateDone || state == stateCancel
}

func (m *mapping) buildShipment(rows Rows, key Key, previous []byte) (Built, bool) {
	picking, found := rows.Get(m.picking, key)
	if !found || picking.Int(pickingReturnOf) != 0 {
		return Built{}, false
	}
	kind, _ := rows.Get(m.pickingType, Key{picking.Int(pickingOfType)})
	if kind.field(pickingTypeCode) != "outgoing" {
		return Built{}, false
	}
	moves := rows.Find(m.move, movePicking, key[0])
	for _, move := range moves {
		if move.Int(moveReturns) != 0 {
			return Built{}, false
		}
	}
	return m.buildTransfer(rows, picking, previous, func(w *writer, kept []byte) {
		m.shipmentHead(w, rows, picking, kind, kept)
		m.shipmentLines(w, rows, key[0], moves, kept)
	}), true
}

// buildTransfer is a shipment or a return: what both have, around what rest
// writes. kept is the document from which a closed one keeps address and SKUs.
func (m *mapping) buildTransfer(rows Rows, picking Row, previous []byte, rest func(w *writer, kept []byte)) Built {
	kept := previous
	if was := textOf(previous, "state"); !pickingClosed(picking) || was != stateDone && was != stateCancel {
		kept = nil
	}
	w := newWriter(1536)
	w.open()
	w.int("id", picking.Int(pickingID))
	w.text("name", picking, pickingName)
	w.id("company_id", picking.Int(pickingCompany))
	w.text("state", picking, pickingState)
	rest(w, kept)
	m.externalIDs(w, rows, record{modelPicking, picking.Int(pickingID)})
	w.custom(customOf{m.picking, picking})
	w.close()
	built := Built{Company: picking.Int(pickingCompany), Body: w.b}
	if previous == nil {
		built.Name = uniqueName(rows, m.picking, pickingName, picking)
	}
	return built
}

func (m *mapping) shipmentHead(w *writer, rows Rows, picking, kind Row, kept []byte) {
	warehouse, _ := rows.Get(m.warehouse, Key{kind.Int(pickingTypeWarehouse)})
	w.text("warehouse", warehouse, warehouseCode)
	if m.picking.has(pickingCarrier) {
		carrier, _ := rows.Get(m.carrier, Key{picking.Int(pickingCarrier)})
		w.translated("carrier", carrier, namedName)
	}
	if m.picking.has(pickingTracking) {
		w.trackingReferences(picking.Text(pickingTracking))
	}
	if m.picking.has(pickingOrder) {
		order, _ := rows.Get(m.order, Key{picking.Int(pickingOrder)})
		w.reference("order", picking.Int(pickingOrder), order, orderName)
	}
	m.keptAddress(w, rows, "delivery_address", picking.Int(pickingPartner), kept)
	w.time("scheduled_date", picking, pickingScheduled)
	w.time("done_date", picking, pickingDone)
	w.text("source_document", picking, pickingOrigin)
	of, _ := rows.Get(m.picking, Key{picking.Int(pickingBackorderOf)})
	w.reference("backorder_of", picking.Int(pickingBackorderOf), of, pickingName)
}

// trackingReferences splits Odoo's list; one without any is empty.
func (w *writer) trackingReferences(list string) {
	w.openArray("tracking_references")
	for reference := range strings.SplitSeq(list, ",") {
		if reference = strings.TrimSpace(reference); reference != "" {
			w.element(reference)
		}
	}
	w.closeArray()
}

// reference writes another record by id and name, null for none.
func (w *writer) reference(name string, id int64, row Row, column int) {
	if id == 0 {
		w.null(name)
		return
	}
	w.openObject(name)
	w.int("id", id)
	w.text("name", row, column)
	w.close()
}

// shipmentHappenings names the steps of a shipment's life. One that vanishes
// without having been cancelled will not come: that is a cancellation.
func shipmentHappenings(old, new []byte, _ []string) []Happening {
	was, is := textOf(old, "state"), textOf(new, "state")
	if old != nil && new == nil {
		if was == stateCancel {
			return nil
		}
		return []Happening{{What: "cancelled"}}
	}
	step := stepTo(is)
	switch {
	case old == nil && step != "":
		return []Happening{{What: "created"}, beyond(step)}
	case old == nil:
		return []Happening{{What: "created"}}
	case step != "" && was != is:
		return []Happening{{What: step}}
	}
	return []Happening{{What: "updated"}}
}

// stepTo is what happens to a shipment that comes to the state, "" for nothing special.
func stepTo(state string) string {
	switch state {
	case stateReady:
		return "ready"
	case stateDone:
		return "shipped"
	case stateCancel:
		return "cancelled"
	}
	return ""
}
