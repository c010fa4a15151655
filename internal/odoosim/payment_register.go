package odoosim

func paymentRegisterModel() *model {
	return wizard("account.payment.register", "Register Payment",
		[]string{"journal_id", "amount", "payment_date", "communication", "currency_id", "payment_method_line_id", "payment_difference_handling", "group_payment", "writeoff_label", "writeoff_account_id"},
		func(e *env, v vals) {
			v["moves"] = e.active("account.move")
			if len(e.active("account.move")) == 0 && len(e.active("account.move.line")) == 0 {
				userError("The register payment wizard should only be called on account.move or account.move.line records.")
			}
			for _, id := range e.active("account.move") {
				move := e.get("account_move", id)
				if move == nil {
					missing("account.move", []int64{id}, e.uid)
				}
				if move["state"] != "posted" {
					userError("You can only register payment for posted journal entries.")
				}
				if round2(move.float("amount_residual")) == 0 {
					userError("You can't register a payment because there is nothing left to pay on the selected journal items.")
				}
			}
		}, map[string]method{"action_create_payments": createPayments})
}

// createPayments registers, posts and reconciles.
func createPayments(e *env, c *call) any {
	var payment int64
	e.speak()
	for _, id := range c.ids() {
		w := e.wizard(c.model, id)
		for _, of := range w["moves"].([]int64) {
			move := e.get("account_move", of)
			kind := "inbound"
			if move["move_type"] == "out_refund" {
				kind = "outbound"
			}
			v := vals{
				"payment_type": kind, "partner_type": "customer", "partner_id": move["commercial_partner_id"], "amount": w.or("amount", move["amount_residual"]),
				"journal_id": w["journal_id"], "date": w.or("payment_date", e.today()), "currency_id": w.or("currency_id", move["currency_id"]),
				"memo": w.or("communication", move["name"]),
			}
			payment = createPayment(e, v)
			e.postPayment(e.get("account_payment", payment))
			e.reconcile(e.receivable(move.id()), e.row("SELECT * FROM account_move_line WHERE payment_id = $1 ORDER BY id DESC LIMIT 1", payment))
		}
	}
	if e.flag("dont_redirect_to_payments") {
		return true
	}
	return map[string]any{
		"name": "Payments", "type": "ir.actions.act_window", "res_model": "account.payment", "context": map[string]any{"create": false},
		"view_mode": "form", "res_id": payment,
	}
}

// receivable is the line of an invoice that is to be paid.
func (e *env) receivable(move int64) rec {
	return e.row("SELECT * FROM account_move_line WHERE move_id = $1 AND display_type = 'payment_term' ORDER BY id LIMIT 1", move)
}
