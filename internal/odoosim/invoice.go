package odoosim

func accountMoveModel() *model {
	return &model{
		name: "account.move", table: "account_move", title: "Journal Entry", order: "date desc, name desc, invoice_date desc, id desc",
		refs: map[string]string{
			"journal_id": "account.journal", "company_id": "res.company", "partner_id": "res.partner", "commercial_partner_id": "res.partner",
			"partner_shipping_id": "res.partner", "currency_id": "res.currency", "reversed_entry_id": "account.move", "invoice_user_id": "res.users",
			"team_id": "crm.team", "payment_id": "account.payment", "origin_payment_id": "account.payment",
			"invoice_payment_term_id": "account.payment.term",
		},
		lines: map[string]lines{
			"line_ids": {"account.move.line", "move_id"}, "invoice_line_ids": {"account.move.line", "move_id"},
			"reversal_move_id": {"account.move", "reversed_entry_id"},
		},
		write:   writeMove,
		unlink:  unlinkMoves,
		methods: map[string]method{"action_post": postMoves, "button_cancel": cancelMoves, "button_draft": draftMoves, "js_assign_outstanding_line": assignOutstanding},
	}
}

func accountMoveLineModel() *model {
	return &model{
		name: "account.move.line", table: "account_move_line", title: "Journal Item", order: "date desc, move_name desc, id",
		refs: map[string]string{
			"move_id": "account.move", "journal_id": "account.journal", "company_id": "res.company", "currency_id": "res.currency",
			"partner_id": "res.partner", "product_id": "product.product", "product_uom_id": "uom.uom", "payment_id": "account.payment",
		},
		compute: map[string]func(*env, rec) any{
			// Taxes of invoice lines have no table here: they are those of the order's lines.
			"tax_ids": func(e *env, line rec) any {
				return e.ids(`SELECT DISTINCT r.account_tax_id AS id FROM account_tax_sale_order_line_rel r
					JOIN sale_order_line_invoice_rel i ON i.order_line_id = r.sale_order_line_id WHERE i.invoice_line_id = $1 ORDER BY 1`, line.id())
			},
			"sale_line_ids": func(e *env, line rec) any {
				return e.ids("SELECT order_line_id AS id FROM sale_order_line_invoice_rel WHERE invoice_line_id = $1 ORDER BY 1", line.id())
			},
		},
		write: func(e *env, ids []int64, v vals) { e.writeInvoiceLines(ids, v) },
		unlink: func(e *env, ids []int64) {
			for _, id := range ids {
				e.unlinkInvoiceLine(e.get("account_move_line", id))
			}
		},
	}
}

// ids are the ids of a query.
func (e *env) ids(sql string, args ...any) []int64 {
	ids := []int64{}
	for _, row := range e.rows(sql, args...) {
		ids = append(ids, row.id())
	}
	return ids
}

// item is a line to invoice.
type item struct {
	orderLine rec
	quantity  float64
	price     float64
	discount  float64
}

// newInvoice inserts a draft invoice, or a credit note, with its lines.
func (e *env) newInvoice(kind string, header vals, items []item) int64 {
	journal := e.row("SELECT * FROM account_journal WHERE type = 'sale' AND company_id = $1 AND active ORDER BY sequence, id LIMIT 1", header["company_id"])
	partner := e.get("res_partner", header.int("partner_id"))
	v := vals{
		"journal_id": journal["id"], "state": "draft", "move_type": kind, "auto_post": "no", "date": e.today(), "name": "/", "sequence_prefix": "",
		"sequence_number": 0, "payment_state": "not_paid", "commercial_partner_id": partner.ref("commercial_partner_id"),
		"invoice_partner_display_name": partner["name"], "posted_before": false, "is_move_sent": false, "to_check": false,
		"invoice_date_due": e.today(),
	}
	for column, value := range header {
		v[column] = value
	}
	id := e.insert("account_move", v)
	for i, it := range items {
		e.invoiceLine(id, i, it)
	}
	e.totalMove(id)
	return id
}

// invoiceLine inserts a product's line.
func (e *env) invoiceLine(move int64, sequence int, it item) {
	header := e.get("account_move", move)
	line := e.insert("account_move_line", vals{
		"move_id": move, "journal_id": header["journal_id"], "company_id": header["company_id"], "company_currency_id": header["currency_id"],
		"currency_id": header["currency_id"], "partner_id": header.ref("commercial_partner_id"), "sequence": sequence, "account_id": e.account("product", 24),
		"product_id": it.orderLine.ref("product_id"), "product_uom_id": it.orderLine.ref(e.lineUnit()), "name": it.orderLine["name"],
		"display_type": "product", "quantity": two(it.quantity), "price_unit": e.priced(it.price), "discount": two(it.discount), "date": header.ref("date"),
		"move_name": "/", "parent_state": "draft",
	})
	if order := it.orderLine.id(); order != 0 {
		e.exec("INSERT INTO sale_order_line_invoice_rel (invoice_line_id, order_line_id) VALUES ($1, $2)", line, order)
	}
}

// account is the one that lines of a kind were booked on before.
func (e *env) account(display string, otherwise int64) int64 {
	row := e.row(`SELECT l.account_id FROM account_move_line l JOIN account_move m ON m.id = l.move_id
		WHERE m.move_type = 'out_invoice' AND l.display_type = $1 AND l.account_id IS NOT NULL ORDER BY l.id LIMIT 1`, display)
	if row == nil {
		return otherwise
	}
	return row.int("account_id")
}
