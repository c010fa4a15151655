package odoosim

import (
	"fmt"
	"strings"
)

func productModel() *model {
	return &model{
		name: "product.product", table: "product_product", title: "Product Variant", order: "default_code, id",
		refs:   map[string]string{"product_tmpl_id": "product.template"},
		parent: "product_tmpl_id",
		create: createProduct, write: writeProduct,
		compute: map[string]func(*env, rec) any{
			"free_qty":      func(e *env, p rec) any { s := e.stockOf(p.id()); return float(round2(s.onHand - s.reserved)) },
			"qty_available": func(e *env, p rec) any { return float(round2(e.stockOf(p.id()).onHand)) },
			"incoming_qty":  func(e *env, p rec) any { return float(round2(e.stockOf(p.id()).incoming)) },
			"outgoing_qty":  func(e *env, p rec) any { return float(round2(e.stockOf(p.id()).outgoing)) },
			"virtual_available": func(e *env, p rec) any {
				s := e.stockOf(p.id())
				return float(round2(s.onHand + s.incoming - s.outgoing))
			},
			"lst_price": func(e *env, p rec) any { return float(e.listPrice(p)) },
		},
	}
}

// createProduct adds a template and its only variant.
func createProduct(e *env, v vals) int64 {
	e.checkBarcode(v)
	kind := v.or("detailed_type", v.or("type", "consu"))
	inserted := vals{
		"sequence": 1, "categ_id": v.or("categ_id", 1), "uom_id": v.or("uom_id", 1), "uom_po_id": v.or("uom_id", 1),
		"detailed_type": kind, "type": kind, "priority": "0", "name": e.translation("", v["name"]),
		"list_price": two(toFloat(v.or("list_price", 1.0))), "sale_ok": v.or("sale_ok", true), "purchase_ok": v.or("purchase_ok", true),
		"active": true, "sale_delay": 0, "tracking": "none", "service_type": "manual", "sale_line_warn": "no-message",
		"expense_policy": "no", "invoice_policy": v.or("invoice_policy", "order"),
	}
	if e.newer() {
		inserted["is_storable"], inserted["service_tracking"] = v.or("is_storable", false), "no"
		inserted["responsible_id"] = fmt.Sprintf(`{"%d": %d}`, e.company().id(), e.uid)
	}
	template := e.insert("product_template", inserted)
	product := e.insert("product_product", vals{
		"product_tmpl_id": template, "default_code": v["default_code"], "barcode": v["barcode"], "active": v.or("active", true),
	})
	if tax := e.saleTax(e.company().id()); tax != nil && e.tables["product_taxes_rel"] != nil {
		e.exec("INSERT INTO product_taxes_rel (prod_id, tax_id) VALUES ($1, $2)", template, tax.id())
	}
	e.later(func() {
		weight := two(toFloat(v["weight"]))
		e.write("product_template", template, vals{
			"default_code": v["default_code"], "volume": "0.00", "weight": weight,
			"can_image_1024_be_zoomed": false, "has_configurable_attributes": false, "lot_valuated": false,
		})
		derived := vals{"combination_indices": "", "can_image_variant_1024_be_zoomed": false}
		if v.has("weight") {
			derived["weight"] = weight
		}
		e.write("product_product", product, derived)
	})
	return product
}

func (e *env) checkBarcode(v vals) {
	barcode := toString(v["barcode"])
	if barcode == "" {
		return
	}
	other := e.row("SELECT t.name FROM product_product p JOIN product_template t ON t.id = p.product_tmpl_id WHERE p.barcode = $1", barcode)
	if other != nil {
		validationError("Barcode(s) already assigned:\n\n- Barcode \"%s\" already assigned to product(s): %s\n\nNote: products that you don't have access to will not be shown above.",
			barcode, e.both(toString(v["name"]), e.translated(other["name"])))
	}
}

// writeProduct writes a variant's own columns; the others are its template's.
func writeProduct(e *env, ids []int64, v vals) {
	own, inherited := vals{}, vals{}
	for field, value := range v {
		if _, ok := e.tables["product_product"][field]; ok {
			own[field] = value
		} else {
			inherited[field] = value
		}
	}
	if own.has("barcode") {
		e.checkBarcode(own)
	}
	for _, id := range ids {
		if len(inherited) > 0 {
			writeTemplate(e, []int64{e.get("product_product", id).int("product_tmpl_id")}, inherited)
		}
		if len(own) > 0 {
			e.write("product_product", id, own)
		}
	}
}

// productName is "[CODE] Name (Value, Value)".
func (e *env) productName(p rec) string {
	name := e.translated(e.get("product_template", p.int("product_tmpl_id"))["name"])
	var values []string
	// Values that every variant has in common are left out of the name.
	for _, row := range e.rows(`SELECT v.name FROM product_variant_combination c
		JOIN product_template_attribute_value tv ON tv.id = c.product_template_attribute_value_id
		JOIN product_attribute_value v ON v.id = tv.product_attribute_value_id
		JOIN product_attribute a ON a.id = tv.attribute_id
		WHERE c.product_product_id = $1 AND (SELECT count(*) FROM product_template_attribute_value o
			WHERE o.attribute_line_id = tv.attribute_line_id) > 1
		ORDER BY a.sequence, a.id`, p.id()) {
		values = append(values, e.translated(row["name"]))
	}
	if len(values) > 0 {
		name += " (" + strings.Join(values, ", ") + ")"
	}
	if code := p["default_code"]; code != "" {
		name = fmt.Sprintf("[%s] %s", code, name)
	}
	return name
}

// listPrice is the template's, plus what the variant's values add.
func (e *env) listPrice(p rec) float64 {
	extra := e.row(`SELECT COALESCE(sum(tv.price_extra), 0) AS extra FROM product_variant_combination c
		JOIN product_template_attribute_value tv ON tv.id = c.product_template_attribute_value_id WHERE c.product_product_id = $1`, p.id())
	return round2(e.get("product_template", p.int("product_tmpl_id")).float("list_price") + extra.float("extra"))
}
