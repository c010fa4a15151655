package apply

import (
	"encoding/json"
	"fmt"
	"testing"

	"github.com/odoobridge/odoobridge/inbound/command"
	"github.com/odoobridge/odoobridge/schema"
)

// TestAChannelWorksInItsOwnCompanyAlone has the channel of a second company name what the first one has, in an Odoo that would show it
// everything: no name leads there, and every call says in which company it works.
func TestAChannelWorksInItsOwnCompanyAlone(t *testing.T) {
	l := newLab(t)
	l.invoicedOrder(1)
	l.applied("return.request", "r1", `{"order":"5001","lines":[{"sku":"COF-HOUSE","quantity":"1"}]}`)
	l.applied("order.place", subjectOf(2), anOrder(2, ""))
	l.exec("INSERT INTO res_company (id, name, partner_id, currency_id, sequence, parent_path, active, stock_move_sms_validation, annual_inventory_day, annual_inventory_month, quotation_validity_days) VALUES (2, 'Other', 1, 1, 10, '2/', true, false, 31, '12', 30)")
	l.shop.Company = 2
	l.x.cache.clear()
	l.wire.forget()
	back := l.text("SELECT name FROM stock_picking WHERE return_id IS NOT NULL")
	before := l.fingerprint()
	for _, c := range []struct{ code, name, data string }{
		{schema.CodeUnknownDocument, "shipment.confirm", fmt.Sprintf(`{"shipment":%q}`, l.shipment(2))},
		{schema.CodeUnknownDocument, "return.receive", fmt.Sprintf(`{"return":%q}`, back)},
		{schema.CodeUnknownDocument, "payment.record", fmt.Sprintf(`{"invoice":%q,"amount":"1.00","currency":"USD","method":"card","transaction_id":"t","paid_at":"2026-11-21T10:00:00Z"}`, l.invoice(1))},
		{schema.CodeUnknownDocument, "refund.record", fmt.Sprintf(`{"invoice":%q,"full":true,"currency":"USD","refunded_at":"2026-11-22T10:00:00Z"}`, l.invoice(1))},
		{schema.CodeUnknownPlace, "stock.count", `{"sku":"FILTER-100","warehouse":"WH","quantity":"5","counted_at":"2030-01-01T00:00:00Z"}`},
		{schema.CodeUnknownPlace, "stock.adjust", `{"sku":"FILTER-100","warehouse":"WH","change":"5","adjusted_at":"2030-01-01T00:00:00Z","reason":"x"}`},
		{schema.CodeUnknownPlace, "order.place", `{"placed_at":"2026-11-21T10:00:00Z","currency":"USD","guest":{"name":"Gast"},"warehouse":"WH","lines":[{"sku":"FILTER-100","quantity":"1","unit_price":"6.50"}],"totals":{"total":"7.02"}}`},
	} {
		l.stopped(command.Parked, c.code, c.name, "other/"+c.name, c.data)
	}
	if after := l.fingerprint(); after != before {
		t.Error("something of another company was changed")
	}
	if l.wire.companies[`[2]`] == 0 || len(l.wire.companies) != 1 {
		t.Errorf("calls by the companies that they work in: %v", l.wire.companies)
	}
}

// worksIn is what a call's context says of companies, as JSON.
func worksIn(call wireCall) string {
	context, _ := call.named["context"].(map[string]any)
	text, err := json.Marshal(context["allowed_company_ids"])
	if err != nil {
		return err.Error()
	}
	return string(text)
}
