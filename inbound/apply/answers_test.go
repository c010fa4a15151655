package apply

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/odoobridge/odoobridge/inbound/command"
	"github.com/odoobridge/odoobridge/internal/config"
	"github.com/odoobridge/odoobridge/schema"
)

// TestAnAnswerNamesTheRecordAndTheSettingThatItMeans has what a newcomer to a test shop runs into first.
func TestAnAnswerNamesTheRecordAndTheSettingThatItMeans(t *testing.T) {
	l := newLab(t)
	placed := l.applied("order.place", "5001", anOrder(1, ""))
	out := l.stopped(command.Parked, schema.CodeCurrencyMismatch, "payment.record", "p1",
		`{"order":"5001","amount":"1.00","currency":"EUR","method":"card","transaction_id":"t1","paid_at":"2026-11-20T10:00:00Z"}`)
	if out.Odoo.Model != "sale.order" || out.Odoo.ID != placed.Odoo.ID {
		t.Errorf("the payment in another currency is about %+v, want the order %+v", out.Odoo, placed.Odoo)
	}
	out = l.stopped(command.Parked, schema.CodeUnknownMapping, "order.place", "5002", strings.Replace(anOrder(2, ""), `"unit_price":"24.00"`, `"unit_price":"24.00","taxes":["VAT77"]`, 1))
	if want := "channels.shopify.mapping.taxes: {VAT77: …}"; !strings.Contains(out.Problems[0].Remedy, want) {
		t.Errorf("the tax that is not mapped: %q does not name %q", out.Problems[0].Remedy, want)
	}
	out = l.stopped(command.Parked, schema.CodeUnknownMapping, "order.place", "5003", strings.Replace(anOrder(3, ""), `"USD"`, `"CHF"`, 1))
	if want := "channels.shopify.mapping.pricelists: {CHF: …}"; !strings.Contains(out.Problems[0].Remedy, want) {
		t.Errorf("the currency that is not mapped: %q does not name %q", out.Problems[0].Remedy, want)
	}
	ship := func(line string) string { return `{"shipment":"` + l.shipment(1) + `","lines":[` + line + `]}` }
	for _, c := range [][5]string{
		{schema.CodeUnknownPlace, "shipment.confirm", ship(`{"sku":"FILTER-100","quantity":"1","lots":[{"lot":"L","quantity":"1"}]}`), "lines[0].lots[0].lot", "lot or serial number"},
		{schema.CodeUnknownLine, "shipment.confirm", ship(`{"move_id":999999,"quantity":"1"}`), "lines[0].move_id", "newest event"},
		{schema.CodeUnknownLine, "shipment.confirm", ship(`{"sku":"KETTLE-1","quantity":"1"}`), "lines[0]", "newest event"},
		{schema.CodeUnknownPlace, "stock.count", `{"sku":"FILTER-100","warehouse":"XX","quantity":"1","counted_at":"2030-01-01T00:00:00Z"}`, "warehouse", "short name"},
		{schema.CodeUnknownPlace, "stock.count", `{"sku":"FILTER-100","warehouse":"WH","location":"WH/X","quantity":"1","counted_at":"2030-01-01T00:00:00Z"}`, "location", "full name"},
	} {
		out := l.stopped(command.Parked, c[0], c[1], "wrong", c[2])
		if p := out.Problems[0]; p.Path != c[3] || !strings.Contains(p.Remedy, c[4]) {
			t.Errorf("%+v, want a remedy at %s that speaks of the %s", p, c[3], c[4])
		}
	}
	l.shop.Warehouses = []string{"SHOP"}
	out = l.stopped(command.Parked, schema.CodeUnknownPlace, "stock.count", "wrong", `{"sku":"FILTER-100","warehouse":"WH","quantity":"1","counted_at":"2030-01-01T00:00:00Z"}`)
	if p := out.Problems[0]; !strings.Contains(p.Remedy, "may use (SHOP)") || !strings.Contains(p.Remedy, "channels.shopify.warehouses") {
		t.Errorf("%+v", p)
	}
	l.shop.Warehouses = nil
	out = l.applied("order.place", "5004", strings.Replace(anOrder(4, ""), `"country":"DE"`, `"state":"BY"`, 1))
	if len(out.Problems) != 1 || out.Problems[0].Path != "shipping.state" {
		t.Errorf("a state without its country is left out without a word: %+v", out.Problems)
	}
}

// TestAQuantityThatOdooRoundsHoldsNothingBack counts finer than Odoo keeps quantities, and than it keeps those of the product: either
// was tried again for hours, as if goods were moving, and held back all that followed about the product.
func TestAQuantityThatOdooRoundsHoldsNothingBack(t *testing.T) {
	l := newLab(t)
	const count = `{"sku":"KETTLE-1","warehouse":"WH","quantity":"%s","counted_at":"2030-01-01T00:00:00Z"}`
	out := l.stopped(command.Rejected, schema.CodeInvalid, "stock.count", "c1", strings.Replace(count, "%s", "9.123456789", 1))
	if out.Problems[0].Path != "quantity" || !strings.Contains(out.Problems[0].Message, "2 digits") {
		t.Errorf("%+v", out.Problems)
	}
	l.stopped(command.Rejected, schema.CodeInvalid, "stock.adjust", "a1", `{"sku":"KETTLE-1","warehouse":"WH","change":"-0.001","adjusted_at":"2030-01-01T00:00:00Z","reason":"x"}`)
	l.exec("CREATE FUNCTION whole() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN NEW.quantity := round(NEW.quantity); RETURN NEW; END $$")
	l.exec("CREATE TRIGGER whole BEFORE INSERT OR UPDATE ON stock_quant FOR EACH ROW EXECUTE FUNCTION whole()")
	l.stopped(command.Parked, schema.CodeRefused, "stock.count", "c2", strings.Replace(count, "%s", "9.4", 1))
	l.applied("stock.count", "c3", strings.Replace(count, "%s", "9", 1))
}

// TestAnOrderThatOdooRoundsIsRefusedOrSaysSo orders a quantity that is finer than Odoo keeps quantities, which would be another, and prices
// that are finer than it keeps prices, which the total bears out.
func TestAnOrderThatOdooRoundsIsRefusedOrSaysSo(t *testing.T) {
	l := newLab(t)
	before := l.fingerprint()
	out := l.stopped(command.Rejected, schema.CodeInvalid, "order.place", "5001", strings.Replace(anOrder(1, ""), `"quantity":"`, `"quantity":"1.00`, 2))
	if p := out.Problems[len(out.Problems)-1]; len(out.Problems) != 2 || p.Path != "lines[1].quantity" || !strings.Contains(p.Message, "2 digits") || !strings.Contains(p.Message, "1.001") {
		t.Errorf("%+v", p)
	}
	if after := l.fingerprint(); after != before {
		t.Error("something was made for an order that is refused")
	}
	l.shop.Mapping.Carriers = map[string]config.Record{"std": "1"}
	finer := strings.NewReplacer(`"6.50"`, `"6.5049"`, `"24.00"`, `"24.00","discount_amount":"0.003"`).Replace(anOrder(2, `,"delivery":{"carrier":"std","price":"0.001"}`))
	prices := "SELECT string_agg(trim_scale(price_unit::numeric)::text, ' ' ORDER BY id) FROM sale_order_line WHERE order_id = $1"
	for _, attempt := range []string{"first", "again"} {
		var said []string
		out = l.applied("order.place", "5002", finer)
		for _, p := range out.Problems {
			said = append(said, p.Code+" "+p.Path+": "+p.Message)
		}
		want := []string{
			"rounded lines[0].unit_price: Odoo keeps the price of one as 6.5", "rounded lines[1].discount_amount: Odoo keeps the price of one as 24",
			"rounded delivery.price: Odoo keeps the price as 0",
		}
		if diff := cmp.Diff(want, said); diff != "" {
			t.Errorf("%s: %s", attempt, diff)
		}
		if got := l.text(prices, out.Odoo.ID); got != "6.5 24 0" {
			t.Errorf("%s: Odoo has %s", attempt, got)
		}
	}
	l = newLabOf(t, "19.0")
	l.shop.Order.Tolerance = "0.02"
	out = l.applied("order.place", "5003", strings.Replace(anOrder(3, ""), `"6.50"`, `"6.5049"`, 1))
	if got := l.text(prices, out.Odoo.ID); got != "6.5049 24" || len(out.Problems) != 0 {
		t.Errorf("Odoo 19, which does not round prices, has %s: %+v", got, out.Problems)
	}
}

// TestAQuantityThatOdooRoundsIsNeitherShippedNorReturnedNorRefunded has lines, and lots of them, of quantities that are finer than Odoo
// keeps any, at the second place, of a transfer that is there and an invoice that is posted.
func TestAQuantityThatOdooRoundsIsNeitherShippedNorReturnedNorRefunded(t *testing.T) {
	l := newLab(t)
	l.applied("order.place", "5001", anOrder(1, ""))
	shipment := l.shipment(1)
	l.shippedOrder(2)
	l.invoicedOrder(3)
	l.applied("return.request", "r2", `{"order":"5002","lines":[{"sku":"COF-HOUSE","quantity":"1.000"}]}`)
	for _, c := range []struct{ name, data, paths string }{
		{"shipment.confirm", `{"shipment":"` + shipment + `","lines":[{"sku":"COF-HOUSE","quantity":"1"},{"sku":"FILTER-100","quantity":"0.125"}]}`, "lines[1].quantity"},
		{"shipment.confirm", `{"shipment":"` + shipment + `","lines":[{"sku":"FILTER-100","quantity":"1","lots":[{"lot":"A","quantity":"0.5"},{"lot":"B","quantity":"0.4999"},{"lot":"C","quantity":"0.0001"}]}]}`,
			"lines[0].lots[1].quantity lines[0].lots[2].quantity"},
		{"return.request", `{"order":"5002","lines":[{"sku":"COF-HOUSE","quantity":"0.5"},{"sku":"FILTER-100","quantity":"0.999"}]}`, "lines[1].quantity"},
		{"return.receive", `{"request":"r2","lines":[{"sku":"COF-HOUSE","quantity":"0.999"}]}`, "lines[0].quantity"},
		{"refund.record", `{"order":"5003","lines":[{"sku":"COF-HOUSE","quantity":"0.999"}],"currency":"USD","refunded_at":"2026-11-22T10:00:00Z"}`, "lines[0].quantity"},
	} {
		before := l.fingerprint()
		out := l.stopped(command.Rejected, schema.CodeInvalid, c.name, "r", c.data)
		var paths []string
		for _, p := range out.Problems {
			paths = append(paths, p.Path)
			if !strings.Contains(p.Message, "2 digits") || !strings.Contains(p.Remedy, "new `id`") {
				t.Errorf("%s: %+v", c.name, p)
			}
		}
		if got := strings.Join(paths, " "); got != c.paths {
			t.Errorf("%s: at %s, want %s", c.name, got, c.paths)
		}
		if l.fingerprint() != before {
			t.Errorf("%s: something was made for what is refused", c.name)
		}
	}
}

// TestAnAmountThatCannotBePaidIsRefused pays and gives back what the currency has not got: Odoo booked a payment of nothing for a tenth of
// a cent, and whole yen for halves.
func TestAnAmountThatCannotBePaidIsRefused(t *testing.T) {
	l := newLab(t)
	l.invoicedOrder(1)
	const pay = `{"order":"5001","amount":"%","currency":"USD","method":"card","transaction_id":"t","paid_at":"2026-11-21T10:00:00Z"}`
	const give = `"currency":"USD","refunded_at":"2026-11-22T10:00:00Z"`
	for _, c := range []struct{ name, data, paths string }{
		{"payment.record", strings.Replace(pay, "%", "0.001", 1), "amount"},
		{"payment.record", strings.Replace(pay, "%", "10.005", 1), "amount"},
		{"refund.record", `{"order":"5001","amount":"1.999",` + give + `}`, "amount"},
		{"refund.record", `{"order":"5001","lines":[{"sku":"COF-HOUSE","quantity":"1","amount":"0.5"},{"sku":"FILTER-100","quantity":"1","amount":"0.125"}],"delivery":"0.009",` + give + `}`, "delivery lines[1].amount"},
		{"refund.record", `{"order":"5001","full":true,"payment":{"method":"card","transaction_id":"re","amount":"1.001"},` + give + `}`, "payment.amount"},
	} {
		before := l.fingerprint()
		out := l.stopped(command.Rejected, schema.CodeInvalid, c.name, "r", c.data)
		var paths []string
		for _, p := range out.Problems {
			paths = append(paths, p.Path)
			if !strings.Contains(p.Message, "multiples of 0.01") {
				t.Errorf("%+v", p)
			}
		}
		if got := strings.Join(paths, " "); got != c.paths || l.fingerprint() != before {
			t.Errorf("%s: refused at %s, want %s, and nothing changed", c.name, got, c.paths)
		}
	}
	l.applied("payment.record", "p", strings.Replace(pay, "%", "10.050", 1))
	l.exec("UPDATE res_currency SET rounding = 1, decimal_places = 0 WHERE name = 'USD'")
	l.x.cache.clear()
	l.stopped(command.Rejected, schema.CodeInvalid, "payment.record", "q", strings.NewReplacer("%", "2.50", `"t"`, `"u"`).Replace(pay))
}

// TestWhatAnOrderLacksIsSaidAtOnce has an order of which nothing is known that could be unknown: each person who mends it is to hear of it
// once, and not of one thing after the other.
func TestWhatAnOrderLacksIsSaidAtOnce(t *testing.T) {
	l := newLab(t)
	out := l.stopped(command.Parked, schema.CodeUnknownMapping, "order.place", "5001", `{"placed_at":"2026-11-21T10:00:00Z","currency":"JPY","guest":{"name":"Gast"},
		"lines":[{"sku":"NONE-1","quantity":"1","unit_price":"1","taxes":["NO"]}],"delivery":{"carrier":"none","price":"1"},"payment_terms":"never","warehouse":"XX","totals":{"total":"2"}}`)
	var paths []string
	for _, p := range out.Problems {
		paths = append(paths, p.Path)
	}
	want := []string{"currency", "warehouse", "payment_terms", "lines[0].sku", "lines[0].taxes[0]", "delivery.carrier"}
	if diff := cmp.Diff(want, paths); diff != "" || len(out.WaitsFor) != len(want) {
		t.Errorf("%s; waits for %v", diff, out.WaitsFor)
	}
	if n := l.count("SELECT count(*) FROM res_partner WHERE name = 'Gast'"); n != 0 {
		t.Errorf("%d guests were made for an order that cannot be", n)
	}
}
