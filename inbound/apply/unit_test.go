package apply

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/odoobridge/odoobridge/inbound/command"
	"github.com/odoobridge/odoobridge/schema"
)

// TestQuantitiesThatAreNoneOfTheUnitAreRefused has a unit that nobody halves: Odoo would sell one and a half and ship two.
func TestQuantitiesThatAreNoneOfTheUnitAreRefused(t *testing.T) {
	l := newLab(t)
	l.exec("UPDATE uom_uom SET rounding = 0.5 WHERE id = (SELECT uom_id FROM product_template t JOIN product_product p ON p.product_tmpl_id = t.id WHERE p.default_code = 'FILTER-100')")
	order := strings.Replace(anOrder(1, ""), `"quantity":"2"`, `"quantity":"1.25"`, 1)
	out := l.stopped(command.Rejected, schema.CodeInvalid, "order.place", "1", order)
	if p := out.Problems[0]; p.Path != "lines[0].quantity" || !strings.Contains(p.Message, "multiples of 0.5") {
		t.Errorf("%+v", p)
	}
	if n := l.count("SELECT count(*) FROM sale_order WHERE client_order_ref = '#1'") + l.count("SELECT count(*) FROM res_partner WHERE name = 'Gast 1'"); n != 0 {
		t.Errorf("%d records were made", n)
	}
	l.stopped(command.Rejected, schema.CodeInvalid, "stock.count", "1", `{"sku":"FILTER-100","warehouse":"WH","quantity":"3.25","counted_at":"2030-01-01T00:00:00Z"}`)
	l.stopped(command.Rejected, schema.CodeInvalid, "stock.adjust", "1", `{"sku":"FILTER-100","warehouse":"WH","change":"0.25","adjusted_at":"2030-01-01T00:00:00Z","reason":"x"}`)
	l.applied("stock.count", "2", `{"sku":"FILTER-100","warehouse":"WH","quantity":"3.5","counted_at":"2030-01-01T00:00:00Z"}`)
}

// TestAnArchivedProductIsCalledSo names it: a person who looks for it finds it hidden.
func TestAnArchivedProductIsCalledSo(t *testing.T) {
	l := newLab(t)
	l.exec("UPDATE product_product SET active = false WHERE default_code = 'FILTER-100'")
	out := l.stopped(command.Parked, schema.CodeUnknownSKU, "order.place", "1", anOrder(1, ""))
	if p := out.Problems[0]; !strings.Contains(p.Message, "archived") || len(p.Candidates) != 1 || len(out.WaitsFor) != 1 || out.WaitsFor[0] != "sku/FILTER-100" {
		t.Errorf("%+v waits for %v", p, out.WaitsFor)
	}
}

// TestAUserWithoutAnAddressChangesNothingThatItMaySayNothingOf has Odoo refuse to leave messages: an invoice was made and posted
// before the payment was refused.
func TestAUserWithoutAnAddressChangesNothingThatItMaySayNothingOf(t *testing.T) {
	l := newLab(t)
	l.shop.PaymentInvoices = "invoice"
	l.shippedOrder(1)
	address := func(text string) {
		l.exec("UPDATE res_partner SET email = NULLIF($1, '') WHERE id = (SELECT partner_id FROM res_users WHERE login = 'admin')", text)
	}
	commands := [][3]string{
		{"payment.record", "p", `{"order":"5001","amount":"39.96","currency":"USD","method":"card","transaction_id":"t","paid_at":"2026-11-21T10:00:00Z"}`},
		{"refund.record", "r", `{"order":"5001","amount":"10.00","currency":"USD","refunded_at":"2026-11-22T10:00:00Z"}`},
		{"return.request", "b", `{"order":"5001","lines":[{"line":"a","quantity":"1"}]}`},
	}
	for _, c := range commands {
		address("")
		l.x.cache.clear()
		before := l.fingerprint()
		if out := l.stopped(command.Parked, schema.CodeNotAllowed, c[0], c[1], c[2]); !strings.Contains(out.Problems[0].Remedy, "e-mail address") {
			t.Errorf("%+v", out.Problems[0])
		}
		l.exec("DELETE FROM stock_return_picking") // a wizard, which Odoo throws away by itself
		if after := l.fingerprint(); after != before {
			t.Errorf("%s changed Odoo: %s", c[0], cmp.Diff(before, after))
		}
		address("bridge@example.test")
		l.applied(c[0], c[1], c[2])
	}
}
