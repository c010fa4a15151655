package apply

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/odoobridge/odoobridge/inbound/command"
	"github.com/odoobridge/odoobridge/schema"
)

// stepped is a warehouse of the test's own in several steps, with so many filters and bags of coffee.
func (l *lab) stepped(steps string, quantity int) {
	l.t.Helper()
	if _, err := l.x.odoo.Create(l.t.Context(), "stock.warehouse", map[string]any{"name": "Far " + steps, "code": "FAR", "delivery_steps": steps}, nil); err != nil {
		l.t.Fatal(whole(err))
	}
	for _, sku := range []string{"FILTER-100", "COF-HOUSE"} {
		l.applied("stock.count", "opening "+sku, fmt.Sprintf(`{"sku":%q,"warehouse":"FAR","quantity":"%d","counted_at":"2030-01-01T00:00:00Z"}`, sku, quantity))
	}
}

// transfers are an order's, as "PICK assigned, OUT waiting".
func (l *lab) transfers(n int) string {
	return l.text(`SELECT string_agg(split_part(p.name, '/', 2) || ' ' || p.state, ', ' ORDER BY split_part(p.name, '/', 2) DESC, p.id) FROM stock_picking p JOIN sale_order o ON o.id = p.sale_id
		WHERE o.client_order_ref = $1`, fmt.Sprintf("#%d", n))
}

// open is the transfer of a step that is still to be done.
func (l *lab) open(n int, step string) string {
	l.t.Helper()
	return l.text(`SELECT p.name FROM stock_picking p JOIN sale_order o ON o.id = p.sale_id WHERE o.client_order_ref = $1 AND p.name LIKE '%/' || $2 || '/%' AND p.state NOT IN ('done', 'cancel')`,
		fmt.Sprintf("#%d", n), step)
}

// TestAShipmentWaitsForItsEarlierSteps confirms shipments of a warehouse that picks and packs before: nothing is shipped that
// nobody has picked, and what is waited for is named.
func TestAShipmentWaitsForItsEarlierSteps(t *testing.T) {
	l := newLab(t)
	l.config.Ownership["stock_level"] = "shopify"
	l.stepped("pick_pack_ship", 20)
	l.applied("order.place", subjectOf(1), anOrder(1, `,"warehouse":"FAR"`))
	is := func(want string) {
		t.Helper()
		if got := l.transfers(1); got != want {
			t.Errorf("%s, want %s", got, want)
		}
	}
	is("PICK assigned, PACK waiting, OUT waiting")
	confirm := func(subject, step, lines string) {
		t.Helper()
		l.applied("shipment.confirm", subject, fmt.Sprintf(`{"shipment":%q%s}`, l.open(1, step), lines))
	}
	waits := func(subject, lines string, steps ...string) {
		t.Helper()
		shipment := l.open(1, "OUT")
		out := l.stopped(command.Parked, schema.CodeNotPicked, "shipment.confirm", subject, fmt.Sprintf(`{"shipment":%q%s}`, shipment, lines))
		var named []string
		for _, c := range out.Problems[0].Candidates {
			named = append(named, strings.Split(c.Name, "/")[1])
		}
		slices.Sort(named)
		if !slices.Equal(named, steps) || !slices.Equal(out.WaitsFor, []string{"transfer/" + shipment}) {
			t.Errorf("waits for %v by %v, want %v: %+v", named, out.WaitsFor, steps, out.Problems[0])
		}
	}
	const one = `,"lines":[{"sku":"FILTER-100","quantity":"1"}]`
	waits("o1", "", "PACK", "PICK")
	is("PICK assigned, PACK waiting, OUT waiting")
	confirm("pick 1", "PICK", one)
	waits("o1", "", "PACK", "PICK")
	confirm("pack 1", "PACK", one)
	waits("o1", "", "PACK", "PICK") // one of two filters, and no coffee
	confirm("out 1", "OUT", one)
	is("PICK done, PICK assigned, PACK done, PACK waiting, OUT done, OUT waiting")
	waits("o2", "", "PACK", "PICK")
	confirm("pick 2", "PICK", "")
	confirm("pack 2", "PACK", "")
	confirm("o2", "OUT", "")
	is("PICK done, PICK done, PACK done, PACK done, OUT done, OUT done")
	if got := l.text("SELECT string_agg(qty_delivered::int::text, ' ' ORDER BY id) FROM sale_order_line WHERE order_id = (SELECT id FROM sale_order WHERE client_order_ref = '#1')"); got != "2 1" {
		t.Errorf("delivered: %s", got)
	}
}

// TestAnOrderThatIsPickedIsNotCancelled leaves it to a person what becomes of goods that lie where they are shipped from.
func TestAnOrderThatIsPickedIsNotCancelled(t *testing.T) {
	for _, release := range []string{"17.0", "19.0"} { // from 18 on the shipment is made when the goods are picked
		t.Run(release, func(t *testing.T) {
			l := newLabOf(t, release)
			l.config.Ownership["stock_level"] = "shopify"
			l.stepped("pick_ship", 20)
			l.applied("order.place", subjectOf(1), anOrder(1, `,"warehouse":"FAR"`))
			l.applied("shipment.confirm", "pick", fmt.Sprintf(`{"shipment":%q}`, l.open(1, "PICK")))
			if got := l.transfers(1); got != "PICK done, OUT assigned" {
				t.Error(got)
			}
			out := l.stopped(command.Parked, schema.CodeLateConfirmation, "order.cancel", subjectOf(1), `{}`)
			if !strings.Contains(out.Problems[0].Message, "picked already: FAR/PICK/") || !strings.Contains(out.Problems[0].Remedy, "put back") {
				t.Errorf("%+v", out.Problems[0])
			}
			l.applied("shipment.confirm", "out", fmt.Sprintf(`{"shipment":%q}`, l.open(1, "OUT")))
			l.applied("order.place", subjectOf(2), anOrder(2, `,"warehouse":"FAR"`))
			l.applied("order.cancel", subjectOf(2), `{}`)
		})
	}
}
