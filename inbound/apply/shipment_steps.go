package apply

import (
	"slices"
	"strings"

	"github.com/odoobridge/odoobridge/inbound/command"
	"github.com/odoobridge/odoobridge/inbound/odoo"
	"github.com/odoobridge/odoobridge/schema"
)

// mostSteps is how many steps before a shipment are looked at.
const mostSteps = 10

// earlierSteps are the transfers that are still to bring, within the warehouse, what is missing where a shipment leaves from:
// Odoo joins the moves of picking, packing and shipping, and reserves for each what the one before has brought. Where
// it has not made the later ones yet, as from 18 on, there is no shipment to confirm.
func (r *run) earlierSteps(want []wanted) ([]odoo.Record, error) {
	var moves []int64
	for _, w := range want {
		if w.missing() {
			moves = append(moves, w.move.id)
		}
	}
	var transfers []int64
	seen := slices.Clone(moves)
	for range mostSteps {
		later, err := r.read("stock.move", moves, "move_orig_ids")
		if err != nil {
			return nil, err
		}
		moves = nil
		for _, m := range later {
			for _, id := range m.Refs("move_orig_ids") {
				if !slices.Contains(seen, id) {
					seen, moves = append(seen, id), append(moves, id)
				}
			}
		}
		if len(moves) == 0 {
			break
		}
		open, err := r.search("stock.move", odoo.Domain{{"id", "in", moves}, {"state", "not in", []string{"done", "cancel"}}, {"picking_id", "!=", false}},
			[]string{"picking_id"}, odoo.Window{Order: "id"})
		if err != nil {
			return nil, err
		}
		for _, m := range open {
			transfers = append(transfers, m.Ref("picking_id"))
		}
	}
	if len(transfers) == 0 {
		return nil, nil
	}
	return r.search("stock.picking", odoo.Domain{{"id", "in", transfers}}, []string{"name"}, odoo.Window{Order: "id"})
}

// parkUnpicked names the steps that come before a shipment. It goes on when the shipment changes, as it does whenever one of
// them has brought something.
func (r *run) parkUnpicked(rec odoo.Record, steps []odoo.Record) error {
	p, names := problem(schema.CodeNotPicked, "shipment", ""), make([]string, len(steps))
	for i, step := range steps {
		names[i] = step.Text("name")
		p.Candidates = append(p.Candidates, transfer(step))
	}
	p.Message = "the shipment waits for earlier steps in the warehouse: " + strings.Join(names, ", ")
	return r.park(transfer(rec), p, command.WaitTransfer.For(rec.Text("name")))
}
