package apply

import (
	"errors"
	"fmt"

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
	if r.noted(opened) == "" {
		if err := r.note(opened, "yes"); err != nil {
			return err
		}
	}
	_, err = r.verb("unlock order", "sale.order", "action_unlock", []int64{now.ID()}, nil)
	return err
}

// opened is noted before an order is unlocked, so that an attempt after one that was cut off locks it again too.
const opened = "opened"

// lockAgain leaves an order as it was, locked, that was opened, by this attempt or an earlier one, and is not cancelled, and returns why it is
// not. What may be cancelled by the next attempt stays open for it.
func (r *run) lockAgain(now odoo.Record, why error) error {
	if r.noted(opened) == "" {
		return why
	}
	var call *odoo.Error
	var decided *stop
	if isStop := errors.As(why, &decided); !isStop && !(errors.As(why, &call) && call.Decided()) {
		return fmt.Errorf("the order, which was locked, is open until it is tried again: %w", why)
	}
	if state := now.Text("state"); state == "sale" || state == "done" {
		method, err := r.lockMethod()
		if err == nil {
			_, err = r.verb("lock order", "sale.order", method, []int64{now.ID()}, nil)
		}
		if err != nil {
			return fmt.Errorf("lock the order again: %w", err)
		}
	}
	if err := r.note(opened, ""); err != nil {
		return err
	}
	return why
}
