package apply

import (
	"slices"
	"strconv"
	"strings"

	"github.com/odoobridge/odoobridge/inbound/decide"
	"github.com/odoobridge/odoobridge/inbound/odoo"
)

// returnsOf are the returns that a shipment has. Before 17 only their source document tells.
func (r *run) returnsOf(shipment odoo.Record) ([]odoo.Record, error) {
	release, err := r.release()
	if err != nil {
		return nil, err
	}
	fields := []string{"origin", "state", "create_uid"}
	if release >= 17 {
		return r.search("stock.picking", domainOf("return_id", shipment.ID()), fields, odoo.Window{Order: "id"})
	}
	name := shipment.Text("name")
	found, err := r.search("stock.picking", odoo.Domain{{"origin", "like", name}, {"picking_type_id.code", "=", "incoming"}}, fields, odoo.Window{Order: "id"})
	return slices.DeleteFunc(found, func(back odoo.Record) bool {
		return !slices.Contains(strings.FieldsFunc(back.Text("origin"), func(c rune) bool { return c == ' ' || c == ',' }), name)
	}), err
}

// returnedFrom is the shipment that an earlier attempt took, 0 when there was none.
func (r *run) returnedFrom() int64 {
	shipment, _, _ := strings.Cut(r.noted("returns"), " ")
	id, err := strconv.ParseInt(shipment, 10, 64)
	if err != nil {
		return 0
	}
	return id
}

// returnMade is the return that an earlier attempt made and did not mark. Odoo's wizard cannot be told to mark it, so
// that it is known by all the rest: it was not there when it was noted which there are, the
// command's own user made it, no other command has marked it, and it takes back just this. What a person makes meanwhile is not taken.
func (r *run) returnMade(shipment odoo.Record, want []wanted) (int64, error) {
	now, err := r.returnsOf(shipment)
	if err != nil {
		return 0, err
	}
	before := r.noted("returns")
	if before == "" {
		ids := make([]int64, len(now))
		for i, back := range now {
			ids[i] = back.ID()
		}
		return 0, r.note("returns", strconv.FormatInt(shipment.ID(), 10)+" "+joinIDs(ids))
	}
	uid, err := r.x.odoo.UID(r.ctx)
	if err != nil {
		return 0, err
	}
	for _, back := range now {
		if slices.Contains(splitIDs(before), back.ID()) || back.Ref("create_uid") != uid || back.Text("state") == "cancel" || marks.MatchString(back.Text("origin")) {
			continue
		}
		same, err := r.takesBack(back.ID(), want)
		if err != nil || same {
			return back.ID(), err
		}
	}
	return 0, nil
}

// takesBack says whether a return asks for just what was wanted.
func (r *run) takesBack(back int64, want []wanted) (bool, error) {
	moves, err := r.moves(back)
	if err != nil {
		return false, err
	}
	asked := map[int64]decide.Decimal{}
	for _, m := range moves {
		asked[m.product] = asked[m.product].Add(m.asked)
	}
	for _, w := range want {
		asked[w.move.product] = asked[w.move.product].Sub(w.quantity)
	}
	for _, rest := range asked {
		if !rest.Same(decide.Decimal{}) {
			return false, nil
		}
	}
	return true, nil
}
