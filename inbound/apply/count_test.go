package apply

import (
	"context"
	"errors"
	"fmt"
	"testing"

	"github.com/odoobridge/odoobridge/inbound/command"
)

// countFilters counts the papers of the first orders' lines.
func countFilters(quantity string) string {
	return fmt.Sprintf(`{"sku":"FILTER-100","warehouse":"WH","quantity":%q,"counted_at":"2030-01-01T00:00:00Z"}`, quantity)
}

func (l *lab) filters() int {
	l.t.Helper()
	return l.count("SELECT COALESCE(sum(quantity), 0)::int FROM stock_quant WHERE product_id = 6 AND location_id = 8")
}

// shipping places an order of two papers, and is a person who validates its shipment.
func (l *lab) shipping(n int) (ship func()) {
	l.t.Helper()
	l.applied("order.place", subjectOf(n), anOrder(n, ""))
	picking := int64(l.count("SELECT id FROM stock_picking WHERE name = $1", l.shipment(n)))
	return func() {
		if _, err := l.x.odoo.Run(context.Background(), "stock.picking", "button_validate", []int64{picking}, nil); err != nil {
			l.t.Error(err)
		}
	}
}

// TestACountSwallowsNoGoodsThatMoveAmidIt has a person ship two between the count's last look at the stock and its write, and has the
// process end at every point after that. As many were there, and two of them are gone.
func TestACountSwallowsNoGoodsThatMoveAmidIt(t *testing.T) {
	l := newLab(t)
	l.exec("UPDATE stock_quant SET quantity = 100000 WHERE product_id IN (1, 6) AND location_id = 8")
	for kill := 0; ; kill++ {
		n := 800 + kill
		killed := l.amid("before write quant", l.shipping(n), kill)
		data := countFilters(fmt.Sprint(500 + 10*kill))
		l.persist("stock.count", fmt.Sprint(n), data)
		l.applied("stock.count", fmt.Sprint(n), data)
		l.at = nil
		if got, want := l.filters(), 500+10*kill-2; got != want {
			t.Errorf("killed after %d points: %d on hand, want %d", kill, got, want)
		}
		if !*killed {
			if kill < 3 {
				t.Errorf("only %d points were passed", kill)
			}
			return
		}
	}
}

// TestACountOfAnEmptyShelfSwallowsNoGoodsThatComeAmidIt has goods come to a shelf that Odoo keeps no row of, just when the count makes one.
func TestACountOfAnEmptyShelfSwallowsNoGoodsThatComeAmidIt(t *testing.T) {
	l := newLab(t)
	l.shippedOrder(1)
	l.applied("return.request", "r1", fmt.Sprintf(`{"order":%q,"lines":[{"line":"a","quantity":"2"}]}`, subjectOf(1)))
	back := int64(l.count("SELECT id FROM stock_picking WHERE return_id IS NOT NULL"))
	l.exec("DELETE FROM stock_quant WHERE product_id = 6 AND location_id = 8")
	came := false
	l.at = func(step string) error {
		if step == "before create quant" && !came {
			came = true
			if _, err := l.x.odoo.Run(context.Background(), "stock.picking", "button_validate", []int64{back}, nil); err != nil {
				t.Error(err)
			}
		}
		return nil
	}
	l.applied("stock.count", "1", countFilters("40"))
	if got := l.filters(); got != 42 || !came {
		t.Errorf("%d on hand, want 42", got)
	}
}

// TestACountThatWasCutOffIsNotHeldAgainstItself ships after a count whose answer was lost: the count is done, and no conflict with what
// moved after it. One that Odoo has not done is.
func TestACountThatWasCutOffIsNotHeldAgainstItself(t *testing.T) {
	l := newLab(t)
	l.exec("UPDATE stock_quant SET quantity = 100000 WHERE product_id IN (1, 6) AND location_id = 8")
	for n, c := range []struct {
		killed string
		kind   command.Kind
		want   int
	}{{"before write quant", command.Rejected, 99998}, {"after write quant", command.Applied, 499}} {
		l.at = func(step string) error {
			if step == c.killed {
				return errKilled
			}
			return nil
		}
		data := countFilters(fmt.Sprint(500 + n))
		if _, err := l.send("stock.count", fmt.Sprint("cut", n), data); !errors.Is(err, errKilled) {
			t.Fatalf("was not killed: %v", err)
		}
		l.at = nil
		l.shippedOrder(900 + n)
		l.exec("UPDATE stock_move_line SET date = '2031-01-01' WHERE picking_id = (SELECT id FROM stock_picking WHERE name = $1)", l.shipment(900+n))
		if out, err := l.send("stock.count", fmt.Sprint("cut", n), data); err != nil || out.Kind != c.kind {
			t.Errorf("killed %s: %+v, %v", c.killed, out, whole(err))
		}
		if got := l.filters(); got != c.want {
			t.Errorf("killed %s: %d on hand, want %d", c.killed, got, c.want)
		}
		l.exec("UPDATE stock_move_line SET date = '2026-01-01'")
	}
}

// TestACountOfTheSameSubjectIsAnother counts again by another command of the same subject: what the first corrected is not this one's.
func TestACountOfTheSameSubjectIsAnother(t *testing.T) {
	l := newLab(t)
	for n, quantity := range []int{40, 44, 30, 30} {
		if out, err := l.sendAs(fmt.Sprint("again", n), "stock.count", "shelf", countFilters(fmt.Sprint(quantity))); err != nil || out.Kind != command.Applied {
			t.Fatalf("%+v, %v", out, whole(err))
		}
		if got := l.filters(); got != quantity {
			t.Errorf("%d on hand, want %d", got, quantity)
		}
	}
}
