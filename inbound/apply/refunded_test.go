package apply

import (
	"fmt"
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
