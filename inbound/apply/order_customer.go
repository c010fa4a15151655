package apply

import (
	"github.com/odoobridge/odoobridge/inbound/command"
	"github.com/odoobridge/odoobridge/inbound/decide"
	"github.com/odoobridge/odoobridge/schema"
)

// orderCustomer is who ordered, 0 for a guest who is to be found or made once all else of the order is known. A customer who is not there
// yet makes the order wait.
func (r *run) orderCustomer(data schema.OrderPlace) (int64, error) {
	if data.Guest != nil {
		return r.guestByRule()
	}
	id, found, err := r.named(decide.ExternalID(r.c.Channel, "customer", data.Customer), "res.partner")
	if err == nil && !found {
		return 0, r.wait(problem(schema.CodeUnknownCustomer, "customer", "the customer is not there yet"), command.WaitCustomer.For(data.Customer))
	}
	return id, err
}

// guestByRule is the customer of all guests where the channel has one; 0 where each is one of their own.
func (r *run) guestByRule() (int64, error) {
	switch r.channel.Order.Guest {
	case "refuse":
		return 0, r.reject(problem(schema.CodeNotAllowed, "guest", "the channel's orders must name a customer"))
	case "shared":
		id, found, err := r.record("res.partner", r.channel.Order.GuestCustomer)
		if err == nil && !found {
			return 0, r.park(command.Reference{}, problem(schema.CodeUnknownCustomer, "guest", "order.guest_customer is not in Odoo"), command.WaitGuestCustomer.For(""))
		}
		return id, err
	}
	return 0, nil
}

// guest is a customer without an id, found or made.
func (r *run) guest(data schema.OrderPlace) (int64, error) {
	externalID := decide.ExternalID(r.c.Channel, "guest", r.c.Subject)
	id, found, err := r.named(externalID, "res.partner")
	if err != nil || found {
		return id, err
	}
	country := ""
	if data.Billing != nil {
		country = data.Billing.Country
	}
	if r.channel.Order.Guest != "new" {
		var h hidden
		if id, h, err = r.findCustomer(who{data.Guest.Email, data.Guest.Phone, data.Guest.VAT, country}, command.WaitGuest.For(r.c.Subject)); err != nil || id != 0 {
			return id, err
		}
		if len(h.ids) > 0 { // no sale waits for it
			p := problem(schema.CodeArchivedCustomer, "guest."+h.by, "who has this "+h.by+" in Odoo is archived there: the guest was made anew")
			p.Candidates = h.candidates()
			p.Remedy = "None is needed from the channel. Where they are the same, restore the candidate in Odoo and merge the two."
			r.report(p)
		}
	}
	fields, err := r.customerFields(guestAsCustomer(data))
	if err != nil {
		return 0, err
	}
	return r.newCustomer(externalID, fields, false)
}

func guestAsCustomer(data schema.OrderPlace) schema.CustomerUpsert {
	g := data.Guest
	maybe := func(text string) schema.Maybe[string] { return schema.Maybe[string]{Given: text != "", Value: text} }
	customer := schema.CustomerUpsert{
		Name: g.Name, Company: g.Company, Email: maybe(g.Email), Phone: maybe(g.Phone), VAT: maybe(g.VAT), Language: maybe(g.Language),
	}
	if data.Billing != nil {
		customer.Address = schema.Maybe[schema.Address]{Given: true, Value: *data.Billing}
	}
	return customer
}
