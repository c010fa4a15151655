package e2e

import (
	"strings"

	"github.com/odoobridge/odoobridge/inbound/decide"
	"github.com/odoobridge/odoobridge/inbound/odoo"
)

// checkMoney looks whether each payment and refund is booked once if it was applied, and no more than there was to pay or to give back.
func (m *market) checkMoney(b *books) {
	m.t.Helper()
	booked := map[string][]odoo.Record{}
	for _, p := range b.payments {
		booked[p.Text("payment_type")+" "+p.Text(m.memo())] = append(booked[p.Text("payment_type")+" "+p.Text(m.memo())], p)
	}
	for _, w := range m.wishes {
		switch w.kind {
		case "payment.record":
			if transaction, there := w.data["transaction_id"].(string); there && !w.again {
				m.checkPayment(w, w.data["amount"].(string), booked["inbound "+transaction])
			}
		case "refund.record":
			if !w.again {
				m.checkRefund(b, w, booked)
			}
		}
	}
	for _, s := range m.vendors {
		for _, o := range s.sales {
			m.checkSums(b, s, o)
		}
	}
}

// checkPayment holds payments against the answers to all commands that are about one.
func (m *market) checkPayment(w *wish, want string, booked []odoo.Record) {
	m.t.Helper()
	once := applied(w.of.said(w.kind, w.subject))
	if len(booked) > 1 || once && len(booked) != 1 {
		m.t.Errorf("%s of %s, of which was said %v, is booked %d times: %v", w.kind, w.subject, w.of.said(w.kind, w.subject), len(booked), booked)
		return
	}
	for _, p := range booked {
		if want != "" && !amount(p, "amount").Same(decide.Num(want)) || p.Text("state") == "draft" {
			m.t.Errorf("%s of %s is of %s and %s, want %s", w.kind, w.subject, amount(p, "amount"), p.Text("state"), want)
		}
	}
}

func (m *market) checkRefund(b *books, w *wish, booked map[string][]odoo.Record) {
	m.t.Helper()
	mark, notes := w.of.name+" refund "+w.subject+":", []odoo.Record{}
	for _, e := range b.entries {
		if e.Text("move_type") == "out_refund" && strings.Contains(e.Text("ref")+" ", mark) {
			notes = append(notes, e)
		}
	}
	once := applied(w.of.said(w.kind, w.subject))
	if len(notes) > 1 || once && (len(notes) != 1 || notes[0].Text("state") != "posted") {
		m.t.Errorf("refund %s of %s, of which was said %v: %v", w.subject, w.of.name, w.of.said(w.kind, w.subject), notes)
		return
	}
	want := ""
	if text, there := w.data["amount"].(string); there {
		want = text
	} else if text, there := w.data["total"].(string); there {
		want = text
	}
	if once && want != "" && !amount(notes[0], "amount_total").Same(decide.Num(want)) {
		m.t.Errorf("refund %s of %s is of %s, want %s", w.subject, w.of.name, amount(notes[0], "amount_total"), want)
	}
	payment, there := w.data["payment"].(map[string]any)
	if there {
		m.checkPayment(w, want, booked["outbound "+payment["transaction_id"].(string)])
	}
}

// checkSums holds what was paid, invoiced and given back against the order.
func (m *market) checkSums(b *books, s *vendor, o *sale) {
	m.t.Helper()
	order := b.order(s, o.subject)
	if order == nil {
		return
	}
	paid := decide.Decimal{}
	for _, w := range m.wishes {
		if w.of == s && w.kind == "payment.record" && w.data["order"] == o.subject && w.final().Outcome == "applied" {
			paid = paid.Add(decide.Num(w.data["amount"].(string)))
		}
	}
	invoiced, credited := decide.Decimal{}, decide.Decimal{}
	for _, e := range b.entriesOf(order, "out_invoice") {
		invoiced = invoiced.Add(amount(e, "amount_total"))
	}
	for _, e := range b.entriesOf(order, "out_refund") {
		credited = credited.Add(amount(e, "amount_total"))
	}
	total := amount(order, "amount_total")
	if paid.Cmp(total) > 0 || invoiced.Cmp(total) > 0 || credited.Cmp(invoiced) > 0 {
		m.t.Errorf("order %s is of %s: %s were invoiced, %s paid, %s credited", o.number, total, invoiced, paid, credited)
	}
}
