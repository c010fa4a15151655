package apply

import (
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/odoobridge/odoobridge/inbound/command"
	"github.com/odoobridge/odoobridge/inbound/decide"
	"github.com/odoobridge/odoobridge/internal/config"
	"github.com/odoobridge/odoobridge/schema"
)

// TestOrdersAreConfirmedByRule has every value of order.confirm meet every wish of the channel.
func TestOrdersAreConfirmedByRule(t *testing.T) {
	l := newLab(t)
	n := 400
	for _, c := range []struct{ rule, wish, want string }{
		{"always", "", "sale"}, {"always", `,"confirm":false`, "sale"}, {"never", `,"confirm":true`, "draft"}, {"never", "", "draft"},
		{"channel", `,"confirm":true`, "sale"}, {"channel", `,"confirm":false`, "draft"}, {"channel", "", "draft"},
	} {
		n++
		l.shop.Order.Confirm = c.rule
		out := l.applied("order.place", subjectOf(n), anOrder(n, c.wish))
		if got := l.text("SELECT state FROM sale_order WHERE id = $1", out.Odoo.ID); got != c.want {
			t.Errorf("%s with %q: %s, want %s", c.rule, c.wish, got, c.want)
		}
	}
}

// TestGuestsAreFoundOrMadeByRule has two orders of one guest.
func TestGuestsAreFoundOrMadeByRule(t *testing.T) {
	l := newLab(t)
	n := 450
	for rule, want := range map[string]int{"match": 1, "new": 2} {
		l.shop.Order.Guest = rule
		var ids []int64
		for range 2 {
			n++
			ids = append(ids, l.applied("order.place", subjectOf(n), strings.ReplaceAll(anOrder(n, ""), fmt.Sprintf("gast%d@", n), rule+"@")).Odoo.ID)
		}
		if got := l.count("SELECT count(DISTINCT partner_id) FROM sale_order WHERE id = ANY($1)", ids); got != want {
			t.Errorf("%s: %d customers, want %d", rule, got, want)
		}
	}
}

// TestCustomersAreLookedForByTheChannelsRules has one customer of the email, another of the phone, a third of the tax id.
func TestCustomersAreLookedForByTheChannelsRules(t *testing.T) {
	l := newLab(t)
	l.exec(`INSERT INTO res_partner (id, name, email, email_normalized, phone, vat, type, active, lang) VALUES (961, 'A', 'who@example.test', 'who@example.test', NULL, NULL, 'contact', true, 'en_US'),
		(962, 'B', NULL, NULL, '+49 30 7654321', NULL, 'contact', true, 'en_US'), (963, 'C', NULL, NULL, NULL, 'DE 123 456 788', 'contact', true, 'en_US')`)
	for i, c := range []struct {
		match []string
		want  int64
	}{{nil, 961}, {[]string{"email"}, 961}, {[]string{"phone"}, 962}, {[]string{"vat"}, 963}, {[]string{"vat", "email"}, 963}, {[]string{"phone", "vat"}, 962}} {
		l.shop.Customer.Match = c.match
		out := l.applied("customer.upsert", fmt.Sprint("m", i), `{"name":"Who","email":"Who@example.test","phone":"030 7654321","vat":"DE123456788","address":{"country":"DE"}}`)
		if out.Odoo.ID != c.want {
			t.Errorf("by %v: %d, want %d", c.match, out.Odoo.ID, c.want)
		}
		// As they were, but for the id.
		l.exec("UPDATE res_partner SET email = NULL, email_normalized = NULL, phone = NULL, vat = NULL WHERE id IN (961, 962, 963)")
		l.exec("UPDATE res_partner SET email = 'who@example.test', email_normalized = 'who@example.test' WHERE id = 961")
		l.exec("UPDATE res_partner SET phone = '+49 30 7654321' WHERE id = 962")
		l.exec("UPDATE res_partner SET vat = 'DE 123 456 788' WHERE id = 963")
	}
}

// TestThePriceGuardComparesTotalAndTax has the total, the tax, or both differ by more or less than the tolerance.
func TestThePriceGuardComparesTotalAndTax(t *testing.T) {
	l := newLab(t)
	tax := l.text("SELECT amount_tax::numeric(10,2)::text FROM sale_order WHERE id = $1", l.applied("order.place", subjectOf(500), anOrder(500, "")).Odoo.ID)
	n := 500
	for _, c := range []struct{ tolerance, total, tax, path string }{
		{"0", "39.96", tax, ""}, {"0", "39.97", tax, "totals.total"}, {"0.01", "39.97", tax, ""}, {"0.01", "39.95", "", ""}, {"0.01", "39.98", tax, "totals.total"},
		{"0.01", "39.94", tax, "totals.total"}, {"0.01", "39.96", "0.00", "totals.tax"}, {"100", "39.96", "0.00", ""}, {"0.01", "0", tax, "totals.total"},
	} {
		n++
		l.shop.Order.Tolerance = c.tolerance
		totals := fmt.Sprintf(`"totals":{"total":%q`, c.total)
		if c.tax != "" {
			totals += fmt.Sprintf(`,"tax":%q`, c.tax)
		}
		out, err := l.send("order.place", subjectOf(n), strings.Replace(anOrder(n, ""), `"totals":{"total":"39.96"`, totals, 1))
		want := "sale"
		if c.path != "" {
			want = "draft"
		}
		if err != nil || (out.Kind == command.Applied) != (c.path == "") || c.path != "" && (out.Problems[0].Code != schema.CodeTotalMismatch || out.Problems[0].Path != c.path) {
			t.Errorf("%+v: %+v, %v", c, out, err)
		}
		if got := l.text("SELECT state FROM sale_order WHERE id = $1", out.Odoo.ID); got != want {
			t.Errorf("%+v: the order is %s, want %s", c, got, want)
		}
	}
}

// TestTheRestOfAShipmentIsKeptOrDropped ships one of two.
func TestTheRestOfAShipmentIsKeptOrDropped(t *testing.T) {
	l := newLab(t)
	for n, c := range []struct{ rest, want string }{{"", "assigned,done"}, {"keep", "assigned,done"}, {"drop", "done"}} {
		n += 600
		l.applied("order.place", subjectOf(n), anOrder(n, ""))
		backorder := ""
		if c.rest != "" {
			backorder = fmt.Sprintf(`,"backorder":%q`, c.rest)
		}
		l.applied("shipment.confirm", fmt.Sprint("s", n), fmt.Sprintf(`{"shipment":%q,"lines":[{"sku":"FILTER-100","quantity":"1"}]%s}`, l.shipment(n), backorder))
		if got := l.text("SELECT string_agg(p.state, ',' ORDER BY p.state) FROM stock_picking p JOIN sale_order o ON o.id = p.sale_id WHERE client_order_ref = $1", fmt.Sprintf("#%d", n)); got != c.want {
			t.Errorf("%q: %s, want %s", c.rest, got, c.want)
		}
	}
}

// TestStockGoesBelowZeroByRule adjusts, and ships, more than there is.
func TestStockGoesBelowZeroByRule(t *testing.T) {
	l := newLab(t)
	adjust := `{"sku":"KETTLE-1","warehouse":"WH","change":"-16","adjusted_at":"2026-01-01T00:00:00Z","reason":"x"}`
	l.stopped(command.Parked, schema.CodeNegativeStock, "stock.adjust", "1", adjust)
	l.shop.NegativeStock = "allow"
	l.applied("stock.adjust", "1", adjust)
	if n := l.count("SELECT sum(quantity)::int FROM stock_quant WHERE product_id = 5 AND location_id = 8"); n != -1 {
		t.Errorf("%d on hand, want -1", n)
	}
	l.shop.NegativeStock = "park" // what goes up does not make it negative
	l.exec("UPDATE stock_quant SET quantity = -5 WHERE product_id = 5 AND location_id = 8")
	l.applied("stock.adjust", "2", strings.Replace(adjust, "-16", "3", 1))
}

// TestALateCountIsDecidedByPolicy counts before goods moved.
func TestALateCountIsDecidedByPolicy(t *testing.T) {
	l := newLab(t)
	l.shippedOrder(1)
	count := `{"sku":"FILTER-100","warehouse":"WH","quantity":"5","counted_at":"2020-01-01T00:00:00Z"}`
	for policy, kind := range map[string]command.Kind{"": command.Rejected, "reject": command.Rejected, "latest": command.Rejected, "park": command.Parked} {
		l.config.Conflicts = map[string]string{"stock_level": policy}
		l.stopped(kind, schema.CodeConflict, "stock.count", "1", count)
	}
	onHand := func() int {
		return l.count("SELECT sum(quantity)::int FROM stock_quant WHERE product_id = 6 AND location_id = 8")
	}
	if onHand() == 5 {
		t.Fatal("it was counted")
	}
	l.parked = schema.CodeConflict // a person has it tried again
	l.applied("stock.count", "1", count)
	if n := onHand(); n != 5 {
		t.Errorf("%d on hand, want 5", n)
	}
	l.parked, l.config.Conflicts = "", map[string]string{"stock_level": "owner"}
	l.applied("stock.count", "2", strings.Replace(count, `"5"`, `"6"`, 1))
	if n := onHand(); n != 6 {
		t.Errorf("%d on hand, want 6", n)
	}
}

// TestTheFirstOwnerMayAlwaysOthersFillWhatIsEmpty has two channels own an email.
func TestTheFirstOwnerMayAlwaysOthersFillWhatIsEmpty(t *testing.T) {
	l := twoChannels(t)
	l.config.Ownership = map[string]any{"customer.name": []string{"shopify", "my_shopify"}, "customer.email": []string{"shopify", "my_shopify"}, "customer.phone": "nobody"}
	id := l.as("shopify").applied("customer.upsert", "1", `{"name":"Ada"}`).Odoo.ID
	l.exec("INSERT INTO ir_model_data (module, name, model, res_id, noupdate) VALUES ('channel_my_shopify', 'customer_1', 'res.partner', $1, true)", id)
	try := func(sender, email, want string) {
		t.Helper()
		l.as(sender).applied("customer.upsert", "1", fmt.Sprintf(`{"name":"Ada","email":%q}`, email))
		if got := l.text("SELECT email FROM res_partner WHERE id = $1", id); got != want {
			t.Errorf("%s says %s: it is %s, want %s", sender, email, got, want)
		}
	}
	try("my_shopify", "one@example.test", "one@example.test")
	try("my_shopify", "two@example.test", "one@example.test")
	try("shopify", "three@example.test", "three@example.test")
}

// TestEveryMappingIsWaitedForByTheKeyThatItsConfigurationGives has a command miss each kind of mapping: what it waits for
// is among what the configuration gives once it is mapped, and then it goes on.
func TestEveryMappingIsWaitedForByTheKeyThatItsConfigurationGives(t *testing.T) {
	l := newLab(t)
	l.shop.Order.Tolerance = "1000"
	order := func(n int, from, to string) string { return strings.Replace(anOrder(n, ""), from, to, 1) }
	for n, c := range []struct {
		part, code, command string
		data                func(n int) string
		give                func()
	}{
		{config.MapTaxes, "VAT", "order.place", func(n int) string { return order(n, `"unit_price":"6.50"`, `"unit_price":"6.50","taxes":["VAT"]`) },
			func() {
				l.shop.Mapping.Taxes = map[string]config.Record{"VAT": config.Record(l.text("SELECT min(id)::text FROM account_tax"))}
			}},
		{config.MapCarriers, "dhl", "order.place", func(n int) string {
			return order(n, `"totals"`, `"delivery":{"carrier":"dhl","price":"5.00"},"totals"`)
		},
			func() {
				l.shop.Mapping.Carriers = map[string]config.Record{"dhl": config.Record(l.text("SELECT min(id)::text FROM delivery_carrier"))}
			}},
		{config.MapPaymentTerms, "net30", "order.place", func(n int) string { return order(n, `"totals"`, `"payment_terms":"net30","totals"`) },
			func() {
				l.shop.Mapping.PaymentTerms = map[string]config.Record{"net30": config.Record(l.text("SELECT min(id)::text FROM account_payment_term"))}
			}},
		{config.MapPricelists, "EUR", "order.place", func(n int) string { return order(n, "USD", "EUR") },
			func() {
				l.shop.Mapping.Pricelists = map[string]config.Record{"EUR": config.Record(l.text("INSERT INTO product_pricelist (name, currency_id, active, discount_policy) SELECT '{}'::jsonb, id, true, 'with_discount' FROM res_currency WHERE name = 'EUR' RETURNING id::text"))}
			}},
		{config.MapPaymentMethods, "cash", "payment.record", func(int) string {
			return fmt.Sprintf(`{"order":%q,"amount":"1.00","currency":"USD","method":"cash","transaction_id":"c1","paid_at":"2026-11-21T10:00:00Z"}`, subjectOf(700))
		}, func() { l.shop.Mapping.PaymentMethods["cash"] = "CSH1" }},
		{config.MapGuestCustomer, "", "order.place", func(n int) string {
			l.shop.Order.Guest, l.shop.Order.GuestCustomer = "shared", "99999"
			return anOrder(n, "")
		},
			func() { l.shop.Order.GuestCustomer = "52" }},
		{config.MapWarehouses, "WH", "stock.count", func(int) string {
			l.shop.Warehouses = []string{"SHOP"}
			return `{"sku":"SCALE-1","warehouse":"WH","quantity":"11","counted_at":"2030-01-01T00:00:00Z"}`
		}, func() { l.shop.Warehouses = []string{"SHOP", "WH"} }},
	} {
		n += 700
		t.Run(c.part, func(t *testing.T) {
			l.t = t
			data, key := c.data(n), config.MappingKey(c.part, c.code)
			out, err := l.send(c.command, subjectOf(n), data)
			if err != nil || out.Kind != command.Parked || !slices.Contains(out.WaitsFor, key) || slices.Contains(l.shop.WaitKeys(), key) && c.code != "" {
				t.Fatalf("%+v, %s; the configuration gives %v", out, whole(err), l.shop.WaitKeys())
			}
			c.give()
			if !slices.Contains(l.shop.WaitKeys(), key) {
				t.Errorf("%s is not among %v", key, l.shop.WaitKeys())
			}
			out, err = l.send(c.command, subjectOf(n), data)
			if err != nil || out.Kind != command.Applied && (c.part != config.MapPricelists || out.Problems[0].Code == schema.CodeUnknownMapping) {
				t.Errorf("%+v, %s", out, whole(err))
			}
		})
	}
}

// TestLotsReplaceWhatWasReserved says which lots left: the move's lines are those and no others, also when it is said again.
func TestLotsReplaceWhatWasReserved(t *testing.T) {
	l := newLab(t)
	l.exec("INSERT INTO stock_lot (id, product_id, company_id, name) VALUES (81, 6, 1, 'SN-1'), (82, 6, 1, 'SN-2'), (83, 5, 1, 'SN-3')")
	l.exec("INSERT INTO stock_quant (product_id, location_id, lot_id, company_id, quantity, reserved_quantity, in_date) VALUES (6, 8, 81, 1, 1, 0, now()), (6, 8, 82, 1, 1, 0, now())")
	r := &run{ctx: t.Context(), x: l.x, channel: l.shop}
	of := moved{id: 7, product: 6, asked: decide.Of(2), location: 8, destination: 5, unit: 1, reservedLines: []int64{70, 71}}
	rest := moved{id: 9, product: 1, asked: decide.Of(1), unit: 2}
	values, err := r.moveValues(15, []moved{of, rest}, []wanted{{of, decide.Of(2), []wantedLot{{"SN-1", decide.Of(1), ""}, {"SN-2", decide.Of(1), ""}}}})
	if err != nil {
		t.Fatal(err)
	}
	got, err := json.Marshal(values["move_ids"])
	if err != nil {
		t.Fatal(err)
	}
	line := `[0,0,{"location_dest_id":5,"location_id":8,"lot_id":%d,"picked":true,"picking_id":15,"product_id":6,"product_uom_id":1,"quantity":1}]`
	want := `[[1,7,{"move_line_ids":[[2,70],[2,71],` + fmt.Sprintf(line, 81) + `,` + fmt.Sprintf(line, 82) + `],"picked":true,"product_uom":1}],[1,9,{"picked":false,"product_uom":2}]]`
	if string(got) != want {
		t.Errorf("%s\nwant %s", got, want)
	}
	_, err = r.moveValues(15, []moved{of}, []wanted{{of, decide.Of(1), []wantedLot{{"SN-3", decide.Of(1), ""}}}})
	var parked *stop
	if !errors.As(err, &parked) || parked.decision.Problems[0].Code != schema.CodeUnknownPlace || !slices.Equal(parked.decision.WaitsFor, []string{"lot/SN-3"}) {
		t.Errorf("another product's lot: %v", err)
	}
}
