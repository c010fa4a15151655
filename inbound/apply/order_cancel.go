package apply

import (
	"slices"

	"github.com/odoobridge/odoobridge/inbound/command"
	"github.com/odoobridge/odoobridge/inbound/decide"
	"github.com/odoobridge/odoobridge/inbound/odoo"
	"github.com/odoobridge/odoobridge/schema"
)

// orderOf is the channel's order; the command waits for one that is not there yet.
func (r *run) orderOf(id, path string, fields ...string) (odoo.Record, error) {
	record, found, err := r.named(decide.ExternalID(r.c.Channel, "order", id), "sale.order")
	if err != nil {
		return nil, err
	}
	if !found {
		return nil, r.wait(problem(schema.CodeUnknownOrder, path, "the order is not there yet"), command.WaitOrder.For(id))
	}
	return r.readOne("sale.order", record, append(fields, "name", "state")...)
}

// cancelOrder cancels what nothing has left for yet. Odoo itself would cancel an order that
// is shipped in part.
func cancelOrder(r *run) (command.Reference, error) {
	data, err := read[schema.OrderCancel](r)
	if err != nil {
		return command.Reference{}, err
	}
	lock, err := r.lockField()
	if err != nil {
		return command.Reference{}, err
	}
	now, err := r.orderOf(r.c.Subject, "", "picking_ids", "invoice_ids", lock)
	if err != nil {
		return command.Reference{}, err
	}
	if now.Text("state") == "cancel" {
		return order(now), r.sayWhy(now, data.Reason)
	}
	if err := r.cancelOpen(now); err != nil {
		return order(now), r.lockAgain(now, err)
	}
	return order(now), r.sayWhy(now, data.Reason)
}

// cancelOpen has Odoo cancel an order that is not, if nothing of it has left or is invoiced, and opens it first where it is locked.
func (r *run) cancelOpen(now odoo.Record) error {
	if err := r.notLate(thing{"order", [2]int64{now.ID()}}, nil, r.owns("order")); err != nil {
		return err
	}
	if err := r.nothingLeft(now); err != nil {
		return err
	}
	if err := r.unlock(now); err != nil {
		return err
	}
	action, err := r.verb("cancel order", "sale.order", "action_cancel", []int64{now.ID()}, map[string]any{"disable_cancel_warning": true})
	if err != nil {
		return err
	}
	after, err := r.readOne("sale.order", now.ID(), "state")
	if err != nil || after.Text("state") == "cancel" {
		return err
	}
	message := "Odoo left the order as it is, without a reason"
	if action != nil {
		message = "Odoo asks a question before it cancels the order (" + action.Model + ")"
	}
	return r.park(order(now), problem(schema.CodeRefused, "", message))
}

// sayWhy leaves the reason at the order.
func (r *run) sayWhy(of odoo.Record, reason string) error {
	if reason == "" {
		return nil
	}
	return r.say("sale.order", of.ID(), mark{r.c.Channel, r.c.Name, r.c.Subject}, reason, "reason")
}

// nothingLeft parks the cancelling of an order with goods on their way or a posted invoice.
func (r *run) nothingLeft(now odoo.Record) error {
	if err := r.nothingMoved(now); err != nil {
		return err
	}
	return r.nothingInvoiced(now)
}

// nothingMoved wants no transfer of the order to be done. What is picked has not left, but lies where it is shipped from: Odoo would
// cancel the shipment and leave it there.
func (r *run) nothingMoved(now odoo.Record) error {
	done := odoo.Domain{{"id", "in", now.Refs("picking_ids")}, {"state", "=", "done"}}
	shipped, err := r.first("stock.picking", append(slices.Clone(done), []any{"picking_type_id.code", "=", "outgoing"}), []string{"name"})
	if err != nil && !absent(err) {
		return err
	}
	if shipped != nil {
		return r.park(order(now), problem(schema.CodeLateConfirmation, "", "goods of the order are shipped: "+shipped.Text("name")))
	}
	picked, err := r.first("stock.picking", done, []string{"name"})
	if err != nil && !absent(err) {
		return err
	}
	if picked == nil {
		return nil
	}
	p := problem(schema.CodeLateConfirmation, "", "goods of the order are picked already: "+picked.Text("name"))
	p.Remedy = "Have them put back, and cancel the order in Odoo; then retry it, or discard it."
	return r.park(order(now), p)
}

// nothingInvoiced wants no invoice of the order to be posted, unless credit notes give all of it back.
func (r *run) nothingInvoiced(now odoo.Record) error {
	invoices, err := r.invoicesOf(now)
	if err != nil && !absent(err) {
		return err
	}
	for _, invoice := range invoices {
		if invoice.Text("state") != "posted" {
			continue
		}
		back, err := r.givenBack(invoice.ID())
		if err != nil {
			return err
		}
		left := decide.Num(invoice.Number("amount_total")).Round(6)
		for _, note := range back.notes {
			if note.Text("state") == "posted" {
				left = left.Sub(decide.Num(note.Number("amount_total")).Round(6))
			}
		}
		if left.Sign() > 0 || len(back.notes) == 0 {
			p := problem(schema.CodeLateConfirmation, "", "the order is invoiced: "+invoice.Text("name"))
			p.Remedy = "Give the invoice back in full, by refund.record or in Odoo: the command goes on by itself. Or discard it."
			return r.park(order(now), p, command.WaitGivenBack.For(invoice.Text("name")))
		}
	}
	return nil
}
