package apply

import (
	"fmt"
	"slices"

	"github.com/odoobridge/odoobridge/inbound/decide"
	"github.com/odoobridge/odoobridge/inbound/odoo"
	"github.com/odoobridge/odoobridge/schema"
)

// given is what credit notes give back of an invoice. Drafts count: somebody is about to post them.
type given struct {
	notes []odoo.Record
	total decide.Decimal
}

// givenBack looks for the invoice's credit notes. Odoo itself makes as many as it is asked for.
func (r *run) givenBack(invoice int64) (given, error) {
	notes, err := r.search("account.move", odoo.Domain{{"reversed_entry_id", "=", invoice}, {"state", "!=", "cancel"}}, slices.Concat(invoiceFields, []string{"ref"}), odoo.Window{Order: "id"})
	if err != nil || len(notes) == 0 {
		return given{}, err
	}
	g := given{notes: notes}
	for _, n := range notes {
		g.total = g.total.Add(decide.Num(n.Number("amount_total")).Round(6))
	}
	return g, nil
}

// refundFits wants that no more is given back than was invoiced, before anything is made. A shop that sends one refund
// by two ids, or one that a person has booked in Odoo, would pay it out twice.
func (r *run) refundFits(invoice odoo.Record, data schema.RefundRecord, before given) (err error) {
	total := decide.Num(invoice.Number("amount_total")).Round(6)
	path, asked := "full", total
	switch {
	case data.Amount != "":
		path, asked = "amount", decide.Num(data.Amount)
		lines, err := r.linesOf(invoice.ID())
		if err == nil {
			err = r.sumFits(invoice, lines, asked)
		}
		if err != nil {
			return err
		}
	case len(data.Lines) > 0:
		path = "lines"
		if asked, err = r.piecesFit(invoice, data, before); err != nil {
			return err
		}
	}
	if r.exceeds(asked.Add(before.total), total) {
		return r.parkGiven(invoice, before, path, more("amount", total, before.total, asked.Round(6)))
	}
	return nil
}

// piecesFit wants that no piece is given back twice, and says what all of them come to. What is given back
// for a line at another price is goodwill, which is no piece.
func (r *run) piecesFit(invoice odoo.Record, data schema.RefundRecord, before given) (decide.Decimal, error) {
	asked := decide.Num(data.Delivery)
	if err := r.kept(ofLines(data.Lines, func(l schema.RefundLine) schema.Decimal { return l.Quantity }), r.refundedDigits); err != nil {
		return asked, err
	}
	lines, err := r.linesOf(invoice.ID())
	if err != nil {
		return asked, err
	}
	back, err := r.linesGiven(before)
	if err != nil {
		return asked, err
	}
	taken := map[int64]bool{}
	for i, want := range data.Lines {
		path := fmt.Sprintf("lines[%d]", i)
		line, err := r.creditLineOf(lines, taken, data.Order, want, path)
		if err != nil {
			return asked, err
		}
		taken[line.id] = true
		quantity := decide.Num(want.Quantity)
		if want.Amount != "" {
			asked = asked.Add(decide.Num(want.Amount))
			continue
		}
		asked = asked.Add(line.each().Mul(quantity))
		if refunded := pieces(back, line); refunded.Add(quantity).Cmp(line.quantity) > 0 {
			return asked, r.parkGiven(invoice, before, path+".quantity", more("quantity", line.quantity, refunded, quantity))
		}
	}
	return asked, nil
}

// linesGiven are the lines of the credit notes.
func (r *run) linesGiven(before given) ([]creditLine, error) {
	if len(before.notes) == 0 {
		return nil, nil
	}
	ids := make([]int64, len(before.notes))
	for i, n := range before.notes {
		ids[i] = n.ID()
	}
	return r.linesOf(ids...)
}

// pieces are how many of a line are among what was given back at its price.
func pieces(lines []creditLine, of creditLine) decide.Decimal {
	var back decide.Decimal
	for _, l := range lines {
		same := l.product == of.product
		if len(of.saleLines) > 0 {
			same = slices.ContainsFunc(l.saleLines, func(id int64) bool { return slices.Contains(of.saleLines, id) })
		}
		if same && l.price.Same(of.price) {
			back = back.Add(l.quantity)
		}
	}
	return back
}

func more(of string, invoiced, refunded, asked decide.Decimal) string {
	return fmt.Sprintf("more would be given back than was invoiced: %s invoiced %s, refunded already %s, asked for now %s", of, invoiced, refunded, asked)
}

func (r *run) parkGiven(invoice odoo.Record, before given, path, message string) error {
	p := problem(schema.CodePaymentMismatch, path, message)
	p.Remedy = "Discard it if one of the candidates is this refund. Otherwise cancel the one that is wrong in Odoo, and retry."
	if len(before.notes) == 0 {
		p.Remedy = "Send what was invoiced at most, with a new id."
	}
	for _, note := range before.notes {
		p.Candidates = append(p.Candidates, invoiceRef(note))
	}
	return r.park(invoiceRef(invoice), p)
}
