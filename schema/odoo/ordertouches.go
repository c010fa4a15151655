package odoo

func (m *mapping) orderTouches() touches {
	return touches{
		m.order: func(_ Rows, old, new Row, touch func(Key)) {
			if !m.order.same(old, new) {
				touch(Key{either(old, new)})
			}
		},
		m.orderLine: func(_ Rows, old, new Row, touch func(Key)) {
			if m.orderLine.same(old, new) {
				return
			}
			for _, row := range [2]Row{old, new} {
				if row.Exists() {
					touch(Key{row.Int(lineOrder)})
				}
			}
		},
		m.partner: func(rows Rows, old, new Row, touch func(Key)) {
			m.addressTouches(rows, old, new, func(partner int64) { m.touchOrdersOf(rows, partner, touch) })
		},
		m.product: func(rows Rows, old, new Row, touch func(Key)) {
			if !old.Exists() || sameIn(old, new, productSKU) {
				return
			}
			for _, line := range rows.Find(m.orderLine, lineProduct, either(old, new)) {
				m.touchOpenOrder(rows, line.Int(lineOrder), touch)
			}
		},
		m.externalID: func(rows Rows, old, new Row, touch func(Key)) {
			touchExternal(old, new, func(model string, id int64) { m.externalTouchesOrder(rows, model, id, touch) })
		},
	}
}

func (m *mapping) externalTouchesOrder(rows Rows, model string, id int64, touch func(Key)) {
	switch model {
	case modelOrder:
		touch(Key{id})
	case modelOrderLine:
		if line, found := rows.Get(m.orderLine, Key{id}); found {
			touch(Key{line.Int(lineOrder)})
		}
	case modelPartner:
		m.touchOrdersOf(rows, id, touch)
		for _, contact := range rows.Find(m.partner, partnerCommercial, id) {
			m.touchOrdersOf(rows, contact.Int(partnerID), touch)
		}
	}
}

// sameAddress compares what an order or a shipment shows of a partner.
func (m *mapping) sameAddress(old, new Row) bool {
	return sameIn(old, new, partnerName, partnerCommercial, partnerParent, partnerEmail, partnerPhone, partnerMobile,
		partnerStreet, partnerStreet2, partnerZip, partnerCity, partnerState, partnerCountry)
}

// addressTouches passes on the partners whose address a change of one alters:
// itself, and where a company is renamed its nameless addresses and its contacts. A new
// partner has no orders yet.
func (m *mapping) addressTouches(rows Rows, old, new Row, concerned func(partner int64)) {
	if !old.Exists() || m.sameAddress(old, new) {
		return
	}
	id := either(old, new)
	concerned(id)
	if sameIn(old, new, partnerName) {
		return
	}
	for _, contact := range rows.Find(m.partner, partnerCommercial, id) {
		if contact.Int(partnerID) != id {
			concerned(contact.Int(partnerID))
		}
	}
}

// touchOrdersOf touches the open orders that name the partner.
func (m *mapping) touchOrdersOf(rows Rows, partner int64, touch func(Key)) {
	for _, column := range [...]int{orderPartner, orderInvoicePartner, orderShippingPartner} {
		for _, order := range rows.Find(m.order, column, partner) {
			if !m.orderClosed(order) {
				touch(Key{order.Int(orderID)})
			}
		}
	}
}

func (m *mapping) touchOpenOrder(rows Rows, id int64, touch func(Key)) {
	if order, found := rows.Get(m.order, Key{id}); found && !m.orderClosed(order) {
		touch(Key{id})
	}
}
