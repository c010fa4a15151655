package odoo

import "github.com/odoobridge/odoobridge/schema"

// orderEntity is a sales order with its lines. Once it is closed (cancelled, or
// delivered in full) it keeps the addresses and SKUs it had.
func (m *mapping) orderEntity() *Entity {
	return &Entity{
		Name:    "order",
		Touches: m.orderTouches(),
		Keys: func(rows Rows, yield func(Key) bool) {
			rows.Scan(m.order, func(row Row) bool { return yield(Key{row.Int(orderID)}) })
		},
		Build:      m.buildOrder,
		Happenings: orderHappenings,
	}
}

func (m *mapping) buildOrder(rows Rows, key Key, previous []byte) (Built, bool) {
	order, found := rows.Get(m.order, key)
	if !found {
		return Built{}, false
	}
	kept := previous
	if !m.orderClosed(order) || !documentClosed(previous) {
		kept = nil
	}
	currency, decimals := m.currencyNamed(rows, order.Int(orderCurrency))
	w := newWriter(2048)
	w.open()
	w.int("id", key[0])
	w.text("name", order, orderName)
	w.id("company_id", order.Int(orderCompany))
	w.optional("state", stateOf(order))
	w.bool("locked", isLocked(order))
	w.time("date", order, orderDate)
	w.time("commitment_date", order, orderCommitment)
	w.text("client_order_ref", order, orderClientRef)
	w.text("source_document", order, orderOrigin)
	m.orderCustomer(w, rows, order.Int(orderPartner), kept)
	m.keptAddress(w, rows, "invoice_address", order.Int(orderInvoicePartner), kept)
	m.keptAddress(w, rows, "delivery_address", order.Int(orderShippingPartner), kept)
	w.optional("currency", currency)
	w.money("amount_untaxed", order, orderUntaxed, decimals)
	w.money("amount_tax", order, orderTax, decimals)
	w.money("amount_total", order, orderTotal, decimals)
	m.orderDelivery(w, rows, order)
	w.text("invoice_status", order, orderInvoiceStatus)
	m.orderLines(w, rows, key[0], decimals, kept)
	m.externalIDs(w, rows, record{modelOrder, key[0]})
	w.custom(customOf{m.order, order})
	w.close()
	built := Built{Company: order.Int(orderCompany), Body: w.b}
	if previous == nil {
		built.Name = uniqueName(rows, m.order, orderName, order)
	}
	return built, true
}

// uniqueName is the record's name; where an older record bears it too, as in
// another company, the id is added.
func uniqueName(rows Rows, t *Table, column int, row Row) string {
	name := row.Text(column)
	if name == "" {
		return itoa(row.Int(0))
	}
	for _, other := range rows.FindText(t, column, name) {
		if other.Int(0) < row.Int(0) {
			return name + "~" + itoa(row.Int(0))
		}
	}
	return name
}

const (
	stateDone   = "done"
	stateSale   = "sale"
	stateCancel = "cancel"
	stateReady  = "assigned"
)

// stateOf is the order's state as Odoo 17 has it: earlier, "done" meant a
// confirmed order that is locked.
func stateOf(order Row) string {
	if order.field(orderState) == stateDone {
		return stateSale
	}
	return order.Text(orderState)
}

// orderClosed reports whether nothing more will come of the order. Where Odoo
// keeps no delivery status, a locked order is taken for closed.
func (m *mapping) orderClosed(order Row) bool {
	switch {
	case order.field(orderState) == stateCancel:
		return true
	case stateOf(order) != stateSale:
		return false
	case m.order.has(orderDeliveryStatus):
		return order.field(orderDeliveryStatus) == deliveredInFull
	}
	return isLocked(order)
}

func isLocked(order Row) bool { return order.Bool(orderLocked) || order.field(orderState) == stateDone }

const deliveredInFull = "full"

// documentClosed is orderClosed of what the document says.
func documentClosed(body []byte) bool {
	switch textOf(body, "state") {
	case stateCancel:
		return true
	case stateSale:
		return textOf(body, "delivery_status") == deliveredInFull ||
			isTrue(body, "locked") && schema.Field(body, "delivery_status") == nil
	}
	return false
}

// textOf is the value of a field that never needs escapes.
func textOf(body []byte, name string) string {
	raw := schema.Field(body, name)
	if len(raw) < 2 || raw[0] != '"' {
		return ""
	}
	return string(raw[1 : len(raw)-1])
}

func (m *mapping) orderCustomer(w *writer, rows Rows, partner int64, kept []byte) {
	if raw := schema.Field(kept, "customer"); raw != nil && parseInt(schema.Field(raw, "partner_id")) == partner {
		w.raw("customer", raw)
		return
	}
	row, _ := rows.Get(m.partner, Key{partner})
	customer := partner
	if row.Exists() {
		customer = m.commercial(rows, row)
	}
	company, _ := rows.Get(m.partner, Key{customer})
	w.openObject("customer")
	w.id("id", customer)
	w.id("partner_id", partner)
	w.text("name", company, partnerName)
	m.externalIDs(w, rows, record{modelPartner, customer})
	w.close()
}

// keptAddress writes an address by value, or keeps the value of the earlier
// document while it means the same partner.
func (m *mapping) keptAddress(w *writer, rows Rows, name string, partner int64, kept []byte) {
	if partner == 0 {
		w.null(name)
		return
	}
	if raw := schema.Field(kept, name); raw != nil && rawID(raw) == partner {
		w.raw(name, raw)
		return
	}
	row, _ := rows.Get(m.partner, Key{partner})
	w.openObject(name)
	w.int("id", partner)
	w.optional("name", m.addressee(rows, row))
	w.text("email", row, partnerEmail)
	w.text("phone", row, partnerPhone)
	if m.partner.has(partnerMobile) {
		w.text("mobile", row, partnerMobile)
	}
	m.place(w, rows, row)
	w.close()
}

// addressee is the name on the parcel: an address without a name is its company's.
func (m *mapping) addressee(rows Rows, partner Row) string {
	if name := partner.Text(partnerName); name != "" || !partner.Exists() {
		return name
	}
	company, _ := rows.Get(m.partner, Key{m.commercial(rows, partner)})
	return company.Text(partnerName)
}

func (m *mapping) orderDelivery(w *writer, rows Rows, order Row) {
	if m.order.has(orderWarehouse) {
		warehouse, _ := rows.Get(m.warehouse, Key{order.Int(orderWarehouse)})
		w.text("warehouse", warehouse, warehouseCode)
	}
	if m.order.has(orderCarrier) {
		carrier, _ := rows.Get(m.carrier, Key{order.Int(orderCarrier)})
		w.translated("carrier", carrier, namedName)
	}
	if m.order.has(orderDeliveryStatus) {
		w.text("delivery_status", order, orderDeliveryStatus)
	}
}
