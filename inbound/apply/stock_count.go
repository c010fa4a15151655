package apply

import (
	"github.com/odoobridge/odoobridge/inbound/command"
	"github.com/odoobridge/odoobridge/inbound/decide"
	"github.com/odoobridge/odoobridge/schema"
)

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
	moved, err := r.movedSince(s, data.CountedAt)
	if err != nil {
		return command.Reference{}, err
	}
	if moved {
		p := problem(schema.CodeConflict, "counted_at", "goods moved at this place after they were counted")
		if r.policies["stock_level"] == "park" {
			return command.Reference{}, r.park(command.Reference{}, p)
		}
		if r.policies["stock_level"] != "owner" {
			return command.Reference{}, r.reject(p)
		}
	}
	id, err := r.setQuantity(s, decide.Num(data.Quantity), r.reason(data.Reason))
	return quant(id), err
}

// reason is what Odoo's stock move is to say: who corrected, and why.
func (r *run) reason(why string) string {
	text := r.c.Channel + " " + r.c.Name + " " + r.c.Subject
	if why != "" {
		text += ": " + why
	}
	return text
}
