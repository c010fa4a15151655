package apply

import (
	"errors"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// TestNothingIsChangedUnlessTheLedgerKnowsThatOdooIsCalled has the ledger refuse to note it: each command makes calls that read, and
// no other, though it does not always wait for the ledger before it reads.
func TestNothingIsChangedUnlessTheLedgerKnowsThatOdooIsCalled(t *testing.T) {
	l := newLab(t)
	l.exec("UPDATE stock_quant SET quantity = 100000 WHERE product_id IN (1, 6) AND location_id = 8")
	full := errors.New("the disk is full")
	lasting := func() string {
		l.exec("DELETE FROM stock_return_picking") // a wizard: Odoo forgets it
		return l.fingerprint()
	}
	for n, w := range slices.Concat(wishes, financial) {
		t.Run(w.name, func(t *testing.T) {
			l.t = t
			if w.prepare != nil {
				w.prepare(l, n)
			}
			data, before := w.data(l, n), lasting()
			l.wire.forget()
			l.refuse = full
			_, err := l.send(w.name, subjectOf(n), data)
			l.refuse = nil
			if !errors.Is(err, full) {
				t.Errorf("came to %v", err)
			}
			if l.wire.said() == "\n" || lasting() != before {
				t.Errorf("something was changed, or nothing was read:\n%s%s", l.wire.said(), cmp.Diff(before, lasting()))
			}
		})
	}
}
