package odoo

func (m *mapping) paymentTouches() touches {
	t := touches{
		m.payment: func(_ Rows, old, new Row, touch func(Key)) {
			if !m.payment.same(old, new) {
				touch(Key{either(old, new), keyPayment})
			}
		},
		m.document:     m.documentTouchesPayments,
		m.documentLine: m.lineTouchesPayments,
		m.reconcile: func(rows Rows, old, new Row, touch func(Key)) {
			if m.reconcile.same(old, new) {
				return
			}
			for _, row := range [2]Row{old, new} {
				m.touchPaymentOf(rows, row.Int(reconcileDebit), touch)
				m.touchPaymentOf(rows, row.Int(reconcileCredit), touch)
			}
		},
		m.transaction: func(_ Rows, old, new Row, touch func(Key)) {
			if !m.transaction.same(old, new) {
				touch(Key{either(old, new), keyTransaction})
			}
		},
		m.transactionOrders:   touchesTransaction,
		m.transactionInvoices: touchesTransaction,
		m.externalID: func(_ Rows, old, new Row, touch func(Key)) {
			touchExternal(old, new, func(model string, id int64) {
				switch model {
				case modelPayment:
					touch(Key{id, keyPayment})
				case modelTransaction:
					touch(Key{id, keyTransaction})
				}
			})
		},
	}
	if m.release >= paymentInvoicesSince {
		t[m.paymentInvoices] = func(_ Rows, old, new Row, touch func(Key)) {
			touchReferred(paymentInvoicesPayment, old, new, touch)
		}
	}
	return t
}

func touchesTransaction(_ Rows, old, new Row, touch func(Key)) {
	touchReferred(transactionOf, old, new, func(key Key) { touch(Key{key[0], keyTransaction}) })
}

// documentTouchesPayments: until Odoo 17 a payment is booked by an entry, which
// has its state. And of what it pays it shows whether it is an invoice or a refund.
func (m *mapping) documentTouchesPayments(rows Rows, old, new Row, touch func(Key)) {
	id := either(old, new)
	if !m.payment.has(paymentState) && !sameIn(old, new, documentName, documentState, documentBooked, documentRef, documentJournal, documentCompany) {
		for _, payment := range rows.Find(m.payment, paymentMove, id) {
			touch(Key{payment.Int(paymentID), keyPayment})
		}
	}
	if !old.Exists() || sameIn(old, new, documentType, documentCurrency) {
		return
	}
	for _, line := range rows.Find(m.documentLine, documentLineDocument, id) {
		m.touchMatched(rows, line.Int(documentLineID), touch)
	}
	if !m.paymentInvoices.Absent {
		for _, link := range rows.Find(m.paymentInvoices, paymentInvoicesInvoice, id) {
			touch(Key{link.Int(paymentInvoicesPayment), keyPayment})
		}
	}
	if !m.transactionInvoices.Absent {
		for _, link := range rows.Find(m.transactionInvoices, transactionTo, id) {
			touch(Key{link.Int(transactionOf), keyTransaction})
		}
	}
}

// lineTouchesPayments: a new line is matched with nothing yet.
func (m *mapping) lineTouchesPayments(rows Rows, old, new Row, touch func(Key)) {
	if sameIn(old, new, documentLineDocument, documentLinePayment) {
		return
	}
	touchReferred(documentLinePayment, old, new, touch)
	if old.Exists() {
		m.touchMatched(rows, old.Int(documentLineID), touch)
	}
}

// touchMatched touches the payments that a line is matched with.
func (m *mapping) touchMatched(rows Rows, line int64, touch func(Key)) {
	m.matches(rows, line, func(other Row, _ Decimal) {
		if payment := other.Int(documentLinePayment); payment != 0 {
			touch(Key{payment, keyPayment})
		}
	})
}

// touchPaymentOf touches the payment that a line belongs to.
func (m *mapping) touchPaymentOf(rows Rows, line int64, touch func(Key)) {
	if line == 0 {
		return
	}
	row, _ := rows.Get(m.documentLine, Key{line})
	if payment := row.Int(documentLinePayment); payment != 0 {
		touch(Key{payment, keyPayment})
	}
}
