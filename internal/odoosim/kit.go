package odoosim

import (
	"context"
	_ "embed"
	"fmt"
	"math"
)

//go:embed schema_mrp.sql
var manufacturingSQL string

// InstallManufacturing installs the module mrp as far as kits go, while calls are served. Calls that begin afterwards
// know its tables.
func (s *Server) InstallManufacturing(ctx context.Context) error {
	u := Upgrade{Module: "mrp", Version: s.release + ".2.0"}
	now := *s.tables.Load()
	for _, step := range [][]string{u.mark(now), {manufacturingSQL}, u.done(now)} {
		if err := s.alter(ctx, nil, step); err != nil {
			return fmt.Errorf("install module mrp: %w", err)
		}
	}
	return s.readTables(ctx)
}

// demanded is what a line of an order asks for of a product. The line of a bill is 0 where that is the
// ordered product itself.
type demanded struct {
	product, unit, bomLine int64
	quantity               float64
}

// demands are what is moved for a line: its product, or what that is made of if it is a kit.
func (e *env) demands(line rec, company int64) []demanded {
	product, unit, quantity := line.int("product_id"), line.int(e.lineUnit()), line.float("product_uom_qty")
	bill := e.kitBill(product, company)
	if bill == nil {
		return []demanded{{product, unit, 0, quantity}}
	}
	return e.explode(bill, product, company, e.converted(quantity, unit, bill.int("product_uom_id"))/bill.float("product_qty"))
}

// kitBill is the bill of materials by which a product is a kit, or nil.
func (e *env) kitBill(product, company int64) rec {
	if e.tables["mrp_bom"] == nil {
		return nil
	}
	variants := "b.product_id IS NULL"
	if !e.newer() { // the products' order puts those without one first
		variants = "b.product_id IS NOT NULL"
	}
	return e.row(`SELECT b.* FROM mrp_bom b JOIN product_product p ON p.product_tmpl_id = b.product_tmpl_id JOIN product_template t ON t.id = p.product_tmpl_id
		WHERE p.id = $1 AND b.type = 'phantom' AND b.active AND t.type <> 'service' AND (b.product_id IS NULL OR b.product_id = p.id)
		AND (b.company_id IS NULL OR b.company_id = $2) ORDER BY b.sequence, `+variants+`, b.id LIMIT 1`, product, company)
}

// explode takes so many of a bill apart.
func (e *env) explode(bill rec, product, company int64, quantity float64) (all []demanded) {
	for _, line := range e.rows("SELECT * FROM mrp_bom_line WHERE bom_id = $1 ORDER BY sequence, id", bill.id()) {
		if !e.isFor(line.id(), product) {
			continue
		}
		component, unit, wanted := line.int("product_id"), line.int("product_uom_id"), quantity*line.float("product_qty")
		if within := e.kitBill(component, company); within != nil {
			of := e.converted(wanted/within.float("product_qty"), unit, within.int("product_uom_id"))
			if e.tables.major() < 19 {
				of = e.roundUp(of, within.int("product_uom_id"))
			}
			all = append(all, e.explode(within, component, company, of)...)
			continue
		}
		template := e.row("SELECT t.* FROM product_template t JOIN product_product p ON p.product_tmpl_id = t.id WHERE p.id = $1", component)
		in := template.int("uom_id")
		if wanted = round2(e.converted(e.roundUp(wanted, unit), unit, in)); wanted > 0 && template["type"] != "service" {
			all = append(all, demanded{component, in, line.id(), wanted})
		}
	}
	return all
}

// isFor says whether a bill's line counts for a product: of each attribute that the line names values of, it has one.
func (e *env) isFor(line, product int64) bool {
	return e.row(`SELECT 1 AS misses FROM mrp_bom_line_product_template_attribute_value_rel r
		JOIN product_template_attribute_value v ON v.id = r.product_template_attribute_value_id
		LEFT JOIN product_variant_combination c ON c.product_template_attribute_value_id = v.id AND c.product_product_id = $2
		WHERE r.mrp_bom_line_id = $1 GROUP BY v.attribute_id HAVING count(c.product_product_id) = 0 LIMIT 1`, line, product) == nil
}

// converted converts between units.
func (e *env) converted(quantity float64, from, to int64) float64 {
	if from == to {
		return quantity
	}
	of, in := e.get("uom_uom", from), e.get("uom_uom", to)
	if of["category_id"] != in["category_id"] {
		userError("The unit of measure %s defined on the order line doesn't belong to the same category as the unit of measure %s defined on the product. "+
			"Please correct the unit of measure defined on the order line or on the product, they should belong to the same category.", e.translated(of["name"]), e.translated(in["name"]))
	}
	if e.tables.major() >= 19 {
		return quantity * of.float("factor") / in.float("factor")
	}
	return quantity / of.float("factor") * in.float("factor")
}

// roundUp rounds to what a unit is rounded to; from Odoo 19 on all are to two decimals.
func (e *env) roundUp(quantity float64, unit int64) float64 {
	to := 0.01
	if row := e.get("uom_uom", unit); row["rounding"] != "" {
		to = row.float("rounding")
	}
	return math.Ceil(quantity/to-1e-7) * to
}

// deliveredKits is how many whole kits of an order's line have been delivered; ok is false where the line has no kit's moves.
func (e *env) deliveredKits(line rec) (kits float64, ok bool) {
	if e.tables["mrp_bom"] == nil {
		return 0, false
	}
	least := e.row(`SELECT min(done / wanted) AS share FROM (
		SELECT sum(product_qty) FILTER (WHERE origin_returned_move_id IS NULL) AS wanted,
			COALESCE(sum(CASE WHEN origin_returned_move_id IS NULL THEN product_qty WHEN to_refund THEN -product_qty END) FILTER (WHERE state = 'done'), 0) AS done
		FROM stock_move WHERE sale_line_id = $1 AND bom_line_id IS NOT NULL AND state <> 'cancel' GROUP BY bom_line_id) AS components WHERE wanted > 0`, line.id())
	if least["share"] == "" {
		return 0, false
	}
	return math.Floor(least.float("share")*line.float("product_uom_qty") + 1e-7), true
}
