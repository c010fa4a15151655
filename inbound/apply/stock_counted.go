package apply

import (
	"strings"

	"github.com/odoobridge/odoobridge/inbound/command"
	"github.com/odoobridge/odoobridge/inbound/decide"
	"github.com/odoobridge/odoobridge/inbound/odoo"
	"github.com/odoobridge/odoobridge/schema"
)

// counting is a count that is made true. Odoo computes what is missing when it writes, from what there is then, and its stock
// move says how many that were. So goods that moved since the bridge looked are known by what all moves of the count come to, and
// are given back by another.
type counting struct {
	target decide.Decimal // what was counted
	base   decide.Decimal // what there was at the look
	before decide.Decimal // what moves of its marks had come to by then: of another command of the same subject
	gave   decide.Decimal // and what those had that gave back what moved amid it
	step   decide.Decimal // the least quantity that Odoo tells from none
	begun  bool           // an earlier attempt looked
}

// counting is what an earlier attempt noted, or nothing yet.
func (r *run) counting(target decide.Decimal) (counting, error) {
	c := counting{target: target}
	digits, err := r.countedDigits()
	if err != nil {
		return c, err
	}
	c.step = decide.Num("1e-" + decide.Of(int64(digits)).String())
	if noted := strings.Fields(r.noted("counting")); len(noted) == 3 {
		c.base, c.before, c.gave, c.begun = decide.Num(noted[0]), decide.Num(noted[1]), decide.Num(noted[2]), true
	}
	return c, nil
}

// String is how it is noted.
func (c counting) String() string {
	return strings.Join([]string{c.base.String(), c.before.String(), c.gave.String()}, " ")
}

// fits says whether a quantity is what was counted, for all that Odoo tells apart.
func (c counting) fits(quantity decide.Decimal) bool {
	return c.target.Sub(quantity).Abs().Round(6).Cmp(c.step) < 0
}

// left is by how many the shelf is still to be corrected.
func (c counting) left(made countMade) decide.Decimal {
	return c.target.Sub(c.base).Sub(made.sum.Sub(c.before))
}

// countMade are the stock moves of counts of one subject: by how many they changed what is on the shelf, those of them that gave back
// what moved amid it, and when the last did.
type countMade struct {
	sum  decide.Decimal
	gave decide.Decimal
	ids  []int64
	last string // in Odoo's words
}

func (r *run) countMade(s shelf) (made countMade, err error) {
	first, rest := r.stockMark(), r.restMark()
	domain := append(s.moves(), []any{"|"}, []any{"reference", "like", first.pattern()}, []any{"reference", "like", rest.pattern()})
	found, err := r.search("stock.move", domain, []string{"product_uom_qty", "location_dest_id", "date", "reference"}, odoo.Window{Order: "id"})
	if err != nil {
		return made, err
	}
	for _, rec := range found {
		text, change := rec.Text("reference"), changeOf(rec, s)
		switch {
		case rest.in(text):
			made.gave = made.gave.Add(change)
		case !first.in(text):
			continue
		}
		made.ids, made.last = append(made.ids, rec.ID()), max(made.last, rec.Text("date"))
		made.sum = made.sum.Add(change)
	}
	return made, nil
}

// changeOf is by how many a move changed what is on a shelf.
func changeOf(move odoo.Record, s shelf) decide.Decimal {
	n := decide.Num(move.Number("product_uom_qty"))
	if move.Ref("location_dest_id") != s.location {
		return decide.Decimal{}.Sub(n)
	}
	return n
}

// beginCount notes what there was at the look before anything is written.
func (r *run) beginCount(s shelf, c counting, quants []odoo.Record, reason string) (command.Reference, error) {
	made, err := r.countMade(s)
	if err != nil {
		return command.Reference{}, err
	}
	c.before, c.gave = made.sum, made.gave
	if r.noted("counting") != c.String() {
		if err := r.note("counting", c.String()); err != nil {
			return command.Reference{}, err
		}
	}
	return r.countTo(s, c, made, quants, reason)
}

// countTo writes until the moves of the count come to what was missing. It is the one recipe of several that does not lose the count when
// Odoo tries the transaction again: written to a row that is there, in inventory mode. A row that must be made first is read
// again.
func (r *run) countTo(s shelf, c counting, made countMade, quants []odoo.Record, reason string) (command.Reference, error) {
	var before decide.Decimal
	for try, alike := 1, 0; ; try++ {
		now, written := sumOf(quants), !made.sum.Same(c.before)
		if try > 2 && now.Same(before) {
			alike++
		}
		before = now
		switch {
		case written && c.left(made).Abs().Round(6).Cmp(c.step) < 0:
			return onShelf(quants), r.countStands(s, c, made, quants)
		case !written && try > 1 && c.fits(now): // Odoo's moves carry no mark
			return onShelf(quants), nil
		case alike > 1: // nothing moves: that is what Odoo makes of it
			return command.Reference{}, r.otherwiseCounted(c, quants)
		case try > 3:
			return command.Reference{}, &command.RetryError{Err: errMoving}
		}
		why := r.reason(reason)
		if written {
			why = r.restMark().String()
		}
		if err := r.setOnce(s, quants, now.Add(c.left(made)), why); err != nil {
			return command.Reference{}, err
		}
		var err error
		if made, err = r.countMade(s); err != nil {
			return command.Reference{}, err
		}
		if quants, err = r.quants(s); err != nil {
			return command.Reference{}, err
		}
	}
}

// countStands wants a count whose moves are whole to be what is on hand, with what moved amid it, unless goods moved since.
func (r *run) countStands(s shelf, c counting, made countMade, quants []odoo.Record) error {
	if c.fits(sumOf(quants).Sub(made.gave.Sub(c.gave))) {
		return nil
	}
	other, err := r.first("stock.move", append(s.moves(), []any{"id", "not in", made.ids}, []any{"write_date", ">=", made.last}), []string{"id"})
	if err != nil || other != nil {
		return err
	}
	return r.otherwiseCounted(c, quants)
}

func (r *run) otherwiseCounted(c counting, quants []odoo.Record) error {
	return r.park(onShelf(quants), problem(schema.CodeRefused, "quantity", "Odoo makes it "+sumOf(quants).String()+" where "+c.target.String()+" were counted: it rounds this product's quantities"))
}
