package odoosim

// cancelOrders cancels, or answers with the wizard that asks first: then
// nothing was cancelled.
func cancelOrders(e *env, c *call) any {
	e.mustExist(c.model, c.ids())
	for _, id := range c.ids() {
		order := e.get("sale_order", id)
		if order.is("locked") {
			userError("You cannot cancel a locked order. Please unlock it first.")
		}
		if order["state"] != "draft" && !e.flag("disable_cancel_warning") {
			return e.cancelWizard(id)
		}
	}
	for _, id := range c.ids() {
		e.cancelOrder(id)
	}
	return true
}

// lockOrders is the button that keeps orders from being changed, or the one that allows it again. Odoo shows it to some
// only, and takes it from everyone.
func lockOrders(locked bool) method {
	return func(e *env, c *call) any {
		e.mustExist(c.model, c.ids())
		for _, id := range c.ids() {
			e.write("sale_order", id, vals{"locked": locked})
		}
		return true
	}
}

func (e *env) cancelWizard(order int64) map[string]any {
	return map[string]any{
		"name": "Cancel Sales Order", "view_mode": "form", "res_model": "sale.order.cancel", "view_id": e.wizardView("sale.order.cancel"),
		"type": "ir.actions.act_window", "target": "new",
		"context": map[string]any{
			"default_template_id": 16, "default_order_id": order, "mark_so_as_canceled": true,
			"default_email_layout_xmlid": "mail.mail_notification_layout_with_responsible_signature",
			"model_description":          "Sales Order",
		},
	}
}

func (e *env) cancelOrder(id int64) {
	for _, picking := range e.rows("SELECT id FROM stock_picking WHERE sale_id = $1 AND state NOT IN ('done', 'cancel') ORDER BY id", id) {
		e.cancelPicking(picking.id())
	}
	v := vals{"state": "cancel", "delivery_status": nil, "invoice_status": "no"}
	if e.row("SELECT id FROM stock_picking WHERE sale_id = $1 AND state = 'done' LIMIT 1", id) != nil {
		v["delivery_status"] = "full" // so Odoo: what is not delivered is not wanted any more
	}
	e.write("sale_order", id, v)
	for _, line := range e.rows("SELECT id FROM sale_order_line WHERE order_id = $1 ORDER BY id", id) {
		e.write("sale_order_line", line.id(), vals{
			"state": "cancel", "invoice_status": "no", "qty_to_invoice": "0.00", "untaxed_amount_to_invoice": "0.00",
		})
	}
}

// cancelPicking lets go of what is reserved and cancels the moves.
func (e *env) cancelPicking(id int64) {
	quants := e.newQuants()
	for _, move := range e.rows("SELECT id FROM stock_move WHERE picking_id = $1 AND state NOT IN ('done', 'cancel') ORDER BY id", id) {
		e.cancelMove(quants, move.id())
	}
	quants.flush()
	e.write("stock_picking", id, vals{"state": "cancel"})
}

// cancelMove deletes a move's lines and cancels it.
func (e *env) cancelMove(q *quants, id int64) {
	e.write("stock_move", id, vals{})
	for _, line := range e.rows("SELECT * FROM stock_move_line WHERE move_id = $1 ORDER BY id", id) {
		e.write("stock_move_line", line.id(), vals{})
		q.unreserve(line)
		e.exec("DELETE FROM stock_move_line WHERE id = $1", line.id())
	}
	e.write("stock_move", id, vals{"state": "cancel", "quantity": "0.00"})
}
