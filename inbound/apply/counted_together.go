package apply

import (
	"context"
	"errors"
	"time"

	"github.com/odoobridge/odoobridge/inbound/command"
	"github.com/odoobridge/odoobridge/inbound/decide"
	"github.com/odoobridge/odoobridge/inbound/odoo"
	"github.com/odoobridge/odoobridge/internal/config"
	"github.com/odoobridge/odoobridge/schema"
)

// Counting is what an applied count says was on hand.
type Counting struct {
	product  schema.Product
	place    schema.StockPlace
	quantity decide.Decimal
	at       time.Time // when it was applied
}

// CountingOf reads it of a command. ok is false for other commands.
func CountingOf(c command.Command, applied time.Time) (Counting, bool) {
	if c.Name != "stock.count" {
		return Counting{}, false
	}
	data, err := read[schema.StockCount](&run{c: c})
	return Counting{data.Product, data.StockPlace, decide.Num(data.Quantity), applied}, err == nil
}

// Counted is what Odoo says of a count.
type Counted struct {
	// Known says that nothing moved since, so that what was counted must be on hand.
	Known   bool
	Same    bool
	Now     string // on hand
	Refused error  // the user may not look
}

const (
	// skewed is how far the clocks of Odoo and the bridge may be apart, and how long an outcome takes to be written.
	skewed = 2 * time.Minute
	// mostMoved are looked at, of what moved since the oldest of some counts.
	mostMoved = 10000
)

// spot is one product at one place, in one lot if it has lots.
type spot struct{ product, location, lot int64 }

// Counted looks up what is on hand where counts were, together: one answer for each, in their order. Where goods moved since, Odoo
// does not say what was there. An error is of Odoo as a whole. It reads alone.
func (x *Executor) Counted(ctx context.Context, channel *config.Channel, counts []Counting) ([]Counted, error) {
	r := &run{ctx: ctx, x: x, channel: channel}
	all := make([]Counted, len(counts))
	if len(counts) == 0 {
		return all, nil
	}
	refused := func(err error) ([]Counted, error) {
		for i := range all {
			all[i].Refused = err
		}
		if IsRefused(err) {
			err = nil
		}
		return all, err
	}
	spots, err := r.spotsOf(counts)
	if err != nil {
		return refused(err)
	}
	var products []int64
	oldest := counts[0].at
	for i, s := range spots {
		if s != (spot{}) {
			products = append(products, s.product)
		}
		if counts[i].at.Before(oldest) {
			oldest = counts[i].at
		}
	}
	if len(products) == 0 {
		return all, nil
	}
	onHand, err := r.onHandAt(products)
	if err != nil {
		return refused(err)
	}
	moved, complete, err := r.movedAt(products, oldest.Add(-skewed))
	if err != nil {
		return refused(err)
	}
	for i, s := range spots {
		if s == (spot{}) || !complete || moved[s].After(counts[i].at.Add(-skewed)) {
			continue
		}
		all[i] = Counted{Known: true, Same: onHand[s].Same(counts[i].quantity), Now: onHand[s].String()}
	}
	return all, nil
}

// spotsOf are where counts were; the zero one of what is not there any more, or not alone.
func (r *run) spotsOf(counts []Counting) ([]spot, error) {
	skus, err := r.productsBy("default_code", counts, func(p schema.Product) string { return p.SKU })
	if err != nil {
		return nil, err
	}
	barcodes, err := r.productsBy("barcode", counts, func(p schema.Product) string { return p.Barcode })
	if err != nil {
		return nil, err
	}
	spots, products := make([]spot, len(counts)), make([]int64, len(counts))
	for i, c := range counts {
		products[i] = skus[c.product.SKU]
		if c.product.SKU == "" {
			products[i] = barcodes[c.product.Barcode]
		}
	}
	lots, err := r.lotsOfCounts(counts, products)
	if err != nil {
		return nil, err
	}
	for i, c := range counts {
		product := products[i]
		if product == 0 {
			continue
		}
		location, err := r.locationOf(c.place)
		if err != nil {
			return nil, err
		}
		s := spot{product: product, location: location}
		if c.place.Lot != "" {
			if s.lot = lots[lotOf{product, c.place.Lot}]; s.lot == 0 {
				continue
			}
		}
		if location != 0 {
			spots[i] = s
		}
	}
	return spots, nil
}

// stopped says whether something is not there: a command would be parked for it.
func stopped(err error) bool {
	var s *stop
	return errors.As(err, &s)
}

// productsBy are the products of codes that one product alone has.
func (r *run) productsBy(field string, counts []Counting, code func(schema.Product) string) (map[string]int64, error) {
	var codes []string
	for _, c := range counts {
		if text := code(c.product); text != "" {
			codes = append(codes, text)
		}
	}
	if len(codes) == 0 {
		return nil, nil
	}
	found, err := r.search("product.product", odoo.Domain{{field, "in", codes}}, []string{field}, odoo.Window{})
	if err != nil {
		return nil, err
	}
	products := map[string]int64{}
	for _, rec := range found {
		text := rec.Text(field)
		if _, twice := products[text]; twice {
			products[text] = 0
			continue
		}
		products[text] = rec.ID()
	}
	return products, nil
}

// locationOf is the place of a count, 0 when it is not there any more.
func (r *run) locationOf(at schema.StockPlace) (int64, error) {
	warehouse, err := r.warehouse(at.Warehouse, "warehouse")
	switch {
	case stopped(err):
		return 0, nil
	case err != nil || at.Location == "":
		return warehouse.Ref("lot_stock_id"), err
	}
	id, _, err := r.locationWithin(warehouse, at.Location)
	return id, err
}

// onHandAt is how much there is of products, by spot.
func (r *run) onHandAt(products []int64) (map[spot]decide.Decimal, error) {
	quants, err := r.search("stock.quant", odoo.Domain{{"product_id", "in", products}, {"package_id", "=", false}, {"owner_id", "=", false}},
		[]string{"product_id", "location_id", "lot_id", "quantity"}, odoo.Window{})
	if err != nil {
		return nil, err
	}
	onHand := map[spot]decide.Decimal{}
	for _, q := range quants {
		s := spot{q.Ref("product_id"), q.Ref("location_id"), q.Ref("lot_id")}
		onHand[s] = onHand[s].Add(decide.Num(q.Number("quantity")).Round(6))
	}
	return onHand, nil
}

// movedAt is when products were moved last, from or to a spot, since a time. It is not complete where more moved than is looked at.
func (r *run) movedAt(products []int64, since time.Time) (last map[spot]time.Time, complete bool, err error) {
	lines, err := r.search("stock.move.line", odoo.Domain{{"product_id", "in", products}, {"state", "=", "done"}, {"|"}, {"date", ">=", odooTime(since)}, {"write_date", ">=", odooTime(since)}},
		[]string{"product_id", "location_id", "location_dest_id", "lot_id", "date", "write_date"}, odoo.Window{Limit: mostMoved, Order: "id desc"})
	last = map[spot]time.Time{}
	for _, line := range lines {
		at, _ := line.Time("date")
		if written, ok := line.Time("write_date"); ok && written.After(at) {
			at = written
		}
		for _, location := range []int64{line.Ref("location_id"), line.Ref("location_dest_id")} {
			s := spot{line.Ref("product_id"), location, line.Ref("lot_id")}
			if at.After(last[s]) {
				last[s] = at
			}
		}
	}
	return last, len(lines) < mostMoved, err
}
