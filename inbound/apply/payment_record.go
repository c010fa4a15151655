package apply

import (
	"errors"

	"github.com/odoobridge/odoobridge/inbound/command"
	"github.com/odoobridge/odoobridge/inbound/decide"
	"github.com/odoobridge/odoobridge/inbound/odoo"
	"github.com/odoobridge/odoobridge/schema"
)

// recordPayment registers a payment against the invoice, or for the customer
// where there is none yet.
func recordPayment(r *run) (command.Reference, error) {
	data, err := read[schema.PaymentRecord](r)
	if err != nil {
		return command.Reference{}, err
	}
	if err := r.payable(data.Currency, amountAt{data.Amount, "amount"}); err != nil {
		return command.Reference{}, err
	}
	journal, err := r.journal(data.Method, "method")
	if err != nil {
		return command.Reference{}, err
	}
	p := paying{step: "register payment", journal: journal, amount: decide.Num(data.Amount), at: data.PaidAt, reference: saying(data.Memo, data.TransactionID)}
	if known, err := r.paymentFound(journal, p.reference, "inbound"); err != nil || known != nil {
		if err != nil {
			return command.Reference{}, err
		}
		return r.goOn(data, known, p)
	}
	if data.Invoice != "" {
		invoice, err := r.invoiceNamed(data.Invoice)
		if err != nil {
			return command.Reference{}, err
		}
		return r.payInvoice(invoice, p, data.Currency)
	}
	return r.payOrder(data, p)
}

func (r *run) payInvoice(invoice odoo.Record, p paying, currency string) (command.Reference, error) {
	var err error
	if p.currency, err = r.sameCurrency(invoiceRef(invoice), invoice, currency); err != nil {
		return command.Reference{}, err
	}
	if err := r.notLate(thing{"invoice", [2]int64{invoice.ID()}}, nil, r.owns("invoice")); err != nil {
		return invoiceRef(invoice), err
	}
	return r.register(invoice, p)
}

func (r *run) payOrder(data schema.PaymentRecord, p paying) (command.Reference, error) {
	of, err := r.orderOf(data.Order, "order", "invoice_ids", "currency_id", "partner_invoice_id", "amount_total")
	if err != nil {
		return command.Reference{}, err
	}
	if of.Text("state") == "cancel" {
		return order(of), r.park(order(of), problem(schema.CodeLateConfirmation, "order", "the order is cancelled in Odoo"))
	}
	if p.currency, err = r.sameCurrency(order(of), of, data.Currency); err != nil {
		return order(of), err
	}
	if err := r.notLate(thing{"order", [2]int64{of.ID()}}, nil, r.owns("order")); err != nil {
		return order(of), err
	}
	invoices, err := r.invoicesOf(of)
	if err != nil {
		return order(of), err
	}
	before, err := r.prepaid(data.Order)
	if err != nil {
		return order(of), err
	}
	if open := openOf(of, invoices).Sub(before.total); r.exceeds(p.amount, open) {
		return order(of), r.parkOverpaid(order(of), p.amount, open, before.payments...)
	}
	for _, invoice := range invoices {
		if invoice.Text("state") == "posted" && residual(invoice).Sign() > 0 && !r.exceeds(p.amount, residual(invoice)) {
			return r.registerNow(invoice, p)
		}
	}
	early := "yes"
	if r.channel.PaymentInvoices == "invoice" && (len(invoices) == 0 || invoices[len(invoices)-1].Text("state") == "draft") {
		invoice, err := r.invoiceOrder(of)
		if err == nil {
			r.also = append(r.also, invoiceRef(invoice))
		}
		switch {
		case err == nil && !r.exceeds(p.amount, residual(invoice)):
			return r.registerNow(invoice, p)
		case err != nil && !errors.Is(err, errNothingToInvoice):
			return order(of), err
		}
		early = notInvoiceable
	}
	if err := r.note("prepaid", early); err != nil {
		return order(of), err
	}
	externalID := decide.ExternalID(r.c.Channel, "payment", data.Method+"/"+data.TransactionID)
	paid, err := r.prepay(of.Ref("partner_invoice_id"), p, externalID)
	if err != nil {
		return paid, err
	}
	return paid, r.prepaidFor(data.Order, paid.ID)
}

// registerNow pays an order's invoice. What an earlier attempt noted, when there was none, is true no more: that attempt registered
// nothing, and the next one, which may find the payment only, would tell of it what was to be said of another.
func (r *run) registerNow(invoice odoo.Record, p paying) (command.Reference, error) {
	if r.noted("prepaid") != "" {
		if err := r.note("prepaid", ""); err != nil {
			return invoiceRef(invoice), err
		}
	}
	return r.register(invoice, p)
}

// notInvoiceable is the note of a payment that an invoice was to be made for, in vain.
const notInvoiceable = "nothing to invoice"

// prepaidFor says, in each attempt, what became of a payment that there is no invoice for: the one that registered it may have been cut off.
func (r *run) prepaidFor(order string, payment int64) error {
	if r.noted("prepaid") == notInvoiceable {
		r.report(problem(schema.CodeNotInvoiceable, "order", "less of the order can be invoiced yet than is paid: Odoo keeps the payment for the customer, without an invoice"))
	}
	return r.rememberPrepaid(order, payment)
}

// goOn goes on with a payment that is there, made by an earlier attempt or by a person.
func (r *run) goOn(data schema.PaymentRecord, known odoo.Record, p paying) (command.Reference, error) {
	paid, err := r.finishKnown(known, p)
	if err != nil || r.noted("prepaid") == "" {
		return paid, err
	}
	return paid, r.prepaidFor(data.Order, paid.ID)
}

// openOf is what is still to be paid of an order: its total without what its invoices have been paid.
func openOf(of odoo.Record, invoices []odoo.Record) decide.Decimal {
	open := decide.Num(of.Number("amount_total")).Round(6)
	for _, invoice := range invoices {
		if invoice.Text("state") == "posted" {
			open = open.Sub(decide.Num(invoice.Number("amount_total")).Round(6).Sub(residual(invoice)))
		}
	}
	return open
}

// exceeds says whether an amount is more than what is open, by more than the channel tolerates.
func (r *run) exceeds(amount, open decide.Decimal) bool {
	return amount.Sub(open).Cmp(decide.Num(r.channel.Order.Tolerance)) > 0
}

// parkOverpaid names the payments that wait for an invoice, which are part of why so little is open.
func (r *run) parkOverpaid(of command.Reference, amount, open decide.Decimal, before ...command.Reference) error {
	p := problem(schema.CodePaymentMismatch, "amount", "more is paid ("+amount.String()+") than is open ("+open.String()+")")
	if len(before) > 0 {
		p.Candidates = before
		p.Remedy = "Compare it with the candidates, which are paid already and wait for the order's invoice. Cancel the one that is wrong in Odoo and retry, or discard it."
	}
	return r.park(of, p)
}
