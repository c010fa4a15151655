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
	change := decide.Num(data.Change)
	made, err := r.adjustmentMade(s, change)
	if err != nil || made.whole(change) || !made.sum.IsZero() && r.noted("adjusting") == "" { // of an attempt that nobody remembers: it is done
		return made.first, err
	}
	quants, err := r.quants(s)
	if err != nil {
		return command.Reference{}, err
	}
	now := sumOf(quants)
	base, target, begun := r.adjustment()
	if err := r.notLate(s.level(), onHand, true); err != nil {
		return command.Reference{}, err
	}
	switch {
	case change.IsZero():
		return command.Reference{}, nil
	case !begun, !now.Same(base) && r.c.Parked == schema.CodeConflict:
		base, target = now, now.Add(change).Sub(made.sum)
		if target.Sign() < 0 && change.Sign() < 0 && r.channel.NegativeStock != "allow" {
			if made.sum.IsZero() {
				return command.Reference{}, r.tooFew(now, made)
			}
			target = now.Sub(made.sum) // what is done of it is taken back: parked is not half done
		}
		if err := r.note("adjusting", base.String()+" "+target.String()); err != nil {
			return command.Reference{}, err
		}
	case made.first.ID != 0 && !now.Same(base):
		return command.Reference{}, r.anew()
	case !now.Same(base):
		return command.Reference{}, r.movedAmid(now, base, target)
	}
	return r.adjustTo(s, base, target, made, data)
}

// tooFew parks what would go below zero. Nothing of it is done.
func (r *run) tooFew(now decide.Decimal, made adjusting) error {
	if made.first.ID == 0 {
		return r.park(made.first, problem(schema.CodeNegativeStock, "change", "there are only "+now.String()))
	}
	return r.park(made.first, problem(schema.CodeNegativeStock, "change", "there are only "+now.String()+": goods moved while it was written, which was taken back; nothing of it is done"))
}

// adjustment is what an earlier attempt noted.
func (r *run) adjustment() (base, target decide.Decimal, begun bool) {
	from, to, ok := strings.Cut(r.noted("adjusting"), " ")
	return decide.Num(from), decide.Num(to), ok
}

// anew begins again from what there is then: what was noted has been written, or never will be.
func (r *run) anew() error {
	if err := r.note("adjusting", "anew"); err != nil {
		return err
	}
	return &command.RetryError{Err: errMoving}
}

// adjusting is what an adjustment has done in Odoo: its first move, and by how many all its moves changed what is on the shelf.
type adjusting struct {
	first command.Reference
	sum   decide.Decimal
}

func (a adjusting) whole(change decide.Decimal) bool { return a.first.ID != 0 && a.sum.Same(change) }

// restMark is of the moves that make an adjustment or a count whole which goods came between.
func (r *run) restMark() mark { return mark{r.c.Channel, r.c.Name + ".rest", r.c.Subject} }

// adjustmentMade are the stock moves of this very adjustment by change; none when Odoo has not done it.
func (r *run) adjustmentMade(s shelf, change decide.Decimal) (a adjusting, err error) {
	for _, m := range []mark{r.stockMark(), r.restMark()} {
		found, err := r.marked("stock.move", s.moves(), "reference", m, []string{"product_uom_qty", "location_dest_id"})
		if err != nil || len(found) == 0 {
			return a, err
		}
		if a.first.ID == 0 {
			a.first = command.Reference{Model: "stock.move", ID: found[0].ID()}
		}
		for _, rec := range found {
			a.sum = a.sum.Add(changeOf(rec, s))
		}
		if a.sum.Same(change) {
			return a, nil
		}
	}
	return a, nil
}

// adjustTo writes once how many there shall be. If goods moved between reading and writing, Odoo's move is not by as many as was asked for:
// what is missing is made good, when this is tried again, by a move of another mark.
func (r *run) adjustTo(s shelf, base, target decide.Decimal, before adjusting, data schema.StockAdjust) (command.Reference, error) {
	quants, err := r.quants(s)
	if err != nil {
		return command.Reference{}, err
	}
	if !sumOf(quants).Same(base) {
		return command.Reference{}, r.anew() // this attempt has written nothing yet
	}
	why := r.reason(data.Reason)
	if before.first.ID != 0 {
		why = r.restMark().String()
	}
	if err := r.setOnce(s, quants, target, why); err != nil {
		return command.Reference{}, err
	}
	change := decide.Num(data.Change)
	made, err := r.adjustmentMade(s, change)
	switch {
	case err != nil:
		return made.first, err
	case made.whole(change) && len(quants) > 0:
		return onShelf(quants), nil
	case made.whole(change):
		return made.first, nil
	case made.first.ID != 0:
		return command.Reference{}, r.anew()
	}
	return r.adjusted(s, base, target)
}

// adjusted looks at what came of writing where no move says it.
func (r *run) adjusted(s shelf, base, target decide.Decimal) (command.Reference, error) {
	quants, err := r.quants(s)
	if err != nil {
		return command.Reference{}, err
	}
	if sumOf(quants).Same(target) {
		return onShelf(quants), nil
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
