package apply

import (
	"github.com/odoobridge/odoobridge/inbound/command"
	"github.com/odoobridge/odoobridge/schema"
)

// speaks are the commands at which Odoo leaves messages in its user's name: under the invoice that is paid or given back, and under
// the shipment that comes back. It refuses what it is at when that user has no e-mail address.
var speaks = map[string]bool{"payment.record": true, "refund.record": true, "return.request": true}

// Speaks says whether a command needs its user in Odoo to have an e-mail address.
func Speaks(name string) bool { return speaks[name] }

// addressed wants the bridge's user to have an e-mail address, before the first change: Odoo would refuse the second or third, when an invoice
// is posted and its payment is not. An address that is not there is looked for again: somebody may just have written it.
func (r *run) addressed() error {
	has, _, err := lookUp(r.x.cache, "sender", func() (bool, bool, error) {
		uid, err := r.x.odoo.UID(r.ctx)
		if err != nil {
			return false, false, err
		}
		user, err := r.readOne("res.users", uid, "email")
		if absent(err) {
			return true, true, nil
		}
		return user.Text("email") != "", user.Text("email") != "", err
	})
	if err != nil || has {
		return err
	}
	p := problem(schema.CodeNotAllowed, "", "the bridge's user has no e-mail address in Odoo, which leaves messages in its name at what this command makes")
	p.Remedy = "Give the bridge's user an e-mail address in Odoo (Settings, Users), then retry the command."
	return r.park(command.Reference{}, p)
}
