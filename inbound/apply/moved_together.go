package apply

import (
	"context"
	"slices"

	"github.com/odoobridge/odoobridge/inbound/command"
	"github.com/odoobridge/odoobridge/inbound/decide"
	"github.com/odoobridge/odoobridge/inbound/odoo"
	"github.com/odoobridge/odoobridge/internal/config"
	"github.com/odoobridge/odoobridge/schema"
)

// Moving is what an applied command says of a transfer: that it is done, with the lots that it names.
type Moving struct {
	transfer int64
	lots     map[string]decide.Decimal
}

// MovingOf reads it of a command; record is what the ledger names. ok is false for commands that move no transfer.
func MovingOf(c command.Command, record command.Reference) (m Moving, ok bool) {
	if record.Model != "stock.picking" || record.ID <= 0 {
		return m, false
	}
	m = Moving{transfer: record.ID, lots: map[string]decide.Decimal{}}
	add := func(lot string, quantity schema.Decimal) {
		if lot != "" {
			m.lots[lot] = m.lots[lot].Add(decide.Num(quantity))
		}
	}
	r := &run{c: c}
	switch c.Name {
	case "shipment.confirm":
		data, err := read[schema.ShipmentConfirm](r)
		for _, line := range data.Lines {
			for _, lot := range line.Lots {
				add(lot.Lot, lot.Quantity)
			}
		}
		return m, err == nil
	case "return.receive":
		data, err := read[schema.ReturnReceive](r)
		for _, line := range data.Lines {
			add(line.Lot, line.Quantity)
		}
		return m, err == nil
	}
	return m, false
}

// Moved is what Odoo says of a transfer.
type Moved struct {
	State   string // "done"; "" when it is not there
	Told    string // lots that the command names and Odoo has not, or not so many of: "SN-1 (1)"
	Odoos   string // lots that went instead of them
	Refused error  // the user may not look
}

// Moved looks up transfers together: one answer for each, in their order. An error is of Odoo as a whole. It reads alone.
func (x *Executor) Moved(ctx context.Context, channel *config.Channel, movings []Moving) ([]Moved, error) {
	r := &run{ctx: ctx, x: x, channel: channel}
	all := make([]Moved, len(movings))
	var ids, withLots []int64
	for _, m := range movings {
		ids = append(ids, m.transfer)
		if len(m.lots) > 0 {
			withLots = append(withLots, m.transfer)
		}
	}
	if len(ids) == 0 {
		return all, nil
	}
	found, err := r.search("stock.picking", odoo.Domain{{"id", "in", ids}}, []string{"state"}, odoo.Window{})
	moved := map[int64]map[string]decide.Decimal{}
	if err == nil && len(withLots) > 0 {
		moved, err = r.lotsOfTransfers(withLots)
	}
	if err != nil && !IsRefused(err) {
		return nil, err
	}
	states := map[int64]string{}
	for _, rec := range found {
		states[rec.ID()] = rec.Text("state")
	}
	for i, m := range movings {
		all[i] = Moved{State: states[m.transfer], Refused: err}
		if err == nil && all[i].State == "done" && len(m.lots) > 0 {
			all[i].Told, all[i].Odoos = without(m.lots, moved[m.transfer]), without(moved[m.transfer], m.lots)
		}
	}
	return all, nil
}

// lotsOfTransfers is how much of which lot transfers that are done have moved.
func (r *run) lotsOfTransfers(ids []int64) (map[int64]map[string]decide.Decimal, error) {
	names, err := r.quantityNames()
	if err != nil {
		return nil, err
	}
	slices.Sort(ids)
	lines, err := r.search("stock.move.line", odoo.Domain{{"picking_id", "in", slices.Compact(ids)}, {"state", "=", "done"}, {"lot_id", "!=", false}},
		[]string{"picking_id", "lot_id", names.lineDone}, odoo.Window{Order: "id"})
	if err != nil {
		return nil, err
	}
	moved := map[int64]map[string]decide.Decimal{}
	for _, line := range lines {
		of := line.Ref("picking_id")
		if moved[of] == nil {
			moved[of] = map[string]decide.Decimal{}
		}
		lot := line.RefName("lot_id")
		moved[of][lot] = moved[of][lot].Add(decide.Num(line.Number(names.lineDone)))
	}
	return moved, nil
}
