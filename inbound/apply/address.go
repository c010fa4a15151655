package apply

import (
	"fmt"
	"strconv"

	"github.com/odoobridge/odoobridge/inbound/decide"
	"github.com/odoobridge/odoobridge/inbound/odoo"
	"github.com/odoobridge/odoobridge/schema"
)

// place looks up country and state of an address. Codes that Odoo has not got are reported
// and left out: the parcel still finds its way by the rest.
func (r *run) place(a schema.Address, path string) (decide.Place, error) {
	p := decide.Place{
		Name: a.Name, Street: a.Street, Street2: a.Street2, Zip: a.Zip, City: a.City, Email: a.Email, Phone: a.Phone,
	}
	if a.Company != "" && a.Name == "" {
		p.Name = a.Company
	} else if a.Company != "" {
		p.Name = a.Company + ", " + a.Name
	}
	if a.Country == "" {
		if a.State != "" {
			r.report(problem(schema.CodeNotSupported, path+".state", "a state says nothing without its country; it was left out"))
		}
		return p, nil
	}
	country, found, err := r.country(a.Country)
	if err != nil {
		return p, err
	}
	if !found {
		return p, r.reject(problem(schema.CodeInvalid, path+".country", "Odoo knows no country of this code"))
	}
	p.Country = country
	if a.State == "" {
		return p, nil
	}
	state, found, err := r.state(country, a.State)
	if err != nil {
		return p, err
	}
	if !found {
		r.report(problem(schema.CodeNotSupported, path+".state", "Odoo knows no state of this code in the country; it was left out"))
	}
	p.State = state
	return p, nil
}

// addressFields are a customer's own address. Only the whole of it makes sense: what is
// absent is emptied.
func (r *run) addressFields(input string, a schema.Address, empty bool) ([]field, error) {
	var p decide.Place
	if !empty {
		var err error
		if p, err = r.place(a, input); err != nil {
			return nil, err
		}
	}
	text := func(name, value string) field {
		if value == "" {
			return field{input, name, nil}
		}
		return field{input, name, value}
	}
	ref := func(name string, id int64) field {
		if id == 0 {
			return field{input, name, nil}
		}
		return field{input, name, id}
	}
	return []field{
		text("street", p.Street), text("street2", p.Street2), text("zip", p.Zip), text("city", p.City),
		ref("state_id", p.State), ref("country_id", p.Country),
	}, nil
}

// customerAddress makes or changes a further address of a customer. One that somebody deleted or archived in Odoo is there
// again if the channel is its owner, as every other value of a field that is its own; else it is left so. The result
// says either.
func (r *run) customerAddress(customer int64, made bool, a schema.CustomerAddress, i int) error {
	path := fmt.Sprintf("addresses[%d]", i)
	externalID := decide.ExternalID(r.c.Channel, "address", r.c.Subject+"/"+a.ID)
	id, is, err := r.whereIs(externalID, "res.partner")
	if err != nil {
		return err
	}
	p, err := r.place(a.Address, path)
	if err != nil {
		return err
	}
	if is != there {
		if !made && !r.ownership.Field(r.c.Channel, "customer", "addresses", is == nowhere) {
			r.reportOnce(problem(schema.CodeNotOwned, path, "the address was not added"+map[bool]string{true: " again, which somebody deleted in Odoo"}[is == gone]+": the channel does not own customer.addresses"))
			return nil
		}
		if is == gone && !made {
			r.report(problem(schema.CodeConflict, path, "the address was deleted in Odoo, and is made anew: the channel owns customer.addresses"))
		}
		id, err := r.newContact(externalID, customer, a.Type, p)
		r.remember(externalID, "res.partner", id)
		return err
	}
	r.remember(externalID, "res.partner", id)
	fields, err := r.addressFields("addresses", a.Address, false)
	if err != nil {
		return err
	}
	switch {
	case a.Type != contact:
	case addressed(p):
		fields = append(fields, field{"addresses", "type", ownAddress})
	default:
		fields = nil // Odoo has the customer's there; emptying it would, from 19 on, empty that too
	}
	for _, f := range []field{{"addresses", "name", p.Name}, {"addresses", "email", p.Email}, {"addresses", "phone", p.Phone}} {
		if f.value != "" {
			fields = append(fields, f)
		}
	}
	return r.changeContact(customer, id, fields, path)
}

func (r *run) changeContact(customer, id int64, fields []field, path string) error {
	names := []string{"active"}
	for _, f := range fields {
		names = append(names, f.name)
	}
	now, err := r.readOne("res.partner", id, names...)
	if err != nil {
		return err
	}
	values := map[string]any{}
	for _, f := range fields {
		if !f.same(now) {
			values[f.name] = f.written(now)
		}
	}
	if !now.Bool("active") {
		owner, err := r.readOne("res.partner", customer, "active")
		if err != nil {
			return err
		}
		if owner.Bool("active") { // else it is as its customer is
			values["active"] = true
		}
	}
	if len(values) == 0 {
		return nil
	}
	if !r.ownership.Field(r.c.Channel, "customer", "addresses", false) {
		r.reportOnce(problem(schema.CodeNotOwned, path, "the address was left as it is: the channel does not own customer.addresses"))
		return nil
	}
	if values["active"] != nil {
		r.report(problem(schema.CodeConflict, path, "the address was archived in Odoo, and is in use again: the channel owns customer.addresses"))
	}
	return r.write("write address", "res.partner", []int64{id}, values)
}

// Odoo gives a contact its parent's address, whatever is sent, and from 19 on the parent the
// address that is written to a contact. Whoever has an address of his own is "other".
const (
	contact    = "contact"
	ownAddress = "other"
)

func addressed(p decide.Place) bool {
	return p.Street != "" || p.Street2 != "" || p.Zip != "" || p.City != "" || p.State != 0 || p.Country != 0
}

// newContact makes a contact below a customer.
func (r *run) newContact(externalID string, customer int64, kind string, p decide.Place) (int64, error) {
	names := []string{"id", "parent_id/.id", "type"}
	row := []string{externalID, strconv.FormatInt(customer, 10), kind}
	add := func(name, value string) {
		if value != "" {
			names, row = append(names, name), append(row, value)
		}
	}
	add("name", p.Name)
	add("street", p.Street)
	add("street2", p.Street2)
	add("zip", p.Zip)
	add("city", p.City)
	add("email", p.Email)
	add("phone", p.Phone)
	if p.State != 0 {
		add("state_id/.id", strconv.FormatInt(p.State, 10))
	}
	if p.Country != 0 {
		add("country_id/.id", strconv.FormatInt(p.Country, 10))
	}
	if kind == contact && (p.Name == "" || addressed(p)) {
		// A contact without a name is refused by Odoo; an address is not.
		row[2] = ownAddress
	}
	return r.create("load address", "res.partner", names, [][]string{row})
}

var placeFields = []string{"name", "street", "street2", "zip", "city", "state_id", "country_id", "type", "parent_id"}

func placeIn(c odoo.Record) decide.Place {
	return decide.Place{
		Name: c.Text("name"), Street: c.Text("street"), Street2: c.Text("street2"), Zip: c.Text("zip"), City: c.Text("city"),
		State: c.Ref("state_id"), Country: c.Ref("country_id"),
	}
}

// addressOf is the contact of a customer for an order's address: the customer itself, a contact
// that says the same, or a new one. The same address is always the same contact.
func (r *run) addressOf(customer int64, kind string, a *schema.Address, path string) (int64, error) {
	if a == nil {
		return 0, nil
	}
	p, err := r.place(*a, path)
	if err != nil || p.IsEmpty() && p.Name == "" {
		return 0, err
	}
	found, err := r.search("res.partner", odoo.Domain{{"|"}, {"id", "=", customer}, {"parent_id", "=", customer}}, placeFields, odoo.Window{Order: "id"})
	if err != nil {
		return 0, err
	}
	for _, own := range []bool{true, false} {
		for _, c := range found {
			if own == (c.ID() == customer) && p.Same(placeIn(c)) {
				return c.ID(), nil
			}
		}
	}
	return r.newContact(decide.ExternalID(r.c.Channel, "contact", fmt.Sprintf("%d_%s_%s", customer, kind, p.Digest())), customer, kind, p)
}
