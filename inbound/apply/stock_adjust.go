package apply

import (
	"strings"

	"github.com/odoobridge/odoobridge/inbound/command"
	"github.com/odoobridge/odoobridge/inbound/decide"
	"github.com/odoobridge/odoobridge/schema"
)

// adjustStock changes a quantity by so many, once. Before anything is written, what
// there was and what there shall be are noted, so that the wish is absolute from then on.
func adjustStock(r *run) (command.Reference, error) {
	data, err := read[schema.StockAdjust](r)
	if err != nil {
		return command.Reference{}, err
	}
	s, err := r.shelfOf(data.Product, data.StockPlace)
	if err != nil {
		return command.Reference{}, err
	}
	quants, err := r.quants(s)
	if err != nil {
		return command.Reference{}, err
	}
	now := sumOf(quants)
	base, target, begun := r.adjustment()
	switch {
	case !begun:
		base, target = now, now.Add(decide.Num(data.Change))
		if target.Sign() < 0 && r.channel.NegativeStock != "allow" {
			return command.Reference{}, r.park(command.Reference{}, problem(schema.CodeNegativeStock, "change", "there are only "+now.String()))
		}
		if err := r.note("adjusting", base.String()+" "+target.String()); err != nil {
			return command.Reference{}, err
		}
	case now.Same(target):
		if len(quants) == 0 {
			return command.Reference{}, nil
		}
		return quant(quants[0].ID()), nil
	case !now.Same(base):
		return r.adjustedAmid(s, now.String(), base.String(), target.String(), data)
	}
	id, err := r.adjustTo(s, base, target, data)
	return quant(id), err
}

// adjustment is what an earlier attempt noted.
func (r *run) adjustment() (base, target decide.Decimal, begun bool) {
	from, to, ok := strings.Cut(r.noted("adjusting"), " ")
	return decide.Num(from), decide.Num(to), ok
}

// adjustTo writes once. If goods moved between reading and writing, the quantity that
// comes out is neither: that is for a person.
func (r *run) adjustTo(s shelf, base, target decide.Decimal, data schema.StockAdjust) (int64, error) {
	quants, err := r.quants(s)
	if err != nil {
		return 0, err
	}
	if now := sumOf(quants); !now.Same(base) {
		if now.Same(target) && len(quants) > 0 {
			return quants[0].ID(), nil
		}
		// Nothing was written yet: begin again from what there is now.
		if err := r.note("adjusting", ""); err != nil {
			return 0, err
		}
		return 0, &command.RetryError{Err: errMoving}
	}
	if err := r.setOnce(s, quants, target, r.reason(data.Reason)); err != nil {
		return 0, err
	}
	if quants, err = r.quants(s); err != nil {
		return 0, err
	}
	if len(quants) == 0 || !sumOf(quants).Same(target) {
		_, err := r.adjustedAmid(s, sumOf(quants).String(), base.String(), target.String(), data)
		return 0, err
	}
	return quants[0].ID(), nil
}

// adjustedAmid decides when the quantity is neither what it was nor what it should be: other
// goods moved too. Odoo's own stock move says whether the adjustment was done.
func (r *run) adjustedAmid(s shelf, now, base, target string, data schema.StockAdjust) (command.Reference, error) {
	found, err := r.first("stock.move", append(domainOf("product_id", s.product, "state", "done"), []any{"reference", "=like", r.reason(data.Reason) + "%"}), []string{"id"})
	if err != nil {
		return command.Reference{}, err
	}
	if found != nil {
		return command.Reference{Model: "stock.move", ID: found.ID()}, nil
	}
	p := problem(schema.CodeConflict, "", "goods moved while the stock was adjusted from "+base+" to "+target+": now there are "+now)
	p.Remedy = "Look whether the adjustment is among the product's stock moves, then count the place."
	return command.Reference{}, r.park(command.Reference{}, p)
}
