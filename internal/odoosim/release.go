package odoosim

import "strings"

// newer says that the tables are Odoo 18's or later ones: payments have columns
// of their own from there on.
func (e *env) newer() bool { return e.tables.major() >= 18 }

// wizardView is the view that a wizard had where it was recorded.
func (e *env) wizardView(model string) int {
	views := map[string]int{"confirm.stock.sms": 1066, "stock.backorder.confirmation": 861, "sale.order.cancel": 1084}
	if e.newer() {
		views = map[string]int{"confirm.stock.sms": 1130, "stock.backorder.confirmation": 893, "sale.order.cancel": 1149}
	}
	return views[model]
}

// listView is what lists are called in actions.
func (e *env) listView() string {
	if e.newer() {
		return "list"
	}
	return "tree"
}

// notConfirmable is the refusal to confirm orders that are no quotations.
func (e *env) notConfirmable(names []string) {
	if e.newer() {
		userError("Some orders are not in a state requiring confirmation.")
	}
	userError("The following orders are not in a state requiring confirmation: %s", strings.Join(names, ", "))
}

// noMethod is the refusal of a method that there is not.
func (e *env) noMethod(model, method string) {
	if e.tables.major() == 18 {
		failf("builtins.AttributeError", "The method '%s' does not exist on the model '%s'", method, model)
	}
	failf("builtins.AttributeError", "The method '%s.%s' does not exist", model, method)
}

// privateMethod is the refusal of a method that is nobody's to call.
func (e *env) privateMethod(model, method string) {
	if e.tables.major() == 18 {
		accessError("Private methods (such as %s) cannot be called remotely.", method)
	}
	accessError("Private methods (such as '%s.%s') cannot be called remotely.", model, method)
}

// both joins two names as messages do.
func (e *env) both(one, other string) string {
	if e.newer() {
		return one + " and " + other
	}
	return one + ", " + other
}

// deliveryOrigin is what the transfers of an order name as their origin.
func (e *env) deliveryOrigin(order rec) string {
	if ref := order["client_order_ref"]; e.newer() && ref != "" {
		return order["name"] + " - " + ref
	}
	return order["name"]
}

// lineUnit and lineTaxField are what order lines call their unit and their taxes.
func (e *env) lineUnit() string {
	if e.tables.major() >= 19 {
		return "product_uom_id"
	}
	return "product_uom"
}

func (e *env) lineTaxField() string {
	if e.tables.major() >= 19 {
		return "tax_ids"
	}
	return "tax_id"
}

// renamed says that this release calls a field otherwise.
func (e *env) renamed(m *model, field string) bool {
	return m.name == "sale.order.line" && (field == "tax_id" || field == "tax_ids") && field != e.lineTaxField()
}
