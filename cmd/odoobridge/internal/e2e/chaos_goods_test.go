package e2e

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/odoobridge/odoobridge/inbound/decide"
	"github.com/odoobridge/odoobridge/inbound/odoo"
)

// checkGoods looks whether each shipment, return, count and adjustment moved what it said, once, and whether what lies there is what
// all of them together make.
func (m *market) checkGoods(b *books) {
	m.t.Helper()
	for _, w := range m.wishes {
		switch done := w.final().Outcome == "applied"; {
		case w.kind == "shipment.confirm" && done:
			m.checkShipment(b, w)
		case w.kind == "return.request" && !w.again:
			m.checkReturn(b, w)
		case w.kind == "stock.adjust" && !w.again:
			m.checkAdjustment(b, w)
		}
	}
	for _, one := range m.counted {
		m.checkOnHand(one, m.shed.reckoned(one))
	}
	for _, one := range m.goods {
		m.checkOnHand(one, m.lying(b, one))
	}
}

func (m *market) checkShipment(b *books, w *wish) {
	m.t.Helper()
	for _, p := range b.pickings {
		if p.Text("name") != w.data["shipment"] {
			continue
		}
		if p.Text("state") != "done" {
			m.t.Errorf("shipment %s was confirmed and is %s", p.Text("name"), p.Text("state"))
		}
		got := map[int64]string{}
		for product, n := range b.movedBy(p) {
			got[product] = n.String()
		}
		want := map[int64]string{}
		for product, n := range w.ships {
			want[product] = fmt.Sprint(n)
		}
		if len(want) > 0 && fmt.Sprint(got) != fmt.Sprint(want) {
			m.t.Errorf("shipment %s shipped %v, want %v", p.Text("name"), got, want)
		}
		return
	}
	m.t.Errorf("shipment %v was confirmed and is not there", w.data["shipment"])
}

// movedBy is how many a transfer moved, by product.
func (b *books) movedBy(picking odoo.Record) map[int64]decide.Decimal {
	sums := map[int64]decide.Decimal{}
	for _, mv := range b.moves {
		if mv.Ref("picking_id") == picking.ID() && mv.Text("state") == "done" {
			sums[mv.Ref("product_id")] = sums[mv.Ref("product_id")].Add(amount(mv, b.m.moved()))
		}
	}
	return sums
}

func (m *market) checkReturn(b *books, w *wish) {
	m.t.Helper()
	said, made := w.of.said(w.kind, w.subject), b.returned(w.of, w.subject)
	if len(made) > 1 || applied(said) != (len(made) == 1) {
		m.t.Errorf("return %s of %s, of which was said %v: %v", w.subject, w.of.name, said, made)
	}
}

func (m *market) checkAdjustment(b *books, w *wish) {
	m.t.Helper()
	mark, said, moves := w.of.name+" stock.adjust "+w.subject+":", w.of.said(w.kind, w.subject), 0
	for _, mv := range b.moves {
		if mv.Text("state") == "done" && strings.Contains(mv.Text("reference"), mark) {
			moves++
		}
	}
	if want := applied(said) && w.data["change"] != "0"; moves > 1 || want != (moves == 1) {
		m.t.Errorf("adjustment %s, of which was said %v, has %d moves", w.subject, said, moves)
	}
}

// reckoned is how many there are of what only the shed touches: its commands one after the other.
func (s *shed) reckoned(one thingSold) decide.Decimal {
	n := decide.Decimal{}
	for _, w := range s.sentAll {
		if w.data["sku"] != one.sku || w.final().Outcome != "applied" {
			continue
		}
		if w.kind == "stock.count" {
			n = decide.Num(w.data["quantity"].(string))
		} else if w.kind == "stock.adjust" {
			n = n.Add(decide.Num(w.data["change"].(string)))
		}
	}
	return n
}

// lying is how many there are of a thing that is sold: what was counted and adjusted, without what left, with what came back.
func (m *market) lying(b *books, one thingSold) decide.Decimal {
	n, shelf := m.shed.reckoned(one), m.shelf()
	for _, mv := range b.moves {
		if mv.Ref("product_id") != one.id || mv.Text("state") != "done" || mv.Ref("picking_id") == 0 {
			continue
		}
		if mv.Ref("location_dest_id") == shelf {
			n = n.Add(amount(mv, m.moved()))
		} else {
			n = n.Sub(amount(mv, m.moved()))
		}
	}
	return n
}

// shelf is where the warehouse keeps things.
func (m *market) shelf() int64 {
	m.t.Helper()
	return m.one("stock.warehouse", odoo.Domain{{"id", "=", m.warehouse}}, "lot_stock_id").Ref("lot_stock_id")
}

func (m *market) checkOnHand(one thingSold, want decide.Decimal) {
	m.t.Helper()
	got := amount(m.levels([]int64{one.id})[one.id], "qty_available")
	if !got.Same(want) {
		m.t.Errorf("%s of %s (%d) are there, want %s\n%s", got, one.sku, one.id, want, m.movedOf(one))
	}
}

// movedOf is what a channel heard of how many there are of a thing, and of the transfers that moved it, in the order of Odoo's log.
func (m *market) movedOf(one thingSold) string {
	e := m.shed.lane
	e.mu.Lock()
	defer e.mu.Unlock()
	said, mark := map[string]string{}, fmt.Sprintf(" of %d,", one.id)
	for subject, events := range e.events {
		for _, event := range events {
			f := factsOf(subject, event.Entity)
			switch {
			case subject == fmt.Sprintf("stock_level/%d/%d", one.id, m.warehouse):
				said[event.LSN+" "+subject] += fmt.Sprintf("%s: %s on hand\n", event.LSN, f["on_hand"])
			case f["state"] == "done" && strings.Contains(f["lines"], mark):
				said[event.LSN+" "+subject] += fmt.Sprintf("%s: %s is done: %s\n", event.LSN, subject, f["lines"])
			}
		}
	}
	var all strings.Builder
	for _, key := range slices.SortedFunc(maps.Keys(said), func(a, b string) int {
		return cmp.Or(cmp.Compare(len(a[:strings.Index(a, " ")]), len(b[:strings.Index(b, " ")])), cmp.Compare(a, b))
	}) {
		all.WriteString(said[key])
	}
	return all.String()
}
