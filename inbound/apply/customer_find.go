package apply

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/odoobridge/odoobridge/inbound/command"
	"github.com/odoobridge/odoobridge/inbound/decide"
	"github.com/odoobridge/odoobridge/inbound/odoo"
	"github.com/odoobridge/odoobridge/schema"
)

// who is what a customer is looked for by.
type who struct{ email, phone, vat, country string }

// matching are the customers that one key finds. Odoo hides those that are archived: they count only where no other is found.
type matching struct{ active, archived []int64 }

// findCustomer looks for a customer by the channel's rules: 0 when there is none, parked when there are several, until one of them is bound by
// hand, as the key says. Where all that are found are archived, there is none, and these are hidden.
func (r *run) findCustomer(w who, bound command.Wait) (id int64, h hidden, err error) {
	var matches []decide.Match
	for _, key := range decide.Rules(r.channel.Customer.Match) {
		found, err := r.customersBy(key, w)
		if err != nil {
			return 0, h, err
		}
		matches = append(matches, decide.Match{Key: key, Customers: found.active})
		if len(found.active) > 0 {
			break
		}
		if len(found.archived) > 0 && h.by == "" {
			h = hidden{key, slices.Compact(slices.Sorted(slices.Values(found.archived)))}
		}
	}
	choice := decide.Choose(matches)
	switch {
	case choice.ID != 0:
		return choice.ID, hidden{}, nil
	case len(choice.Several) == 0:
		return 0, h, nil
	}
	p := problem(schema.CodeDuplicateCustomer, choice.By, "several customers in Odoo have this "+choice.By)
	waits := []command.Wait{bound}
	for _, id := range choice.Several {
		waits = append(waits, command.WaitPartner.For(strconv.FormatInt(id, 10))) // merged into another, or archived
		p.Candidates = append(p.Candidates, partner(id, ""))
	}
	return 0, h, r.park(command.Reference{}, p, waits...)
}

// hidden are the customers that a key finds where it finds archived ones alone.
type hidden struct {
	by  string
	ids []int64
}

func (h hidden) candidates() (list []command.Reference) {
	for _, id := range h.ids {
		list = append(list, partner(id, ""))
	}
	return list
}

// restorable is the one archived customer of a command that says itself whether he is to be archived. Others, which would make him anew, are
// parked until he is restored, or a person has it tried again, which decides that it is somebody else.
func (r *run) restorable(data schema.CustomerUpsert, h hidden, bound command.Wait) (int64, error) {
	switch {
	case len(h.ids) == 0:
		return 0, nil
	case data.Active != nil && len(h.ids) == 1:
		return h.ids[0], nil
	}
	found, waits := fmt.Sprint(h.ids), []command.Wait{bound}
	for _, id := range h.ids {
		waits = append(waits, command.WaitRestored.For(strconv.FormatInt(id, 10)))
	}
	if r.c.Parked == schema.CodeArchivedCustomer && r.noted("archived") == found {
		return 0, nil
	}
	if err := r.note("archived", found); err != nil {
		return 0, err
	}
	p := problem(schema.CodeArchivedCustomer, h.by, "who has this "+h.by+" in Odoo is archived there")
	p.Candidates = h.candidates()
	return 0, r.park(command.Reference{}, p, waits...)
}

var customerFields = []string{"parent_id", "type", "phone", "email", "vat", "active"}

func (r *run) customersBy(key string, w who) (matching, error) {
	switch key {
	case decide.ByEmail:
		email := decide.Email(w.email)
		if email == "" {
			return matching{}, nil
		}
		return r.customers(odoo.Domain{{"email_normalized", "=", email}}, nil)
	case decide.ByPhone:
		return r.customersByPhone(w)
	case decide.ByVAT:
		vat := decide.VAT(w.vat)
		if vat == "" {
			return matching{}, nil
		}
		return r.customers(odoo.Domain{{"vat", "=ilike", loosely(vat)}}, func(c odoo.Record) bool { return decide.VAT(c.Text("vat")) == vat })
	}
	return matching{}, nil
}

// customersByPhone compares numbers in E.164. Odoo keeps them as people wrote them, so
// those that end alike are read and compared here.
func (r *run) customersByPhone(w who) (matching, error) {
	if digitsOf(w.phone) == "" {
		return matching{}, nil
	}
	home, err := r.homeCountry()
	if err != nil {
		return matching{}, err
	}
	country := w.country
	if country == "" {
		country = home
	}
	number := decide.Phone(w.phone, country)
	if number == "" {
		return matching{}, nil
	}
	pattern := loosely(digitsOf(w.phone))
	fields := []string{"phone"}
	release, err := r.release()
	if err != nil {
		return matching{}, err
	}
	domain := odoo.Domain{{"phone", "=ilike", pattern}}
	if release < 19 {
		fields = append(fields, "mobile")
		domain = odoo.Domain{{"|"}, {"phone", "=ilike", pattern}, {"mobile", "=ilike", pattern}}
	}
	return r.customers(domain, func(c odoo.Record) bool {
		own := c.Text("country_code")
		if own == "" {
			own = country
		}
		for _, field := range fields {
			if decide.Phone(c.Text(field), own) == number {
				return true
			}
		}
		return false
	}, fields...)
}

// loosely is a pattern that finds characters whatever stands between them.
func loosely(text string) string {
	var b strings.Builder
	for _, c := range text {
		b.WriteByte('%')
		b.WriteRune(c)
	}
	return b.String() + "%"
}

// customers searches and puts the customer in the place of its addresses. An address that is archived says nothing of whom it was of.
func (r *run) customers(domain odoo.Domain, keep func(odoo.Record) bool, more ...string) (m matching, err error) {
	found, err := r.x.odoo.SearchRead(r.ctx, "res.partner", domain, append(more, customerFields...), odoo.Window{Limit: 200, Order: "active desc, id"}, r.context(map[string]any{"active_test": false}))
	if err != nil {
		return m, err
	}
	for _, c := range found {
		if keep != nil && !keep(c) {
			continue
		}
		id, parent := c.ID(), c.Ref("parent_id")
		address := parent != 0 && c.Text("type") != "contact"
		switch {
		case address && c.Bool("active"):
			m.active = append(m.active, parent)
		case address:
		case c.Bool("active"):
			m.active = append(m.active, id)
		default:
			m.archived = append(m.archived, id)
		}
	}
	return m, nil
}
