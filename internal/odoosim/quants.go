package odoosim

import (
	"fmt"
	"math"
)

// quants gathers what one transaction does to stock, so that each row is
// written once at its end, as Odoo's cache does.
type quants struct {
	e     *env
	rows  map[int64]*quantChange
	order []int64
}

type quantChange struct {
	row                rec
	fresh              bool // inserted in this transaction
	quantity, reserved float64
	inDate             string
}

func (e *env) newQuants() *quants { return &quants{e: e, rows: map[int64]*quantChange{}} }

// track takes a row in.
func (q *quants) track(row rec) *quantChange {
	id := row.id()
	if q.rows[id] == nil {
		q.rows[id] = &quantChange{row: row, quantity: row.float("quantity"), reserved: row.float("reserved_quantity"), inDate: row["in_date"]}
		q.order = append(q.order, id)
	}
	return q.rows[id]
}

// at is the row of a product, in one lot or in none, at one place, or nil.
func (q *quants) at(product, location int64, lot any) *quantChange {
	row := q.e.row(`SELECT * FROM stock_quant WHERE product_id = $1 AND location_id = $2 AND lot_id IS NOT DISTINCT FROM $3::int AND package_id IS NULL
		AND owner_id IS NULL ORDER BY id LIMIT 1 FOR UPDATE`, product, location, lot)
	if row == nil {
		return nil
	}
	return q.track(row)
}

// under are the rows of a product at a place and below, oldest first.
func (q *quants) under(product, location int64) []*quantChange {
	var all []*quantChange
	for _, row := range q.e.rows(`SELECT q.* FROM stock_quant q JOIN stock_location l ON l.id = q.location_id
		JOIN stock_location top ON l.parent_path LIKE top.parent_path || '%'
		WHERE q.product_id = $1 AND top.id = $2 AND q.package_id IS NULL AND q.owner_id IS NULL
		ORDER BY q.in_date, q.id FOR UPDATE OF q`, product, location) {
		all = append(all, q.track(row))
	}
	return all
}

// move takes a quantity from one place to another, and the reservation with it.
func (q *quants) move(line rec) {
	product, quantity, lot := line.int("product_id"), line.float("quantity"), line.ref("lot_id")
	inDate := q.e.second()
	from := q.add(product, line.int("location_id"), lot, -quantity, inDate)
	if q.e.keepsStock(line.int("location_id")) {
		from.reserved -= quantity
		// What leaves takes its age along. Stock that was never there has none.
		if from.quantity >= 0 && !from.fresh {
			inDate = from.inDate
		} else {
			from.inDate = inDate
		}
	} else if !from.fresh {
		from.inDate = inDate
	}
	to := q.add(product, line.int("location_dest_id"), lot, quantity, inDate)
	if to.inDate < inDate && from.quantity < 0 {
		to.inDate = inDate
	}
}

// add changes the quantity at a place, making the row if there is none.
func (q *quants) add(product, location int64, lot any, quantity float64, inDate string) *quantChange {
	if c := q.at(product, location, lot); c != nil {
		c.quantity += quantity
		return c
	}
	id := q.e.insert("stock_quant", vals{
		"product_id": product, "location_id": location, "lot_id": lot, "quantity": two(quantity), "reserved_quantity": "0.00",
		"inventory_quantity_set": false, "in_date": inDate,
	})
	c := q.track(q.e.get("stock_quant", id))
	c.fresh = true
	return c
}

// unreserve lets go of what a move line holds.
func (q *quants) unreserve(line rec) {
	if !q.e.keepsStock(line.int("location_id")) {
		return
	}
	if c := q.at(line.int("product_id"), line.int("location_id"), line.ref("lot_id")); c != nil {
		c.reserved -= line.float("quantity")
	}
}

// flush writes each row that differs.
func (q *quants) flush() {
	for _, id := range q.order {
		c := q.rows[id]
		v := vals{}
		if round2(c.quantity) != round2(c.row.float("quantity")) {
			v["quantity"] = two(c.quantity)
		}
		if round2(c.reserved) != round2(c.row.float("reserved_quantity")) {
			v["reserved_quantity"] = two(c.reserved)
		}
		if c.inDate != c.row["in_date"] {
			v["in_date"] = c.inDate
		}
		if c.fresh {
			v["inventory_diff_quantity"] = two(-c.quantity)
			if location := q.e.get("stock_location", c.row.int("location_id")); location["company_id"] != "" {
				v["company_id"], v["inventory_date"] = location["company_id"], q.e.nextInventory()
			}
		}
		q.e.onlyOne(c)
		if len(v) > 0 {
			q.e.write("stock_quant", id, v)
		}
	}
	q.rows, q.order = map[int64]*quantChange{}, nil
}

// onlyOne refuses more than one of a serial number at a place, save where losses go.
func (e *env) onlyOne(c *quantChange) {
	if c.row["lot_id"] == "" || math.Abs(round2(c.quantity)) <= 1 || e.tracking(c.row.int("product_id")) != "serial" {
		return
	}
	if e.get("stock_location", c.row.int("location_id"))["usage"] != "inventory" {
		validationError("The serial number has already been assigned: \n Product: %s, Serial Number: %s",
			e.displayName(models["product.product"], c.row.int("product_id")), e.get("stock_lot", c.row.int("lot_id"))["name"])
	}
}

// tracking is whether a product is kept by lot or serial number: "none", "lot", "serial".
func (e *env) tracking(product int64) string {
	return e.row("SELECT t.tracking FROM product_template t JOIN product_product p ON p.product_tmpl_id = t.id WHERE p.id = $1", product)["tracking"]
}

// nextInventory is the day of the yearly count.
func (e *env) nextInventory() string { return fmt.Sprintf("%d-12-31", e.now.Year()) }

// keepsStock says whether a place's stock is ours to reserve.
func (e *env) keepsStock(location int64) bool {
	usage := e.get("stock_location", location)["usage"]
	return usage == "internal" || usage == "transit"
}

// storable says whether a product's stock is counted.
func (e *env) storable(product int64) bool {
	row := e.row("SELECT t.* FROM product_template t JOIN product_product p ON p.product_tmpl_id = t.id WHERE p.id = $1", product)
	return row["type"] == "product" || row.is("is_storable") // from Odoo 18 on
}

// reserve takes what is free for a move and inserts its move lines, as
// creator, or lets those that it has grow; it returns their ids.
func (e *env) reserve(q *quants, move rec, picking, creator int64) []int64 {
	missing := move.float("product_uom_qty") - move.float("quantity")
	if missing <= 0 {
		return nil
	}
	insert := func(location int64, lot any, quantity float64) int64 {
		return e.insert("stock_move_line", vals{
			"picking_id": picking, "move_id": move.id(), "company_id": move["company_id"], "product_id": move["product_id"],
			"product_uom_id": move["product_uom"], "location_id": location, "location_dest_id": move["location_dest_id"], "lot_id": lot,
			"create_uid": creator, "write_uid": creator, "quantity": two(quantity), "picked": move.is("picked"), "date": e.second(),
		})
	}
	if !e.keepsStock(move.int("location_id")) || !e.storable(move.int("product_id")) {
		return []int64{insert(move.int("location_id"), nil, missing)}
	}
	var made []int64
	rows := q.under(move.int("product_id"), move.int("location_id"))
	free := 0.0 // a row below zero eats what others have
	for _, c := range rows {
		free += c.quantity - c.reserved
	}
	for _, c := range rows {
		take := math.Min(math.Min(missing, free), c.quantity-c.reserved)
		if round2(take) <= 0 {
			continue
		}
		c.reserved += take
		free -= take
		missing -= take
		made = append(made, e.grow(move, c.row, take, insert))
	}
	return made
}

// grow adds to a move's line at a quant's place and of its lot, or inserts one.
func (e *env) grow(move, quant rec, quantity float64, insert func(int64, any, float64) int64) int64 {
	line := e.row(`SELECT id, quantity FROM stock_move_line WHERE move_id = $1 AND location_id = $2 AND lot_id IS NOT DISTINCT FROM $3::int
		AND NOT COALESCE(picked, FALSE) AND package_id IS NULL AND owner_id IS NULL ORDER BY id LIMIT 1`, move.id(), quant.int("location_id"), quant.ref("lot_id"))
	if line == nil {
		return insert(quant.int("location_id"), quant.ref("lot_id"), quantity)
	}
	e.write("stock_move_line", line.id(), vals{"quantity": two(line.float("quantity") + quantity)})
	return line.id()
}
