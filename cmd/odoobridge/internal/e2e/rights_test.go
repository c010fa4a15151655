package e2e

import (
	"github.com/odoobridge/odoobridge/inbound/apply"
	"github.com/odoobridge/odoobridge/internal/odoosim"
	"github.com/odoobridge/odoobridge/schema"
)

// documentedRights are every user's: the groups that docs/OPERATIONS.md names for commands, and no more.
func documentedRights(string) *odoosim.Rights {
	var r odoosim.Rights
	for _, c := range schema.Commands() {
		for _, right := range apply.Rights(c.Name) {
			r.Groups = append(r.Groups, right.Group)
		}
	}
	return &r
}

// liveRights are those that docs/LIVE.md asks for: the tests make products and count them too.
func liveRights(string) *odoosim.Rights {
	return &odoosim.Rights{Groups: []string{
		"sales_team.group_sale_manager", "stock.group_stock_manager", "account.group_account_invoice", "base.group_partner_manager",
		"mass_mailing.group_mass_mailing_user",
	}}
}
