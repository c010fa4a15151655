package apply

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/odoobridge/odoobridge/inbound/decide"
	"github.com/odoobridge/odoobridge/inbound/odoo"
	"github.com/odoobridge/odoobridge/schema"
)

// sameLots parks what comes late about a transfer that is done with other lots than it names. Where it names none, or there
// are none, any will do.
func (r *run) sameLots(rec odoo.Record, want []wanted) error {
	for _, w := range want {
		if len(w.lots) == 0 {
			continue
		}
		moved, err := r.lotsMoved(w.move)
		if err != nil {
			return err
		}
		named := map[string]decide.Decimal{}
		for _, lot := range w.lots {
			named[lot.name] = named[lot.name].Add(lot.quantity)
		}
		if odoos, told := without(moved, named), without(named, moved); odoos != "" || told != "" {
			p := problem(schema.CodeLateConfirmation, w.lots[0].path, "the transfer is done already, with other lots: Odoo has "+cmp.Or(odoos, "none")+" where the command has "+cmp.Or(told, "none"))
			p.Remedy = "Look which lots went. If Odoo is right, discard the command; else have the lots of the done transfer corrected in Odoo, then retry it."
			return r.park(transfer(rec), p)
		}
	}
	return nil
}

// lotsMoved is how much of which lot a move that is done has moved, in the move's unit: its lines may be in
// another.
func (r *run) lotsMoved(m moved) (map[string]decide.Decimal, error) {
	names, err := r.quantityNames()
	if err != nil {
		return nil, err
	}
	lines, err := r.search("stock.move.line", domainOf("move_id", m.id, "state", "done"), []string{"lot_id", names.lineDone}, odoo.Window{Order: "id"})
	if err != nil {
		return nil, err
	}
	sum, moved := decide.Decimal{}, map[string]decide.Decimal{}
	for _, line := range lines {
		sum = sum.Add(decide.Num(line.Number(names.lineDone)))
	}
	for _, line := range lines {
		lot := line.RefName("lot_id")
		moved[lot] = moved[lot].Add(decide.Num(line.Number(names.lineDone)).Mul(m.has).Quo(sum))
	}
	return moved, nil
}

// mostNamed is how many lots a message names.
const mostNamed = 10

// without are the lots of which another list has not the same quantity, in words: "SN-1 (1), SN-2 (1)".
func without(lots, other map[string]decide.Decimal) string {
	var left []string
	for name, quantity := range lots {
		if !quantity.Same(other[name]) {
			left = append(left, fmt.Sprintf("%s (%s)", cmp.Or(name, "no lot"), quantity.Round(6)))
		}
	}
	slices.Sort(left)
	if len(left) > mostNamed {
		left = append(left[:mostNamed], fmt.Sprintf("and %d more", len(left)-mostNamed))
	}
	return strings.Join(left, ", ")
}
