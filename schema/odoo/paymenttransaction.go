package odoo

// buildTransaction makes the document of an online provider's transaction once
// there is money in it: authorized or done. One that failed later keeps its document.
func (m *mapping) buildTransaction(rows Rows, key Key, previous []byte) (Built, bool) {
	transaction, found := rows.Get(m.transaction, Key{key[0]})
	if !found {
		return Built{}, false
	}
	state := transaction.field(transactionState)
	if previous == nil && state != stateAuthorized && state != stateDone {
		return Built{}, false
	}
	w := newWriter(768)
	w.open()
	w.int("id", key[0])
	w.string("kind", "transaction")
	w.text("name", transaction, transactionReference)
	w.id("company_id", transaction.Int(transactionCompany))
	w.optional("state", paymentStateOf(state))
	direction := "inbound"
	amount := parseDecimal(transaction.field(transactionAmount))
	if amount.Negative { // how Odoo writes what goes back to the customer
		direction = "outbound"
		amount.Negative = false
	}
	w.string("direction", direction)
	m.orderCustomer(w, rows, transaction.Int(transactionPartner), nil)
	currency, decimals := m.currencyNamed(rows, transaction.Int(transactionCurrency))
	w.decimal("amount", &amount, decimals)
	w.optional("currency", currency)
	w.changedOn(transaction, transactionChanged)
	w.null("journal")
	w.text("reference", transaction, transactionReference)
	w.text("provider_reference", transaction, transactionProviderRef)
	m.transactionTargets(w, rows, key[0])
	if m.transaction.has(transactionPayment) {
		w.id("payment_id", transaction.Int(transactionPayment))
	}
	m.externalIDs(w, rows, record{modelTransaction, key[0]})
	w.custom(customOf{m.transaction, transaction})
	w.close()
	return Built{Name: transactionPrefix + itoa(key[0]), Company: transaction.Int(transactionCompany), Body: w.b}, true
}

const stateAuthorized = "authorized"

// changedOn writes the day of a moment in UTC.
func (w *writer) changedOn(row Row, column int) {
	w.key("date")
	moment := row.field(column)
	const day = len("2006-01-02")
	w.b = appendDate(w.b, moment[:min(day, len(moment))])
}

// transactionTargets writes the invoices and the orders that the transaction is for.
func (m *mapping) transactionTargets(w *writer, rows Rows, transaction int64) {
	var paid []paidInvoice
	if !m.transactionInvoices.Absent {
		for _, link := range rows.Find(m.transactionInvoices, transactionOf, transaction) {
			paid = append(paid, paidInvoice{id: link.Int(transactionTo)})
		}
	}
	m.invoicesPaid(w, rows, paid)
	if m.transactionOrders.Absent {
		return
	}
	var orders []int64
	for _, link := range rows.Find(m.transactionOrders, transactionOf, transaction) {
		orders = append(orders, link.Int(transactionTo))
	}
	m.references(w, rows, "orders", orders, m.order, orderName)
}
