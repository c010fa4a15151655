package apply

import (
	"strings"
	"testing"
)

// TestAShelfIsCountedAndAdjustedToNothing has Odoo take away the rows of goods that are no more, as it does whenever anybody looks
// at its counts, and of two rows that say the same make one.
func TestAShelfIsCountedAndAdjustedToNothing(t *testing.T) {
	l := newLab(t)
	const count = `{"sku":"SCALE-1","warehouse":"WH","quantity":"%s","counted_at":"2030-01-01T00:00:00Z"}`
	const twin = "INSERT INTO stock_quant (product_id, location_id, company_id, quantity, reserved_quantity, in_date) SELECT product_id, location_id, company_id, 5, 0, in_date FROM stock_quant WHERE product_id = 8 AND location_id = 8 LIMIT 1"
	rows := func(want int) {
		t.Helper()
		if n := l.count("SELECT count(*) FROM stock_quant WHERE product_id = 8 AND location_id = 8"); n != want {
			t.Errorf("%d rows, want %d", n, want)
		}
	}
	tidy := func() {
		t.Helper()
		if _, err := l.x.odoo.Run(t.Context(), "stock.quant", "action_view_inventory", nil, nil); err != nil {
			t.Fatal(err)
		}
	}
	l.scales(2)
	l.exec(twin)
	l.applied("stock.adjust", "a1", adjustBroken)
	l.wantScales(5)
	rows(1)
	l.exec(twin)
	if out := l.applied("stock.count", "c1", strings.Replace(count, "%s", "0", 1)); out.Odoo.ID == 0 {
		t.Errorf("the count is of no row: %+v", out)
	}
	l.wantScales(0)
	tidy()
	rows(0)
	l.applied("stock.count", "c2", strings.Replace(count, "%s", "0", 1)) // none there, none made
	rows(0)
	l.applied("stock.count", "c3", strings.Replace(count, "%s", "2", 1))
	l.applied("stock.adjust", "a2", adjustBroken)
	tidy()
	rows(0)
}
