package odoo

import (
	"bytes"

	"github.com/odoobridge/odoobridge/schema"
)

// MergedInto is the field of a merged customer's last document that names the
// customer it was merged into.
const MergedInto = "merged_into"

// customerPasses are the rows that Odoo's wizard points at another partner. What
// the customer's own document shows, its contacts and names, is not among them.
func (m *mapping) customerPasses() map[*Table]func(old, new Row, passed func(from, to Key)) {
	return map[*Table]func(old, new Row, passed func(from, to Key)){
		m.order:       passes(orderPartner, orderInvoicePartner, orderShippingPartner),
		m.picking:     passes(pickingPartner),
		m.document:    passes(documentPartner, documentCommercial),
		m.payment:     passes(paymentPartner),
		m.transaction: passes(transactionPartner),
		m.card:        passes(cardPartner),
	}
}

func passes(columns ...int) func(old, new Row, passed func(from, to Key)) {
	return func(old, new Row, passed func(from, to Key)) {
		if !old.Exists() || !new.Exists() {
			return
		}
		for _, c := range columns {
			if old.Same(new, c) {
				continue
			}
			if from, to := old.Int(c), new.Int(c); from != 0 && to != 0 {
				passed(Key{from}, Key{to})
			}
		}
	}
}

// lastWords is the last document of a customer whose partner is gone: with the
// customer it was merged into, or nil where it was simply deleted.
//
// Odoo's wizard (base.partner.merge.automatic.wizard) points everything that refers to the
// partner at another one, and deletes it, in one transaction. So its orders, invoices and cards passed
// to the other one in this transaction; and what the last document still called the customer's own, a contact
// or a channel's name for it, is another customer's by now, and was not before, or the document would not have had it.
// All that can be found must name one and the same customer.
func (m *mapping) lastWords(rows Rows, key Key, previous []byte, heirs []Key) []byte {
	gone := key[0]
	if _, there := rows.Get(m.partner, key); there {
		return nil // it is somebody's contact now
	}
	heir, one := int64(0), true
	inherits := func(partner int64) {
		row, found := rows.Get(m.partner, Key{partner})
		if !found {
			return
		}
		customer := m.commercial(rows, row)
		_, there := rows.Get(m.partner, Key{customer})
		if customer == gone || !there {
			return
		}
		one = one && (heir == 0 || heir == customer)
		heir = customer
	}
	for _, to := range heirs {
		inherits(to[0])
	}
	m.passedContacts(rows, previous, inherits)
	m.passedNames(rows, previous, inherits)
	if heir == 0 || !one {
		return nil
	}
	w := writer{bytes.Clone(previous[:len(previous)-1])}
	w.int(MergedInto, heir)
	w.close()
	return w.b
}

// passedContacts yields the former contacts that have another parent now, and
// are not just left alone, or below each other.
func (m *mapping) passedContacts(rows Rows, previous []byte, yield func(partner int64)) {
	addresses := schema.Field(previous, "addresses")
	former := map[int64]bool{}
	schema.Elements(addresses, func(address []byte) bool {
		former[rawID(address)] = true
		return true
	})
	schema.Elements(addresses, func(address []byte) bool {
		contact, found := rows.Get(m.partner, Key{rawID(address)})
		if found && !former[m.commercial(rows, contact)] {
			yield(rawID(address))
		}
		return true
	})
}

// passedNames yields the partners that channels' names for the customer mean now.
func (m *mapping) passedNames(rows Rows, previous []byte, yield func(partner int64)) {
	schema.Fields(schema.Field(previous, "external_ids"), func(channel string, raw []byte) bool {
		for _, row := range rows.FindText(m.externalID, externalText, unquote(raw)) {
			if row.field(externalModel) == modelPartner && row.Text(externalModule) == channelPrefix+channel {
				yield(row.Int(externalRecord))
			}
		}
		return true
	})
}
