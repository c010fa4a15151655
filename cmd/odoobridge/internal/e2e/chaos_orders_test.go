package e2e

import (
	"fmt"
	"slices"

	"github.com/odoobridge/odoobridge/inbound/decide"
	"github.com/odoobridge/odoobridge/inbound/odoo"
)

// said are the final answers to all commands of a kind about a subject.
func (s *vendor) said(kind, subject string) (all []answer) {
	for _, w := range s.wishes {
		if w.of == s && w.kind == kind && w.subject == subject {
			all = append(all, w.final())
		}
	}
	return all
}

func applied(all []answer) bool {
	return slices.ContainsFunc(all, func(a answer) bool { return a.Outcome == "applied" })
}

// checkOrders looks whether each order is there once if a command for it was applied, as it was placed.
func (m *market) checkOrders(b *books) {
	m.t.Helper()
	for _, number := range b.doubled {
		m.t.Errorf("order %s is there twice", number)
	}
	for _, s := range m.vendors {
		for _, o := range s.sales {
			answers, order := s.said("order.place", o.subject), b.order(s, o.subject)
			switch {
			case o.odd == "unknown_sku" && order != nil, o.odd == "" && order == nil && applied(answers), o.odd == "total_mismatch" && order == nil:
				m.t.Errorf("order %s (%s), of which was said %v: %v", o.number, o.odd, answers, order)
			case order == nil:
				continue
			}
			for _, a := range answers {
				if a.Odoo != nil && (a.Odoo.Model != "sale.order" || a.Odoo.ID != order.ID()) {
					m.t.Errorf("order %s is %d in Odoo, and %+v was said", o.number, order.ID(), a.Odoo)
				}
			}
			m.checkLines(b, o, order)
			if cancelled := s.said("order.cancel", o.subject); applied(cancelled) && order.Text("state") != "cancel" {
				m.t.Errorf("order %s was cancelled and is %s", o.number, order.Text("state"))
			}
		}
	}
}

func (m *market) checkLines(b *books, o *sale, order odoo.Record) {
	m.t.Helper()
	var want, got []string
	for _, l := range o.lines {
		want = append(want, fmt.Sprintf("%d × %d at 10", l.quantity, l.thing.id))
	}
	for _, l := range b.lines[order.ID()] {
		got = append(got, fmt.Sprintf("%s × %d at %s", amount(l, "product_uom_qty"), l.Ref("product_id"), amount(l, "price_unit")))
	}
	if !slices.Equal(want, got) {
		m.t.Errorf("order %s is of %v, want %v", o.number, got, want)
	}
	out, back := b.shippedOf(order)
	for _, l := range o.lines {
		if o.odd != "" {
			continue
		}
		ordered := decide.Decimal{}
		for _, other := range b.lines[order.ID()] {
			if other.Ref("product_id") == l.thing.id {
				ordered = ordered.Add(amount(other, "product_uom_qty"))
			}
		}
		if out[l.thing.id].Cmp(ordered) > 0 || back[l.thing.id].Cmp(out[l.thing.id]) > 0 {
			m.t.Errorf("order %s: %s of %d were ordered, %s shipped, %s came back", o.number, ordered, l.thing.id, out[l.thing.id], back[l.thing.id])
		}
	}
}
