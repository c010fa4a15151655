package e2e

import (
	"fmt"
	"slices"
	"strings"

	"github.com/odoobridge/odoobridge/inbound/decide"
	"github.com/odoobridge/odoobridge/inbound/odoo"
)

// truth is what Odoo says of everything that was made since the beginning, by subject.
func (m *market) truth() map[string]facts {
	m.t.Helper()
	all, b := map[string]facts{}, m.readBooks()
	m.customersIn(all)
	m.productsIn(all)
	m.ordersIn(all, b)
	m.transfersIn(all, b)
	m.moneyIn(all, b)
	return all
}

// decimal is a number as two decimals that are the same are both written.
func decimal(text string) string { return decide.Num(text).Round(6).String() }

func yes(is bool) string { return fmt.Sprint(is) }

func textOf(r odoo.Record, fields ...string) facts {
	f := facts{}
	for _, name := range fields {
		f[name] = r.Text(name)
	}
	return f
}

func (m *market) customersIn(all map[string]facts) {
	children := map[int64][]string{}
	for _, c := range m.all("res.partner", append(m.since("res.partner"), []any{"parent_id", "!=", false}), "parent_id", "name", "street") {
		name, street := c.Text("name"), c.Text("street")
		children[c.Ref("parent_id")] = append(children[c.Ref("parent_id")], fmt.Sprintf("%d: %s %s", c.ID(), orNil(name), orNil(street)))
	}
	for _, p := range m.all("res.partner", append(m.since("res.partner"), []any{"parent_id", "=", false}), "name", "email", "phone", "street", "street2", "city", "zip", "ref", "active") {
		f := textOf(p, "name", "email", "phone", "street", "street2", "city", "zip", "ref")
		f["active"] = yes(p.Bool("active"))
		slices.Sort(children[p.ID()])
		f["addresses"] = strings.Join(children[p.ID()], "; ")
		all[fmt.Sprintf("customer/%d", p.ID())] = f
	}
}

func orNil(text string) string {
	if text == "" {
		return "<nil>"
	}
	return text
}

func (m *market) productsIn(all map[string]facts) {
	ids := []int64{}
	for _, p := range m.all("product.product", m.since("product.product"), "name", "default_code", "list_price", "active") {
		ids = append(ids, p.ID())
		price := decimal(p.Number("list_price"))
		all[fmt.Sprintf("product/%d", p.ID())] = facts{"name": p.Text("name"), "sku": p.Text("default_code"), "list_price": price, "active": yes(p.Bool("active"))}
		all[fmt.Sprintf("price/list/%d", p.ID())] = facts{"price": price}
	}
	for id, l := range m.levels(ids) {
		all[fmt.Sprintf("stock_level/%d/%d", id, m.warehouse)] = facts{
			"on_hand": decimal(l.Number("qty_available")), "available": decimal(l.Number("free_qty")), "forecast": decimal(l.Number("virtual_available")),
			"incoming": decimal(l.Number("incoming_qty")), "outgoing": decimal(l.Number("outgoing_qty")),
		}
	}
}

func (m *market) ordersIn(all map[string]facts, b *books) {
	for _, o := range m.all("sale.order", m.since("sale.order"), "name", "state", "client_order_ref", "amount_total", "invoice_status", "partner_id") {
		f := textOf(o, "state", "client_order_ref", "invoice_status")
		f["amount_total"], f["customer.partner_id"] = decimal(o.Number("amount_total")), fmt.Sprint(o.Ref("partner_id"))
		var lines []string
		for _, l := range b.lines[o.ID()] {
			lines = append(lines, fmt.Sprintf("%d: %s of %d, delivered %s, invoiced %s", l.ID(), decimal(l.Number("product_uom_qty")), l.Ref("product_id"), decimal(l.Number("qty_delivered")), decimal(l.Number("qty_invoiced"))))
		}
		slices.Sort(lines)
		f["lines"] = strings.Join(lines, "; ")
		all["order/"+o.Text("name")] = f
	}
}

// transfersIn are shipments and returns.
func (m *market) transfersIn(all map[string]facts, b *books) {
	lines, back := map[int64][]string{}, map[int64]bool{}
	for _, mv := range b.moves {
		back[mv.Ref("picking_id")] = back[mv.Ref("picking_id")] || mv.Ref("origin_returned_move_id") != 0
	}
	for _, mv := range b.moves {
		of, state, moved := mv.Ref("picking_id"), mv.Text("state"), decimal(mv.Number(m.moved()))
		done, reserved := "0", "0"
		switch state {
		case "done":
			done = moved
		case "cancel", "draft":
		default:
			reserved = moved
		}
		text := fmt.Sprintf("%d: %s of %d, %s, reserved %s, done %s", mv.ID(), decimal(mv.Number("product_uom_qty")), mv.Ref("product_id"), state, reserved, done)
		if back[of] {
			text = fmt.Sprintf("%d: %s of %d, %s, received %s", mv.ID(), decimal(mv.Number("product_uom_qty")), mv.Ref("product_id"), state, done)
		}
		lines[of] = append(lines[of], text)
	}
	for id, p := range b.pickings {
		kind := "shipment/"
		if back[id] {
			kind = "return/"
		}
		slices.Sort(lines[id])
		all[kind+p.Text("name")] = facts{"state": p.Text("state"), "lines": strings.Join(lines[id], "; ")}
	}
}

func (m *market) moneyIn(all map[string]facts, b *books) {
	for _, e := range b.entries {
		f := textOf(e, "state", "payment_state")
		if name := e.Text("name"); name != "/" {
			f["name"] = name
		}
		f["reference"] = e.Text("ref")
		f["amount_total"], f["amount_residual"] = decimal(e.Number("amount_total")), decimal(e.Number("amount_residual"))
		kind := "invoice"
		if e.Text("move_type") == "out_refund" {
			kind = "refund"
		}
		all[fmt.Sprintf("%s/%d", kind, e.ID())] = f
	}
	for _, p := range b.payments {
		if p.Text("state") == "draft" {
			continue // of what is no payment yet, nothing is told
		}
		f := facts{"state": p.Text("state"), "direction": p.Text("payment_type"), "reference": p.Text(m.memo()), "amount": decimal(p.Number("amount"))}
		f["customer.partner_id"] = fmt.Sprint(p.Ref("partner_id"))
		f["reconciled"], f["matched"] = yes(p.Bool("is_reconciled")), yes(p.Bool("is_matched"))
		all[fmt.Sprintf("payment/%d", p.ID())] = f
	}
}
