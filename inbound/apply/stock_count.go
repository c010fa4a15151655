package apply

import (
	"time"

	"github.com/odoobridge/odoobridge/inbound/command"
	"github.com/odoobridge/odoobridge/inbound/decide"
	"github.com/odoobridge/odoobridge/schema"
)

// onHand is what counts and adjustments change of a stock level. Whether the channel owns it was asked before.
var onHand = []string{"on_hand"}

// countStock makes what was counted the quantity on hand, unless goods moved since. What goods move between the bridge's look and Odoo's
// write is not swallowed: what the count corrects is what was missing at the look.
func countStock(r *run) (command.Reference, error) {
	data, err := read[schema.StockCount](r)
	if err != nil {
		return command.Reference{}, err
	}
	s, err := r.shelfOf(data.Product, data.StockPlace)
	if err != nil {
		return command.Reference{}, err
	}
	if err := r.counted(s, quantityAt{data.Quantity, "quantity"}); err != nil {
		return command.Reference{}, err
	}
	c, err := r.counting(decide.Num(data.Quantity))
	if err != nil {
		return command.Reference{}, err
	}
	quants, err := r.quants(s) // before what moved is asked for: what moves in between is found
	if err != nil {
		return command.Reference{}, err
	}
	if c.begun {
		made, err := r.countMade(s)
		if err != nil {
			return command.Reference{}, err
		}
		if !made.sum.Same(c.before) {
			return r.countTo(s, c, made, quants, data.Reason)
		}
	}
	if err := r.countIsNotLate(s, data.CountedAt); err != nil {
		return command.Reference{}, err
	}
	if c.base = sumOf(quants); c.fits(c.base) {
		return onShelf(quants), nil
	}
	return r.beginCount(s, c, quants, data.Reason)
}

// countIsNotLate asks whether goods, or whatever the count is based on, moved since.
func (r *run) countIsNotLate(s shelf, countedAt time.Time) error {
	moved, err := r.movedSince(s, countedAt)
	if err != nil {
		return err
	}
	if moved && r.c.Parked != schema.CodeConflict { // a person who has it tried again has decided
		p := problem(schema.CodeConflict, "counted_at", "goods moved at this place after they were counted")
		if r.policies["stock_level"] == "park" {
			return r.park(command.Reference{}, p)
		}
		if r.policies["stock_level"] != "owner" {
			return r.reject(p)
		}
	}
	return r.notLate(s.level(), onHand, true)
}

// stockMark is how the move of a correction is known to be of this command.
func (r *run) stockMark() mark { return mark{r.c.Channel, r.c.Name, r.c.Subject} }

// reason is what Odoo's stock move is to say: who corrected, and why.
func (r *run) reason(why string) string {
	text := r.stockMark().String()
	if why != "" {
		text += ": " + why
	}
	return text
}
