package odoosim

import (
	"maps"
	"strings"
)

func orderLineModel() *model {
	return &model{
		name: "sale.order.line", table: "sale_order_line", title: "Sales Order Line", order: "order_id, sequence, id",
		labels: map[string]string{"order_id": "Order Reference", "product_id": "Product"},
		refs: map[string]string{
			"order_id": "sale.order", "product_id": "product.product", "product_uom": "uom.uom", "product_uom_id": "uom.uom", "company_id": "res.company",
			"currency_id": "res.currency", "order_partner_id": "res.partner", "salesman_id": "res.users",
		},
		compute: map[string]func(*env, rec) any{
			"tax_id":  func(e *env, line rec) any { return e.taxesOf(line.id()) },
			"tax_ids": func(e *env, line rec) any { return e.taxesOf(line.id()) },
			"invoice_lines": func(e *env, line rec) any {
				return e.ids("SELECT invoice_line_id AS id FROM sale_order_line_invoice_rel WHERE order_line_id = $1 ORDER BY 1", line.id())
			},
		},
		create: createOrderLine, write: writeOrderLines,
	}
}

func createOrderLine(e *env, v vals) int64 {
	order := e.get("sale_order", v.int("order_id"))
	product := e.get("product_product", v.int("product_id"))
	if order == nil {
		e.mandatory(models["sale.order.line"], "order_id", "Order Reference")
	}
	if product == nil {
		missing("product.product", []int64{v.int("product_id")}, e.uid)
	}
	template := e.get("product_template", product.int("product_tmpl_id"))
	quantity, price, discount := round2(toFloat(v.or("product_uom_qty", 1))), e.price(toFloat(v.or("price_unit", e.listPrice(product)))), round2(toFloat(v["discount"]))
	taxes := e.lineTaxes(order, template, v)
	row := vals{
		"order_id": order.id(), "sequence": v.or("sequence", 10), "company_id": order.ref("company_id"), "currency_id": order.ref("currency_id"),
		"order_partner_id": order.ref("partner_id"), "salesman_id": order.ref("user_id"), "product_id": product.id(),
		e.lineUnit(): v.or(e.lineUnit(), template.ref("uom_id")), "state": order["state"], "qty_delivered_method": deliveredBy(template),
		"name": v.or("name", e.productName(product)), "product_uom_qty": two(quantity), "price_unit": e.priced(price), "discount": two(discount),
		"qty_delivered": "0.00", "technical_price_unit": price, "product_packaging_qty": 0, "customer_lead": 0, "is_delivery": v.or("is_delivery", false),
	}
	maps.Copy(row, lineAmounts(quantity, price, discount, e.taxRate(taxes)))
	id := e.insert("sale_order_line", row)
	for _, tax := range taxes {
		e.exec("INSERT INTO account_tax_sale_order_line_rel (sale_order_line_id, account_tax_id) VALUES ($1, $2)", id, tax)
	}
	e.later(func() {
		e.recompute("sale_order_line", id, vals{
			"invoice_status": "no", "qty_invoiced": "0.00", "qty_to_invoice": "0.00",
			"untaxed_amount_invoiced": "0.00", "untaxed_amount_to_invoice": "0.00", "warehouse_id": order.ref("warehouse_id"),
		})
		e.totalOrder(order.id())
	})
	return id
}

func deliveredBy(template rec) string {
	if template["type"] == "service" {
		return "manual"
	}
	return "stock_move"
}

// writeOrderLines writes lines with the amounts that follow, then the totals.
func writeOrderLines(e *env, ids []int64, v vals) {
	for _, id := range ids {
		line := e.get("sale_order_line", id)
		quantity, price := round2(toFloat(v.or("product_uom_qty", line["product_uom_qty"]))), e.price(toFloat(v.or("price_unit", line["price_unit"])))
		discount := round2(toFloat(v.or("discount", line["discount"])))
		row := maps.Clone(v)
		for column, value := range map[string]string{"product_uom_qty": two(quantity), "price_unit": e.priced(price), "discount": two(discount)} {
			if v.has(column) {
				row[column] = value
			}
		}
		if taxes, given := v[e.lineTaxField()]; given {
			delete(row, e.lineTaxField())
			e.exec("DELETE FROM account_tax_sale_order_line_rel WHERE sale_order_line_id = $1", id)
			for _, tax := range many(taxes) {
				e.exec("INSERT INTO account_tax_sale_order_line_rel (sale_order_line_id, account_tax_id) VALUES ($1, $2)", id, tax)
			}
		}
		maps.Copy(row, lineAmounts(quantity, price, discount, e.taxRate(e.taxesOf(id))))
		e.write("sale_order_line", id, row)
		e.later(func() { e.totalOrder(line.int("order_id")) })
	}
}

// lineTaxes are those given, else the product's.
func (e *env) lineTaxes(order, template rec, v vals) []int64 {
	if given, ok := v[e.lineTaxField()]; ok {
		if text, loaded := given.(string); loaded {
			return idList(text)
		}
		return many(given)
	}
	return e.productTaxes(order.int("company_id"), template.id())
}

// productTaxes are the taxes of a product that are this company's. A database without
// their table is one of the recordings': what its orders show tells whether products have
// the company's tax, or were made before there was one.
func (e *env) productTaxes(company, template int64) []int64 {
	if e.tables["product_taxes_rel"] != nil {
		return e.ids(`SELECT t.id FROM product_taxes_rel r JOIN account_tax t ON t.id = r.tax_id
			WHERE r.prod_id = $1 AND t.company_id = $2 AND t.active ORDER BY t.sequence, t.id`, template, company)
	}
	if tax := e.saleTax(company); tax != nil && e.row("SELECT sale_order_line_id FROM account_tax_sale_order_line_rel LIMIT 1") != nil {
		return []int64{tax.id()}
	}
	return nil
}

// idList reads the "1,2" of load().
func idList(text string) (ids []int64) {
	for part := range strings.SplitSeq(text, ",") {
		if id := toInt(strings.TrimSpace(part)); id != 0 {
			ids = append(ids, id)
		}
	}
	return ids
}

// taxRate is the sum of percentages, as a factor.
func (e *env) taxRate(taxes []int64) (rate float64) {
	for _, id := range taxes {
		rate += e.get("account_tax", id).float("amount") / 100
	}
	return rate
}

// lineAmounts follow from quantity, price, discount and the taxes' rate.
func lineAmounts(quantity, price, discount, rate float64) vals {
	unit := price * (1 - discount/100)
	subtotal := round2(quantity * unit)
	taxes := round2(subtotal * rate)
	return vals{
		"price_subtotal": two(subtotal), "price_total": two(subtotal + taxes), "price_tax": taxes,
		"price_reduce_taxexcl": two(unit), "price_reduce_taxinc": two(unit * (1 + rate)),
	}
}

// saleTax is the company's tax on sales, or nil.
func (e *env) saleTax(company int64) rec {
	return e.row("SELECT * FROM account_tax WHERE company_id = $1 AND type_tax_use = 'sale' AND active ORDER BY sequence, id LIMIT 1", company)
}

// taxesOf are the taxes of a line.
func (e *env) taxesOf(line int64) []int64 {
	return e.ids("SELECT account_tax_id AS id FROM account_tax_sale_order_line_rel WHERE sale_order_line_id = $1 ORDER BY 1", line)
}

// totalOrder brings an order's totals up to date.
func (e *env) totalOrder(id int64) {
	sum := e.row(`SELECT COALESCE(sum(l.price_subtotal), 0) AS untaxed, COALESCE(sum(l.price_tax), 0) AS tax,
		COALESCE(sum((l.product_uom_qty * COALESCE(p.weight, 0))::float8), 0) AS weight
		FROM sale_order_line l LEFT JOIN product_product p ON p.id = l.product_id WHERE l.order_id = $1`, id)
	untaxed, tax := sum.float("untaxed"), sum.float("tax")
	v := vals{
		"amount_untaxed": two(untaxed), "amount_tax": two(tax), "amount_total": two(untaxed + tax),
		"amount_to_invoice": two(untaxed + tax), "shipping_weight": sum.float("weight"),
	}
	if _, has := e.get("sale_order", id)["invoice_status"]; !has {
		v["invoice_status"] = "no"
	}
	e.recompute("sale_order", id, v)
}
