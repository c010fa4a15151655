package apply

import (
	"fmt"
	"strings"
	"time"

	"github.com/odoobridge/odoobridge/inbound/command"
	"github.com/odoobridge/odoobridge/inbound/decide"
	"github.com/odoobridge/odoobridge/inbound/odoo"
	"github.com/odoobridge/odoobridge/schema"
)

// updateConsent writes what a person decided about marketing email: on Odoo's blacklist, and list
// by list. Every step writes how things should be.
func updateConsent(r *run) (command.Reference, error) {
	data, err := read[schema.ConsentUpdate](r)
	if err != nil {
		return command.Reference{}, err
	}
	email := decide.Email(data.Email)
	if email == "" {
		return command.Reference{}, r.reject(problem(schema.CodeInvalid, "email", "this is no email address"))
	}
	var record command.Reference
	if data.Marketing != nil {
		if record, err = r.blacklist(email, !*data.Marketing); err != nil {
			return record, r.withoutModule(err, "marketing email (the app Email Marketing)")
		}
	}
	for i, list := range data.Lists {
		contact, err := r.subscribe(email, list, fmt.Sprintf("lists[%d]", i))
		if err != nil {
			return record, r.withoutModule(err, "mailing lists (the app Email Marketing)")
		}
		if record.ID == 0 {
			record = contact
		}
	}
	return record, r.sayConsent(record, data)
}

// sayConsent leaves where and why a person decided at what Odoo has of the address. Who agrees and was never on
// a list or the blacklist has nothing there.
func (r *run) sayConsent(at command.Reference, data schema.ConsentUpdate) error {
	if at.ID == 0 || data.Source == "" && data.Reason == "" {
		return nil
	}
	words := []string{"decided " + data.DecidedAt.UTC().Format(time.RFC3339)}
	if data.Source != "" {
		words = append(words, "at "+data.Source)
	}
	text := strings.Join(words, " ")
	if data.Reason != "" {
		text += ": " + data.Reason
	}
	return r.say(at.Model, at.ID, mark{r.c.Channel, r.c.Name, r.c.ID}, text, "source")
}

// withoutModule says what is missing when Odoo has not got the models.
func (r *run) withoutModule(err error, what string) error {
	if odoo.IsKind(err, odoo.Faulty, odoo.User) {
		return r.park(command.Reference{}, problem(schema.CodeNotSupported, "", "this Odoo has no "+what))
	}
	return err
}

// blacklist puts an address on the blacklist, or takes it off. Creating an entry again
// finds the one that is there, archived or not.
func (r *run) blacklist(email string, on bool) (command.Reference, error) {
	found, err := r.search("mail.blacklist", odoo.Domain{{"email", "=", email}, {"active", "in", []bool{true, false}}}, []string{"active"}, odoo.Window{Limit: 1})
	if err != nil {
		return command.Reference{}, err
	}
	if len(found) == 1 && found[0].Bool("active") == on || len(found) == 0 && !on {
		if len(found) == 0 {
			return command.Reference{}, nil
		}
		return command.Reference{Model: "mail.blacklist", ID: found[0].ID()}, nil
	}
	if len(found) == 1 {
		id := found[0].ID()
		return command.Reference{Model: "mail.blacklist", ID: id}, r.write("write blacklist", "mail.blacklist", []int64{id}, map[string]any{"active": on})
	}
	var id int64
	err = r.call("create blacklist", func() error {
		var err error
		id, err = r.x.odoo.Create(r.ctx, "mail.blacklist", map[string]any{"email": email}, r.context())
		return err
	})
	return command.Reference{Model: "mail.blacklist", ID: id}, err
}

// subscribe subscribes an address to a list, or unsubscribes it. Lists are never made.
func (r *run) subscribe(email string, list schema.ConsentList, path string) (command.Reference, error) {
	to, err := r.first("mailing.list", domainOf("name", list.Name), []string{"name"})
	if err != nil {
		return command.Reference{}, err
	}
	if to == nil {
		return command.Reference{}, r.park(command.Reference{}, problem(schema.CodeUnknownMapping, path+".name", "Odoo has no mailing list of this name"), command.WaitList.For(list.Name))
	}
	contact, err := r.mailingContact(email, list.Subscribed)
	if err != nil || contact == 0 {
		return command.Reference{}, err
	}
	record := command.Reference{Model: "mailing.contact", ID: contact}
	release, err := r.release()
	if err != nil {
		return record, err
	}
	model := modelIn("mailing.subscription", release)
	found, err := r.first(model, domainOf("contact_id", contact, "list_id", to.ID()), []string{"opt_out"})
	switch {
	case err != nil:
		return record, err
	case found != nil && found.Bool("opt_out") != list.Subscribed:
		return record, nil
	case found != nil:
		return record, r.write("write subscription", model, []int64{found.ID()}, map[string]any{"opt_out": !list.Subscribed})
	case !list.Subscribed:
		return record, nil
	}
	return record, r.call("create subscription", func() error {
		_, err := r.x.odoo.Create(r.ctx, model, map[string]any{"contact_id": contact, "list_id": to.ID()}, r.context())
		return err
	})
}

// mailingContact is the contact of an address, made when it subscribes.
func (r *run) mailingContact(email string, make bool) (int64, error) {
	found, err := r.first("mailing.contact", domainOf("email_normalized", email), []string{"id"})
	if err != nil || found != nil || !make {
		return found.ID(), err
	}
	return r.create("load contact", "mailing.contact", []string{"id", "name", "email"},
		[][]string{{decide.ExternalID(r.c.Channel, "mailing", hashed(email)), email, email}})
}
