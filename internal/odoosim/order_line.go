package odoosim

import "maps"

func orderLineModel() *model {
	return &model{
		name: "sale.order.line", table: "sale_order_line", title: "Sales Order Line", order: "order_id, sequence, id",
		labels: map[string]string{"order_id": "Order Reference", "product_id": "Product"},
		refs: map[string]string{
			"order_id": "sale.order", "product_id": "product.product", "product_uom": "uom.uom", "company_id": "res.company",
			"currency_id": "res.currency", "order_partner_id": "res.partner", "salesman_id": "res.users",
		},
		create: createOrderLine, write: writeOrderLines,
	}
}

func createOrderLine(e *env, v vals) int64 {
	order := e.get("sale_order", v.int("order_id"))
	product := e.get("product_product", v.int("product_id"))
	if order == nil {
		mandatory(models["sale.order.line"], "order_id", "Order Reference")
	}
	if product == nil {
		missing("product.product", []int64{v.int("product_id")}, e.uid)
	}
	template := e.get("product_template", product.int("product_tmpl_id"))
	quantity, price, discount := toFloat(v.or("product_uom_qty", 1)), toFloat(v.or("price_unit", e.listPrice(product))), toFloat(v["discount"])
	tax := e.saleTax(order.int("company_id"))
	row := vals{
		"order_id": order.id(), "sequence": v.or("sequence", 10), "company_id": order.ref("company_id"), "currency_id": order.ref("currency_id"),
		"order_partner_id": order.ref("partner_id"), "salesman_id": order.ref("user_id"), "product_id": product.id(),
		"product_uom": v.or("product_uom", template.ref("uom_id")), "state": order["state"], "qty_delivered_method": deliveredBy(template),
		"name": v.or("name", e.productName(product)), "product_uom_qty": two(quantity), "price_unit": two(price), "discount": two(discount),
		"qty_delivered": "0.00", "product_packaging_qty": 0, "customer_lead": 0, "is_delivery": v.or("is_delivery", false),
	}
	maps.Copy(row, lineAmounts(quantity, price, discount, tax))
	id := e.insert("sale_order_line", row)
	if tax != nil {
		e.exec("INSERT INTO account_tax_sale_order_line_rel (sale_order_line_id, account_tax_id) VALUES ($1, $2)", id, tax.id())
	}
	e.later(func() {
		e.recompute("sale_order_line", id, vals{
			"invoice_status": "no", "qty_invoiced": "0.00", "qty_to_invoice": "0.00",
			"untaxed_amount_invoiced": "0.00", "untaxed_amount_to_invoice": "0.00",
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
		quantity, price := toFloat(v.or("product_uom_qty", line["product_uom_qty"])), toFloat(v.or("price_unit", line["price_unit"]))
		discount := toFloat(v.or("discount", line["discount"]))
		row := maps.Clone(v)
		for column, value := range map[string]float64{"product_uom_qty": quantity, "price_unit": price, "discount": discount} {
			if v.has(column) {
				row[column] = two(value)
			}
		}
		maps.Copy(row, lineAmounts(quantity, price, discount, e.taxOf(id)))
		e.write("sale_order_line", id, row)
		e.later(func() { e.totalOrder(line.int("order_id")) })
	}
}

// lineAmounts follow from quantity, price, discount and tax.
func lineAmounts(quantity, price, discount float64, tax rec) vals {
	unit := price * (1 - discount/100)
	rate := tax.float("amount") / 100
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

// taxOf is the tax of a line, or nil.
func (e *env) taxOf(line int64) rec {
	return e.row("SELECT t.* FROM account_tax t JOIN account_tax_sale_order_line_rel r ON r.account_tax_id = t.id WHERE r.sale_order_line_id = $1", line)
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
