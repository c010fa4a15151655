package odoosim

func paymentModel() *model {
	return &model{
		name: "account.payment", table: "account_payment", title: "Payments", order: "id desc",
		refs: map[string]string{
			"move_id": "account.move", "journal_id": "account.journal", "company_id": "res.company", "partner_id": "res.partner", "currency_id": "res.currency",
		},
		parent: "move_id", // Odoo 17 keeps much of a payment on its journal entry
		create: createPayment, write: writePayment,
		compute: map[string]func(*env, rec) any{
			"reconciled_invoice_ids": func(e *env, p rec) any { return e.paidBy(p.id()) },
		},
		methods: map[string]method{"action_post": postPayments, "action_cancel": cancelPayments, "action_draft": draftPayments},
	}
}

func (e *env) paymentMove(p rec) rec { return e.get("account_move", p.int("move_id")) }

func (e *env) paymentState(p rec) any {
	if e.newer() {
		return p["state"]
	}
	return e.paymentMove(p)["state"]
}

// paidBy are the invoices that a payment is reconciled with.
func (e *env) paidBy(payment int64) []int64 {
	return e.ids(`SELECT DISTINCT i.move_id AS id FROM account_partial_reconcile r
		JOIN account_move_line p ON p.id IN (r.debit_move_id, r.credit_move_id) JOIN account_move_line i ON i.id IN (r.debit_move_id, r.credit_move_id) AND i.id <> p.id
		WHERE p.payment_id = $1 ORDER BY 1`, payment)
}

// createPayment inserts a payment with its journal entry, in draft.
func createPayment(e *env, v vals) int64 {
	kind := toString(v.or("payment_type", "inbound"))
	journal := e.get("account_journal", v.int("journal_id"))
	if journal == nil {
		journal = e.row("SELECT * FROM account_journal WHERE type = 'bank' AND active ORDER BY sequence, id LIMIT 1")
	}
	partner := e.get("res_partner", v.int("partner_id"))
	ref := v.or("memo", v["ref"])
	amount, date := toFloat(v["amount"]), v.or("date", e.today())
	currency := v.or("currency_id", e.get("res_company", journal.int("company_id")).ref("currency_id"))
	row := vals{
		"payment_type": kind, "partner_type": v.or("partner_type", "customer"), "amount": two(amount), "partner_id": v["partner_id"], "currency_id": currency,
		"payment_method_line_id": 1, "destination_account_id": 6, "outstanding_account_id": 44, "is_reconciled": false, "is_matched": false, "is_internal_transfer": false,
	}
	if e.newer() {
		row["state"], row["journal_id"], row["company_id"], row["memo"], row["date"] = "draft", journal.id(), journal["company_id"], ref, date
	}
	id := int64(0)
	if e.newer() {
		id = e.insert("account_payment", row)
	}
	move := e.insert("account_move", vals{
		"journal_id": journal.id(), "company_id": journal["company_id"], "partner_id": v["partner_id"], "commercial_partner_id": partner.ref("commercial_partner_id"),
		"currency_id": currency, "ref": ref, "state": "draft", "move_type": "entry", "auto_post": "no", "date": date,
		"payment_state": "not_paid", "name": "/", "sequence_prefix": "", "sequence_number": 0, "amount_untaxed": "0.00", "amount_tax": "0.00",
		"amount_total": two(amount), "amount_residual": "0.00", "amount_total_signed": two(amount), "posted_before": false,
		"invoice_partner_display_name": partner.ref("name"),
	})
	if row["move_id"] = move; id == 0 {
		id = e.insert("account_payment", row)
	} else {
		e.write("account_payment", id, vals{"move_id": move})
	}
	e.write("account_move", move, vals{"payment_id": id, "origin_payment_id": id})
	sign := 1.0
	if kind == "outbound" {
		sign = -1
	}
	for i, balance := range []float64{sign * amount, -sign * amount} {
		lv := e.booked(balance, vals{
			"move_id": move, "journal_id": journal.id(), "company_id": journal["company_id"], "company_currency_id": currency, "currency_id": currency,
			"partner_id": v["partner_id"], "payment_id": id, "sequence": 100, "display_type": "product", "parent_state": "draft", "date": date, "move_name": "/",
			"quantity": "1.00", "price_unit": "0.00", "discount": "0.00", "account_id": []int64{44, e.account("payment_term", 6)}[i],
			"name": "Customer Payment", "amount_residual": two(balance), "amount_residual_currency": two(balance), "reconciled": false, "ref": ref,
		})
		e.insert("account_move_line", lv)
	}
	return id
}

// writePayment writes the payment and, in Odoo 17, its journal entry.
func writePayment(e *env, ids []int64, v vals) {
	for _, id := range ids {
		p := e.get("account_payment", id)
		e.write("account_payment", id, v)
		onEntry := vals{}
		for _, column := range []string{"ref", "date", "journal_id"} {
			if v.has(column) {
				onEntry[column] = v[column]
			}
		}
		if v.has("memo") {
			onEntry["ref"] = v["memo"]
		}
		if len(onEntry) > 0 && p.int("move_id") != 0 {
			e.write("account_move", p.int("move_id"), onEntry)
		}
	}
}

// postPayments posts; Odoo answers with nothing at all.
func postPayments(e *env, c *call) any {
	e.mustExist(c.model, c.ids())
	for _, id := range c.ids() {
		p := e.get("account_payment", id)
		if e.paymentState(p) != "draft" {
			userError("Only a draft payment can be posted.")
		}
		e.postPayment(p)
	}
	return nil
}

func (e *env) postPayment(p rec) {
	e.postMove(e.paymentMove(p))
	if e.newer() {
		e.write("account_payment", p.id(), vals{"state": "in_process", "name": e.paymentMove(p)["name"]})
	}
}

func cancelPayments(e *env, c *call) any { return e.paymentsTo(c, "cancel", "canceled") }
func draftPayments(e *env, c *call) any  { return e.paymentsTo(c, "draft", "draft") }

func (e *env) paymentsTo(c *call, entry, payment string) any {
	e.mustExist(c.model, c.ids())
	for _, id := range c.ids() {
		p := e.get("account_payment", id)
		e.unreconcile(id)
		e.stateOf(p.int("move_id"), entry)
		if e.newer() {
			e.write("account_payment", id, vals{"state": payment, "is_reconciled": false})
		} else {
			e.write("account_payment", id, vals{"is_reconciled": false})
		}
	}
	return nil
}

// unreconcile takes a payment's reconciliations back.
func (e *env) unreconcile(payment int64) {
	for _, line := range e.rows("SELECT * FROM account_move_line WHERE payment_id = $1", payment) {
		for _, partial := range e.rows("SELECT * FROM account_partial_reconcile WHERE debit_move_id = $1 OR credit_move_id = $1", line.id()) {
			e.exec("DELETE FROM account_partial_reconcile WHERE id = $1", partial.id())
			for _, side := range []string{"debit_move_id", "credit_move_id"} {
				e.residual(partial.int(side))
			}
		}
	}
}

// reconcile pairs the receivable lines of an invoice and of a payment, or of an invoice and a
// credit note, as far as they go.
func (e *env) reconcile(one, other rec) {
	debit, credit := one, other
	if debit.float("balance") < 0 {
		debit, credit = credit, debit
	}
	amount := min(debit.float("amount_residual"), -credit.float("amount_residual"))
	if round2(amount) <= 0 {
		return
	}
	e.insert("account_partial_reconcile", vals{
		"debit_move_id": debit.id(), "credit_move_id": credit.id(), "debit_currency_id": debit.ref("currency_id"), "credit_currency_id": credit.ref("currency_id"),
		"company_id": debit.ref("company_id"), "amount": two(amount), "debit_amount_currency": two(amount), "credit_amount_currency": two(amount), "max_date": e.today(),
	})
	e.residual(debit.id())
	e.residual(credit.id())
}

// assignOutstanding adds an outstanding credit of the customer's to an invoice: a line of a payment.
func assignOutstanding(e *env, c *call) any {
	for _, invoice := range c.ids() {
		e.reconcile(e.receivable(invoice), e.get("account_move_line", toInt(c.arg(1, "line_id"))))
	}
	return true
}

// residual computes what of a line is open, and the state of its invoice.
func (e *env) residual(id int64) {
	line := e.get("account_move_line", id)
	sum := e.row(`SELECT COALESCE(sum(amount) FILTER (WHERE debit_move_id = $1), 0) AS taken, COALESCE(sum(amount) FILTER (WHERE credit_move_id = $1), 0) AS given
		FROM account_partial_reconcile WHERE $1 IN (debit_move_id, credit_move_id)`, id)
	left := line.float("balance") - sum.float("taken") + sum.float("given")
	e.write("account_move_line", id, vals{"amount_residual": two(left), "amount_residual_currency": two(left), "reconciled": round2(left) == 0})
	move := e.get("account_move", line.int("move_id"))
	if move["move_type"] == "entry" {
		e.write("account_payment", line.int("payment_id"), vals{"is_reconciled": round2(left) == 0})
		if e.newer() && round2(left) == 0 {
			e.write("account_payment", line.int("payment_id"), vals{"state": "paid"})
		}
		return
	}
	open := left
	if move["move_type"] == "out_refund" {
		open = -left
	}
	state := "partial"
	switch {
	case round2(open) == 0:
		state = "paid"
	case round2(open) == round2(move.float("amount_total")):
		state = "not_paid"
	}
	if state == "paid" && move["move_type"] == "out_invoice" && e.onlyRefunded(id) {
		state = "reversed"
	}
	e.write("account_move", move.id(), vals{"amount_residual": two(open), "amount_residual_signed": two(left), "payment_state": state})
}

// onlyRefunded says whether an invoice was settled by credit notes alone.
func (e *env) onlyRefunded(line int64) bool {
	return e.row(`SELECT r.id FROM account_partial_reconcile r JOIN account_move_line l ON l.id = r.credit_move_id JOIN account_move m ON m.id = l.move_id
		WHERE r.debit_move_id = $1 AND m.move_type <> 'out_refund' LIMIT 1`, line) == nil
}
