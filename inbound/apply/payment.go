package apply

import (
	"strconv"
	"time"

	"github.com/odoobridge/odoobridge/inbound/command"
	"github.com/odoobridge/odoobridge/inbound/decide"
	"github.com/odoobridge/odoobridge/inbound/odoo"
	"github.com/odoobridge/odoobridge/schema"
)

// paying is one payment, in or out.
type paying struct {
	step      string
	journal   int64
	currency  int64
	amount    decide.Decimal
	at        time.Time
	reference string // what the payment says, by which it is found again
}

func paymentRef(rec odoo.Record) command.Reference {
	return command.Reference{Model: "account.payment", ID: rec.ID(), Name: rec.Text("name")}
}

// saying is what a payment says: the transaction's id, and the memo before it.
func saying(memo, transaction string) string {
	if memo == "" {
		return transaction
	}
	return memo + " [" + transaction + "]"
}

func (r *run) journal(method, path string) (int64, error) {
	return r.oneMapped(command.WaitPaymentMethod, "account.journal", r.channel.Mapping.PaymentMethods, method, path)
}

// paymentFound is a payment that is there already, by what it says.
func (r *run) paymentFound(journal int64, reference, kind string) (odoo.Record, error) {
	release, err := r.release()
	if err != nil {
		return nil, err
	}
	return r.first("account.payment", domainOf("journal_id", journal, paymentText(release), reference, "payment_type", kind), []string{"name", "state", "amount", "payment_type"})
}

// paymentText is the field of what a payment says.
func paymentText(release int) string {
	if release < 18 {
		return "ref"
	}
	return "memo"
}

// finishKnown goes on with a payment that is there already. One of another amount is another payment: a transaction's
// id is used once in a journal.
func (r *run) finishKnown(known odoo.Record, p paying) (command.Reference, error) {
	if registered := decide.Num(known.Number("amount")).Round(6); !registered.Same(p.amount) {
		return paymentRef(known), r.park(paymentRef(known), problem(schema.CodePaymentMismatch, "transaction_id",
			"a payment of this transaction is registered already, of "+registered.String()+" instead of "+p.amount.String()))
	}
	return r.finish(known)
}

// finish posts a payment that is there as a draft.
func (r *run) finish(p odoo.Record) (command.Reference, error) {
	if p.Text("state") != "draft" {
		return paymentRef(p), nil
	}
	// None is what posting answers.
	if _, err := r.verb("post payment", "account.payment", "action_post", []int64{p.ID()}, nil); err != nil && !odoo.IsKind(err, odoo.User) {
		return paymentRef(p), err
	}
	after, err := r.readOne("account.payment", p.ID(), "name", "state")
	if err != nil {
		return paymentRef(p), err
	}
	if after.Text("state") == "draft" {
		return paymentRef(p), r.park(paymentRef(p), problem(schema.CodeRefused, "", "Odoo left the payment unposted, without a reason"))
	}
	return paymentRef(after), nil
}

// register pays a posted invoice or credit note by Odoo's wizard, which reconciles both. The wizard makes
// the payment in one transaction; what it says is how it is known again.
func (r *run) register(document odoo.Record, p paying) (command.Reference, error) {
	kind := "inbound"
	if document.Text("move_type") == "out_refund" {
		kind = "outbound"
	}
	known, err := r.paymentFound(p.journal, p.reference, kind)
	if err != nil {
		return command.Reference{}, err
	}
	if known != nil {
		return r.finishKnown(known, p)
	}
	if open := residual(document); r.exceeds(p.amount, open) {
		return command.Reference{}, r.parkOverpaid(invoiceRef(document), p.amount, open)
	}
	day, err := r.day(p.at)
	if err != nil {
		return command.Reference{}, err
	}
	context := r.context(map[string]any{"active_model": "account.move", "active_ids": []int64{document.ID()}})
	wizard, err := r.x.odoo.Create(r.ctx, "account.payment.register", map[string]any{
		"journal_id": p.journal, "amount": number(p.amount), "currency_id": p.currency, "payment_date": day, "communication": p.reference,
		"payment_difference_handling": "open",
	}, context)
	if err != nil {
		return command.Reference{}, err
	}
	if _, err := r.verb(p.step, "account.payment.register", "action_create_payments", []int64{wizard},
		odoo.Context(context, map[string]any{"dont_redirect_to_payments": true})); err != nil {
		return command.Reference{}, err
	}
	made, err := r.paymentFound(p.journal, p.reference, kind)
	if err != nil {
		return command.Reference{}, err
	}
	if made == nil {
		return command.Reference{}, r.park(invoiceRef(document), problem(schema.CodeRefused, "", "Odoo registered no payment, without a reason"))
	}
	return r.finish(made)
}

// prepay registers a payment for the customer, to be reconciled with an invoice that is still to come.
func (r *run) prepay(customer int64, p paying, externalID string) (command.Reference, error) {
	known, err := r.paymentFound(p.journal, p.reference, "inbound")
	if err != nil {
		return command.Reference{}, err
	}
	if known != nil {
		return r.finishKnown(known, p)
	}
	release, err := r.release()
	if err != nil {
		return command.Reference{}, err
	}
	memo := "memo"
	if release < 18 {
		memo = "ref"
	}
	day, err := r.day(p.at)
	if err != nil {
		return command.Reference{}, err
	}
	fields := []string{"id", "payment_type", "partner_type", "partner_id/.id", "amount", "currency_id/.id", "journal_id/.id", "date", memo}
	id, err := r.create("load payment", "account.payment", fields, [][]string{{
		externalID, "inbound", "customer", strconv.FormatInt(customer, 10), p.amount.String(), strconv.FormatInt(p.currency, 10),
		strconv.FormatInt(p.journal, 10), day, p.reference,
	}})
	if err != nil {
		return command.Reference{}, err
	}
	made, err := r.readOne("account.payment", id, "name", "state")
	if err != nil {
		return command.Reference{}, err
	}
	return r.finish(made)
}
