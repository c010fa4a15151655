package odoo

// An invoice and a refund are the same in Odoo, an account_move of another
// move_type. Its number comes with its posting, so its key is its id. What it
// shows of partners and products it shows as of its own last change, and once posted
// for ever: that is what the customer got.

func (m *mapping) invoiceEntity() *Entity { return m.documentEntity("invoice", typeInvoice) }

func (m *mapping) refundEntity() *Entity { return m.documentEntity("refund", typeRefund) }

func (m *mapping) documentEntity(name, kind string) *Entity {
	return &Entity{
		Name:    name,
		Touches: m.documentTouches(kind),
		Keys: func(rows Rows, yield func(Key) bool) {
			rows.Scan(m.document, func(row Row) bool {
				return row.field(documentType) != kind || yield(Key{row.Int(documentID)})
			})
		},
		Build: func(rows Rows, key Key, previous []byte) (Built, bool) {
			return m.buildDocument(rows, key, kind, previous)
		},
		Happenings: documentHappenings,
	}
}

func (m *mapping) documentTouches(kind string) touches {
	ofLine := func(rows Rows, line Row, touch func(Key)) {
		if id := line.Int(documentLineDocument); id != 0 && m.isOf(rows, id, kind) {
			touch(Key{id})
		}
	}
	return touches{
		m.document: func(_ Rows, old, new Row, touch func(Key)) {
			if (old.field(documentType) == kind || new.field(documentType) == kind) && !m.document.same(old, new) {
				touch(Key{either(old, new)})
			}
		},
		m.documentLine: func(rows Rows, old, new Row, touch func(Key)) {
			if !isShown(old) && !isShown(new) || m.documentLine.same(old, new) {
				return
			}
			ofLine(rows, old, touch)
			if !sameIn(old, new, documentLineDocument) {
				ofLine(rows, new, touch)
			}
		},
		m.lineTaxes: func(rows Rows, old, new Row, touch func(Key)) {
			m.ofInvoiceLines(rows, lineTaxesLine, old, new, func(line Row) { ofLine(rows, line, touch) })
		},
		m.lineOrders: func(rows Rows, old, new Row, touch func(Key)) {
			m.ofInvoiceLines(rows, lineOrdersInvoiceLine, old, new, func(line Row) { ofLine(rows, line, touch) })
		},
		m.orderLine: func(rows Rows, old, new Row, touch func(Key)) {
			if !old.Exists() || sameIn(old, new, lineOrder) {
				return
			}
			for _, link := range rows.Find(m.lineOrders, lineOrdersOrderLine, either(old, new)) {
				m.ofInvoiceLines(rows, lineOrdersInvoiceLine, Row{}, link, func(line Row) { ofLine(rows, line, touch) })
			}
		},
		m.externalID: func(rows Rows, old, new Row, touch func(Key)) {
			touchExternal(old, new, func(model string, id int64) {
				if model == modelDocument && m.isOf(rows, id, kind) {
					touch(Key{id})
				}
			})
		},
	}
}

// isOf reports whether the account_move is of the kind.
func (m *mapping) isOf(rows Rows, id int64, kind string) bool {
	document, _ := rows.Get(m.document, Key{id})
	return document.field(documentType) == kind
}

// ofInvoiceLines passes on the lines that the rows of a relation name.
func (m *mapping) ofInvoiceLines(rows Rows, column int, old, new Row, yield func(line Row)) {
	for _, row := range [2]Row{old, new} {
		if !row.Exists() {
			continue
		}
		if line, found := rows.Get(m.documentLine, Key{row.Int(column)}); found {
			yield(line)
		}
	}
}

func (m *mapping) buildDocument(rows Rows, key Key, kind string, previous []byte) (Built, bool) {
	document, found := rows.Get(m.document, key)
	if !found || document.field(documentType) != kind {
		return Built{}, false
	}
	kept := previous
	if document.field(documentState) == stateDraft || textOf(previous, "state") == stateDraft {
		kept = nil
	}
	w := newWriter(1536)
	w.open()
	w.int("id", key[0])
	w.optional("name", numberOf(document))
	w.id("company_id", document.Int(documentCompany))
	w.text("state", document, documentState)
	w.text("payment_state", document, documentPaymentState)
	w.date("date", document, documentDate)
	w.date("due_date", document, documentDue)
	m.orderCustomer(w, rows, document.Int(documentPartner), kept)
	m.keptAddress(w, rows, "invoice_address", document.Int(documentPartner), kept)
	decimals := m.documentAmounts(w, rows, document)
	w.text("reference", document, documentRef)
	w.text("payment_reference", document, documentPaymentRef)
	w.text("source_document", document, documentOrigin)
	m.reversalOf(w, rows, document)
	lines := m.shownLines(rows, key[0])
	if !m.lineOrders.Absent {
		m.invoicedOrders(w, rows, lines)
	}
	m.documentLines(w, rows, lines, decimals, kept)
	m.externalIDs(w, rows, record{modelDocument, key[0]})
	w.custom(customOf{m.document, document})
	w.close()
	built := Built{Company: document.Int(documentCompany), Body: w.b}
	if previous == nil {
		built.Name = itoa(key[0])
	}
	return built, true
}

// numberOf is the document's number, "" until it has one: some releases write "/" for none.
func numberOf(document Row) string {
	if name := document.Text(documentName); name != "/" {
		return name
	}
	return ""
}

func (m *mapping) documentAmounts(w *writer, rows Rows, document Row) (decimals int) {
	currency, decimals := m.currencyNamed(rows, document.Int(documentCurrency))
	w.optional("currency", currency)
	w.money("amount_untaxed", document, documentUntaxed, decimals)
	w.money("amount_tax", document, documentTax, decimals)
	w.money("amount_total", document, documentTotal, decimals)
	w.money("amount_residual", document, documentResidual, decimals)
	return decimals
}

func (m *mapping) reversalOf(w *writer, rows Rows, document Row) {
	id := document.Int(documentReverses)
	if id == 0 {
		w.null("reversal_of")
		return
	}
	of, _ := rows.Get(m.document, Key{id})
	w.openObject("reversal_of")
	w.int("id", id)
	w.optional("name", numberOf(of))
	w.close()
}
