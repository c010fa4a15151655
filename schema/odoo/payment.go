package odoo

import (
	"cmp"
	"slices"
)

// A payment is Odoo's account_payment, or a payment_transaction of an online
// provider. Both have ids of their own counting, so a key says which it is, and a
// transaction's subject says it too: "payment/transaction-7".
const (
	keyPayment     = 0
	keyTransaction = 1

	transactionPrefix = "transaction-"
)

func (m *mapping) paymentEntity() *Entity {
	return &Entity{
		Name:    "payment",
		Touches: m.paymentTouches(),
		Keys: func(rows Rows, yield func(Key) bool) {
			more := true
			rows.Scan(m.payment, func(row Row) bool {
				more = yield(Key{row.Int(paymentID), keyPayment})
				return more
			})
			if more {
				rows.Scan(m.transaction, func(row Row) bool { return yield(Key{row.Int(transactionID), keyTransaction}) })
			}
		},
		Build: func(rows Rows, key Key, previous []byte) (Built, bool) {
			if key[1] == keyTransaction {
				return m.buildTransaction(rows, key, previous)
			}
			return m.buildPayment(rows, key, previous)
		},
		Happenings: paymentHappenings,
	}
}

// buildPayment makes the document of a customer's payment once it is more than
// a draft. One that became a draft again keeps its document.
func (m *mapping) buildPayment(rows Rows, key Key, previous []byte) (Built, bool) {
	payment, found := rows.Get(m.payment, Key{key[0]})
	if !found || payment.field(paymentPartnerType) != "customer" || payment.Bool(paymentInternal) {
		return Built{}, false
	}
	booked := m.booked(rows, payment)
	state := paymentStateOf(booked.state)
	if previous == nil && state == stateDraft {
		return Built{}, false
	}
	w := newWriter(768)
	w.open()
	w.int("id", key[0])
	w.string("kind", "payment")
	w.optional("name", booked.name)
	w.id("company_id", booked.company)
	w.optional("state", state)
	w.text("direction", payment, paymentType)
	m.orderCustomer(w, rows, payment.Int(paymentPartner), nil)
	currency, decimals := m.currencyNamed(rows, payment.Int(paymentCurrency))
	w.money("amount", payment, paymentAmount, decimals)
	w.optional("currency", currency)
	w.key("date")
	w.b = appendDate(w.b, booked.date)
	m.paymentJournal(w, rows, booked.journal)
	w.optional("reference", booked.memo)
	w.text("provider_reference", payment, paymentProviderRef)
	w.bool("reconciled", payment.Bool(paymentReconciled) || payment.Int(paymentMove) == 0 && payment.Bool(paymentMatched))
	w.bool("matched", payment.Bool(paymentMatched))
	m.paidInvoices(w, rows, key[0])
	if m.payment.has(paymentTransaction) {
		w.id("transaction_id", payment.Int(paymentTransaction))
	}
	m.externalIDs(w, rows, record{modelPayment, key[0]})
	w.custom(customOf{m.payment, payment})
	w.close()
	return Built{Name: itoa(key[0]), Company: booked.company, Body: w.b}, true
}

// booked is what a payment has of its own since Odoo 18, and its entry in the
// books until 17.
type booked struct {
	name, state, date, memo string
	journal, company        int64
}

func (m *mapping) booked(rows Rows, payment Row) booked {
	if m.payment.has(paymentState) {
		return booked{
			name: payment.Text(paymentName), state: payment.field(paymentState), date: payment.field(paymentDate),
			memo: payment.Text(paymentMemo), journal: payment.Int(paymentJournal), company: payment.Int(paymentCompany),
		}
	}
	entry, _ := rows.Get(m.document, Key{payment.Int(paymentMove)})
	return booked{
		name: numberOf(entry), state: entry.field(documentState), date: entry.field(documentBooked),
		memo: entry.Text(documentRef), journal: entry.Int(documentJournal), company: entry.Int(documentCompany),
	}
}

// paymentStateOf writes the one state alike that releases spell in two ways. A
// payment without any is not yet more than a draft.
func paymentStateOf(state string) string {
	switch state {
	case stateCancel:
		return stateCanceled
	case `\N`:
		return stateDraft
	}
	return state
}

const stateCanceled = "canceled"

func (m *mapping) paymentJournal(w *writer, rows Rows, id int64) {
	if id == 0 {
		w.null("journal")
		return
	}
	journal, _ := rows.Get(m.journal, Key{id})
	w.openObject("journal")
	w.int("id", id)
	w.text("code", journal, journalCode)
	w.translated("name", journal, namedName)
	w.close()
}

// paidInvoice is an invoice or a refund that a payment is matched with; amount
// is in the document's currency. Without one it is only meant for it.
type paidInvoice struct {
	id      int64
	amount  Decimal
	matched bool
}

// paidInvoices writes what the payment pays, by id: what its lines in the books
// are matched with, and what it was registered for.
func (m *mapping) paidInvoices(w *writer, rows Rows, payment int64) {
	var paid []paidInvoice
	for _, line := range rows.Find(m.documentLine, documentLinePayment, payment) {
		m.matches(rows, line.Int(documentLineID), func(other Row, amount Decimal) {
			paid = addPaid(paid, paidInvoice{other.Int(documentLineDocument), amount, true})
		})
	}
	if !m.paymentInvoices.Absent {
		for _, link := range rows.Find(m.paymentInvoices, paymentInvoicesPayment, payment) {
			paid = addPaid(paid, paidInvoice{id: link.Int(paymentInvoicesInvoice)})
		}
	}
	m.invoicesPaid(w, rows, paid)
}

func (m *mapping) invoicesPaid(w *writer, rows Rows, paid []paidInvoice) {
	slices.SortFunc(paid, func(a, b paidInvoice) int { return cmp.Compare(a.id, b.id) })
	w.openArray("invoices")
	for i := range paid {
		document, _ := rows.Get(m.document, Key{paid[i].id})
		if !isCustomers(document) {
			continue
		}
		_, decimals := m.currencyNamed(rows, document.Int(documentCurrency))
		w.open()
		w.int("id", paid[i].id)
		w.string("entity", entityOfType(document.field(documentType)))
		w.optional("name", numberOf(document))
		if paid[i].matched {
			w.decimal("amount", &paid[i].amount, decimals)
		} else {
			w.null("amount")
		}
		w.close()
	}
	w.closeArray()
}

func entityOfType(kind string) string {
	if kind == typeRefund {
		return "refund"
	}
	return "invoice"
}

func addPaid(paid []paidInvoice, p paidInvoice) []paidInvoice {
	i := slices.IndexFunc(paid, func(have paidInvoice) bool { return have.id == p.id })
	if i < 0 {
		return append(paid, p)
	}
	exact.Add(&paid[i].amount, &paid[i].amount, &p.amount) //nolint:errcheck // exact and finite: nothing can go wrong
	paid[i].matched = paid[i].matched || p.matched
	return paid
}

// matches yields the lines that one is matched with, and how much of each, in its own currency.
func (m *mapping) matches(rows Rows, line int64, yield func(other Row, amount Decimal)) {
	for _, side := range [2][3]int{{reconcileDebit, reconcileCredit, reconcileCreditAmount}, {reconcileCredit, reconcileDebit, reconcileDebitAmount}} {
		for _, match := range rows.Find(m.reconcile, side[0], line) {
			if other, found := rows.Get(m.documentLine, Key{match.Int(side[1])}); found {
				yield(other, parseDecimal(match.field(side[2])))
			}
		}
	}
}
