package apply

import (
	"slices"

	"github.com/odoobridge/odoobridge/inbound/decide"
	"github.com/odoobridge/odoobridge/inbound/odoo"
)

// modelIn is a model's name in a release.
func modelIn(model string, release int) string {
	switch {
	case model == "mailing.subscription" && release < 17:
		return "mailing.contact.subscription"
	case model == "stock.lot" && release < 16:
		return "stock.production.lot"
	}
	return model
}

// quantityNames are what a move's quantities are called: before 17 what was done was kept apart
// from what was reserved.
type quantityNames struct {
	reserved, done, lineDone string
	picked                   bool // what is done is marked so
}

func (r *run) quantityNames() (quantityNames, error) {
	release, err := r.release()
	if release < 17 {
		return quantityNames{reserved: "reserved_availability", done: "quantity_done", lineDone: "qty_done"}, err
	}
	return quantityNames{reserved: "quantity", done: "quantity", lineDone: "quantity", picked: true}, err
}

// doneByLine says whether what is done of a move must be said by line where several are reserved for it, each in a place or a lot of its own:
// until 15 the move itself takes nothing else than the sum of its lines.
func (r *run) doneByLine(m moved) (bool, error) {
	release, err := r.release()
	return release < 16 && len(m.reservedLines) > 1, err
}

// spreadOver says by line what is done of a move: of each what is reserved, in their order, as far as the quantity goes; what is over goes with the
// last. lines have what is reserved as product_uom_qty, which is its name in 15.
func spreadOver(lines []odoo.Record, quantity decide.Decimal) (commands []any) {
	for i, l := range lines {
		part := decide.Num(l.Number("product_uom_qty"))
		if i == len(lines)-1 || part.Cmp(quantity) > 0 {
			part = quantity
		}
		commands = append(commands, []any{1, l.ID(), map[string]any{"qty_done": number(part)}})
		quantity = quantity.Sub(part)
	}
	return commands
}

// movesField is what a transfer's moves are called: move_lines until 15.
func (r *run) movesField() (string, error) {
	release, err := r.release()
	if release < 16 {
		return "move_lines", err
	}
	return "move_ids", err
}

// reversalMethod is the button that makes a credit note and leaves it a draft. Until 16 one button did all that the wizard
// can, and the wizard takes "refund" of itself for an invoice.
func (r *run) reversalMethod() (string, error) {
	release, err := r.release()
	if release < 17 {
		return "reverse_moves", err
	}
	return "refund_moves", err
}

// returnLines are the lines of the wizard of returns where it has none of itself, one for each move.
func returnLines(want []wanted) []any {
	var lines []any
	for i, w := range want {
		if slices.ContainsFunc(want[:i], func(before wanted) bool { return before.move.id == w.move.id }) {
			continue
		}
		lines = append(lines, []any{0, 0, map[string]any{"move_id": w.move.id, "product_id": w.move.product, "quantity": number(wantedOf(want, w.move.id)), "to_refund": true}})
	}
	return lines
}

// invoiceWizard is what the wizard of an order's invoice is told. Until 15 it knows the order by the context alone.
func (r *run) invoiceWizard(order int64) (map[string]any, error) {
	release, err := r.release()
	values := map[string]any{"advance_payment_method": "delivered"}
	if release >= 16 {
		values["sale_order_ids"] = []any{[]any{6, 0, []int64{order}}}
	}
	return values, err
}

// soldLines are the lines of documents that sell something. Until 15 a section has a display_type and what is sold none, as taxes
// and the sum to be paid have none, which another column keeps from the invoice.
func (r *run) soldLines(moves []int64) (odoo.Domain, error) {
	release, err := r.release()
	domain := odoo.Domain{{"move_id", "in", moves}}
	if release < 16 {
		return append(domain, []any{"display_type", "=", false}, []any{"exclude_from_invoice_tab", "=", false}), err
	}
	return append(domain, []any{"display_type", "=", "product"}), err
}

// lockField tells a locked order: until 16 a state of its own.
func (r *run) lockField() (string, error) {
	release, err := r.release()
	if release < 17 {
		return "state", err
	}
	return "locked", err
}

// lockMethod is the button that locks an order.
func (r *run) lockMethod() (string, error) {
	release, err := r.release()
	if release < 17 {
		return "action_done", err
	}
	return "action_lock", err
}
