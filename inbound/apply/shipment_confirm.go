package apply

import (
	"fmt"
	"slices"
	"strings"

	"github.com/odoobridge/odoobridge/inbound/command"
	"github.com/odoobridge/odoobridge/inbound/decide"
	"github.com/odoobridge/odoobridge/inbound/odoo"
	"github.com/odoobridge/odoobridge/schema"
)

// confirmShipment says what left, then validates. Carrier and tracking number are written
// before: a carrier that is integrated would be called otherwise.
func confirmShipment(r *run) (command.Reference, error) {
	data, err := read[schema.ShipmentConfirm](r)
	if err != nil {
		return command.Reference{}, err
	}
	if err := r.kept(shippedQuantities(data.Lines), r.movedDigits); err != nil {
		return command.Reference{}, err
	}
	rec, err := r.transferNamed(data.Shipment, "shipment")
	if err != nil {
		return command.Reference{}, err
	}
	if rec.Text("state") == "cancel" {
		return transfer(rec), r.park(transfer(rec), problem(schema.CodeLateConfirmation, "shipment", "the shipment is cancelled in Odoo"))
	}
	moves, err := r.moves(rec.ID())
	if err != nil {
		return transfer(rec), err
	}
	want, err := r.shipped(data, moves)
	if err != nil {
		return transfer(rec), err
	}
	if rec.Text("state") == "done" {
		if err := r.shippedAlready(rec, data, moves, want); err != nil {
			return transfer(rec), err
		}
		return transfer(rec), r.doneAt(rec, data.ShippedAt, "shipped_at")
	}
	if err := r.notLate(thing{"shipment", [2]int64{rec.ID()}}, nil, r.owns("shipment")); err != nil {
		return transfer(rec), err
	}
	if moves, want, err = r.reserved(rec, data, moves, want); err != nil {
		return transfer(rec), err
	}
	if err := r.hasMoves(rec, moves, "shipment"); err != nil {
		return transfer(rec), err
	}
	if err := r.note("validating", "yes"); err != nil {
		return transfer(rec), err
	}
	values, err := r.shipmentValues(rec, data, moves, want)
	if err != nil {
		return transfer(rec), err
	}
	if err := r.writeMoves("write shipment", rec, values); err != nil {
		return transfer(rec), err
	}
	if err := r.validate(rec, data.Backorder == "drop"); err != nil {
		return transfer(rec), err
	}
	return transfer(rec), r.doneAt(rec, data.ShippedAt, "shipped_at")
}

// shipped is what left, by move.
func (r *run) shipped(data schema.ShipmentConfirm, moves []moved) ([]wanted, error) {
	if len(data.Lines) == 0 {
		return everything(moves), nil
	}
	var want []wanted
	for i, line := range data.Lines {
		path := fmt.Sprintf("lines[%d]", i)
		quantity := decide.Num(line.Quantity)
		if err := lotsFit(r, line, path); err != nil {
			return nil, err
		}
		if line.MoveID != 0 {
			at := slices.IndexFunc(moves, func(m moved) bool { return m.id == line.MoveID })
			if at < 0 {
				p := problem(schema.CodeUnknownLine, path+".move_id", "the shipment has no such line")
				p.Remedy = "Take `move_id` from the lines of the shipment's newest event."
				return nil, r.park(command.Reference{}, p)
			}
			want = append(want, wanted{moves[at], quantity, lotsOf(line, path)})
			continue
		}
		product, missing, key, err := r.product(line.Product, path)
		if err != nil {
			return nil, err
		}
		if missing != nil {
			return nil, r.park(command.Reference{}, *missing, key)
		}
		part, err := r.take(moves, want, product.ID(), quantity, lotsOf(line, path), path)
		if err != nil {
			return nil, err
		}
		want = append(want, part...)
	}
	return want, nil
}

// shippedQuantities are those of the lines and of their lots.
func shippedQuantities(lines []schema.ShipmentLine) []quantityAt {
	all := ofLines(lines, func(l schema.ShipmentLine) schema.Decimal { return l.Quantity })
	for i, line := range lines {
		for j, lot := range line.Lots {
			all = append(all, quantityAt{lot.Quantity, fmt.Sprintf("lines[%d].lots[%d].quantity", i, j)})
		}
	}
	return all
}

// shippedAlready compares a shipment that is done with what was asked. Just that is no
// news; anything else came too late.
func (r *run) shippedAlready(rec odoo.Record, data schema.ShipmentConfirm, moves []moved, want []wanted) error {
	if len(data.Lines) > 0 && !sameMoved(moves, want) {
		return r.park(transfer(rec), problem(schema.CodeLateConfirmation, "lines", "the shipment is done already, with other quantities"))
	}
	if err := r.sameLots(rec, want); err != nil {
		return err
	}
	tracking := trackingOf(data)
	if tracking == "" || tracking == rec.Text("carrier_tracking_ref") {
		return nil
	}
	if rec.Text("carrier_tracking_ref") != "" {
		return r.park(transfer(rec), problem(schema.CodeLateConfirmation, "tracking_references", "the shipment is done already, with other tracking references"))
	}
	return r.write("track shipment", "stock.picking", []int64{rec.ID()}, map[string]any{"carrier_tracking_ref": tracking})
}

// reserved makes sure that what leaves was there. Odoo would make the stock negative without a word.
func (r *run) reserved(rec odoo.Record, data schema.ShipmentConfirm, moves []moved, want []wanted) ([]moved, []wanted, error) {
	if r.channel.NegativeStock == "allow" || enough(want) {
		return moves, want, nil
	}
	if _, err := r.verb("reserve shipment", "stock.picking", "action_assign", []int64{rec.ID()}, nil); err != nil && !odoo.IsKind(err, odoo.User) {
		return nil, nil, err
	}
	moves, err := r.moves(rec.ID())
	if err != nil {
		return nil, nil, err
	}
	if want, err = r.shipped(data, moves); err != nil {
		return nil, nil, err
	}
	if enough(want) || r.noted("validating") != "" {
		return moves, want, nil
	}
	steps, err := r.earlierSteps(want)
	if err != nil {
		return nil, nil, err
	}
	if len(steps) > 0 {
		return nil, nil, r.parkUnpicked(rec, steps)
	}
	p := problem(schema.CodeNegativeStock, "", "Odoo has not got what the shipment says left")
	return nil, nil, r.park(transfer(rec), p)
}

// enough says whether what leaves is reserved.
func enough(want []wanted) bool {
	return !slices.ContainsFunc(want, wanted.missing)
}

// missing says whether more leaves than is reserved.
func (w wanted) missing() bool { return w.quantity.Cmp(w.move.has) > 0 && !w.quantity.Same(w.move.has) }

func trackingOf(data schema.ShipmentConfirm) string {
	return strings.Join(data.TrackingReferences, ",")
}

// shipmentValues is everything about the shipment in one write.
func (r *run) shipmentValues(rec odoo.Record, data schema.ShipmentConfirm, moves []moved, want []wanted) (map[string]any, error) {
	values, err := r.moveValues(rec.ID(), moves, want)
	if err != nil {
		return nil, err
	}
	if tracking := trackingOf(data); tracking != "" {
		values["carrier_tracking_ref"] = tracking
	}
	if data.Carrier != "" {
		carrier, err := r.oneMapped(command.WaitCarrier, "delivery.carrier", r.channel.Mapping.Carriers, data.Carrier, "carrier")
		if err != nil {
			return nil, err
		}
		values["carrier_id"] = carrier
	}
	return values, nil
}
