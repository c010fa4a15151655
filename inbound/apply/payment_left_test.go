package apply

import (
	"fmt"
	"testing"

	"github.com/odoobridge/odoobridge/inbound/command"
	"github.com/odoobridge/odoobridge/schema"
)

// TestNoMoreIsPaidThanTheOrderCosts has payments of an order that is not invoiced, that is, and that is paid.
func TestNoMoreIsPaidThanTheOrderCosts(t *testing.T) {
	l := newLab(t)
	n := 660
	pay := func(amount, transaction string) string {
		return fmt.Sprintf(`{"order":%q,"amount":%q,"currency":"USD","method":"card","transaction_id":"%s%d","paid_at":"2026-11-21T10:00:00Z"}`, subjectOf(n), amount, transaction, n)
	}
	toomuch := func(amount string) {
		t.Helper()
		before := l.count("SELECT count(*) FROM account_move")
		l.stopped(command.Parked, schema.CodePaymentMismatch, "payment.record", fmt.Sprint(amount, n), pay(amount, "x"))
		if after := l.count("SELECT count(*) FROM account_move"); after != before {
			t.Errorf("%s was parked, and something was booked", amount)
		}
	}
	l.shop.PaymentInvoices = "prepay"
	l.applied("order.place", subjectOf(n), anOrder(n, ""))
	toomuch("39.98")
	l.applied("payment.record", "whole", pay("39.96", "a"))

	n++
	l.shippedOrder(n)
	l.shop.PaymentInvoices = "invoice"
	toomuch("39.98")
	l.applied("payment.record", "first", pay("30.00", "a"))
	toomuch("9.98")
	l.applied("payment.record", "second", pay("9.96", "b"))
	toomuch("1.00")
}
