package apply

import (
	"strings"

	"github.com/odoobridge/odoobridge/inbound/command"
	"github.com/odoobridge/odoobridge/inbound/decide"
	"github.com/odoobridge/odoobridge/schema"
)

// adjustStock changes a quantity by so many, once. Before anything is written, what
// there was and what there shall be are noted, so that the wish is absolute from then on. Whether
// it was done is told by Odoo's stock move, which carries the mark: quantities that happen to
// fit prove nothing.
func adjustStock(r *run) (command.Reference, error) {
	data, err := read[schema.StockAdjust](r)
	if err != nil {
		return command.Reference{}, err
	}
	s, err := r.shelfOf(data.Product, data.StockPlace)
	if err != nil {
		return command.Reference{}, err
	}
	if err := r.counted(s, quantityAt{data.Change, "change"}); err != nil {
		return command.Reference{}, err
	}
	if done, err := r.adjustmentMade(s); err != nil || done.ID != 0 {
		return done, err
	}
	quants, err := r.quants(s)
	if err != nil {
		return command.Reference{}, err
	}
	now, change := sumOf(quants), decide.Num(data.Change)
	base, target, begun := r.adjustment()
	if err := r.notLate(s.level(), onHand, true); err != nil {
		return command.Reference{}, err
	}
	switch {
	case change.IsZero():
		return command.Reference{}, nil
	case !begun, !now.Same(base) && r.c.Parked == schema.CodeConflict:
		base, target = now, now.Add(change)
		if target.Sign() < 0 && r.channel.NegativeStock != "allow" {
			return command.Reference{}, r.park(command.Reference{}, problem(schema.CodeNegativeStock, "change", "there are only "+now.String()))
		}
		if err := r.note("adjusting", base.String()+" "+target.String()); err != nil {
			return command.Reference{}, err
		}
	case !now.Same(base):
		return command.Reference{}, r.movedAmid(now, base, target)
	}
	return r.adjustTo(s, base, target, data)
}

// adjustment is what an earlier attempt noted.
func (r *run) adjustment() (base, target decide.Decimal, begun bool) {
	from, to, ok := strings.Cut(r.noted("adjusting"), " ")
	return decide.Num(from), decide.Num(to), ok
}

// adjustmentMade is the stock move of this very adjustment; none when Odoo has not done it.
func (r *run) adjustmentMade(s shelf) (command.Reference, error) {
	domain := append(domainOf("product_id", s.product, "state", "done"), []any{"|"}, []any{"location_id", "=", s.location}, []any{"location_dest_id", "=", s.location})
	found, err := r.firstMarked("stock.move", domain, "reference", r.stockMark(), nil)
	if err != nil || found == nil {
		return command.Reference{}, err
	}
	return command.Reference{Model: "stock.move", ID: found.ID()}, nil
}

// adjustTo writes once. If goods moved between reading and writing, the move tells whether the
// adjustment is among what happened.
func (r *run) adjustTo(s shelf, base, target decide.Decimal, data schema.StockAdjust) (command.Reference, error) {
	quants, err := r.quants(s)
	if err != nil {
		return command.Reference{}, err
	}
	if !sumOf(quants).Same(base) {
		// This attempt has written nothing yet: begin again from what there is then.
		if err := r.note("adjusting", ""); err != nil {
			return command.Reference{}, err
		}
		return command.Reference{}, &command.RetryError{Err: errMoving}
	}
	if err := r.setOnce(s, quants, target, r.reason(data.Reason)); err != nil {
		return command.Reference{}, err
	}
	return r.adjusted(s, base, target)
}

// adjusted looks at what came of writing.
func (r *run) adjusted(s shelf, base, target decide.Decimal) (command.Reference, error) {
	quants, err := r.quants(s)
	if err != nil {
		return command.Reference{}, err
	}
	if sumOf(quants).Same(target) {
		return onShelf(quants), nil
	}
	done, err := r.adjustmentMade(s)
	if err != nil || done.ID != 0 {
		return done, err
	}
	return command.Reference{}, r.movedAmid(sumOf(quants), base, target)
}

// movedAmid leaves it to a person: the quantity is not what it was, and no move says that it was this
// adjustment. A person who has it tried again has looked: it then begins anew.
func (r *run) movedAmid(now, base, target decide.Decimal) error {
	p := problem(schema.CodeConflict, "", "goods moved while the stock was adjusted from "+base.String()+" to "+target.String()+": now there are "+now.String())
	p.Remedy = "Look whether the adjustment is among the product's stock moves: if so discard the command, else retry it."
	return r.park(command.Reference{}, p)
}
