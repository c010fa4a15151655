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

// Changes says whether a command that was applied has changed something for certain, so that there is a record that says so: an
// adjustment by so many. A count changes nothing where it is what was on hand.
func Changes(c command.Command) bool {
	if c.Name != "stock.adjust" {
		return false
	}
	data, err := read[schema.StockAdjust](&run{c: c})
	return err == nil && !decide.Num(data.Change).IsZero()
}

// Trail is how records of Odoo say that one command made them: an external id, a mark in a text, or a whole text. It keeps
// nothing else of the command's data.
type Trail struct {
	kind   trailKind
	says   string            // the external id, the mark or the text
	mark   mark              // of marked
	record command.Reference // what the ledger names
}

// trailKind is what trails have in common that are looked up together.
type trailKind struct {
	how    string // "named", "marked", "paid"
	model  string // of the records that say it
	field  string // that holds a mark
	what   string // of a mark
	method string // of a payment
}

// Model is of the records that are looked at.
func (t *Trail) Model() string { return t.kind.model }

// TrailOf is what leads to the records that an applied command made. ok is false where records of this command say nothing: verbs,
// and what only writes values. record is what the ledger names as made.
func TrailOf(c command.Command, record command.Reference) (t Trail, ok bool) {
	r := &run{c: c}
	marked := func(model, field string, m mark) (Trail, bool) {
		return Trail{kind: trailKind{how: "marked", model: model, field: field, what: m.what}, says: m.String(), mark: m, record: record}, true
	}
	named := func(kind, model string) (Trail, bool) {
		return Trail{kind: trailKind{how: "named", model: model}, says: decide.ExternalID(c.Channel, kind, c.Subject), record: record}, true
	}
	switch c.Name {
	case "customer.upsert":
		return named("customer", "res.partner")
	case "order.place":
		return named("order", "sale.order")
	case "payment.record":
		data, err := read[schema.PaymentRecord](r)
		// It cannot be read when it was another's before it was edited.
		return Trail{kind: trailKind{how: "paid", model: "account.payment", method: data.Method}, says: saying(data.Memo, data.TransactionID), record: record}, err == nil
	case "refund.record":
		return marked("account.move", "ref", r.refundMark())
	case "return.request":
		return marked("stock.picking", "origin", r.returnMark(c.Subject))
	case "stock.adjust", "stock.count":
		return marked("stock.move", "reference", r.stockMark())
	}
	return Trail{}, false
}

// standingIn are the conditions of marked records beside their text.
var standingIn = map[string]odoo.Domain{
	"account.move": {{"move_type", "=", "out_refund"}},
	// What is left of a return for a later receipt has its text too.
	"stock.picking": {{"backorder_id", "=", false}},
	"stock.move":    {{"state", "=", "done"}},
}

// Made is what Odoo's records say of one command.
type Made struct {
	Records []command.Reference // that say they were made by it: there should be one. Cancelled ones do not count.
	Refused error               // the user may not look, or Odoo cannot: nothing is known
}

// Made looks up the records that commands of a channel made, together as far as Odoo lets: one answer for each trail, in their order.
// An error is of Odoo as a whole. It reads alone.
func (x *Executor) Made(ctx context.Context, channel *config.Channel, trails []Trail) ([]Made, error) {
	m := maker{run: &run{ctx: ctx, x: x, channel: channel}, trails: trails, made: make([]Made, len(trails))}
	var kinds []trailKind
	of := map[trailKind][]int{}
	for i := range trails {
		k := trails[i].kind
		if of[k] == nil {
			kinds = append(kinds, k)
		}
		of[k] = append(of[k], i)
	}
	for _, k := range kinds {
		for part := range slices.Chunk(of[k], together[k.how]) {
			if err := m.part(k, part); err != nil {
				return nil, err
			}
		}
	}
	return m.made, nil
}

func cancelled(rec odoo.Record) bool {
	return slices.Contains([]string{"cancel", "canceled", "rejected"}, rec.Text("state"))
}

// together is how many are looked up in one call. A mark costs a comparison with every text that has one.
var together = map[string]int{"named": 500, "marked": 50, "paid": 200}

// Find looks up what the configuration of a channel says of Odoo, as the channel's commands do.
func (x *Executor) Find(ctx context.Context, channel *config.Channel, model string, record config.Record) (id int64, found bool, err error) {
	if record == "" {
		return 0, false, nil
	}
	r := &run{ctx: ctx, x: x, channel: channel}
	return r.record(model, record)
}
