package apply

import (
	"errors"
	"slices"
	"testing"

	"github.com/odoobridge/odoobridge/inbound/command"
)

// TestEveryCommandHasOneEffectThroughJSON2 carries every command out on an Odoo 19, by JSON-2
// and with 19's names of fields, twice: there is one effect, and no call went another way.
func TestEveryCommandHasOneEffectThroughJSON2(t *testing.T) {
	l := newLabOf(t, "19.0")
	l.exec("UPDATE stock_quant SET quantity = 100000 WHERE product_id IN (1, 6) AND location_id = 8")
	l.exec("ALTER TABLE res_partner ALTER autopost_bills SET DEFAULT 'ask'") // for contacts that tests insert
	n := 1
	for _, w := range slices.Concat(wishes, financial) {
		n++
		t.Run(w.name, func(t *testing.T) {
			l.t = t
			if w.prepare != nil {
				w.prepare(l, n)
			}
			data := w.data(l, n)
			for _, attempt := range []string{"first", "again"} {
				l.applied(w.name, subjectOf(n), data)
				if got := w.effect(l, n); got != w.want(n) {
					t.Errorf("%s: %q, want %q", attempt, got, w.want(n))
				}
			}
		})
	}
	if calls := len(l.wire.calls); calls == 0 || l.wire.bare != calls {
		t.Errorf("%d of %d calls came by JSON-2", l.wire.bare, calls)
	}
}

// TestAnOrderIsPlacedPaidAndShippedThroughJSON2 loses the answer to every call on the way that
// changes something, as a proxy does that gives up: the order is in Odoo once, paid once and shipped once.
func TestAnOrderIsPlacedPaidAndShippedThroughJSON2(t *testing.T) {
	l := newLabOf(t, "19.0")
	l.shop.PaymentInvoices = "invoice"
	l.lossy("order.place", subjectOf(1), anOrder(1, ""))
	l.lossy("shipment.confirm", "s1", `{"shipment":"`+l.shipment(1)+`","tracking_references":["T1"]}`)
	l.lossy("payment.record", "p1", `{"order":"5001","amount":"39.96","currency":"USD","method":"card","transaction_id":"tx1","paid_at":"2026-11-21T10:00:00Z"}`)
	got := l.text(`SELECT o.state || ' ' || o.invoice_status || ', ' || (SELECT string_agg(p.state || ' ' || p.carrier_tracking_ref, '+') FROM stock_picking p WHERE p.sale_id = o.id)
		|| ', ' || (SELECT string_agg(m.state || ' ' || m.payment_state, '+') FROM account_move m WHERE m.invoice_origin = o.name)
		|| ', ' || (SELECT string_agg(p.amount || ' ' || p.state || ' ' || p.memo, '+') FROM account_payment p) FROM sale_order o`)
	if want := "sale invoiced, done T1, posted paid, 39.96 paid tx1"; got != want {
		t.Errorf("%s; want %s", got, want)
	}
}

// lossy carries a command out while the answer to the first call that changes something is lost, then
// to the second, and so on, until nothing is left to lose.
func (l *lab) lossy(name, subject, data string) {
	l.t.Helper()
	lost := 0
	for skip := range 20 {
		l.wire.forget()
		l.wire.loseNext()
		l.wire.skip = skip
		out, err := l.send(name, subject, data)
		var again *command.RetryError
		if errors.As(err, &again) {
			lost++
			continue
		}
		if err != nil || out.Kind != command.Applied {
			l.t.Fatalf("%s %s: %+v, %s", name, subject, out, whole(err))
		}
		if !l.wire.lose {
			lost++ // and read back
			continue
		}
		if lost == 0 {
			l.t.Fatalf("%s %s: no answer was lost", name, subject)
		}
		l.wire.forget()
		return
	}
	l.t.Fatalf("%s %s is not done after 20 attempts", name, subject)
}
