package apply

import (
	"fmt"
	"strings"
	"testing"

	"github.com/odoobridge/odoobridge/inbound/command"
)

// TestNoMoreIsGivenBackThanWasInvoiced has one refund after another of the same order, each with an id of its own, as a shop
// sends them whose person clicked twice, or whose refund somebody has booked in Odoo already.
func TestNoMoreIsGivenBackThanWasInvoiced(t *testing.T) {
	l := newLab(t)
	l.shop.PaymentInvoices = "invoice"
	n := 640
	refund := func(what string) string {
		return fmt.Sprintf(`{"order":%q,%s,"currency":"USD","refunded_at":"2026-11-22T10:00:00Z"}`, subjectOf(n), what)
	}
	for name, c := range map[string]struct {
		first, fits, toomuch string
		path                 string
	}{
		"all of it twice":           {`"full":true`, "", `"full":true`, "full"},
		"all after a part":          {`"amount":"5.00"`, "", `"full":true`, "full"},
		"amounts":                   {`"amount":"30.00"`, `"amount":"9.96"`, `"amount":"0.05"`, "amount"},
		"an amount that is too big": {`"amount":"1.00"`, `"amount":"2.00"`, `"amount":"40.00"`, "amount"},
		"a line twice":              {`"lines":[{"line":"a","quantity":"2"}]`, `"lines":[{"line":"b","quantity":"1"}]`, `"lines":[{"line":"a","quantity":"1"}]`, "lines[0].quantity"},
		"a line by piece":           {`"lines":[{"line":"a","quantity":"1"}]`, `"lines":[{"line":"a","quantity":"1"}]`, `"lines":[{"sku":"FILTER-100","quantity":"1"}]`, "lines[0].quantity"},
		"a line after goodwill":     {`"lines":[{"line":"a","quantity":"1","amount":"5.00"}]`, `"lines":[{"line":"a","quantity":"2"}]`, `"lines":[{"line":"a","quantity":"1"}]`, "lines[0].quantity"},
		"one line after all":        {`"full":true`, "", `"lines":[{"line":"b","quantity":"1"}]`, "lines[0].quantity"},
	} {
		n++
		l.invoicedOrder(n)
		first := l.applied("refund.record", fmt.Sprint("r1-", n), refund(c.first))
		if c.fits != "" {
			l.applied("refund.record", fmt.Sprint("r2-", n), refund(c.fits))
		}
		before := l.count("SELECT count(*) FROM account_move")
		out := l.stopped(command.Parked, "payment_mismatch", "refund.record", fmt.Sprint("r3-", n), refund(c.toomuch))
		if p := out.Problems[0]; p.Path != c.path || len(p.Candidates) == 0 || p.Candidates[0].ID != first.Odoo.ID {
			t.Errorf("%s: %+v", name, p)
		}
		if after := l.count("SELECT count(*) FROM account_move"); after != before {
			t.Errorf("%s: a credit note was left behind", name)
		}
	}
	n++
	l.invoicedOrder(n)
	l.stopped(command.Rejected, "invalid", "refund.record", "twice", refund(`"lines":[{"line":"a","quantity":"1"},{"sku":"FILTER-100","quantity":"1"}]`))
}

// TestAnAmountOfDifferentTaxesIsToBeSaidByLine gives back of an order of which one line bears a tax and the other none: an amount is no
// answer, unless it is all; nothing is made until it is said by line.
func TestAnAmountOfDifferentTaxesIsToBeSaidByLine(t *testing.T) {
	l := newLab(t)
	l.shop.PaymentInvoices = "invoice"
	order := strings.NewReplacer(`"unit_price":"6.50"`, `"unit_price":"6.50","taxes":[]`, "39.96", "38.92").Replace(anOrder(1, ""))
	l.applied("order.place", "5001", order)
	l.applied("shipment.confirm", "s1", fmt.Sprintf(`{"shipment":%q}`, l.shipment(1)))
	l.applied("payment.record", "p1", `{"order":"5001","amount":"38.92","currency":"USD","method":"card","transaction_id":"t1","paid_at":"2026-11-21T10:00:00Z"}`)
	refund := func(what string) string {
		return `{"order":"5001",` + what + `,"currency":"USD","refunded_at":"2026-11-22T10:00:00Z"}`
	}
	out := l.stopped(command.Parked, "total_mismatch", "refund.record", "r1", refund(`"amount":"5.00"`))
	if p := out.Problems[0]; p.Path != "amount" || !strings.Contains(p.Remedy, "`lines`") || !strings.Contains(p.Remedy, "with tax") {
		t.Errorf("%+v", p)
	}
	if n := l.count("SELECT count(*) FROM account_move WHERE move_type = 'out_refund'"); n != 0 {
		t.Errorf("%d credit notes were made", n)
	}
	l.applied("refund.record", "r2", refund(`"lines":[{"line":"a","quantity":"1","amount":"2.00"},{"line":"b","quantity":"1","amount":"3.00"}],"total":"5.00"`))
	l.stopped(command.Parked, "total_mismatch", "refund.record", "r3", refund(`"amount":"33.92"`))
	l.exec("UPDATE account_move SET state = 'cancel' WHERE move_type = 'out_refund'")
	out = l.applied("refund.record", "r4", refund(`"amount":"38.92"`))
	if total := l.text("SELECT amount_total::numeric(10,2)::text FROM account_move WHERE id = $1", out.Odoo.ID); total != "38.92" {
		t.Errorf("all of it is %s", total)
	}
}
