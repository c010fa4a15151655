package odoosim

// invoiceAction is the action that opens an order's invoice, as create_invoices
// answers it: the record of the action whole, of which res_id is what matters.
func (e *env) invoiceAction(order rec, move int64) map[string]any {
	list := e.listView()
	ids := map[string]int{"action": 260, "list": 692, "form": 699, "search": 702}
	domain := "[('move_type', '=', 'out_invoice')]"
	if e.newer() {
		ids = map[string]int{"action": 262, "list": 709, "form": 716, "search": 719}
		domain = "[('move_type', 'in', ['out_invoice', 'out_refund'])]"
	}
	action := map[string]any{
		"id": ids["action"], "name": "Invoices", "display_name": "Invoices", "type": "ir.actions.act_window", "xml_id": "account.action_move_out_invoice_type",
		"help":             "<p class=\"o_view_nocontent_smiling_face\">\n                Create a customer invoice\n              </p><p>\n                Create invoices, register payments and keep track of the discussions with your customers.\n              </p>\n            ",
		"binding_model_id": false, "binding_type": "action", "binding_view_types": "list,form", "domain": domain, "res_model": "account.move", "res_id": move,
		"target": "current", "view_mode": list + ",kanban,form,activity", "mobile_view_mode": "kanban", "limit": 80, "groups_id": []any{}, "filter": false,
		"view_id": []any{ids["list"], "account.out.invoice." + list}, "search_view_id": []any{ids["search"], "account.invoice.select"},
		"views": []any{[]any{ids["form"], "form"}, []any{ids["list"], list}, []any{false, "kanban"}, []any{false, "activity"}},
		"context": e.wizardContext(map[string]any{
			"default_move_type": "out_invoice", "default_partner_id": order.int("partner_id"), "default_partner_shipping_id": order.int("partner_shipping_id"),
			"default_invoice_payment_term_id": idOrNil(order.int("payment_term_id")), "default_invoice_origin": order["name"],
		}),
	}
	if e.newer() {
		action["path"], action["embedded_action_ids"] = "invoicing", []any{}
	}
	return action
}

func idOrNil(id int64) any {
	if id == 0 {
		return nil
	}
	return id
}

// moveTitle is how a journal entry is shown where another refers to it.
func moveTitle(move rec) string {
	title := move["name"]
	if title == "" || title == "/" {
		title = "(* " + move["id"] + ")"
	}
	if move["state"] == "draft" {
		title = map[string]string{"out_invoice": "Draft Invoice", "out_refund": "Draft Credit Note", "entry": "Draft Entry"}[move["move_type"]] + " " + title
	}
	if ref := move["ref"]; ref != "" {
		title += " (" + ref + ")"
	}
	return title
}
