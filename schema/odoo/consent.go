package odoo

import (
	"cmp"
	"slices"
)

// withConsent adds to the customer's touches those of what it agreed to and
// collects. An e-mail address may be that of several partners.
func (m *mapping) withConsent(t touches) touches {
	t[m.blacklist] = func(rows Rows, old, new Row, touch func(Key)) {
		if !sameIn(old, new, blacklistEmail, blacklistActive) {
			m.touchAddressed(rows, old.Text(blacklistEmail), touch)
			m.touchAddressed(rows, new.Text(blacklistEmail), touch)
		}
	}
	t[m.mailingContact] = func(rows Rows, old, new Row, touch func(Key)) {
		if !sameIn(old, new, mailingContactEmail) {
			m.touchAddressed(rows, old.Text(mailingContactEmail), touch)
			m.touchAddressed(rows, new.Text(mailingContactEmail), touch)
		}
	}
	t[m.subscription] = func(rows Rows, old, new Row, touch func(Key)) {
		if sameIn(old, new, subscriptionContact, subscriptionList, subscriptionOptOut) {
			return
		}
		for _, row := range [2]Row{old, new} {
			contact, _ := rows.Get(m.mailingContact, Key{row.Int(subscriptionContact)})
			m.touchAddressed(rows, contact.Text(mailingContactEmail), touch)
		}
	}
	t[m.card] = func(rows Rows, old, new Row, touch func(Key)) {
		if sameIn(old, new, cardPartner, cardProgram, cardPoints, cardExpires, cardActive) {
			return
		}
		for _, row := range [2]Row{old, new} {
			partner, _ := rows.Get(m.partner, Key{row.Int(cardPartner)})
			m.touchCustomer(rows, partner, touch)
		}
	}
	return t
}

// touchAddressed touches the customers with the address, in the form that Odoo compares by.
func (m *mapping) touchAddressed(rows Rows, email string, touch func(Key)) {
	if email == "" {
		return
	}
	for _, partner := range rows.FindText(m.partner, partnerEmailNormalized, email) {
		m.touchCustomer(rows, partner, touch)
	}
}

// consent writes what may be sent to the partner's address. Fields of modules
// that are not installed are left out.
func (m *mapping) consent(w *writer, rows Rows, partner Row) {
	email := partner.Text(partnerEmailNormalized)
	if !m.blacklist.Absent {
		listed := email != "" && slices.ContainsFunc(rows.FindText(m.blacklist, blacklistEmail, email),
			func(row Row) bool { return row.Bool(blacklistActive) })
		w.bool("blacklisted", listed)
	}
	if !m.subscription.Absent {
		m.mailingLists(w, rows, email)
	}
}

// mailing is what is known of an address on one mailing list.
type mailing struct {
	list   int64
	optOut bool
}

// mailingLists writes the lists that the address is on. Where it is on one list
// twice, one refusal counts.
func (m *mapping) mailingLists(w *writer, rows Rows, email string) {
	var all []mailing
	if email != "" {
		for _, contact := range rows.FindText(m.mailingContact, mailingContactEmail, email) {
			for _, row := range rows.Find(m.subscription, subscriptionContact, contact.Int(namedID)) {
				all = addMailing(all, mailing{row.Int(subscriptionList), row.Bool(subscriptionOptOut)})
			}
		}
	}
	slices.SortFunc(all, func(a, b mailing) int { return cmp.Compare(a.list, b.list) })
	w.openArray("mailing_lists")
	for _, on := range all {
		list, _ := rows.Get(m.mailingList, Key{on.list})
		w.open()
		w.int("id", on.list)
		w.text("name", list, namedName)
		w.bool("opt_out", on.optOut)
		w.close()
	}
	w.closeArray()
}

func addMailing(all []mailing, on mailing) []mailing {
	i := slices.IndexFunc(all, func(have mailing) bool { return have.list == on.list })
	if i < 0 {
		return append(all, on)
	}
	all[i].optOut = all[i].optOut || on.optOut
	return all
}

// loyalty writes the cards that the customer and its contacts collect points
// on, by id. A card's code is as good as money, so no document has it.
func (m *mapping) loyalty(w *writer, rows Rows, customer Row, contacts []Row) {
	if m.card.Absent {
		return
	}
	cards := rows.Find(m.card, cardPartner, customer.Int(partnerID))
	for _, contact := range contacts {
		cards = append(cards, rows.Find(m.card, cardPartner, contact.Int(partnerID))...)
	}
	sortByID(cards)
	w.openArray("loyalty")
	for _, card := range cards {
		if m.card.has(cardActive) && !card.Bool(cardActive) {
			continue
		}
		program, _ := rows.Get(m.program, Key{card.Int(cardProgram)})
		w.open()
		w.int("id", card.Int(namedID))
		w.translated("program", program, namedName)
		w.text("type", program, programType)
		w.quantity("points", card, cardPoints)
		w.date("expires", card, cardExpires)
		w.close()
	}
	w.closeArray()
}
