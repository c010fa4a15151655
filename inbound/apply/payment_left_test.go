package apply

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/odoobridge/odoobridge/inbound/command"
	"github.com/odoobridge/odoobridge/inbound/odoo"
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

// TestPaymentsBeforeTheInvoiceAddUp pays an order that is not invoiced more than once: Odoo keeps no link from such a payment to the order. What was
// cancelled or reconciled since is not counted twice, and what an attempt made that was cut off is counted.
func TestPaymentsBeforeTheInvoiceAddUp(t *testing.T) {
	l := newLab(t)
	l.x.bindings = l
	l.applied("order.place", subjectOf(1), anOrder(1, ""))
	l.applied("order.place", subjectOf(2), anOrder(2, ""))
	pay := func(order int, amount, transaction string) string {
		return fmt.Sprintf(`{"order":%q,"amount":%q,"currency":"USD","method":"card","transaction_id":%q,"paid_at":"2026-11-21T10:00:00Z"}`, subjectOf(order), amount, transaction)
	}
	l.at = func(step string) error {
		if step == "after load payment" {
			return errKilled
		}
		return nil
	}
	if out, err := l.send("payment.record", "1", pay(1, "30.00", "t1")); !errors.Is(err, errKilled) {
		t.Fatalf("%+v, %v", out, err)
	}
	l.at = nil
	first := l.applied("payment.record", "1", pay(1, "30.00", "t1"))
	l.applied("payment.record", "other order", pay(2, "39.96", "t2"))
	booked := l.count("SELECT count(*) FROM account_payment")
	out := l.stopped(command.Parked, schema.CodePaymentMismatch, "payment.record", "too much", pay(1, "9.98", "t3"))
	if diff := cmp.Diff([]command.Reference{first.Odoo}, out.Problems[0].Candidates); diff != "" || !strings.Contains(out.Problems[0].Message, "open (9.96)") {
		t.Errorf("%s %+v", diff, out.Problems[0])
	}
	if n := l.count("SELECT count(*) FROM account_payment"); n != booked {
		t.Error("it was parked, and something was booked")
	}
	second := l.applied("payment.record", "rest", pay(1, "9.96", "t4"))
	l.stopped(command.Parked, schema.CodePaymentMismatch, "payment.record", "paid", pay(1, "0.02", "t5"))

	if _, err := l.x.odoo.Run(t.Context(), "account.payment", "action_cancel", []int64{second.Odoo.ID}, nil); err != nil {
		t.Fatal(err)
	}
	l.shop.PaymentInvoices = "invoice"
	l.applied("shipment.confirm", "s1", fmt.Sprintf(`{"shipment":%q}`, l.shipment(1)))
	out = l.applied("payment.record", "again", pay(1, "5.00", "t6"))
	if len(out.Also) != 1 {
		t.Fatalf("no invoice was made: %+v", out)
	}
	l.stopped(command.Parked, schema.CodePaymentMismatch, "payment.record", "beside", pay(1, "5.00", "t7"))
	credit := int64(l.count("SELECT id FROM account_move_line WHERE payment_id = $1 AND balance < 0", first.Odoo.ID))
	if err := l.x.odoo.Do(t.Context(), odoo.Call{Model: "account.move", Method: "js_assign_outstanding_line", IDs: []int64{out.Also[0].ID}, Args: []any{credit}}, nil); err != nil {
		t.Fatal(whole(err))
	}
	l.stopped(command.Parked, schema.CodePaymentMismatch, "payment.record", "more", pay(1, "4.98", "t8"))
	l.applied("payment.record", "last", pay(1, "4.96", "t9"))
}
