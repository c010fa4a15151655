package apply

import (
	"fmt"
	"testing"

	"github.com/odoobridge/odoobridge/inbound/command"
	"github.com/odoobridge/odoobridge/schema"
)

// TestNoMoreComesBackThanWasShipped has one return after another of an order that was shipped in two parts.
func TestNoMoreComesBackThanWasShipped(t *testing.T) {
	l := newLab(t)
	l.applied("order.place", subjectOf(1), anOrder(1, ""))
	for _, part := range []string{`,"lines":[{"sku":"FILTER-100","quantity":"1"}],"backorder":"keep"`, ""} {
		name := l.text("SELECT p.name FROM stock_picking p JOIN sale_order o ON o.id = p.sale_id WHERE client_order_ref = '#1' AND p.state = 'assigned'")
		l.applied("shipment.confirm", name, fmt.Sprintf(`{"shipment":%q%s}`, name, part))
	}
	back := func(quantity string) string {
		return fmt.Sprintf(`{"order":%q,"lines":[{"line":"a","quantity":%q}]}`, subjectOf(1), quantity)
	}
	first := l.applied("return.request", "r1", back("1"))
	second := l.applied("return.request", "r2", back("1"))
	if n := l.count("SELECT count(DISTINCT return_id) FROM stock_picking WHERE id IN ($1, $2)", first.Odoo.ID, second.Odoo.ID); n != 2 {
		t.Errorf("returns of %d shipments, want one of each", n)
	}
	out := l.stopped(command.Parked, schema.CodeLateConfirmation, "return.request", "r3", back("1"))
	if len(out.Problems[0].Candidates) == 0 || out.Problems[0].Candidates[0].Name == "" {
		t.Errorf("no return is named: %+v", out.Problems)
	}
	l.exec("UPDATE stock_move SET state = 'cancel' WHERE picking_id = $1", first.Odoo.ID)
	l.exec("UPDATE stock_picking SET state = 'cancel' WHERE id = $1", first.Odoo.ID)
	l.stopped(command.Parked, schema.CodeLateConfirmation, "return.request", "r4", back("2"))
	l.applied("return.request", "r5", back("1"))
}
