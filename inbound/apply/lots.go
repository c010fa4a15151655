package apply

import (
	"fmt"

	"github.com/odoobridge/odoobridge/inbound/command"
	"github.com/odoobridge/odoobridge/inbound/decide"
	"github.com/odoobridge/odoobridge/inbound/odoo"
	"github.com/odoobridge/odoobridge/schema"
)

// lotsFit wants the lots of a line to be different ones and to add up.
func lotsFit(r *run, line schema.ShipmentLine, path string) error {
	if len(line.Lots) == 0 {
		return nil
	}
	sum, seen := decide.Decimal{}, map[string]bool{}
	for i, lot := range line.Lots {
		if seen[lot.Lot] {
			return r.reject(problem(schema.CodeInvalid, fmt.Sprintf("%s.lots[%d].lot", path, i), "the lot or serial number is named twice"))
		}
		seen[lot.Lot] = true
		sum = sum.Add(decide.Num(lot.Quantity))
	}
	if !sum.Same(decide.Num(line.Quantity)) {
		return r.reject(problem(schema.CodeInvalid, path+".lots", "the lots do not add up to the line's quantity"))
	}
	return nil
}

// wantedLot is how much of a lot goes, and where the command says so: "lines[0].lots[1].lot".
type wantedLot struct {
	name     string
	quantity decide.Decimal
	path     string
}

// lotsOf are the lots of a shipment's line.
func lotsOf(line schema.ShipmentLine, path string) (lots []wantedLot) {
	for i, lot := range line.Lots {
		lots = append(lots, wantedLot{lot.Lot, decide.Num(lot.Quantity), fmt.Sprintf("%s.lots[%d].lot", path, i)})
	}
	return lots
}

// lotLines are the lines of a move by lot, each from where the lot is.
func (r *run) lotLines(picking int64, w wanted, names quantityNames) ([]any, error) {
	var lines []any
	for _, old := range w.move.reservedLines {
		lines = append(lines, []any{2, old})
	}
	for _, lot := range w.lots {
		id, err := r.lot(w.move.product, lot.name, lot.path)
		if err != nil {
			return nil, err
		}
		parts, err := r.lotAt(w.move, id, lot.quantity, lot.path)
		if err != nil {
			return nil, err
		}
		for _, part := range parts {
			values := map[string]any{
				"picking_id": picking, "product_id": w.move.product, "product_uom_id": w.move.unit, "lot_id": id,
				"location_id": part.location, "location_dest_id": w.move.destination, names.lineDone: number(part.quantity),
			}
			if names.picked {
				values["picked"] = true
			}
			lines = append(lines, []any{0, 0, values})
		}
	}
	return lines, nil
}

// lotPart is so much of a lot at a place.
type lotPart struct {
	location int64
	quantity decide.Decimal
}

// lotAt is where a quantity of a lot is, at the place that a move leaves from and below, the oldest first. Odoo would make the stock of
// a lot that is not there negative without a word. What comes from a customer has no stock that would be kept.
func (r *run) lotAt(m moved, lot int64, quantity decide.Decimal, path string) ([]lotPart, error) {
	kept, err := r.keepsStock(m.location)
	if err != nil || !kept {
		return []lotPart{{m.location, quantity}}, err
	}
	found, err := r.search("stock.quant", odoo.Domain{{"product_id", "=", m.product}, {"lot_id", "=", lot}, {"location_id", "child_of", m.location}, {"quantity", ">", 0}},
		[]string{"location_id", "quantity"}, odoo.Window{Order: "in_date, id"})
	if err != nil {
		return nil, err
	}
	var parts []lotPart
	for _, q := range found {
		some := decide.Num(q.Number("quantity")).Round(6)
		if some.Cmp(quantity) > 0 {
			some = quantity
		}
		if some.Sign() > 0 {
			parts = append(parts, lotPart{q.Ref("location_id"), some})
			quantity = quantity.Sub(some)
		}
	}
	switch {
	case quantity.Sign() <= 0:
		return parts, nil
	case r.channel.NegativeStock == "allow":
		return append(parts, lotPart{m.location, quantity}), nil
	}
	return nil, r.park(command.Reference{}, problem(schema.CodeNegativeStock, path, "Odoo has not got that much of the lot where the shipment leaves from"))
}

// keepsStock says whether a place's stock is the company's own.
func (r *run) keepsStock(location int64) (bool, error) {
	usage, _, err := lookUp(r.x.cache, fmt.Sprintf("usage/%d", location), func() (string, bool, error) {
		found, err := r.readOne("stock.location", location, "usage")
		return found.Text("usage"), err == nil, err
	})
	return usage == "internal" || usage == "transit", err
}
