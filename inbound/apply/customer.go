package apply

import (
	"errors"
	"slices"
	"strconv"

	"github.com/odoobridge/odoobridge/inbound/command"
	"github.com/odoobridge/odoobridge/inbound/decide"
	"github.com/odoobridge/odoobridge/inbound/odoo"
	"github.com/odoobridge/odoobridge/schema"
)

func partner(id int64, name string) command.Reference {
	return command.Reference{Model: "res.partner", ID: id, Name: name}
}

// upsertCustomer binds the channel's id to one customer and brings it up to date, as far
// as the channel owns it.
func upsertCustomer(r *run) (command.Reference, error) {
	data, err := read[schema.CustomerUpsert](r)
	if err != nil {
		return command.Reference{}, err
	}
	externalID := decide.ExternalID(r.c.Channel, "customer", r.c.Subject)
	id, found, err := r.named(externalID, "res.partner")
	if err != nil {
		return command.Reference{}, err
	}
	r.announce()
	made := found && r.noted(making) != "" // by an earlier attempt
	if !found {
		bound := command.WaitCustomer.For(r.c.Subject)
		var h hidden
		if id, h, err = r.findCustomer(who{data.Email.Value, data.Phone.Value, data.VAT.Value, data.Address.Value.Country}, bound); err == nil && id == 0 {
			id, err = r.restorable(data, h, bound)
		}
		if err != nil {
			return command.Reference{}, err
		}
		if id != 0 {
			if err = r.notMaking(); err == nil {
				err = r.bind(externalID, "res.partner", id)
			}
			if err != nil {
				return partner(id, ""), err
			}
		}
	}
	fields, err := r.customerFields(data)
	if err != nil {
		return partner(id, ""), err
	}
	if id == 0 {
		made = true
		id, err = r.newCustomer(externalID, fields, len(data.Addresses) > 0)
	} else {
		err = r.changeCustomer(id, made, fields, len(data.Addresses) > 0)
	}
	r.remember(externalID, "res.partner", id)
	if err != nil {
		return partner(id, ""), err
	}
	for i, address := range data.Addresses {
		if err := r.customerAddress(id, made, address, i); err != nil {
			return partner(id, ""), err
		}
	}
	return partner(id, ""), nil
}

// making is noted before a customer is made of which further steps are part, so that an attempt that finds it takes those too: what
// the command makes it makes whole, whoever owns customers that are there.
const making = "making"

// notMaking takes back what was noted, when the customer turns out to be somebody else's.
func (r *run) notMaking() error {
	if r.noted(making) == "" {
		return nil
	}
	return r.note(making, "")
}

// newCustomer makes the customer in one step; that it is archived, and further addresses, are steps of their own.
func (r *run) newCustomer(externalID string, fields []field, addresses bool) (int64, error) {
	names, row := []string{"id", "customer_rank"}, []string{externalID, "1"}
	if r.channel.Company > 0 {
		names, row = append(names, "company_id/.id"), append(row, strconv.FormatInt(r.channel.Company, 10))
	}
	archived := false
	for _, f := range fields {
		if f.name == "active" {
			archived = f.text() == "0"
			continue
		}
		if f.value == nil {
			continue
		}
		names, row = append(names, f.column()), append(row, f.text())
	}
	if (archived || addresses) && r.noted(making) == "" {
		if err := r.note(making, "yes"); err != nil {
			return 0, err
		}
	}
	id, err := r.create("load customer", "res.partner", names, [][]string{row})
	var call *odoo.Error
	if errors.As(err, &call) && call.Decided() { // a person may bind one by hand before this is tried again
		return id, errors.Join(r.notMaking(), err)
	}
	if err == nil && archived {
		err = r.write("archive customer", "res.partner", []int64{id}, map[string]any{"active": false})
	}
	return id, err
}

// changeCustomer writes what is different and the channel's own. What the command is based on is
// compared for the further addresses too, before anything is written. One that this command has made it archives too.
func (r *run) changeCustomer(id int64, made bool, fields []field, addresses bool) error {
	names := make([]string, 0, len(fields))
	for _, f := range fields {
		names = append(names, f.name)
	}
	now, err := r.readOne("res.partner", id, slices.Concat(names, []string{"display_name"})...)
	if err != nil {
		return err
	}
	fixed := false
	values, changed := map[string]any{}, []string{}
	for _, f := range fields {
		if f.same(now) {
			continue
		}
		if !(made && f.name == "active") && !r.ownership.Field(r.c.Channel, "customer", f.input, f.empty(now)) {
			if r.channel.NotOwned == "reject" {
				return r.reject(problem(schema.CodeNotOwned, f.input, "the channel does not own customer."+f.input))
			}
			r.reportOnce(problem(schema.CodeNotOwned, f.input, "customer."+f.input+" was left as it is: the channel does not own it"))
			continue
		}
		if f.name == "name" || f.name == "vat" {
			if fixed, err = r.invoiced(id); err != nil {
				return err
			}
			if fixed && !f.empty(now) {
				r.reportOnce(problem(schema.CodeNotOwned, f.input, "customer."+f.input+" was left as it is: the customer has posted invoices"))
				continue
			}
		}
		values[f.name] = f.written(now)
		changed = append(changed, documented(f.name))
	}
	if addresses {
		changed = append(changed, "addresses")
	}
	if len(changed) == 0 {
		return nil
	}
	if err := r.notLate(thing{"customer", [2]int64{id}}, changed, true); err != nil {
		return err
	}
	if len(values) == 0 {
		return nil
	}
	return r.write("write customer", "res.partner", []int64{id}, values)
}

// documented is what a field of Odoo's customer is called in the customer's document.
func documented(field string) string {
	switch field {
	case "state_id":
		return "state"
	case "country_id":
		return "country"
	case "category_id":
		return "categories"
	}
	return field
}

// invoiced says whether a customer is named on posted invoices, which must not change. A user who
// may not see invoices cannot be told.
func (r *run) invoiced(id int64) (bool, error) {
	found, err := r.first("account.move", domainOf("partner_id", id, "state", "posted"), []string{"id"})
	if absent(err) {
		return false, nil
	}
	return found != nil, err
}

// reportOnce says a thing once, though an address has six fields.
func (r *run) reportOnce(p command.Problem) {
	for _, known := range r.reports {
		if known.Code == p.Code && known.Path == p.Path && known.Message == p.Message {
			return
		}
	}
	r.report(p)
}
