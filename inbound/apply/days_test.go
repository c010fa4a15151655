package apply

import (
	"fmt"
	"strings"
	"testing"

	"github.com/odoobridge/odoobridge/inbound/command"
	"github.com/odoobridge/odoobridge/schema"
)

// TestDaysAreTheUsersOwn books a payment and a refund of New Year's Eve in New York, when it is New Year in UTC.
func TestDaysAreTheUsersOwn(t *testing.T) {
	l := newLab(t)
	l.exec("UPDATE res_partner SET tz = 'America/New_York' WHERE id = (SELECT partner_id FROM res_users WHERE login = 'admin')")
	l.shippedOrder(1)
	l.applied("payment.record", "1", fmt.Sprintf(`{"order":%q,"amount":"1.00","currency":"USD","method":"card","transaction_id":"t1","paid_at":"2026-01-01T04:30:00Z"}`, subjectOf(1)))
	l.shop.PaymentInvoices = "invoice"
	l.applied("payment.record", "2", fmt.Sprintf(`{"order":%q,"amount":"39.96","currency":"USD","method":"card","transaction_id":"t2","paid_at":"2026-01-01T04:30:00Z"}`, subjectOf(1)))
	if got := l.text("SELECT string_agg(m.ref || ' ' || m.date, ', ' ORDER BY m.ref) FROM account_payment p JOIN account_move m ON m.id = p.move_id"); got != "t1 2025-12-31, t2 2025-12-31" {
		t.Error(got)
	}
}

// TestATransactionIsOnePayment records another amount by the id of a transaction that is registered.
func TestATransactionIsOnePayment(t *testing.T) {
	l := newLab(t)
	l.applied("order.place", subjectOf(1), anOrder(1, ""))
	pay := fmt.Sprintf(`{"order":%q,"amount":"39.96","currency":"USD","method":"card","transaction_id":"t1","paid_at":"2026-11-21T10:00:00Z"}`, subjectOf(1))
	first := l.applied("payment.record", "1", pay).Odoo.ID
	if again := l.applied("payment.record", "2", pay).Odoo.ID; again != first {
		t.Errorf("registered again as %d", again)
	}
	out := l.stopped(command.Parked, schema.CodePaymentMismatch, "payment.record", "3", strings.Replace(pay, "39.96", "20.00", 1))
	if out.Odoo.ID != first {
		t.Errorf("%+v", out)
	}
}

// TestTheRestOfAReturnIsReceivedByAnotherReceipt receives one of two, and the other later; the first receipt said
// again is no other.
func TestTheRestOfAReturnIsReceivedByAnotherReceipt(t *testing.T) {
	l := newLab(t)
	l.shippedOrder(1)
	l.applied("return.request", "r1", fmt.Sprintf(`{"order":%q,"lines":[{"line":"a","quantity":"2"}]}`, subjectOf(1)))
	receive := `{"request":"r1","lines":[{"sku":"FILTER-100","quantity":"1"}]}`
	first := l.applied("return.receive", "a", receive).Odoo.ID
	if again := l.applied("return.receive", "a", receive).Odoo.ID; again != first {
		t.Errorf("the first receipt went on with transfer %d", again)
	}
	rest := l.applied("return.receive", "b", receive).Odoo.ID
	if rest == first {
		t.Error("the rest was not received")
	}
	if got := l.count("SELECT count(*) FROM stock_picking WHERE state = 'done' AND origin LIKE '%shopify return r1;%'"); got != 2 {
		t.Errorf("%d transfers are done, want 2", got)
	}
	l.stopped(command.Parked, schema.CodeLateConfirmation, "return.receive", "c", strings.Replace(receive, `"quantity":"1"`, `"quantity":"2"`, 1))
}
