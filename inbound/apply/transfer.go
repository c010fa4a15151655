package apply

import (
	"errors"
	"slices"
	"time"

	"github.com/odoobridge/odoobridge/inbound/command"
	"github.com/odoobridge/odoobridge/inbound/decide"
	"github.com/odoobridge/odoobridge/inbound/odoo"
	"github.com/odoobridge/odoobridge/schema"
)

func transfer(rec odoo.Record) command.Reference {
	return command.Reference{Model: "stock.picking", ID: rec.ID(), Name: rec.Text("name")}
}

// moved is a move of a transfer.
type moved struct {
	id, product   int64
	asked         decide.Decimal // what it asks for
	has           decide.Decimal // what is reserved or, when done, moved
	state         string
	location      int64
	destination   int64
	unit          int64
	reservedLines []int64
}

// wanted is how much of a move goes, and in which lots.
type wanted struct {
	move     moved
	quantity decide.Decimal
	lots     []wantedLot
}

// transferNamed is a transfer of one kind (incoming or outgoing) that the channel may see.
func (r *run) transferNamed(name, path string, more ...string) (odoo.Record, error) {
	domain := odoo.Domain{{"name", "=", name}}
	if r.channel.Company > 0 {
		domain = append(domain, []any{"company_id", "=", r.channel.Company})
	}
	if len(r.channel.Warehouses) > 0 {
		domain = append(domain, []any{"picking_type_id.warehouse_id.code", "in", r.channel.Warehouses})
	}
	found, err := r.first("stock.picking", domain, slices.Concat([]string{"name", "state", "carrier_tracking_ref", "picking_type_id"}, more))
	if err == nil && found == nil {
		return nil, r.park(command.Reference{}, problem(schema.CodeUnknownDocument, path, "Odoo has no such transfer, or the channel may not see it"), command.WaitTransfer.For(name))
	}
	return found, err
}

// moves are those of a transfer that count.
func (r *run) moves(picking int64) ([]moved, error) {
	names, err := r.quantityNames()
	if err != nil {
		return nil, err
	}
	fields := []string{"product_id", "product_uom_qty", names.done, "state", "location_id", "location_dest_id", "product_uom", "move_line_ids"}
	if names.reserved != names.done {
		fields = append(fields, names.reserved)
	}
	found, err := r.search("stock.move", odoo.Domain{{"picking_id", "=", picking}, {"state", "!=", "cancel"}}, fields, odoo.Window{Order: "id"})
	if err != nil {
		return nil, err
	}
	all := make([]moved, len(found))
	for i, m := range found {
		has := names.reserved
		if m.Text("state") == "done" {
			has = names.done
		}
		all[i] = moved{
			id: m.ID(), product: m.Ref("product_id"), asked: decide.Num(m.Number("product_uom_qty")), has: decide.Num(m.Number(has)),
			state: m.Text("state"), location: m.Ref("location_id"), destination: m.Ref("location_dest_id"), unit: m.Ref("product_uom"),
			reservedLines: m.Refs("move_line_ids"),
		}
	}
	return all, nil
}

// everything is all that the moves ask for.
func everything(moves []moved) []wanted {
	var all []wanted
	for _, m := range moves {
		all = append(all, wanted{move: m, quantity: m.asked})
	}
	return all
}

// take is how much of a product the moves give, spread over them in their order.
func (r *run) take(moves []moved, already []wanted, product int64, quantity decide.Decimal, lots []wantedLot, path string) ([]wanted, error) {
	var out []wanted
	rest := quantity
	for _, m := range moves {
		if m.product != product || rest.Sign() <= 0 || slices.ContainsFunc(already, func(w wanted) bool { return w.move.id == m.id }) {
			continue
		}
		part := rest
		if part.Cmp(m.asked) > 0 {
			part = m.asked
		}
		out = append(out, wanted{move: m, quantity: part})
		rest = rest.Sub(part)
	}
	if len(out) == 0 {
		p := problem(schema.CodeUnknownLine, path, "the transfer has no line of this product left; of a kit it has the components")
		p.Remedy = "Compare with the lines of its newest event."
		return nil, r.park(command.Reference{}, p)
	}
	// More than was asked for goes with the last line: Odoo takes it.
	last := &out[len(out)-1]
	last.quantity = last.quantity.Add(rest)
	if len(lots) > 0 {
		if len(out) > 1 {
			return nil, r.reject(problem(schema.CodeInvalid, path, "several lines have this product: name the line by move_id to give its lots"))
		}
		last.lots = lots
	}
	return out, nil
}

// wantedOf is how much of a move goes: several lines of a command may be of one.
func wantedOf(want []wanted, move int64) (quantity decide.Decimal) {
	for _, w := range want {
		if w.move.id == move {
			quantity = quantity.Add(w.quantity)
		}
	}
	return quantity
}

// sameMoved says whether a transfer that is done moved just what was wanted.
func sameMoved(moves []moved, want []wanted) bool {
	for _, m := range moves {
		if !wantedOf(want, m.id).Same(m.has) {
			return false
		}
	}
	return true
}

// moveValues write quantities into moves as they should be. Only picked moves go, so those that are not wanted are
// told so. Lots replace the lines that were reserved.
//
// The unit is written as it is: Odoo lets the quantity of a move that is done be changed, and goods move with it, but not the unit. So it
// refuses all of it when somebody else has just validated the transfer.
func (r *run) moveValues(picking int64, moves []moved, want []wanted) (map[string]any, error) {
	names, err := r.quantityNames()
	if err != nil {
		return nil, err
	}
	commands := []any{} // not null, by which Odoo takes the moves off the transfer
	for _, m := range moves {
		at := slices.IndexFunc(want, func(w wanted) bool { return w.move.id == m.id })
		values := map[string]any{"product_uom": m.unit}
		if names.picked {
			values["picked"] = at >= 0
		}
		switch {
		case at >= 0 && len(want[at].lots) > 0:
			lines, err := r.lotLines(picking, want[at], names)
			if err != nil {
				return nil, err
			}
			values["move_line_ids"] = lines
		case at >= 0:
			if err := r.doneOf(values, want[at], names); err != nil {
				return nil, err
			}
		case !names.picked:
			values[names.done] = 0
		}
		commands = append(commands, []any{1, m.id, values})
	}
	field, err := r.movesField()
	return map[string]any{field: commands}, err
}

// doneOf writes how much of a move goes, where the lots are not said.
func (r *run) doneOf(values map[string]any, w wanted, names quantityNames) error {
	byLine, err := r.doneByLine(w.move)
	if err != nil || !byLine {
		values[names.done] = number(w.quantity)
		return err
	}
	lines, err := r.search("stock.move.line", odoo.Domain{{"id", "in", w.move.reservedLines}}, []string{"product_uom_qty"}, odoo.Window{Order: "id"})
	if err == nil && len(lines) == 0 {
		return &command.RetryError{Err: errOvertaken}
	}
	values["move_line_ids"] = spreadOver(lines, w.quantity)
	return err
}

// writeMoves writes into a transfer what was read of it a moment ago. Has it been done or cancelled meanwhile, Odoo refuses, and the command
// is looked at again, as a late one.
func (r *run) writeMoves(step string, rec odoo.Record, values map[string]any) error {
	err := r.write(step, "stock.picking", []int64{rec.ID()}, values)
	if !odoo.IsKind(err, odoo.User) {
		return err
	}
	now, readErr := r.readOne("stock.picking", rec.ID(), "state")
	switch state := now.Text("state"); {
	case readErr != nil:
		return readErr
	case state == "done", state == "cancel":
		return &command.RetryError{Err: errOvertaken}
	}
	return err
}

// hasMoves wants something to move. Where nothing is, somebody has cancelled the transfer since it was read, or it is empty.
func (r *run) hasMoves(rec odoo.Record, moves []moved, path string) error {
	if len(moves) > 0 {
		return nil
	}
	now, err := r.readOne("stock.picking", rec.ID(), "state")
	switch {
	case err != nil:
		return err
	case now.Text("state") == "cancel":
		return &command.RetryError{Err: errOvertaken}
	}
	return r.park(transfer(rec), problem(schema.CodeUnknownLine, path, "there is nothing in the transfer"))
}

// errOvertaken is somebody who was faster.
var errOvertaken = errors.New("the transfer was done or cancelled by somebody else at this moment")

// lot is a lot or serial number of a product.
func (r *run) lot(product int64, name, path string) (int64, error) {
	release, err := r.release()
	if err != nil {
		return 0, err
	}
	found, err := r.first(modelIn("stock.lot", release), domainOf("product_id", product, "name", name), []string{"name"})
	if err == nil && found == nil {
		p := problem(schema.CodeUnknownPlace, path, "the product has no lot of this name")
		p.Remedy = "Name a lot or serial number that the product has in Odoo, with a new `id`. Or make it there: the command goes on by itself."
		return 0, r.park(command.Reference{}, p, command.WaitLot.For(name))
	}
	return found.ID(), err
}

// validate presses the button and looks whether the transfer is done. The rest
// becomes a backorder, or is dropped.
func (r *run) validate(rec odoo.Record, drop bool) error {
	context := map[string]any{"skip_sms": true, "skip_immediate": true, "skip_backorder": true}
	if drop {
		context["picking_ids_not_to_backorder"] = []int64{rec.ID()}
	}
	action, err := r.verb("validate transfer", "stock.picking", "button_validate", []int64{rec.ID()}, context)
	if err != nil && !odoo.IsKind(err, odoo.User) {
		return err
	}
	after, readErr := r.readOne("stock.picking", rec.ID(), "state")
	switch {
	case readErr != nil:
		return readErr
	case after.Text("state") == "done":
		return nil
	case after.Text("state") == "cancel":
		return &command.RetryError{Err: errOvertaken}
	case err != nil:
		return err
	}
	message := "Odoo left the transfer as it is, without a reason"
	if action != nil {
		message = "Odoo asks a question before it validates the transfer (" + action.Model + ")"
	}
	return r.park(transfer(rec), problem(schema.CodeRefused, "", message))
}

// doneAt writes when goods really moved, once Odoo has put its own time in its place by validating. A
// time that is still to come is not believed.
func (r *run) doneAt(rec odoo.Record, at *time.Time, path string) error {
	if at == nil || at.After(r.x.now()) || r.noted("validating") == "" {
		return nil
	}
	now, err := r.readOne("stock.picking", rec.ID(), "state", "date_done")
	if err != nil || now.Text("state") != "done" || now.Text("date_done") == odooTime(*at) {
		return err
	}
	err = r.write("date transfer", "stock.picking", []int64{rec.ID()}, map[string]any{"date_done": odooTime(*at)})
	if absent(err) {
		r.report(problem(schema.CodeNotAllowed, path, "Odoo keeps its own time of the transfer: it does not let the bridge's user write another"))
		return nil
	}
	return err
}

// number is a quantity as write() takes it.
func number(n decide.Decimal) jsonNumber { return jsonNumber(n.String()) }

// jsonNumber is written as it is: a float would not be exact.
type jsonNumber string

// MarshalJSON writes the digits.
func (n jsonNumber) MarshalJSON() ([]byte, error) { return []byte(n), nil }
