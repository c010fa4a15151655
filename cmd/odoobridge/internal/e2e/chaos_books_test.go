package e2e

import (
	"context"
	"strings"

	"github.com/odoobridge/odoobridge/inbound/decide"
	"github.com/odoobridge/odoobridge/inbound/odoo"
)

// books are what Odoo has of what was made since the beginning, by its API.
type books struct {
	m        *market
	orders   map[string]odoo.Record // by number
	lines    map[int64][]odoo.Record
	pickings map[int64]odoo.Record
	moves    []odoo.Record
	entries  []odoo.Record // invoices and credit notes
	payments []odoo.Record
	doubled  []string
}

func (m *market) all(model string, domain odoo.Domain, fields ...string) []odoo.Record {
	m.t.Helper()
	found, err := m.client.SearchRead(context.Background(), model, domain, append(fields, "id"), odoo.Window{Order: "id"}, m.hidden())
	if err != nil {
		m.t.Fatalf("read every %s: %v", model, err)
	}
	return found
}

func (m *market) since(model string) odoo.Domain { return odoo.Domain{{"id", ">", m.before[model]}} }

// moved is the field of how many a stock move moves.
func (m *market) moved() string {
	if m.release >= 17 {
		return "quantity"
	}
	return "quantity_done"
}

// memo is the field of what a payment says.
func (m *market) memo() string {
	if m.release >= 18 {
		return "memo"
	}
	return "ref"
}

func (m *market) readBooks() *books {
	m.t.Helper()
	b := &books{m: m, orders: map[string]odoo.Record{}, lines: map[int64][]odoo.Record{}, pickings: map[int64]odoo.Record{}}
	for _, o := range m.all("sale.order", m.since("sale.order"), "name", "state", "client_order_ref", "amount_total", "picking_ids", "invoice_ids", "invoice_status") {
		number := o.Text("client_order_ref")
		if _, there := b.orders[number]; there && !strings.HasSuffix(number, " own") {
			b.doubled = append(b.doubled, number)
		}
		b.orders[number] = o
	}
	for _, l := range m.all("sale.order.line", odoo.Domain{{"order_id", ">", m.before["sale.order"]}}, "order_id", "product_id", "product_uom_qty", "price_unit", "qty_delivered", "qty_invoiced") {
		b.lines[l.Ref("order_id")] = append(b.lines[l.Ref("order_id")], l)
	}
	for _, p := range m.all("stock.picking", m.since("stock.picking"), "name", "state", "origin", "picking_type_id", "backorder_id") {
		b.pickings[p.ID()] = p
	}
	ids := []int64{}
	for _, one := range append(append([]thingSold{m.own}, m.goods...), m.counted...) {
		ids = append(ids, one.id)
	}
	b.moves = m.all("stock.move", odoo.Domain{{"product_id", "in", ids}}, "state", "product_id", "product_uom_qty", m.moved(), "picking_id", "sale_line_id", "reference", "location_id", "location_dest_id", "origin_returned_move_id", "picked")
	b.entries = m.all("account.move", append(m.since("account.move"), []any{"move_type", "in", []string{"out_invoice", "out_refund"}}), "name", "state", "move_type", "payment_state", "amount_total", "amount_residual", "ref", "invoice_origin", "reversed_entry_id")
	b.payments = m.all("account.payment", m.since("account.payment"), "name", "state", "amount", "payment_type", m.memo(), "partner_id", "is_reconciled", "is_matched")
	return b
}

// amount is a number of Odoo's, without binary noise.
func amount(r odoo.Record, field string) decide.Decimal { return decide.Num(r.Number(field)).Round(6) }

// number is what Odoo has of an order of a channel.
func (b *books) order(s *vendor, subject string) odoo.Record { return b.orders[s.name+" "+subject] }

// invoicesOf are the posted invoices of an order, or its credit notes.
func (b *books) entriesOf(order odoo.Record, kind string) (all []odoo.Record) {
	for _, e := range b.entries {
		if e.Text("move_type") == kind && e.Text("state") == "posted" && e.Text("invoice_origin") == order.Text("name") {
			all = append(all, e)
		}
	}
	return all
}

// shippedOf is how many left the warehouse for an order's lines, by product, and how many came back.
func (b *books) shippedOf(order odoo.Record) (out, back map[int64]decide.Decimal) {
	out, back = map[int64]decide.Decimal{}, map[int64]decide.Decimal{}
	lines := map[int64]bool{}
	for _, l := range b.lines[order.ID()] {
		lines[l.ID()] = true
	}
	for _, mv := range b.moves {
		if mv.Text("state") != "done" || !lines[mv.Ref("sale_line_id")] {
			continue
		}
		side := out
		if mv.Ref("origin_returned_move_id") != 0 {
			side = back
		}
		side[mv.Ref("product_id")] = side[mv.Ref("product_id")].Add(amount(mv, b.m.moved()))
	}
	return out, back
}

// returned are the returns that a channel's request has made, by what they say of it.
func (b *books) returned(s *vendor, request string) (made []odoo.Record) {
	mark := s.name + " return " + request + ";"
	for _, p := range b.pickings {
		if strings.Contains(p.Text("origin")+";", mark) && p.Ref("backorder_id") == 0 {
			made = append(made, p)
		}
	}
	return made
}

// lacks says whether Odoo lacks what a command needs, so that it may wait.
func (b *books) lacks(w *wish) bool {
	s := w.of
	switch w.kind {
	case "return.receive":
		request, _ := w.data["request"].(string)
		return len(b.returned(s, request)) == 0 // a duplicate of a request that was parked has made none
	case "order.cancel":
		return b.order(s, w.subject) == nil
	}
	subject, _ := w.data["order"].(string)
	order := b.order(s, subject)
	switch w.kind {
	case "payment.record":
		return order == nil
	case "refund.record":
		return order == nil || len(b.entriesOf(order, "out_invoice")) == 0
	case "return.request":
		if order == nil {
			return true
		}
		out, _ := b.shippedOf(order)
		return len(out) == 0
	}
	return false
}
