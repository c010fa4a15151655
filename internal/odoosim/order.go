package odoosim

import (
	"fmt"
	"strconv"
	"strings"
)

func orderModel() *model {
	return &model{
		name: "sale.order", table: "sale_order", title: "Sales Order", order: "date_order desc, id desc",
		labels: map[string]string{"partner_id": "Customer"},
		refs: map[string]string{
			"partner_id": "res.partner", "partner_invoice_id": "res.partner", "partner_shipping_id": "res.partner", "company_id": "res.company",
			"currency_id": "res.currency", "pricelist_id": "product.pricelist", "user_id": "res.users", "team_id": "crm.team",
			"carrier_id": "delivery.carrier", "warehouse_id": "stock.warehouse", "procurement_group_id": "procurement.group",
			"payment_term_id": "account.payment.term",
		},
		lines:  map[string]lines{"order_line": {"sale.order.line", "order_id"}, "picking_ids": {"stock.picking", "sale_id"}},
		create: createOrder, write: writeOrder, unlink: unlinkOrders,
		compute: map[string]func(*env, rec) any{"invoice_ids": invoicesOf},
		methods: map[string]method{
			"action_confirm": confirmOrders, "action_cancel": cancelOrders, "action_lock": lockOrders(true), "action_unlock": lockOrders(false),
		},
	}
}

// createOrder inserts the order and its lines with their amounts NULL; the
// totals come at the end of the transaction.
func createOrder(e *env, v vals) int64 {
	if v.int("partner_id") == 0 {
		e.mandatory(models["sale.order"], "partner_id", "Customer")
	}
	e.mustExist(models["res.partner"], []int64{v.int("partner_id")})
	company := e.company()
	if given := v.int("company_id"); given != 0 {
		company = e.get("res_company", given)
	}
	id := e.insert("sale_order", vals{
		"company_id": company.id(), "partner_id": v["partner_id"],
		"partner_invoice_id":  v.or("partner_invoice_id", e.addressOf(v.int("partner_id"), "invoice")),
		"partner_shipping_id": v.or("partner_shipping_id", e.addressOf(v.int("partner_id"), "delivery")),
		"currency_id":         v.or("currency_id", company.ref("currency_id")), "pricelist_id": v["pricelist_id"], "carrier_id": v["carrier_id"],
		"user_id": v.or("user_id", e.uid), "team_id": v.or("team_id", e.teamOf()), "name": v.or("name", e.nextName("sale_order", "S")),
		"state": "draft", "client_order_ref": v["client_order_ref"], "origin": v["origin"], "note": v["note"],
		"validity_date": e.now.AddDate(0, 0, 30).Format("2006-01-02"), "currency_rate": "1.0", "locked": false,
		"require_signature": true, "require_payment": true, "date_order": v.or("date_order", e.second()),
		"commitment_date": v["commitment_date"], "payment_term_id": v["payment_term_id"], "prepayment_percent": 1,
		"warehouse_id": v.or("warehouse_id", e.warehouseOf(company.id())), "picking_policy": v.or("picking_policy", "direct"),
	})
	e.commands(v["order_line"], func(line vals) {
		line["order_id"] = id
		createOrderLine(e, line)
	}, nil)
	e.later(func() { e.totalOrder(id) })
	return id
}

// writeOrder writes the order and, by commands, its lines.
func writeOrder(e *env, ids []int64, v vals) {
	for _, id := range ids {
		row := vals{}
		for field, value := range v {
			if field != "order_line" {
				row[field] = value
			}
		}
		e.write("sale_order", id, row)
		e.commands(v["order_line"], func(line vals) {
			line["order_id"] = id
			createOrderLine(e, line)
		}, func(line int64, change vals) { writeOrderLines(e, []int64{line}, change) })
		e.later(func() { e.totalOrder(id) })
	}
}

// unlinkOrders deletes quotations; the lines go with them.
func unlinkOrders(e *env, ids []int64) {
	for _, id := range ids {
		if state := e.get("sale_order", id)["state"]; state != "draft" && state != "cancel" {
			userError("You can not delete a sent quotation or a confirmed sales order. You must first cancel it.")
		}
		e.exec("DELETE FROM sale_order WHERE id = $1", id)
		for _, line := range e.rows("DELETE FROM sale_order_line WHERE order_id = $1 RETURNING id", id) {
			e.exec("DELETE FROM account_tax_sale_order_line_rel WHERE sale_order_line_id = $1", line.id())
			e.exec("DELETE FROM ir_model_data WHERE model = 'sale.order.line' AND res_id = $1", line.id())
		}
		e.exec("DELETE FROM ir_model_data WHERE model = 'sale.order' AND res_id = $1", id)
	}
}

// addressOf is the partner's own address of a kind, else the partner.
func (e *env) addressOf(partner int64, kind string) int64 {
	if child := e.row("SELECT id FROM res_partner WHERE parent_id = $1 AND type = $2 AND active ORDER BY id LIMIT 1", partner, kind); child != nil {
		return child.id()
	}
	return partner
}

// teamOf is the first team there is; sharing out is not simulated.
func (e *env) teamOf() any {
	return e.row("SELECT id FROM crm_team WHERE active ORDER BY sequence, id LIMIT 1").ref("id")
}

// warehouseOf is the first of a company.
func (e *env) warehouseOf(company int64) any {
	return e.row("SELECT id FROM stock_warehouse WHERE company_id = $1 AND active ORDER BY sequence, id LIMIT 1", company).ref("id")
}

// nextName is the next of names such as S00025: the number after the prefix,
// in at least five digits. Names are taken under a lock of the server, since
// two transactions do not see each other's.
func (e *env) nextName(table, prefix string) string {
	last := e.row(fmt.Sprintf(`SELECT name FROM %s WHERE name LIKE $1 ORDER BY id DESC LIMIT 1`, quote(table)), prefix+"%")
	number, _ := strconv.Atoi(strings.TrimPrefix(last["name"], prefix))
	return fmt.Sprintf("%s%05d", prefix, e.server.names.next(prefix, number))
}
