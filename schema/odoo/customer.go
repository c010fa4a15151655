package odoo

import "github.com/odoobridge/odoobridge/schema"

// customerEntity is a commercial partner with all its contacts and addresses.
func (m *mapping) customerEntity() *Entity {
	return &Entity{
		Name: "customer",
		Touches: m.withConsent(touches{
			m.partner: func(rows Rows, old, new Row, touch func(Key)) {
				if !m.partner.same(old, new) {
					m.touchCustomer(rows, old, touch)
					m.touchCustomer(rows, new, touch)
				}
			},
			m.partnerTags: func(rows Rows, old, new Row, touch func(Key)) {
				for _, row := range [2]Row{old, new} {
					if row.Exists() {
						touch(Key{row.Int(tagsPartner)})
					}
				}
			},
			m.partnerTag: func(rows Rows, old, new Row, touch func(Key)) {
				if sameIn(old, new, namedName) {
					return
				}
				for _, row := range rows.Find(m.partnerTags, tagsTag, either(old, new)) {
					touch(Key{row.Int(tagsPartner)})
				}
			},
			m.externalID: func(rows Rows, old, new Row, touch func(Key)) {
				touchExternal(old, new, func(model string, id int64) {
					if model == modelPartner {
						partner, _ := rows.Get(m.partner, Key{id})
						m.touchCustomer(rows, partner, touch)
					}
				})
			},
		}),
		Keys: func(rows Rows, yield func(Key) bool) {
			rows.Scan(m.partner, func(row Row) bool {
				id := row.Int(partnerID)
				if row.Int(partnerCommercial) != id && (!row.Null(partnerCommercial) || !row.Null(partnerParent)) {
					return true
				}
				return yield(Key{id})
			})
		},
		Build:      m.buildCustomer,
		Passes:     m.customerPasses(),
		LastWords:  m.lastWords,
		Happenings: customerHappenings,
	}
}

// touchCustomer touches the customer that a partner is part of, and the
// partner itself, which may have been or become one.
func (m *mapping) touchCustomer(rows Rows, partner Row, touch func(Key)) {
	if !partner.Exists() {
		return
	}
	touch(Key{partner.Int(partnerID)})
	touch(Key{m.commercial(rows, partner)})
}

// commercial is the partner that Odoo does business with: the company of a
// contact, or the partner itself. Odoo stores it; where it has not done so yet,
// the parents tell.
func (m *mapping) commercial(rows Rows, partner Row) int64 {
	for range 32 { // parents in a circle would be a fault of the data
		if id := partner.Int(partnerCommercial); id != 0 {
			return id
		}
		parent, found := rows.Get(m.partner, Key{partner.Int(partnerParent)})
		if !found {
			break
		}
		partner = parent
	}
	return partner.Int(partnerID)
}

func (m *mapping) buildCustomer(rows Rows, key Key, _ []byte) (Built, bool) {
	partner, found := rows.Get(m.partner, key)
	if !found || m.commercial(rows, partner) != key[0] {
		return Built{}, false
	}
	children := m.children(rows, key[0])
	w := newWriter(1024)
	w.open()
	w.int("id", key[0])
	w.id("company_id", partner.Int(partnerCompany))
	w.text("name", partner, partnerName)
	w.bool("is_company", partner.Bool(partnerIsCompany))
	m.reachable(w, partner)
	w.text("vat", partner, partnerVAT)
	w.text("ref", partner, partnerRef)
	w.text("lang", partner, partnerLang)
	m.place(w, rows, partner)
	w.bool("active", partner.Bool(partnerActive))
	m.categories(w, rows, key[0])
	m.externalIDs(w, rows, record{modelPartner, key[0]})
	m.consent(w, rows, partner)
	m.loyalty(w, rows, partner, children)
	w.openArray("addresses")
	for _, child := range children {
		m.address(w, rows, child)
	}
	w.closeArray()
	w.custom(customOf{m.partner, partner})
	w.close()
	return Built{Name: itoa(key[0]), Company: partner.Int(partnerCompany), Body: w.b}, true
}

func (m *mapping) reachable(w *writer, partner Row) {
	w.text("email", partner, partnerEmail)
	if m.partner.has(partnerEmailNormalized) {
		w.text("email_normalized", partner, partnerEmailNormalized)
	}
	w.text("phone", partner, partnerPhone)
	if m.partner.has(partnerMobile) {
		w.text("mobile", partner, partnerMobile)
	}
}

func (m *mapping) place(w *writer, rows Rows, partner Row) {
	w.text("street", partner, partnerStreet)
	w.text("street2", partner, partnerStreet2)
	w.text("zip", partner, partnerZip)
	w.text("city", partner, partnerCity)
	state, _ := rows.Get(m.state, Key{partner.Int(partnerState)})
	w.text("state", state, namedCode)
	country, _ := rows.Get(m.country, Key{partner.Int(partnerCountry)})
	w.text("country", country, namedCode)
}

func (m *mapping) categories(w *writer, rows Rows, partner int64) {
	w.openArray("categories")
	for _, row := range rows.Find(m.partnerTags, tagsPartner, partner) {
		tag, _ := rows.Get(m.partnerTag, Key{row.Int(tagsTag)})
		if tag.Exists() {
			w.element(defaultText(tag.Text(namedName)))
		}
	}
	w.closeArray()
}

// children are the customer's contacts and addresses, by id. An employee's
// private address (Odoo 16 and earlier) is nobody's business.
func (m *mapping) children(rows Rows, customer int64) []Row {
	found := rows.Find(m.partner, partnerCommercial, customer)
	for _, row := range rows.Find(m.partner, partnerParent, customer) {
		if row.Null(partnerCommercial) {
			found = append(found, row)
		}
	}
	kept := found[:0]
	for _, row := range found {
		if row.Int(partnerID) != customer && row.field(partnerType) != "private" {
			kept = append(kept, row)
		}
	}
	sortByID(kept)
	return kept
}

func (m *mapping) address(w *writer, rows Rows, partner Row) {
	w.open()
	w.int("id", partner.Int(partnerID))
	w.text("type", partner, partnerType)
	w.text("name", partner, partnerName)
	m.reachable(w, partner)
	m.place(w, rows, partner)
	w.bool("active", partner.Bool(partnerActive))
	m.externalIDs(w, rows, record{modelPartner, partner.Int(partnerID)})
	m.consent(w, rows, partner)
	w.custom(customOf{m.partner, partner})
	w.close()
}

func customerHappenings(old, new []byte, _ []string) []Happening {
	if new == nil && schema.Field(old, MergedInto) != nil {
		return []Happening{{What: "merged"}}
	}
	return lifeOf(old, new)
}

// lifeOf names what happens to what can be archived.
func lifeOf(old, new []byte) []Happening {
	what := "updated"
	switch {
	case old == nil:
		what = "created"
	case new == nil:
		what = "deleted"
	case isTrue(old, "active") && !isTrue(new, "active"):
		what = "archived"
	case !isTrue(old, "active") && isTrue(new, "active"):
		what = "restored"
	}
	return []Happening{{What: what}}
}

func isTrue(body []byte, name string) bool { return string(schema.Field(body, name)) == "true" }
