package apply

import (
	"time"

	"github.com/odoobridge/odoobridge/inbound/command"
	"github.com/odoobridge/odoobridge/inbound/decide"
	"github.com/odoobridge/odoobridge/inbound/odoo"
	"github.com/odoobridge/odoobridge/schema"
)

// shelf is one product at one place, in one lot if it has lots.
type shelf struct {
	product, location, lot int64
	warehouse, unit        int64
}

// level is the stock level that a shelf is part of.
func (s shelf) level() thing { return thing{"stock_level", [2]int64{s.product, s.warehouse}} }

func (s shelf) domain() odoo.Domain {
	d := domainOf("product_id", s.product, "location_id", s.location)
	// Goods in packages and goods of others are counted apart.
	d = append(d, []any{"package_id", "=", false}, []any{"owner_id", "=", false})
	if s.lot != 0 {
		return append(d, []any{"lot_id", "=", s.lot})
	}
	return append(d, []any{"lot_id", "=", false})
}

// moves are goods that went to or from there, by stock.move or stock.move.line, whatever their lot.
func (s shelf) moves() odoo.Domain {
	return append(domainOf("product_id", s.product, "state", "done"), []any{"|"}, []any{"location_id", "=", s.location}, []any{"location_dest_id", "=", s.location})
}

func quant(id int64) command.Reference { return command.Reference{Model: "stock.quant", ID: id} }

// shelfOf looks up what a count or an adjustment is about, and whether the channel may.
func (r *run) shelfOf(p schema.Product, at schema.StockPlace) (shelf, error) {
	if !r.ownership.At(r.c.Channel, "stock_level", at.Warehouse) {
		return shelf{}, r.reject(problem(schema.CodeNotOwned, "warehouse", "the channel does not own stock_level of this warehouse"))
	}
	warehouse, err := r.warehouse(at.Warehouse, "warehouse")
	if err != nil {
		return shelf{}, err
	}
	product, err := r.oneProduct(p)
	if err != nil {
		return shelf{}, err
	}
	s := shelf{product: product.ID(), location: warehouse.Ref("lot_stock_id"), warehouse: warehouse.ID(), unit: product.Ref("uom_id")}
	if at.Location != "" {
		id, found, err := r.locationWithin(warehouse, at.Location)
		if err != nil {
			return shelf{}, err
		}
		if !found {
			p := problem(schema.CodeUnknownPlace, "location", "the warehouse has no such location")
			p.Remedy = "Name one by its full name in Odoo, such as `WH/Stock/Shelf 1`, with a new `id`. Or make it there: the command goes on by itself."
			return shelf{}, r.park(command.Reference{}, p, command.WaitLocation.For(at.Location))
		}
		s.location = id
	}
	tracked := product.Text("tracking") == "lot" || product.Text("tracking") == "serial"
	switch {
	case tracked && at.Lot == "":
		return shelf{}, r.reject(problem(schema.CodeInvalid, "lot", "the product is kept by lot: name the lot"))
	case at.Lot != "":
		if s.lot, err = r.lot(s.product, at.Lot, "lot"); err != nil {
			return shelf{}, err
		}
	}
	return s, nil
}

// locationWithin is a place in a warehouse by its full name.
func (r *run) locationWithin(warehouse odoo.Record, name string) (id int64, found bool, err error) {
	return r.idOf("stock.location", odoo.Domain{{"complete_name", "=", name}, {"usage", "=", "internal"}, {"id", "child_of", warehouse.Ref("view_location_id")}})
}

// quants are the rows of a shelf. Several that say the same Odoo merges when it is asked for its counts, which costs a look at all
// rows there are; it then takes away rows without goods too, so that an empty shelf has a row or none.
func (r *run) quants(s shelf) ([]odoo.Record, error) {
	find := func() ([]odoo.Record, error) {
		return r.search("stock.quant", s.domain(), []string{"quantity"}, odoo.Window{Order: "id"})
	}
	found, err := find()
	if err != nil || len(found) < 2 {
		return found, err
	}
	if _, err := r.verb("merge quants", "stock.quant", "action_view_inventory", nil, nil); err != nil && !absent(err) {
		return nil, err
	}
	return find()
}

// onShelf is the row of a shelf to speak of; none where Odoo keeps none.
func onShelf(quants []odoo.Record) command.Reference {
	if len(quants) == 0 {
		return command.Reference{}
	}
	return quant(quants[0].ID())
}

func sumOf(quants []odoo.Record) decide.Decimal {
	sum := decide.Decimal{}
	for _, q := range quants {
		sum = sum.Add(decide.Num(q.Number("quantity")))
	}
	return sum
}

// setOnce writes how many a shelf is to hold. What was there at that moment Odoo alone knows: its stock move is by the difference.
func (r *run) setOnce(s shelf, quants []odoo.Record, target decide.Decimal, why string) error {
	mode := r.context(map[string]any{"inventory_mode": true, "inventory_name": why})
	if len(quants) == 0 {
		values := map[string]any{"product_id": s.product, "location_id": s.location, "inventory_quantity_auto_apply": number(target)}
		if s.lot != 0 {
			values["lot_id"] = s.lot
		}
		return r.call("create quant", func() error {
			_, err := r.x.odoo.Create(r.ctx, "stock.quant", values, mode)
			return err
		})
	}
	// What other rows hold, Odoo not having merged them, is taken off.
	own := target.Sub(sumOf(quants[1:]))
	return r.call("write quant", func() error {
		return r.x.odoo.Write(r.ctx, "stock.quant", []int64{quants[0].ID()}, map[string]any{"inventory_quantity_auto_apply": number(own)}, mode)
	})
}

// movedSince says whether goods moved at a shelf after a time. Corrections that
// the bridge's own user made do not count: one of them may be this very command.
func (r *run) movedSince(s shelf, since time.Time) (bool, error) {
	uid, err := r.x.odoo.UID(r.ctx)
	if err != nil {
		return false, err
	}
	d := append(s.moves(), []any{"date", ">", odooTime(since)})
	if s.lot != 0 {
		d = append(d, []any{"lot_id", "=", s.lot})
	}
	found, err := r.search("stock.move.line", d, []string{"move_id", "create_uid"}, odoo.Window{Limit: 200, Order: "id desc"})
	if err != nil {
		return false, err
	}
	var own []int64
	for _, line := range found {
		if line.Ref("move_id") == 0 || line.Ref("create_uid") != uid && line.Ref("create_uid") != 1 {
			return true, nil
		}
		own = append(own, line.Ref("move_id"))
	}
	if len(own) == 0 {
		return false, nil
	}
	other, err := r.first("stock.move", odoo.Domain{{"id", "in", own}, {"is_inventory", "=", false}}, []string{"id"})
	return other != nil, err
}
