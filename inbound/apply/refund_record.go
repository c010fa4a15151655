package apply

import (
	"slices"

	"github.com/odoobridge/odoobridge/inbound/command"
	"github.com/odoobridge/odoobridge/inbound/decide"
	"github.com/odoobridge/odoobridge/inbound/odoo"
	"github.com/odoobridge/odoobridge/schema"
)

// recordRefund makes a credit note of the invoice, posts it, and registers the payment back.
func recordRefund(r *run) (command.Reference, error) {
	data, err := read[schema.RefundRecord](r)
	if err != nil {
		return command.Reference{}, err
	}
	if err := r.payable(data.Currency, refundedAmounts(data)...); err != nil {
		return command.Reference{}, err
	}
	p := paying{step: "register refund", at: data.RefundedAt}
	if data.Payment != nil {
		if p.journal, err = r.journal(data.Payment.Method, "payment.method"); err != nil {
			return command.Reference{}, err
		}
		p.reference = data.Payment.TransactionID
	}
	invoice, refunding, err := r.refundedInvoice(data)
	if err != nil {
		return command.Reference{}, err
	}
	if p.currency, err = r.sameCurrency(invoiceRef(invoice), invoice, data.Currency); err != nil {
		return command.Reference{}, err
	}
	if err := r.notLate(refunding, nil, r.owns(refunding.entity)); err != nil {
		return invoiceRef(invoice), err
	}
	credit, err := r.creditNote(invoice, data)
	if err != nil {
		return command.Reference{}, err
	}
	if credit.Text("state") == "draft" {
		if credit, err = r.fillCredit(credit, data); err != nil {
			return invoiceRef(credit), err
		}
		if credit, err = r.post("post refund", credit.ID()); err != nil {
			return invoiceRef(credit), err
		}
	}
	if data.Payment == nil {
		return invoiceRef(credit), nil
	}
	if p.amount = decide.Num(data.Payment.Amount); data.Payment.Amount == "" {
		p.amount = decide.Num(credit.Number("amount_total")).Round(6)
	}
	paid, err := r.register(credit, p)
	if err == nil {
		r.also = append(r.also, paid)
	}
	return invoiceRef(credit), err
}

// refundedInvoice is the posted invoice that is given back, and the thing that the command names: the invoice
// or its order. An order that is not invoiced yet is waited for.
func (r *run) refundedInvoice(data schema.RefundRecord) (odoo.Record, thing, error) {
	if data.Invoice != "" {
		invoice, err := r.invoiceNamed(data.Invoice)
		return invoice, thing{"invoice", [2]int64{invoice.ID()}}, err
	}
	of, err := r.orderOf(data.Order, "order", "invoice_ids")
	if err != nil {
		return nil, thing{}, err
	}
	named := thing{"order", [2]int64{of.ID()}}
	invoices, err := r.invoicesOf(of)
	if err != nil {
		return nil, named, err
	}
	var posted []odoo.Record
	for _, invoice := range invoices {
		if invoice.Text("state") == "posted" {
			posted = append(posted, invoice)
		}
	}
	switch len(posted) {
	case 1:
		return posted[0], named, nil
	case 0:
		return nil, named, r.wait(problem(schema.CodeUnknownDocument, "order", "the order is not invoiced yet"), command.WaitInvoiceOf.For(of.Text("name")))
	}
	p := problem(schema.CodeUnknownDocument, "order", "the order has several invoices: name the one that is refunded")
	for _, invoice := range posted {
		p.Candidates = append(p.Candidates, invoiceRef(invoice))
	}
	return nil, named, r.park(order(of), p)
}

// refundMark is what a credit note says of the command that made it.
func (r *run) refundMark() mark { return mark{r.c.Channel, "refund", r.c.Subject} }

// creditNote is the one of this refund, made if it is not there. Odoo puts the reason
// into the credit note's reference, by which it is found again.
func (r *run) creditNote(invoice odoo.Record, data schema.RefundRecord) (odoo.Record, error) {
	before, err := r.givenBack(invoice.ID())
	if err != nil {
		return nil, err
	}
	if own := r.ownRefund(before); own != nil {
		return own, nil
	}
	if err := r.refundFits(invoice, data, before); err != nil {
		return nil, err
	}
	day, err := r.day(data.RefundedAt)
	if err != nil {
		return nil, err
	}
	method, err := r.reversalMethod()
	if err != nil {
		return nil, err
	}
	context := r.context(map[string]any{"active_model": "account.move", "active_ids": []int64{invoice.ID()}})
	wizard, err := r.x.odoo.Create(r.ctx, "account.move.reversal", map[string]any{
		"reason": r.refundMark().String() + ": " + data.Reason, "journal_id": invoice.Ref("journal_id"), "date": day,
		"move_ids": []any{[]any{6, 0, []int64{invoice.ID()}}},
	}, context)
	if err != nil {
		return nil, err
	}
	if _, err := r.verb("refund moves", "account.move.reversal", method, []int64{wizard}, context); err != nil {
		return nil, err
	}
	after, err := r.givenBack(invoice.ID())
	if err != nil {
		return nil, err
	}
	made := r.ownRefund(after)
	if made == nil {
		return nil, r.park(invoiceRef(invoice), problem(schema.CodeRefused, "", "Odoo made no credit note, without a reason"))
	}
	return made, nil
}

// ownRefund is this refund's credit note among others, nil when it is not there.
func (r *run) ownRefund(among given) odoo.Record {
	own := slices.IndexFunc(among.notes, func(n odoo.Record) bool { return r.refundMark().in(n.Text("ref")) })
	if own < 0 {
		return nil
	}
	return among.notes[own]
}

// fillCredit brings a draft to what is refunded and compares its total with what the
// customer was told. Odoo has made it of the whole invoice.
func (r *run) fillCredit(credit odoo.Record, data schema.RefundRecord) (odoo.Record, error) {
	if !data.Full && r.noted("filled") == "" {
		commands, err := r.creditLines(credit, data)
		if err != nil {
			return credit, err
		}
		if len(commands) > 0 {
			err = r.write("fill refund", "account.move", []int64{credit.ID()}, map[string]any{"invoice_line_ids": commands})
		}
		if err != nil {
			return credit, err
		}
		if err := r.note("filled", "yes"); err != nil {
			return credit, err
		}
	}
	now, err := r.readOne("account.move", credit.ID(), invoiceFields...)
	if err != nil {
		return credit, err
	}
	told := data.Total
	if told == "" {
		told = data.Amount
	}
	odoos := decide.Num(now.Number("amount_total")).Round(6)
	if told != "" && !decide.Agree(odoos, decide.Num(told), decide.Num(r.channel.Order.Tolerance)) {
		return now, r.park(invoiceRef(now), problem(schema.CodeTotalMismatch, "total", "Odoo makes it "+odoos.String()+", the channel "+string(told)))
	}
	return now, nil
}
