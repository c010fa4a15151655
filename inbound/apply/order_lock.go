package apply

import (
	"errors"

	"github.com/odoobridge/odoobridge/inbound/odoo"
	"github.com/odoobridge/odoobridge/schema"
)

// unlocker is in the group whose members Odoo offers the button that unlocks an order; the method itself takes everyone.
var unlocker = Right{Group: "sales_team.group_sale_manager"}

func locked(order odoo.Record) bool { return order.Bool("locked") || order.Text("state") == "done" }

// unlock opens an order that is about to be cancelled. Odoo locks orders by hand, or all of them at their confirmation, where that is
// set; from 17 on it cancels no locked one, before it does without a word. That the bridge's user may unlock orders, as
// Odoo has it of people, is what says that a channel's cancelling counts more than the lock.
func (r *run) unlock(now odoo.Record) error {
	if !locked(now) {
		return nil
	}
	held, err := r.held(unlocker)
	if err != nil && !absent(err) {
		return err
	}
	if !held {
		p := problem(schema.CodeNotAllowed, "", "the order is locked in Odoo, and the bridge's user is none who unlocks orders")
		p.Remedy = "Unlock the order in Odoo, then retry the command. Where Odoo locks all orders, give the bridge's user the group Sales / Administrator: it then unlocks those that are cancelled."
		return r.park(order(now), p)
	}
	_, err = r.verb("unlock order", "sale.order", "action_unlock", []int64{now.ID()}, nil)
	return err
}

// lockAgain leaves an order as it was, locked, that was opened and is not cancelled, and returns why it is not. What may be cancelled by the
// next attempt stays open for it.
func (r *run) lockAgain(now odoo.Record, why error) error {
	var call *odoo.Error
	if !locked(now) || errors.As(why, &call) && !call.Decided() {
		return why
	}
	method, err := r.lockMethod()
	if err != nil {
		return err
	}
	if _, err := r.verb("lock order", "sale.order", method, []int64{now.ID()}, nil); err != nil {
		return err
	}
	return why
}
