package apply

import (
	"strconv"
	"strings"

	"github.com/odoobridge/odoobridge/inbound/command"
	"github.com/odoobridge/odoobridge/inbound/decide"
	"github.com/odoobridge/odoobridge/inbound/odoo"
	"github.com/odoobridge/odoobridge/schema"
)

// who is what a customer is looked for by.
type who struct{ email, phone, vat, country string }

// findCustomer looks for a customer by the channel's rules: 0 when there is none,
// parked when there are several, until one of them is bound by hand, as the key says.
func (r *run) findCustomer(w who, bound command.Wait) (int64, error) {
	var matches []decide.Match
	for _, key := range decide.Rules(r.channel.Customer.Match) {
		found, err := r.customersBy(key, w)
		if err != nil {
			return 0, err
		}
		matches = append(matches, decide.Match{Key: key, Customers: found})
		if len(found) > 0 {
			break
		}
	}
	choice := decide.Choose(matches)
	if len(choice.Several) == 0 {
		return choice.ID, nil
	}
	p := problem(schema.CodeDuplicateCustomer, choice.By, "several customers in Odoo have this "+choice.By)
	waits := []command.Wait{bound}
	for _, id := range choice.Several {
		waits = append(waits, command.WaitPartner.For(strconv.FormatInt(id, 10))) // merged into another, or archived
		p.Candidates = append(p.Candidates, command.Reference{Model: "res.partner", ID: id})
	}
	return 0, r.park(command.Reference{}, p, waits...)
}

var customerFields = []string{"parent_id", "type", "phone", "email", "vat"}

func (r *run) customersBy(key string, w who) ([]int64, error) {
	switch key {
	case decide.ByEmail:
		email := decide.Email(w.email)
		if email == "" {
			return nil, nil
		}
		return r.customers(odoo.Domain{{"email_normalized", "=", email}}, nil)
	case decide.ByPhone:
		return r.customersByPhone(w)
	case decide.ByVAT:
		vat := decide.VAT(w.vat)
		if vat == "" {
			return nil, nil
		}
		return r.customers(odoo.Domain{{"vat", "=ilike", loosely(vat)}}, func(c odoo.Record) bool { return decide.VAT(c.Text("vat")) == vat })
	}
	return nil, nil
}

// customersByPhone compares numbers in E.164. Odoo keeps them as people wrote them, so
// those that end alike are read and compared here.
func (r *run) customersByPhone(w who) ([]int64, error) {
	if digitsOf(w.phone) == "" {
		return nil, nil
	}
	home, err := r.homeCountry()
	if err != nil {
		return nil, err
	}
	country := w.country
	if country == "" {
		country = home
	}
	number := decide.Phone(w.phone, country)
	if number == "" {
		return nil, nil
	}
	pattern := loosely(digitsOf(w.phone))
	fields := []string{"phone"}
	release, err := r.release()
	if err != nil {
		return nil, err
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

// customers searches and puts the customer in the place of its addresses.
func (r *run) customers(domain odoo.Domain, keep func(odoo.Record) bool, more ...string) ([]int64, error) {
	found, err := r.search("res.partner", domain, append(more, customerFields...), odoo.Window{Limit: 200, Order: "id"})
	if err != nil {
		return nil, err
	}
	var ids []int64
	for _, c := range found {
		if keep != nil && !keep(c) {
			continue
		}
		if parent := c.Ref("parent_id"); parent != 0 && c.Text("type") != "contact" {
			ids = append(ids, parent)
			continue
		}
		ids = append(ids, c.ID())
	}
	return ids, nil
}
