package apply

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/odoobridge/odoobridge/inbound/command"
	"github.com/odoobridge/odoobridge/internal/config"
)

// TestEveryWaitIsForWhatWakesIt has commands miss one thing each: they name it as what tells of it does, and go
// on when it is there.
func TestEveryWaitIsForWhatWakesIt(t *testing.T) {
	l := newLab(t)
	l.exec("UPDATE stock_quant SET quantity = 100000 WHERE product_id IN (1, 6) AND location_id = 8")
	count := `{"sku":"SCALE-1","warehouse":"%s",%s"quantity":"11","counted_at":"2030-01-01T00:00:00Z"}`
	ordered := func(n int) string {
		return l.text("SELECT name FROM sale_order WHERE client_order_ref = $1", fmt.Sprintf("#%d", n))
	}
	for n, c := range []struct {
		what    string
		kind    command.Kind
		prepare func(n int)
		command string
		data    func(n int) string
		want    func(n int) []string
		appear  func(n int)
	}{
		{"a warehouse", command.Parked, nil, "stock.count", func(int) string { return fmt.Sprintf(count, "NEW", "") },
			func(int) []string { return []string{"warehouse/NEW"} }, func(int) { l.exec("UPDATE stock_warehouse SET code = 'NEW' WHERE code = 'SHOP'") }},
		{"a warehouse that the channel may use", command.Parked, func(int) { l.shop.Warehouses = []string{"NEW"} }, "stock.count", func(int) string { return fmt.Sprintf(count, "WH", "") },
			func(int) []string { return []string{"mapping/warehouse/WH"} }, func(int) { l.shop.Warehouses = nil }},
		{"a location", command.Parked, nil, "stock.count", func(int) string { return fmt.Sprintf(count, "WH", `"location":"WH/Stock/New",`) },
			func(int) []string { return []string{"location/WH/Stock/New"} }, func(int) {
				l.exec("INSERT INTO stock_location (name, complete_name, usage, parent_path, location_id, company_id, warehouse_id, active) SELECT 'New', 'WH/Stock/New', 'internal', parent_path || '9001/', id, company_id, warehouse_id, true FROM stock_location WHERE id = 8")
			}},
		{"a product", command.Parked, nil, "stock.count", func(int) string { return strings.Replace(fmt.Sprintf(count, "WH", ""), "SCALE-1", "LATER", 1) },
			func(int) []string { return []string{"sku/LATER"} }, func(int) { l.exec("UPDATE product_product SET default_code = 'LATER' WHERE default_code = 'KETTLE-1'") }},
		{"a shipment", command.Waiting, func(n int) { l.applied("order.place", subjectOf(n), anOrder(n, "")) }, "return.request",
			func(n int) string {
				return fmt.Sprintf(`{"order":%q,"lines":[{"line":"a","quantity":"1"}]}`, subjectOf(n))
			},
			func(n int) []string { return []string{"shipment/order/" + ordered(n)} },
			func(n int) {
				l.applied("shipment.confirm", fmt.Sprint("s", n), fmt.Sprintf(`{"shipment":%q}`, l.shipment(n)))
			}},
		{"an invoice", command.Waiting, func(n int) { l.shippedOrder(n) }, "refund.record",
			func(n int) string {
				return fmt.Sprintf(`{"order":%q,"full":true,"currency":"USD","refunded_at":"2026-11-22T10:00:00Z"}`, subjectOf(n))
			},
			func(n int) []string { return []string{"invoice/order/" + ordered(n)} },
			func(n int) {
				l.shop.PaymentInvoices = "invoice"
				l.applied("payment.record", fmt.Sprint("p", n), fmt.Sprintf(`{"order":%q,"amount":"39.96","currency":"USD","method":"card","transaction_id":"w%d","paid_at":"2026-11-21T10:00:00Z"}`, subjectOf(n), n))
			}},
		{"a journal", command.Parked, func(n int) {
			l.shop.PaymentInvoices = "prepay"
			l.shop.Mapping.PaymentMethods["voucher"] = "VCH"
			l.applied("order.place", subjectOf(n), anOrder(n, ""))
		}, "payment.record",
			func(n int) string {
				return fmt.Sprintf(`{"order":%q,"amount":"1.00","currency":"USD","method":"voucher","transaction_id":"v%d","paid_at":"2026-11-21T10:00:00Z"}`, subjectOf(n), n)
			},
			func(int) []string { return []string{config.MappingKey(config.MapPaymentMethods, "voucher")} }, func(int) { l.exec("UPDATE account_journal SET code = 'VCH' WHERE code = 'CSH1'") }},
		{"payment terms", command.Parked, func(int) { l.shop.Mapping.PaymentTerms = map[string]config.Record{"n90": "__export__.ninety"} }, "order.place",
			func(n int) string { return anOrder(n, `,"payment_terms":"n90"`) },
			func(int) []string { return []string{config.MappingKey(config.MapPaymentTerms, "n90")} }, func(int) {
				l.exec("INSERT INTO ir_model_data (module, name, model, res_id) SELECT '__export__', 'ninety', 'account.payment.term', min(id) FROM account_payment_term")
			}},
		{"a transfer of that name", command.Parked, func(n int) { l.applied("order.place", subjectOf(n), anOrder(n, "")) }, "shipment.confirm",
			func(int) string { return `{"shipment":"WH/OUT/LATER"}` }, func(int) []string { return []string{"transfer/WH/OUT/LATER"} },
			func(n int) { l.exec("UPDATE stock_picking SET name = 'WH/OUT/LATER' WHERE name = $1", l.shipment(n)) }},
		{"an invoice of that number", command.Parked, func(n int) { l.invoicedOrder(n) }, "refund.record",
			func(int) string {
				return `{"invoice":"INV/LATER","full":true,"currency":"USD","refunded_at":"2026-11-22T10:00:00Z"}`
			}, func(int) []string { return []string{"invoice/INV/LATER"} },
			func(n int) { l.exec("UPDATE account_move SET name = 'INV/LATER' WHERE name = $1", l.invoice(n)) }},
		{"one of two customers", command.Parked, func(int) {
			l.exec("INSERT INTO res_partner (id, name, email, email_normalized, type, active, lang) SELECT i, 'Twin', 'twin@example.test', 'twin@example.test', 'contact', true, 'en_US' FROM generate_series(7001, 7002) i")
		}, "customer.upsert", func(int) string { return `{"name":"Twin","email":"twin@example.test"}` },
			func(n int) []string { return []string{"customer/" + subjectOf(n), "partner/7001", "partner/7002"} }, func(int) { l.exec("UPDATE res_partner SET active = false WHERE id = 7001") }},
		{"a customer for guests", command.Parked, func(int) { l.shop.Order.Guest, l.shop.Order.GuestCustomer = "shared", "7777" }, "order.place",
			func(n int) string { return anOrder(n, "") },
			func(int) []string { return []string{config.MappingKey(config.MapGuestCustomer, "")} }, func(int) {
				l.exec("INSERT INTO res_partner (id, name, type, active, lang, commercial_partner_id) VALUES (7777, 'Guests', 'contact', true, 'en_US', 7777)")
			}},
	} {
		t.Run(c.what, func(t *testing.T) {
			n := 300 + n
			l.t = t
			if c.prepare != nil {
				c.prepare(n)
			}
			data := c.data(n)
			out, err := l.send(c.command, subjectOf(n), data)
			if err != nil || out.Kind != c.kind {
				t.Fatalf("%+v, %s", out, whole(err))
			}
			if diff := cmp.Diff(c.want(n), out.WaitsFor); diff != "" {
				t.Error(diff)
			}
			c.appear(n)
			l.applied(c.command, subjectOf(n), data)
		})
	}
}
