package odoosim

import (
	"fmt"
	"slices"
)

// strict are models whose records belong to one company; shared ones may belong to none.
var (
	strict = []string{
		"sale.order", "sale.order.line", "stock.picking", "stock.picking.type", "stock.move", "stock.move.line", "stock.warehouse",
		"account.move", "account.move.line", "account.journal", "account.tax", "account.payment",
	}
	shared = []string{
		"stock.location", "stock.quant", "stock.lot", "product.template", "product.product", "product.pricelist", "product.pricelist.item", "crm.team",
		"delivery.carrier", "account.payment.term",
	}
)

// rule is the domain of the records that a user may see, by ir.rule: those of the user's companies, and for sellers
// of their own documents those without another salesperson.
func (e *env) rule(m *model) []any {
	if e.rights == nil || m.table == "" {
		return nil
	}
	companies := toAny(e.companies())
	var domain []any
	switch name := m.name; {
	case slices.Contains(strict, name) && e.hasField(m, "company_id"):
		domain = append(domain, []any{"company_id", "in", companies})
	case slices.Contains(shared, name) && e.hasField(m, "company_id"):
		domain = append(domain, "|", []any{"company_id", "=", false}, []any{"company_id", "in", companies})
	case name == "res.partner" && e.hasField(m, "partner_share"):
		domain = append(domain, "|", "|", []any{"partner_share", "=", false}, []any{"company_id", "in", companies}, []any{"company_id", "=", false})
	case name == "res.company" && !e.in(accessRights):
		domain = append(domain, []any{"id", "in", companies})
	}
	return append(domain, e.ownOnly(m.name)...)
}

// ownOnly are the rules of groups: one that allows all is enough.
func (e *env) ownOnly(name string) []any {
	if !e.in(seller) {
		return nil
	}
	sold := []any{"move_type", "in", []any{"out_invoice", "out_refund"}}
	switch {
	case name == "sale.order" && !e.in(sellerOfAll):
		return []any{"|", []any{"user_id", "=", e.uid}, []any{"user_id", "=", false}}
	case name == "sale.order.line" && !e.in(sellerOfAll):
		return []any{"|", []any{"salesman_id", "=", e.uid}, []any{"salesman_id", "=", false}}
	case name == "account.move" && !e.in(invoicing) && !e.in(booksReader) && e.in(sellerOfAll):
		return []any{sold}
	case name == "account.move" && !e.in(invoicing) && !e.in(booksReader):
		return []any{sold, "|", []any{"invoice_user_id", "=", e.uid}, []any{"invoice_user_id", "=", false}}
	}
	return nil
}

// companies are those that the call works in: the context's, else all of the user's.
func (e *env) companies() []int64 {
	if asked := toIDs(e.context["allowed_company_ids"]); len(asked) > 0 {
		return asked
	}
	return e.ownCompanies()
}

func (e *env) ownCompanies() []int64 {
	if e.rights.companies != nil {
		return e.rights.companies
	}
	var every []int64
	for _, row := range e.rows("SELECT id FROM res_company ORDER BY id") {
		every = append(every, row.id())
	}
	return every
}

// checkCompanies refuses companies that are not the user's.
func (e *env) checkCompanies() {
	own := e.ownCompanies()
	for _, id := range toIDs(e.context["allowed_company_ids"]) {
		if !slices.Contains(own, id) {
			accessError("Access to unauthorized or invalid companies.")
		}
	}
}

// seen is a domain with what the user may see of its model.
func (e *env) seen(m *model, domain []any) []any { return append(e.rule(m), domain...) }

// broken are those of the records that rules keep from the user; one that is not there at all is none of them.
func (e *env) broken(operation string, m *model, ids []int64) []int64 {
	domain := e.rule(m)
	if len(domain) == 0 || len(ids) == 0 {
		return nil
	}
	w := &where{e: e, named: map[string]bool{}}
	condition := w.all(m, domain)
	var hidden []int64
	for _, id := range ids {
		sql := fmt.Sprintf("SELECT id FROM %s WHERE id = $%d AND NOT COALESCE((%s), FALSE)", quote(m.table), len(w.args)+1, condition)
		if e.row(sql, append(slices.Clone(w.args), id)...) != nil {
			hidden = append(hidden, id)
		}
	}
	return hidden
}

// obey refuses, in Odoo's words, records that rules keep from the user.
func (e *env) obey(operation string, m *model, ids []int64) {
	if e.rights == nil || len(e.broken(operation, m, ids)) == 0 {
		return
	}
	user := e.get("res_partner", e.get("res_users", e.uid).int("partner_id"))
	more := ""
	if e.newer() && (slices.Contains(strict, m.name) || slices.Contains(shared, m.name)) {
		more = "\n\nThis seems to be a multi-company issue, but you do not have access to the proper company to access the record anyhow."
	}
	accessError("Uh-oh! Looks like you have stumbled upon some top-secret records.\n\nSorry, %s (id=%d) doesn't have '%s' access to:\n- %s (%s)\n\n"+
		"If you really, really need access, perhaps you can win over your friendly administrator with a batch of freshly baked cookies.%s",
		user["name"], e.uid, operation, m.title, m.name, more)
}
