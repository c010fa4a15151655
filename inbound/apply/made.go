package apply

import (
	"context"
	"slices"

	"github.com/odoobridge/odoobridge/inbound/command"
	"github.com/odoobridge/odoobridge/inbound/decide"
	"github.com/odoobridge/odoobridge/inbound/odoo"
	"github.com/odoobridge/odoobridge/internal/config"
	"github.com/odoobridge/odoobridge/schema"
)

// Made looks up the records that say of themselves that they were made by an applied command: by its external id, or by what stands
// in a text of theirs. There should be one. told is false where records of this command say nothing: verbs, and what only
// writes values. Cancelled records do not count. It reads alone.
func (x *Executor) Made(ctx context.Context, c command.Command) (found []command.Reference, told bool, err error) {
	channel := x.config.Load().Channel(c.Channel)
	if channel == nil {
		return nil, false, nil
	}
	r := &run{ctx: ctx, x: x, c: c, channel: channel}
	switch c.Name {
	case "customer.upsert":
		return r.madeNamed("customer", "res.partner")
	case "order.place":
		return r.madeNamed("order", "sale.order")
	case "payment.record":
		return r.madePayments()
	case "refund.record":
		return r.madeMarked("account.move", odoo.Domain{{"move_type", "=", "out_refund"}}, "ref", r.refundMark())
	case "return.request":
		// What is left of a return for a later receipt has its text too.
		return r.madeMarked("stock.picking", odoo.Domain{{"backorder_id", "=", false}}, "origin", r.returnMark(c.Subject))
	case "stock.adjust":
		return r.madeMarked("stock.move", odoo.Domain{{"state", "=", "done"}}, "reference", r.stockMark())
	}
	return nil, false, nil
}

func (r *run) madeNamed(kind, model string) ([]command.Reference, bool, error) {
	of, id, found, err := r.x.odoo.Named(r.ctx, decide.ExternalID(r.c.Channel, kind, r.c.Subject), r.context())
	if err != nil || !found || of != model {
		return nil, true, err
	}
	return []command.Reference{{Model: model, ID: id}}, true, nil
}

func (r *run) madeMarked(model string, domain odoo.Domain, text string, m mark) ([]command.Reference, bool, error) {
	found, err := r.marked(model, domain, text, m, []string{"state"})
	return standing(model, found), true, err
}

func (r *run) madePayments() ([]command.Reference, bool, error) {
	data, err := read[schema.PaymentRecord](r)
	if err != nil {
		return nil, false, nil // it was another's before it was edited
	}
	journal, found, err := r.x.Find(r.ctx, r.channel, "account.journal", r.channel.Mapping.PaymentMethods[data.Method])
	if err != nil || !found {
		return nil, false, err
	}
	release, err := r.release()
	if err != nil {
		return nil, false, err
	}
	domain := domainOf("journal_id", journal, paymentText(release), saying(data.Memo, data.TransactionID), "payment_type", "inbound")
	payments, err := r.search("account.payment", domain, []string{"state"}, odoo.Window{Order: "id"})
	return standing("account.payment", payments), true, err
}

// standing are the records that are not cancelled.
func standing(model string, found []odoo.Record) (list []command.Reference) {
	for _, rec := range found {
		if !cancelled(rec) {
			list = append(list, command.Reference{Model: model, ID: rec.ID()})
		}
	}
	return list
}

func cancelled(rec odoo.Record) bool {
	return slices.Contains([]string{"cancel", "canceled", "rejected"}, rec.Text("state"))
}

// Find looks up what the configuration of a channel says of Odoo, as the channel's commands do.
func (x *Executor) Find(ctx context.Context, channel *config.Channel, model string, record config.Record) (id int64, found bool, err error) {
	if record == "" {
		return 0, false, nil
	}
	r := &run{ctx: ctx, x: x, channel: channel}
	return r.record(model, record)
}
