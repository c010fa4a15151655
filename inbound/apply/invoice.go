package apply

import (
	"errors"

	"github.com/odoobridge/odoobridge/inbound/command"
	"github.com/odoobridge/odoobridge/inbound/decide"
	"github.com/odoobridge/odoobridge/inbound/odoo"
	"github.com/odoobridge/odoobridge/schema"
)

func invoiceRef(rec odoo.Record) command.Reference {
	return command.Reference{Model: "account.move", ID: rec.ID(), Name: rec.Text("name")}
}

var invoiceFields = []string{"name", "state", "move_type", "amount_total", "amount_residual", "currency_id", "journal_id", "partner_id", "payment_state"}

// invoiceNamed is a posted customer invoice by its number.
func (r *run) invoiceNamed(name string) (odoo.Record, error) {
	domain := domainOf("name", name, "move_type", "out_invoice", "state", "posted")
	if r.channel.Company > 0 {
		domain = append(domain, []any{"company_id", "=", r.channel.Company})
	}
	found, err := r.first("account.move", domain, invoiceFields)
	if err == nil && found == nil {
		return nil, r.park(command.Reference{}, problem(schema.CodeUnknownDocument, "invoice", "Odoo has no posted invoice of this number, or the channel may not see it"), command.WaitInvoice.For(name))
	}
	return found, err
}

// invoicesOf are an order's customer invoices that are not cancelled.
func (r *run) invoicesOf(order odoo.Record) ([]odoo.Record, error) {
	if len(order.Refs("invoice_ids")) == 0 {
		return nil, nil
	}
	return r.search("account.move", odoo.Domain{{"id", "in", order.Refs("invoice_ids")}, {"move_type", "=", "out_invoice"}, {"state", "!=", "cancel"}},
		invoiceFields, odoo.Window{Order: "id"})
}

// sameCurrency wants an amount in the document's currency.
func (r *run) sameCurrency(record command.Reference, document odoo.Record, code string) (int64, error) {
	currency, found, err := r.currency(code)
	if err != nil {
		return 0, err
	}
	if !found || currency.id != document.Ref("currency_id") {
		return 0, r.park(record, problem(schema.CodeCurrencyMismatch, "currency", "the document is in "+document.RefName("currency_id")+", the amount in "+code))
	}
	return currency.id, nil
}

// post posts an invoice or a credit note, unless it is. Odoo answers false when it did.
func (r *run) post(step string, id int64) (odoo.Record, error) {
	now, err := r.readOne("account.move", id, invoiceFields...)
	if err != nil || now.Text("state") == "posted" {
		return now, err
	}
	_, err = r.verb(step, "account.move", "action_post", []int64{id}, nil)
	if err != nil && !odoo.IsKind(err, odoo.User) {
		return now, err
	}
	after, readErr := r.readOne("account.move", id, invoiceFields...)
	switch {
	case readErr != nil:
		return now, readErr
	case after.Text("state") == "posted":
		return after, nil
	case err != nil:
		return now, err
	}
	return now, r.park(invoiceRef(now), problem(schema.CodeRefused, "", "Odoo left the document unposted, without a reason"))
}

// errNothingToInvoice is Odoo's refusal to invoice an order of which nothing can be invoiced yet: a
// quotation, or goods that are invoiced when they are delivered.
var errNothingToInvoice = errors.New("nothing of the order can be invoiced yet")

// invoiceOrder makes an order's invoice and posts it, going on with one that is there.
func (r *run) invoiceOrder(order odoo.Record) (odoo.Record, error) {
	invoices, err := r.invoicesOf(order)
	if err != nil {
		return nil, err
	}
	if len(invoices) == 0 {
		values, err := r.invoiceWizard(order.ID())
		if err != nil {
			return nil, err
		}
		wizard, err := r.x.odoo.Create(r.ctx, "sale.advance.payment.inv", values, r.context(map[string]any{"active_model": "sale.order", "active_ids": []int64{order.ID()}}))
		if err != nil {
			return nil, err
		}
		_, refused := r.verb("invoice order", "sale.advance.payment.inv", "create_invoices", []int64{wizard}, map[string]any{"active_model": "sale.order", "active_ids": []int64{order.ID()}})
		if refused != nil && !odoo.IsKind(refused, odoo.User) {
			return nil, refused
		}
		again, err := r.readOne("sale.order", order.ID(), "name", "invoice_ids")
		if err != nil {
			return nil, err
		}
		if invoices, err = r.invoicesOf(again); err != nil {
			return nil, err
		}
		if len(invoices) == 0 && refused != nil {
			return nil, errNothingToInvoice
		}
		if len(invoices) == 0 {
			return nil, r.park(command.Reference{Model: "sale.order", ID: order.ID(), Name: order.Text("name")}, problem(schema.CodeRefused, "", "Odoo made no invoice of the order, without a reason"))
		}
	}
	return r.post("post invoice", invoices[len(invoices)-1].ID())
}

// residual is what is open of a document.
func residual(document odoo.Record) decide.Decimal {
	return decide.Num(document.Number("amount_residual")).Round(6)
}
