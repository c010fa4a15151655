package apply

import (
	"slices"

	"github.com/odoobridge/odoobridge/inbound/command"
	"github.com/odoobridge/odoobridge/inbound/decide"
	"github.com/odoobridge/odoobridge/inbound/odoo"
	"github.com/odoobridge/odoobridge/schema"
)

// wentBack are the returns that took a product back, or are to.
type wentBack map[int64][]command.Reference

// leftOf are a shipment's moves with what has not been returned yet, whoever returned the rest. Odoo's wizard
// proposes no more than that, and takes whatever it is told.
func (r *run) leftOf(moves []moved) ([]moved, wentBack, error) {
	names, err := r.quantityNames()
	if err != nil {
		return nil, nil, err
	}
	ids := make([]int64, len(moves))
	for i, m := range moves {
		ids[i] = m.id
	}
	found, err := r.search("stock.move", odoo.Domain{{"origin_returned_move_id", "in", ids}, {"state", "!=", "cancel"}},
		[]string{"origin_returned_move_id", "product_id", "product_uom_qty", names.done, "state", "picking_id"}, odoo.Window{Order: "id"})
	if err != nil {
		return nil, nil, err
	}
	back, quantity := wentBack{}, map[int64]decide.Decimal{}
	for _, m := range found {
		took := m.Number("product_uom_qty")
		if m.Text("state") == "done" {
			took = m.Number(names.done)
		}
		of := m.Ref("origin_returned_move_id")
		quantity[of] = quantity[of].Add(decide.Num(took))
		back[m.Ref("product_id")] = append(back[m.Ref("product_id")], command.Reference{Model: "stock.picking", ID: m.Ref("picking_id"), Name: m.RefName("picking_id")})
	}
	var left []moved
	for _, m := range moves {
		m.has = m.has.Sub(quantity[m.id])
		m.asked = m.has
		if m.has.Sign() > 0 {
			left = append(left, m)
		}
	}
	return left, back, nil
}

func (r *run) parkReturned(by []command.Reference, path, message string) error {
	p := problem(schema.CodeLateConfirmation, path, message)
	p.Remedy = "Discard it if one of the candidates is this return. Otherwise cancel the one that is wrong in Odoo, and retry."
	p.Candidates = slices.Compact(by)
	return r.park(command.Reference{}, p)
}
