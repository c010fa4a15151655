package apply

import (
	"cmp"
	"fmt"

	"github.com/odoobridge/odoobridge/inbound/command"
	"github.com/odoobridge/odoobridge/inbound/decide"
	"github.com/odoobridge/odoobridge/inbound/odoo"
	"github.com/odoobridge/odoobridge/schema"
)

func order(rec odoo.Record) command.Reference {
	return command.Reference{Model: "sale.order", ID: rec.ID(), Name: rec.Text("name")}
}

var orderFields = []string{"name", "state", "amount_total", "amount_tax", "currency_id", "date_order"}

// placeOrder makes the order as a quotation in one step, compares the totals, and
// confirms it if the rules say so.
func placeOrder(r *run) (command.Reference, error) {
	data, err := read[schema.OrderPlace](r)
	if err != nil {
		return command.Reference{}, err
	}
	externalID := decide.ExternalID(r.c.Channel, "order", r.c.Subject)
	id, found, err := r.named(externalID, "sale.order")
	if err != nil {
		return command.Reference{}, err
	}
	if !found {
		if id, err = r.newOrder(externalID, data); err != nil {
			return command.Reference{}, err
		}
	}
	r.remember(externalID, "sale.order", id)
	if err := r.sayRounded(data); err != nil {
		return command.Reference{Model: "sale.order", ID: id}, err
	}
	if err := r.lineTaxes(id, data); err != nil {
		return command.Reference{Model: "sale.order", ID: id}, err
	}
	now, err := r.readOne("sale.order", id, orderFields...)
	if err != nil {
		return command.Reference{}, err
	}
	switch now.Text("state") {
	case "cancel":
		return order(now), r.park(order(now), problem(schema.CodeLateConfirmation, "", "the order is cancelled in Odoo"))
	case "draft", "sent":
		if err := r.totalsAgree(now, data); err != nil {
			return order(now), err
		}
		if !r.confirms(data) {
			return order(now), nil
		}
		if err := r.confirmOrder(id); err != nil {
			return order(now), err
		}
	}
	return order(now), r.keepDate(id, data)
}

func (r *run) confirms(data schema.OrderPlace) bool {
	switch r.channel.Order.Confirm {
	case "never":
		return false
	case "channel":
		return data.Confirm != nil && *data.Confirm
	}
	return true
}

// totalsAgree is the price guard.
func (r *run) totalsAgree(now odoo.Record, data schema.OrderPlace) error {
	currency, found, err := r.currency(data.Currency)
	if err != nil {
		return err
	}
	if !found || now.Ref("currency_id") != currency.id {
		return r.park(order(now), problem(schema.CodeCurrencyMismatch, "currency", fmt.Sprintf("Odoo made the quotation in %s, the order is in %s", now.RefName("currency_id"), data.Currency)))
	}
	tolerance := decide.Num(r.channel.Order.Tolerance)
	for _, total := range []struct {
		path, field string
		told        schema.Decimal
	}{{"totals.total", "amount_total", data.Totals.Total}, {"totals.tax", "amount_tax", data.Totals.Tax}} {
		if total.told == "" {
			continue
		}
		odoos := decide.Num(now.Number(total.field)).Round(6)
		if !decide.Agree(odoos, decide.Num(total.told), tolerance) {
			return r.park(order(now), problem(schema.CodeTotalMismatch, total.path, fmt.Sprintf("Odoo makes it %s %s, the channel %s", odoos, data.Currency, total.told)))
		}
	}
	return nil
}

// confirmOrder confirms and looks whether it is so. Odoo refuses to confirm twice.
func (r *run) confirmOrder(id int64) error {
	_, err := r.verb("confirm order", "sale.order", "action_confirm", []int64{id}, nil)
	if err != nil && !odoo.IsKind(err, odoo.User) {
		return err
	}
	now, readErr := r.readOne("sale.order", id, "name", "state")
	if readErr != nil {
		return readErr
	}
	if state := now.Text("state"); state == "sale" || state == "done" {
		return nil
	}
	if err != nil {
		return err
	}
	return r.park(order(now), problem(schema.CodeRefused, "", "Odoo left the order unconfirmed, without a reason"))
}

// keepDate writes the day of the order again: confirming puts Odoo's own time in its place.
func (r *run) keepDate(id int64, data schema.OrderPlace) error {
	now, err := r.readOne("sale.order", id, "date_order", "state")
	if err != nil || now.Text("state") != "sale" && now.Text("state") != "done" { // done: confirmed and locked, until 16
		return err
	}
	want := odooTime(data.PlacedAt)
	if now.Text("date_order") == want || r.noted("dated") != "" {
		return nil
	}
	if err := r.write("date order", "sale.order", []int64{id}, map[string]any{"date_order": want}); err != nil {
		return err
	}
	return r.note("dated", want)
}

// newOrder makes the quotation with everything in it.
func (r *run) newOrder(externalID string, data schema.OrderPlace) (int64, error) {
	if err := r.linesFit(data); err != nil {
		return 0, err
	}
	customer, err := r.orderCustomer(data)
	if err != nil {
		return 0, err
	}
	head, lines, carrier, err := r.orderParts(externalID, data)
	if err != nil {
		return 0, err
	}
	if customer == 0 {
		if customer, err = r.guest(data); err != nil {
			return 0, err
		}
	}
	r.announce()
	billing, err := r.addressOf(customer, "invoice", data.Billing, "billing")
	if err != nil {
		return 0, err
	}
	shipping := data.Shipping
	if shipping == nil {
		shipping = data.Billing
	}
	delivery, err := r.addressOf(customer, "delivery", shipping, "shipping")
	if err != nil {
		return 0, err
	}
	head.ref("carrier_id", carrier) // by which its shipments go, too
	head.ref("partner_id", customer)
	head.ref("partner_invoice_id", billing)
	head.ref("partner_shipping_id", delivery)
	fields, rows := head.with(lines)
	id, err := r.create("load order", "sale.order", fields, rows)
	return id, r.unlessGone(err, "res.partner", customer)
}

// unlessGone is the error of a load, or that a record is gone to which it refers: load() says so in words alone.
func (r *run) unlessGone(refused error, model string, id int64) error {
	if !odoo.IsKind(refused, odoo.Validation) {
		return refused
	}
	found, err := r.x.odoo.SearchRead(r.ctx, model, domainOf("id", id), []string{"id"}, odoo.Window{}, r.context(map[string]any{"active_test": false}))
	if err != nil || len(found) > 0 {
		return refused
	}
	return &odoo.Error{Kind: odoo.Missing, Call: model + ".read"}
}

// orderParts are the order's head and lines, and its carrier. All that they lack is said at once.
func (r *run) orderParts(externalID string, data schema.OrderPlace) (*row, []row, int64, error) {
	var missing lacks
	head, err := r.orderHead(externalID, data, &missing)
	if err != nil {
		return nil, nil, 0, err
	}
	lines, carrier, err := r.orderLines(data)
	return head, lines, carrier, cmp.Or(missing.add(err), missing.stop())
}

// orderHead looks up what the order as a whole refers to.
func (r *run) orderHead(externalID string, data schema.OrderPlace, missing *lacks) (*row, error) {
	head := &row{}
	head.text("id", externalID)
	number := data.Number
	if number == "" {
		number = r.c.Subject
	}
	head.text("client_order_ref", number)
	head.text("origin", r.c.Channel)
	head.text("date_order", odooTime(data.PlacedAt))
	if data.DeliverBy != nil {
		head.text("commitment_date", odooTime(*data.DeliverBy))
	}
	if data.Note != "" {
		head.text("note", asHTML(data.Note))
	}
	head.ref("company_id", r.channel.Company)
	if err := missing.add(r.orderPricelist(head, data.Currency)); err != nil {
		return nil, err
	}
	if err := missing.add(r.orderWarehouse(head, data.Warehouse)); err != nil {
		return nil, err
	}
	if data.PaymentTerms != "" {
		id, err := r.oneMapped(command.WaitPaymentTerm, "account.payment.term", r.channel.Mapping.PaymentTerms, data.PaymentTerms, "payment_terms")
		if err := missing.add(err); err != nil {
			return nil, err
		}
		head.ref("payment_term_id", id)
	}
	if r.channel.Order.Team != "" {
		id, found, err := r.record("crm.team", r.channel.Order.Team)
		if err != nil {
			return nil, err
		}
		if found {
			head.ref("team_id", id)
		}
	}
	return head, nil
}

// orderPricelist decides the currency: Odoo takes it from the pricelist.
func (r *run) orderPricelist(head *row, code string) error {
	if _, mapped := r.channel.Mapping.Pricelists[code]; mapped {
		id, err := r.oneMapped(command.WaitPricelist, "product.pricelist", r.channel.Mapping.Pricelists, code, "currency")
		head.ref("pricelist_id", id)
		return err
	}
	currency, found, err := r.currency(code)
	if err != nil {
		return err
	}
	company, err := r.companyOf()
	if err != nil {
		return err
	}
	if !found || company.Ref("currency_id") != currency.id {
		p := problem(schema.CodeUnknownMapping, "currency", fmt.Sprintf("no pricelist is mapped for %s, which is not the company's currency", code))
		p.Remedy = r.mapIt(command.WaitPricelist, code)
		return r.park(command.Reference{}, p, command.WaitPricelist.For(code))
	}
	return nil
}

func (r *run) orderWarehouse(head *row, code string) error {
	if code == "" && len(r.channel.Warehouses) > 0 {
		code = r.channel.Warehouses[0]
	}
	if code == "" {
		return nil
	}
	warehouse, err := r.warehouse(code, "warehouse")
	if err != nil {
		return err
	}
	head.ref("warehouse_id", warehouse.ID())
	return nil
}
