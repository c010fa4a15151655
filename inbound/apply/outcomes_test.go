package apply

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/odoobridge/odoobridge/inbound/command"
	"github.com/odoobridge/odoobridge/internal/config"
	"github.com/odoobridge/odoobridge/schema"
)

func TestAnOrderWaitsForItsCustomer(t *testing.T) {
	l := newLab(t)
	order := strings.Replace(anOrder(1, ""), `"guest":{"name":"Gast 1","email":"gast1@example.test"}`, `"customer":"7001"`, 1)
	out := l.stopped(command.Waiting, schema.CodeUnknownCustomer, "order.place", "1", order)
	if diff := cmp.Diff([]string{"customer/7001"}, out.WaitsFor); diff != "" {
		t.Error(diff)
	}
	l.applied("customer.upsert", "7001", `{"name":"Ada"}`)
	l.applied("order.place", "1", order)
}

func TestWhatIsNotKnownIsSaidAtOnceAndWaitedFor(t *testing.T) {
	l := newLab(t)
	order := `{"placed_at":"2026-11-20T10:00:00Z","currency":"USD","guest":{"name":"Gast"},"lines":[
		{"sku":"NOPE","quantity":"1","unit_price":"1.00"},{"sku":"COF-HOUSE","quantity":"1","unit_price":"1.00","taxes":["VAT19"]}],
		"delivery":{"carrier":"dhl","price":"5.00"},"totals":{"total":"7.00"}}`
	out := l.stopped(command.Parked, schema.CodeUnknownSKU, "order.place", "1", order)
	if diff := cmp.Diff([]string{"sku/NOPE", "mapping/tax/VAT19", "mapping/carrier/dhl"}, out.WaitsFor); diff != "" {
		t.Error(diff)
	}
	if n := l.count("SELECT count(*) FROM sale_order"); n != 0 {
		t.Errorf("%d orders were made", n)
	}
}

func TestAnotherTotalLeavesAQuotation(t *testing.T) {
	l := newLab(t)
	order := strings.Replace(anOrder(1, ""), "39.96", "39.98", 1)
	out := l.stopped(command.Parked, schema.CodeTotalMismatch, "order.place", "1", order)
	if state := l.text("SELECT state FROM sale_order WHERE id = $1", out.Odoo.ID); state != "draft" {
		t.Errorf("the order is %s", state)
	}
	// A person mends the quotation and has the command tried again.
	l.shop.Order.Tolerance = "0.02"
	l.applied("order.place", "1", order)
	if n := l.count("SELECT count(*) FROM sale_order WHERE state = 'sale'"); n != 1 {
		t.Errorf("%d orders", n)
	}
}

func TestAnotherCurrencyNeedsItsPricelist(t *testing.T) {
	l := newLab(t)
	out := l.stopped(command.Parked, schema.CodeUnknownMapping, "order.place", "1", strings.Replace(anOrder(1, ""), "USD", "EUR", 1))
	if diff := cmp.Diff([]string{"mapping/pricelist/EUR"}, out.WaitsFor); diff != "" {
		t.Error(diff)
	}
}

func TestSeveralCustomersAreForAPerson(t *testing.T) {
	l := newLab(t)
	for range 2 {
		l.exec("INSERT INTO res_partner (name, email, email_normalized, type, active) VALUES ('Twin', 'twin@example.test', 'twin@example.test', 'contact', true)")
	}
	out := l.stopped(command.Parked, schema.CodeDuplicateCustomer, "customer.upsert", "1", `{"name":"Twin","email":"Twin@example.test"}`)
	if len(out.Problems[0].Candidates) != 2 {
		t.Errorf("%+v", out.Problems[0])
	}
}

func TestAnAddressIsNotACustomer(t *testing.T) {
	l := newLab(t)
	l.exec("INSERT INTO res_partner (id, name, type, active) VALUES (900, 'Ada', 'contact', true)")
	l.exec("INSERT INTO res_partner (name, email, email_normalized, type, parent_id, active) VALUES ('Home', 'home900@example.test', 'home900@example.test', 'delivery', 900, true)")
	if out := l.applied("customer.upsert", "1", `{"name":"Ada","email":"home900@example.test"}`); out.Odoo.ID != 900 {
		t.Errorf("bound to %d", out.Odoo.ID)
	}
}

func TestCustomersAreFoundByNumbersWrittenOtherwise(t *testing.T) {
	l := newLab(t)
	l.shop.Customer.Match = []string{"phone"}
	l.exec("INSERT INTO res_partner (id, name, phone, type, active) VALUES (901, 'Ada', '+49 (30) 123-4567', 'contact', true)")
	if out := l.applied("customer.upsert", "1", `{"name":"Ada","phone":"030 1234567","address":{"country":"DE"}}`); out.Odoo.ID != 901 {
		t.Errorf("bound to %d", out.Odoo.ID)
	}
}

func TestWhatTheChannelDoesNotOwnIsLeftAlone(t *testing.T) {
	l := newLab(t)
	id := l.applied("customer.upsert", "1", `{"name":"Ada","email":"ada@example.test","phone":"1"}`).Odoo.ID
	l.config.Ownership = map[string]any{"customer.phone": "shopify"}
	out := l.applied("customer.upsert", "1", `{"name":"Eve","email":"eve@example.test","phone":"2"}`)
	var left []string
	for _, p := range out.Problems {
		left = append(left, p.Code+" "+p.Path)
	}
	if diff := cmp.Diff([]string{"not_owned name", "not_owned email"}, left); diff != "" {
		t.Error(diff)
	}
	if got := l.text("SELECT name || email || phone FROM res_partner WHERE id = $1", id); got != "Adaada@example.test2" {
		t.Error(got)
	}
	l.shop.NotOwned = "reject"
	l.stopped(command.Rejected, schema.CodeNotOwned, "customer.upsert", "1", `{"name":"Eve","phone":"3"}`)
}

func TestAnOrderThatIsShippedIsNotCancelled(t *testing.T) {
	l := newLab(t)
	l.shippedOrder(1)
	out := l.stopped(command.Parked, schema.CodeLateConfirmation, "order.cancel", subjectOf(1), `{}`)
	if state := l.text("SELECT state FROM sale_order WHERE id = $1", out.Odoo.ID); state != "sale" {
		t.Error(state)
	}
	if out := l.stopped(command.Waiting, schema.CodeUnknownOrder, "order.cancel", "9", `{}`); !slices.Equal(out.WaitsFor, []string{"order/9"}) {
		t.Error(out.WaitsFor)
	}
}

func TestAShipmentThatIsDoneIsComparedWithWhatWasAsked(t *testing.T) {
	l := newLab(t)
	l.shippedOrder(1)
	name := l.shipment(1)
	l.applied("shipment.confirm", "again", fmt.Sprintf(`{"shipment":%q}`, name))
	l.applied("shipment.confirm", "same", fmt.Sprintf(`{"shipment":%q,"lines":[{"sku":"FILTER-100","quantity":"2"},{"sku":"COF-HOUSE","quantity":"1"}]}`, name))
	l.stopped(command.Parked, schema.CodeLateConfirmation, "shipment.confirm", "other", fmt.Sprintf(`{"shipment":%q,"lines":[{"sku":"FILTER-100","quantity":"1"}]}`, name))
	l.stopped(command.Parked, schema.CodeUnknownDocument, "shipment.confirm", "none", `{"shipment":"WH/OUT/99999"}`)
	l.shop.Warehouses = []string{"SHOP"}
	l.stopped(command.Parked, schema.CodeUnknownDocument, "shipment.confirm", "not its own", fmt.Sprintf(`{"shipment":%q}`, name))
}

func TestMoreThanThereIsDoesNotLeave(t *testing.T) {
	l := newLab(t)
	order := `{"number":"#1","placed_at":"2026-11-20T10:00:00Z","currency":"USD","guest":{"name":"Gast"},"lines":[{"sku":"MUG-COP-500","quantity":"5","unit_price":"34.00"}],"totals":{"total":"183.60"}}`
	l.applied("order.place", "1", order)
	ship := fmt.Sprintf(`{"shipment":%q}`, l.shipment(1))
	l.stopped(command.Parked, schema.CodeNegativeStock, "shipment.confirm", "1", ship)
	l.shop.NegativeStock = "allow"
	l.applied("shipment.confirm", "1", ship)
	if n := l.count("SELECT sum(quantity)::int FROM stock_quant WHERE product_id = 24 AND location_id = 8"); n != -2 {
		t.Errorf("%d on hand", n)
	}
}

func TestACountOlderThanTheGoodsIsAConflict(t *testing.T) {
	l := newLab(t)
	l.shippedOrder(1)
	l.stopped(command.Rejected, schema.CodeConflict, "stock.count", "1", `{"sku":"FILTER-100","warehouse":"WH","quantity":"5","counted_at":"2020-01-01T00:00:00Z"}`)
	l.config.Ownership = map[string]any{"stock_level": map[string]string{"WH": "wms"}}
	l.stopped(command.Rejected, schema.CodeNotOwned, "stock.count", "2", `{"sku":"FILTER-100","warehouse":"WH","quantity":"5","counted_at":"2030-01-01T00:00:00Z"}`)
}

func TestRowsThatSayTheSameAreCountedTogether(t *testing.T) {
	l := newLab(t)
	l.exec("INSERT INTO stock_quant (product_id, location_id, company_id, quantity, reserved_quantity, in_date) VALUES (5, 8, 1, -501, 0, now()), (5, 8, 1, NULL, 0, now())")
	l.applied("stock.count", "1", `{"sku":"KETTLE-1","warehouse":"WH","quantity":"10","counted_at":"2030-01-01T00:00:00Z"}`)
	if n := l.count("SELECT sum(quantity)::int FROM stock_quant WHERE product_id = 5 AND location_id = 8"); n != 10 {
		t.Errorf("%d on hand", n)
	}
}

func TestStockIsNotAdjustedBelowZero(t *testing.T) {
	l := newLab(t)
	l.stopped(command.Parked, schema.CodeNegativeStock, "stock.adjust", "1", `{"sku":"KETTLE-1","warehouse":"WH","change":"-16","adjusted_at":"2030-01-01T00:00:00Z","reason":"x"}`)
}

func TestPaymentsFitWhatIsOpen(t *testing.T) {
	l := newLab(t)
	l.shop.PaymentInvoices = "invoice"
	l.shippedOrder(1)
	pay := `{"order":"5001","amount":"%s","currency":"%s","method":"%s","transaction_id":"t","paid_at":"2026-11-21T10:00:00Z"}`
	l.stopped(command.Parked, schema.CodeUnknownMapping, "payment.record", "1", fmt.Sprintf(pay, "1.00", "USD", "paypal"))
	l.stopped(command.Parked, schema.CodeCurrencyMismatch, "payment.record", "2", fmt.Sprintf(pay, "1.00", "EUR", "card"))
	l.stopped(command.Parked, schema.CodePaymentMismatch, "payment.record", "3", fmt.Sprintf(pay, "40.00", "USD", "card"))
	l.stopped(command.Waiting, schema.CodeUnknownOrder, "payment.record", "4", strings.Replace(fmt.Sprintf(pay, "1.00", "USD", "card"), "5001", "9", 1))
	l.applied("payment.record", "5", fmt.Sprintf(pay, "39.96", "USD", "card"))
	refund := `{"order":"5001",%s,"currency":"USD","refunded_at":"2026-11-22T10:00:00Z"}`
	l.stopped(command.Parked, schema.CodeTotalMismatch, "refund.record", "1", fmt.Sprintf(refund, `"full":true,"total":"1.00"`))
	l.exec("UPDATE account_move SET state = 'cancel' WHERE move_type = 'out_refund'")
	l.applied("refund.record", "2", fmt.Sprintf(refund, `"amount":"10.00"`))
	if got := l.count("SELECT count(*) FROM account_move WHERE move_type = 'out_refund' AND state = 'posted' AND amount_total = 10"); got != 1 {
		t.Errorf("%d credit notes of 10", got)
	}
	l.stopped(command.Parked, schema.CodeUnknownLine, "refund.record", "3", fmt.Sprintf(refund, `"lines":[{"sku":"GRIND-1","quantity":"1"}]`))
}

func TestGuestsAreTreatedByRule(t *testing.T) {
	l := newLab(t)
	l.shop.Order.Guest = "refuse"
	l.stopped(command.Rejected, schema.CodeNotAllowed, "order.place", "1", anOrder(1, ""))
	l.shop.Order.Guest, l.shop.Order.GuestCustomer = "shared", config.Record("52")
	out := l.applied("order.place", "2", anOrder(2, ""))
	if got := l.text("SELECT o.partner_id || ' ' || (c.parent_id = 52)::text FROM sale_order o JOIN res_partner c ON c.id = o.partner_shipping_id WHERE o.id = $1", out.Odoo.ID); got != "52 true" {
		t.Error(got)
	}
}

func TestAggregatesTellNoOneHowToReachPeople(t *testing.T) {
	x := New(Options{Config: &config.Config{}})
	of := func(name, subject, data string) []string {
		return x.Aggregates(command.Command{Channel: "shopify", ID: "id", Name: name, Subject: subject, Data: []byte(data)})
	}
	a := of("customer.upsert", "1", `{"email":"Ada@example.test","phone":"030 1234567"}`)
	b := of("order.place", "2", `{"guest":{"email":"ada@example.test","phone":"+49 30 1234567"}}`)
	if len(a) != 3 || !slices.Equal(a[1:], b[1:]) || strings.Contains(strings.Join(a, " "), "example") {
		t.Errorf("%v %v", a, b)
	}
	for name, want := range map[string]string{
		"order.cancel": "order/shopify/5", "payment.record": "order/shopify/9", "refund.record": "refund.record/shopify/id", "return.request": "return.request/shopify/id", "shipment.confirm": "shipment/S", "stock.count": "stock/A/WH",
	} {
		if got := of(name, "5", `{"order":"9","shipment":"S","sku":"A","warehouse":"WH"}`); got[0] != want {
			t.Errorf("%s: %v", name, got)
		}
	}
}

// TestLinesAreKeptApart has a line be called by the place of another, and as the delivery is.
func TestLinesAreKeptApart(t *testing.T) {
	l := newLab(t)
	l.stopped(command.Rejected, schema.CodeInvalid, "order.place", "5001", strings.Replace(strings.Replace(anOrder(1, ""), `"id":"a"`, `"id":"2"`, 1), `"id":"b",`, "", 1))
	l.stopped(command.Rejected, schema.CodeInvalid, "order.place", "5002", strings.Replace(anOrder(2, `,"delivery":{"carrier":"std","price":"0"}`), `"id":"a"`, `"id":"delivery"`, 1))
}
