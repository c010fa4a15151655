package apply

import (
	"slices"
	"strconv"

	"github.com/odoobridge/odoobridge/inbound/command"
	"github.com/odoobridge/odoobridge/inbound/decide"
	"github.com/odoobridge/odoobridge/inbound/odoo"
)

// prepayments are an order's payments that no invoice has had anything of yet.
type prepayments struct {
	total    decide.Decimal
	payments []command.Reference
}

// prepaidID is what the ledger calls an order's n-th payment that was registered for the customer: Odoo itself keeps no
// link between the two.
func (r *run) prepaidID(order string, n int) string {
	return decide.ExternalID(r.c.Channel, decide.Prepaid, order+"/"+strconv.Itoa(n))
}

// prepaidIDs are the payments of the channel's order that were registered for the customer.
func (r *run) prepaidIDs(order string) (ids []int64, err error) {
	if r.x.bindings == nil {
		return nil, nil
	}
	for {
		b, found, err := r.x.bindings.Bound(r.ctx, r.prepaidID(order, len(ids)+1))
		if err != nil || !found {
			return ids, err
		}
		ids = append(ids, b.Record)
	}
}

// rememberPrepaid counts a payment among the order's. Commands of one order follow one another, so that no other takes its number.
func (r *run) rememberPrepaid(order string, payment int64) error {
	if r.x.bindings == nil {
		return nil
	}
	ids, err := r.prepaidIDs(order)
	if err == nil && !slices.Contains(ids, payment) {
		r.remember(r.prepaidID(order, len(ids)+1), "account.payment", payment)
	}
	return err
}

// prepaid is what of an order was paid before it was invoiced. The ledger tells which payments, Odoo what became of them: one that is
// cancelled counts no more, and one that was reconciled is part of what the invoice has been paid, or was given back.
func (r *run) prepaid(order string) (p prepayments, err error) {
	ids, err := r.prepaidIDs(order)
	if err != nil || len(ids) == 0 {
		return p, err
	}
	found, err := r.search("account.payment", odoo.Domain{{"id", "in", ids}}, []string{"name", "state", "amount", "is_reconciled", "reconciled_invoice_ids"}, odoo.Window{Order: "id"})
	if err != nil {
		return p, err
	}
	for _, payment := range found {
		if cancelled(payment) || payment.Bool("is_reconciled") || len(payment.Refs("reconciled_invoice_ids")) > 0 {
			continue
		}
		p.total = p.total.Add(decide.Num(payment.Number("amount")).Round(6))
		p.payments = append(p.payments, paymentRef(payment))
	}
	return p, nil
}
