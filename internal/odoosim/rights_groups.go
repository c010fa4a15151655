package odoosim

import "slices"

// group is one of Odoo's groups of users.
type group struct {
	id      string // external
	name    string // as refusals list it: the category, then the group
	from18  string // its name from 18 on, where it is another
	implies []string
}

// groups are those that rights here depend on, by the modules' own data.
var groups = []group{
	{id: "base.group_user", name: "User types/Internal User"},
	{id: "base.group_portal", name: "User types/Portal"},
	{id: "base.group_public", name: "User types/Public"},
	{id: "base.group_erp_manager", name: "Administration/Access Rights", implies: []string{"base.group_user"}},
	{id: "base.group_system", name: "Administration/Settings", implies: []string{"base.group_erp_manager", "product.group_product_manager"}},
	{id: "base.group_partner_manager", name: "Extra Rights/Contact Creation"},
	{id: "product.group_product_manager", name: "Extra Rights/Product Creation"},
	{id: "sales_team.group_sale_salesman", name: "Sales/User: Own Documents Only", implies: []string{"base.group_user"}},
	{id: "sales_team.group_sale_salesman_all_leads", name: "Sales/User: All Documents", implies: []string{"sales_team.group_sale_salesman"}},
	{id: "sales_team.group_sale_manager", name: "Sales/Administrator", implies: []string{"sales_team.group_sale_salesman_all_leads"}},
	{id: "stock.group_stock_user", name: "Inventory/User", implies: []string{"base.group_user"}},
	{id: "stock.group_stock_manager", name: "Inventory/Administrator", implies: []string{"stock.group_stock_user"}},
	{id: "account.group_account_readonly", name: "Technical/Show Accounting Features - Readonly", implies: []string{"base.group_user"}},
	{id: "account.group_account_invoice", name: "Invoicing/Billing", from18: "Invoicing/Invoicing", implies: []string{"base.group_user"}},
	{id: "account.group_account_user", name: "Technical/Show Full Accounting Features", implies: []string{"account.group_account_invoice", "account.group_account_readonly"}},
	{id: "account.group_account_manager", name: "Invoicing/Billing Administrator", from18: "Invoicing/Administrator", implies: []string{"account.group_account_invoice"}},
	{id: "mass_mailing.group_mass_mailing_user", name: "Email Marketing/User", implies: []string{"base.group_user"}},
}

func groupOf(id string) *group {
	at := slices.IndexFunc(groups, func(g group) bool { return g.id == id })
	if at < 0 {
		return nil
	}
	return &groups[at]
}

// closure is what a user is in: the groups given, what they imply, and every user's own.
func closure(given []string) map[string]bool {
	all := map[string]bool{}
	var add func(id string)
	add = func(id string) {
		if all[id] {
			return
		}
		all[id] = true
		if g := groupOf(id); g != nil {
			for _, implied := range g.implies {
				add(implied)
			}
		}
	}
	add("base.group_user")
	for _, id := range given {
		add(id)
	}
	return all
}

// groupName is what this release calls a group.
func (e *env) groupName(id string) string {
	g := groupOf(id)
	if e.newer() && g.from18 != "" {
		return g.from18
	}
	return g.name
}
