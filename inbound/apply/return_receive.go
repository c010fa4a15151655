package apply

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/odoobridge/odoobridge/inbound/command"
	"github.com/odoobridge/odoobridge/inbound/decide"
	"github.com/odoobridge/odoobridge/inbound/odoo"
	"github.com/odoobridge/odoobridge/schema"
)

// receiveReturn says what arrived of a return, then validates it.
func receiveReturn(r *run) (command.Reference, error) {
	data, err := read[schema.ReturnReceive](r)
	if err != nil {
		return command.Reference{}, err
	}
	if err := r.kept(ofLines(data.Lines, func(l schema.ReceiptLine) schema.Decimal { return l.Quantity }), r.movedDigits); err != nil {
		return command.Reference{}, err
	}
	rec, err := r.expected(data)
	if err != nil {
		return command.Reference{}, err
	}
	if rec.Text("state") == "cancel" {
		return transfer(rec), r.park(transfer(rec), problem(schema.CodeLateConfirmation, "", "the return is cancelled in Odoo"))
	}
	moves, err := r.moves(rec.ID())
	if err != nil {
		return transfer(rec), err
	}
	want, err := r.arrived(data, moves)
	if err != nil {
		return transfer(rec), err
	}
	if rec.Text("state") == "done" {
		if len(data.Lines) > 0 && !sameMoved(moves, want) {
			return transfer(rec), r.park(transfer(rec), problem(schema.CodeLateConfirmation, "lines", "the return is received already, with other quantities"))
		}
		if err := r.sameLots(rec, want); err != nil {
			return transfer(rec), err
		}
		return transfer(rec), r.doneAt(rec, data.ReceivedAt, "received_at")
	}
	if err := r.notLate(thing{"return", [2]int64{rec.ID()}}, nil, r.owns("return")); err != nil {
		return transfer(rec), err
	}
	if err := r.hasMoves(rec, moves, ""); err != nil {
		return transfer(rec), err
	}
	values, err := r.moveValues(rec.ID(), moves, want)
	if err != nil {
		return transfer(rec), err
	}
	if err := r.note("validating", strconv.FormatInt(rec.ID(), 10)); err != nil {
		return transfer(rec), err
	}
	if err := r.writeMoves("write receipt", rec, values); err != nil {
		return transfer(rec), err
	}
	if err := r.validate(rec, data.Backorder == "drop"); err != nil {
		return transfer(rec), err
	}
	return transfer(rec), r.doneAt(rec, data.ReceivedAt, "received_at")
}

// expected is the return, by its name or by the channel's own id of it.
func (r *run) expected(data schema.ReturnReceive) (odoo.Record, error) {
	if data.Return != "" {
		return r.transferNamed(data.Return, "return")
	}
	found, err := r.marked("stock.picking", nil, "origin", r.returnMark(data.Request), []string{"name", "state"})
	if err != nil {
		return nil, err
	}
	if len(found) == 0 {
		return nil, r.wait(problem(schema.CodeUnknownDocument, "request", "the return is not there yet"), command.WaitReturn.For(data.Request))
	}
	return r.stillExpected(found), nil
}

// stillExpected is the one of a return's transfers that a receipt is about: the one that this receipt has begun, else the
// first that is still to come. What came in part has left the rest in a transfer of its own, which says the same of itself.
func (r *run) stillExpected(transfers []odoo.Record) odoo.Record {
	begun := slices.IndexFunc(transfers, func(rec odoo.Record) bool { return r.noted("validating") == strconv.FormatInt(rec.ID(), 10) })
	open := slices.IndexFunc(transfers, func(rec odoo.Record) bool { return rec.Text("state") != "done" && rec.Text("state") != "cancel" })
	switch {
	case begun >= 0:
		return transfers[begun]
	case open >= 0:
		return transfers[open]
	}
	return transfers[0]
}

// arrived is what came, by move. Lines of one product are put together, with their lots.
func (r *run) arrived(data schema.ReturnReceive, moves []moved) ([]wanted, error) {
	if len(data.Lines) == 0 {
		return everything(moves), nil
	}
	type part struct {
		quantity decide.Decimal
		lots     []wantedLot
		path     string
	}
	parts, products := map[int64]*part{}, []int64{}
	for i, line := range data.Lines {
		path := fmt.Sprintf("lines[%d]", i)
		product, missing, key, err := r.product(line.Product, path)
		if err != nil {
			return nil, err
		}
		if missing != nil {
			return nil, r.park(command.Reference{}, *missing, key)
		}
		p := parts[product.ID()]
		if p == nil {
			p = &part{path: path}
			parts[product.ID()], products = p, append(products, product.ID())
		}
		p.quantity = p.quantity.Add(decide.Num(line.Quantity))
		if line.Lot != "" {
			p.lots = append(p.lots, wantedLot{line.Lot, decide.Num(line.Quantity), path + ".lot"})
		}
	}
	var want []wanted
	for _, product := range products {
		p := parts[product]
		some, err := r.take(moves, want, product, p.quantity, p.lots, p.path)
		if err != nil {
			return nil, err
		}
		want = append(want, some...)
	}
	return want, nil
}

// splitIDs reads ids that joinIDs wrote after a word.
func splitIDs(text string) []int64 {
	var ids []int64
	_, list, _ := strings.Cut(text, " ")
	for _, part := range strings.Split(list, ",") {
		if id, err := strconv.ParseInt(part, 10, 64); err == nil {
			ids = append(ids, id)
		}
	}
	return ids
}
