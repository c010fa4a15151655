package apply

import (
	"strings"
	"testing"

	"github.com/odoobridge/odoobridge/inbound/command"
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
