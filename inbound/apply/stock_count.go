package apply

import (
	"github.com/odoobridge/odoobridge/inbound/command"
	"github.com/odoobridge/odoobridge/inbound/decide"
	"github.com/odoobridge/odoobridge/schema"
)

// onHand is what counts and adjustments change of a stock level. Whether the channel owns it was asked before.
var onHand = []string{"on_hand"}

// countStock makes what was counted the quantity on hand, unless goods moved since.
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
	moved, err := r.movedSince(s, data.CountedAt)
	if err != nil {
		return command.Reference{}, err
	}
	if moved && r.c.Parked != schema.CodeConflict { // a person who has it tried again has decided
		p := problem(schema.CodeConflict, "counted_at", "goods moved at this place after they were counted")
		if r.policies["stock_level"] == "park" {
			return command.Reference{}, r.park(command.Reference{}, p)
		}
		if r.policies["stock_level"] != "owner" {
			return command.Reference{}, r.reject(p)
		}
	}
	if err := r.notLate(s.level(), onHand, true); err != nil {
		return command.Reference{}, err
	}
	return r.setQuantity(s, decide.Num(data.Quantity), r.reason(data.Reason))
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
