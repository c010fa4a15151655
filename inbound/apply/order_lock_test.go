package apply

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/odoobridge/odoobridge/inbound/command"
	"github.com/odoobridge/odoobridge/inbound/odoo"
	"github.com/odoobridge/odoobridge/schema"
)

// lock locks an order, as a person does, and as Odoo does at each confirmation where it is told to.
func (l *lab) lock(order int64) {
	l.t.Helper()
	if _, err := l.x.odoo.Run(l.t.Context(), "sale.order", "action_lock", []int64{order}, nil); err != nil {
		l.t.Fatal(err)
	}
}

// administrative are wishes beyond what the groups of the table allow.
var administrative = []wish{
	{
		name: "order.cancel",
		prepare: func(l *lab, n int) {
			l.lock(l.applied("order.place", subjectOf(n), anOrder(n, "")).Odoo.ID)
		},
		data: func(*lab, int) any { return `{}` },
		effect: func(l *lab, n int) string {
			return l.text("SELECT state || ' ' || locked FROM sale_order WHERE client_order_ref = $1", fmt.Sprintf("#%d", n))
		},
		want: func(int) string { return "cancel false" },
	},
}

// TestALockedOrderIsCancelledByWhomOdooLetsUnlockIt has the bridge's user be a salesperson, then their administrator.
func TestALockedOrderIsCancelledByWhomOdooLetsUnlockIt(t *testing.T) {
	l := newLab(t)
	placed := l.applied("order.place", subjectOf(1), anOrder(1, ""))
	l.lock(placed.Odoo.ID)
	is := func(want string) {
		t.Helper()
		if got := l.text("SELECT state || ' ' || locked FROM sale_order WHERE id = $1", placed.Odoo.ID); got != want {
			t.Errorf("the order is %s, want %s", got, want)
		}
	}
	l.inGroups(groupsOf("order.cancel"))
	out := l.stopped(command.Parked, schema.CodeNotAllowed, "order.cancel", subjectOf(1), `{}`)
	if p := out.Problems[0]; !strings.Contains(p.Message, "locked") || !strings.Contains(p.Remedy, "Sales / Administrator") {
		t.Errorf("%+v", p)
	}
	is("sale true")
	l.inGroups([]string{"sales_team.group_sale_manager"})
	l.wire.forbid = "sale.order.action_cancel"
	l.stopped(command.Parked, schema.CodeNotAllowed, "order.cancel", subjectOf(1), `{}`)
	is("sale true")
	l.wire.forbid = ""
	l.applied("order.cancel", subjectOf(1), `{}`)
	is("cancel false")
}

// TestAnOrderWhoseInvoiceIsGivenBackIsCancelled pays an order, gives half back, then all, and cancels in between.
func TestAnOrderWhoseInvoiceIsGivenBackIsCancelled(t *testing.T) {
	l := newLab(t)
	l.shop.PaymentInvoices = "invoice"
	l.exec("UPDATE product_template SET invoice_policy = 'order'")
	placed := l.applied("order.place", subjectOf(1), anOrder(1, ""))
	l.applied("payment.record", "p1", fmt.Sprintf(`{"order":%q,"amount":"39.96","currency":"USD","method":"card","transaction_id":"p1","paid_at":"2026-11-21T10:00:00Z"}`, subjectOf(1)))
	back := func(subject, amount string) {
		t.Helper()
		l.applied("refund.record", subject, fmt.Sprintf(`{"order":%q,"amount":%q,"currency":"USD","refunded_at":"2026-11-22T10:00:00Z"}`, subjectOf(1), amount))
	}
	cancel := func() {
		t.Helper()
		out := l.stopped(command.Parked, schema.CodeLateConfirmation, "order.cancel", subjectOf(1), `{}`)
		if invoice := l.text("SELECT name FROM account_move WHERE move_type = 'out_invoice' AND state = 'posted' ORDER BY id DESC LIMIT 1"); !strings.HasSuffix(out.Problems[0].Message, invoice) {
			t.Errorf("%+v, want %s named", out.Problems[0], invoice)
		} else if want := []string{"refund/" + invoice}; !slices.Equal(out.WaitsFor, want) {
			t.Errorf("it waits for %v, want %v", out.WaitsFor, want)
		}
	}
	cancel()
	back("r1", "19.96")
	cancel()
	back("r2", "20.00")
	l.applied("order.cancel", subjectOf(1), `{}`)
	if state := l.text("SELECT state FROM sale_order WHERE id = $1", placed.Odoo.ID); state != "cancel" {
		t.Error(state)
	}
}

// TestAnOrderThatWasOpenedIsLockedAgain cuts the cancelling of a locked order off after it was opened. The next attempt cancels it; where that
// is not to be any more it locks it again, and until it is tried it says that it is open.
func TestAnOrderThatWasOpenedIsLockedAgain(t *testing.T) {
	l := newLab(t)
	l.exec("UPDATE stock_quant SET quantity = 100000 WHERE product_id IN (1, 6) AND location_id = 8")
	for n, c := range map[int]struct {
		meanwhile func(n int)
		kind      command.Kind
		code      string
		want      string
	}{
		1: {func(int) {}, command.Applied, "", "cancel false"},
		2: {func(n int) {
			l.applied("shipment.confirm", fmt.Sprint("s", n), fmt.Sprintf(`{"shipment":%q}`, l.shipment(n)))
		}, command.Parked, schema.CodeLateConfirmation, "sale true"},
		3: {func(int) { l.wire.forbid = "sale.order.action_cancel" }, command.Parked, schema.CodeNotAllowed, "sale true"},
	} {
		placed := l.applied("order.place", subjectOf(n), anOrder(n, ""))
		l.lock(placed.Odoo.ID)
		l.at = func(step string) error {
			switch {
			case step != "before cancel order":
				return nil
			case n == 1: // the connection breaks before Odoo does anything
				return &odoo.Error{Kind: odoo.Ambiguous, Call: "sale.order.action_cancel"}
			}
			return errKilled
		}
		_, err := l.send("order.cancel", subjectOf(n), `{}`)
		if err == nil || n == 1 && !strings.Contains(err.Error(), "the order, which was locked, is open until it is tried again") {
			t.Errorf("%d: cut off with %v", n, err)
		}
		l.at = nil
		if got := l.text("SELECT state || ' ' || locked FROM sale_order WHERE id = $1", placed.Odoo.ID); got != "sale false" {
			t.Fatalf("%d: the order is %s where it was cut off", n, got)
		}
		c.meanwhile(n)
		out, err := l.send("order.cancel", subjectOf(n), `{}`)
		l.wire.forbid = ""
		if err != nil || out.Kind != c.kind || c.code != "" && out.Problems[0].Code != c.code {
			t.Errorf("%d: %+v, %v", n, out, whole(err))
		}
		if got := l.text("SELECT state || ' ' || locked FROM sale_order WHERE id = $1", placed.Odoo.ID); got != c.want {
			t.Errorf("%d: the order is %s, want %s", n, got, c.want)
		}
	}
	// What a person opened stays open.
	l.exec("UPDATE sale_order SET locked = false WHERE client_order_ref = '#2'")
	l.stopped(command.Parked, schema.CodeLateConfirmation, "order.cancel", subjectOf(2), `{}`)
	if l.count("SELECT count(*) FROM sale_order WHERE client_order_ref = '#2' AND NOT locked") != 1 {
		t.Error("it was locked")
	}
}
