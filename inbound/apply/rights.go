package apply

import (
	"context"
	"slices"

	"github.com/odoobridge/odoobridge/inbound/odoo"
)

// Right is something that Odoo must let the bridge's user do.
type Right struct {
	Model     string // "sale.order"
	Operation string // "read", "write", "create", "unlink"; empty where Odoo asks for the group itself
	Group     string // the least of Odoo's groups that gives it, "sales_team.group_sale_salesman_all_leads"
	When      string // what needs it: "guests and addresses"; empty: every command of the name
}

// Groups of Odoo that commands need.
const (
	groupContacts  = "base.group_partner_manager"
	groupSales     = "sales_team.group_sale_salesman_all_leads"
	groupInventory = "stock.group_stock_user"
	groupCounts    = "stock.group_stock_manager"
	groupInvoicing = "account.group_account_invoice"
	groupMailing   = "mass_mailing.group_mass_mailing_user"
)

// groupNames are what people see of them, where they give groups to users.
var groupNames = map[string]string{
	groupContacts:  "Extra Rights / Contact Creation (from Odoo 19 on Contact / Creation)",
	groupSales:     "Sales / User: All Documents",
	groupInventory: "Inventory / User",
	groupCounts:    "Inventory / Administrator",
	groupInvoicing: "Invoicing / Billing (Odoo 18: Invoicing / Invoicing, from 19 on Accounting / Invoicing)",
	groupMailing:   "Email Marketing / User",
}

// rights are what commands need beyond what every internal user may. What gives the right of the first line of a group
// gives the others with it, unless somebody changed Odoo's access rights.
var rights = map[string][]Right{
	"customer.upsert": {{"res.partner", "create", groupContacts, ""}, {"res.partner", "write", groupContacts, ""}},
	"order.place": {
		{"sale.order", "create", groupSales, ""}, {"sale.order", "write", groupSales, ""}, {"sale.order.line", "create", groupSales, ""},
		{"res.partner", "create", groupContacts, "guests and addresses"},
	},
	"order.cancel":     {{"sale.order", "write", groupSales, ""}, {"stock.move", "write", groupSales, ""}},
	"shipment.confirm": {{"stock.picking", "write", groupInventory, ""}, {"stock.move", "write", groupInventory, ""}, {"stock.lot", "read", groupInventory, "lots"}},
	"return.request":   {{"stock.return.picking", "create", groupInventory, ""}, {"stock.picking", "create", groupInventory, ""}},
	"return.receive":   {{"stock.picking", "write", groupInventory, ""}, {"stock.move", "write", groupInventory, ""}, {"stock.lot", "read", groupInventory, "lots"}},
	"payment.record": {
		{"account.payment", "create", groupInvoicing, ""}, {"account.payment.register", "create", groupInvoicing, ""}, {"", "", groupInvoicing, ""},
		{"sale.advance.payment.inv", "create", groupSales, "payment_invoices: invoice"},
	},
	"refund.record": {
		{"account.move.reversal", "create", groupInvoicing, ""}, {"account.move", "create", groupInvoicing, ""}, {"account.payment", "create", groupInvoicing, ""},
		{"", "", groupInvoicing, ""},
	},
	"stock.count":  {{"stock.quant", "write", groupInventory, ""}, {"stock.quant", "", groupCounts, ""}},
	"stock.adjust": {{"stock.quant", "write", groupInventory, ""}, {"stock.quant", "", groupCounts, ""}},
	"consent.update": {
		{"mail.blacklist", "create", groupMailing, ""}, {"mailing.contact", "create", groupMailing, "lists"}, {"mailing.subscription", "create", groupMailing, "lists"},
	},
}

// Rights are what a command needs, beyond what every internal user of Odoo may.
func Rights(name string) []Right { return slices.Clone(rights[name]) }

// GroupName is what people see of the group, where they give groups to users.
func (r Right) GroupName() string { return groupNames[r.Group] }

// String says what the right is: "create sale.order", or to be in the group.
func (r Right) String() string {
	if r.Operation == "" {
		return "be in " + r.Group
	}
	return r.Operation + " " + r.Model
}

// In is the right by the name that the model has in a release.
func (r Right) In(release int) Right {
	r.Model = modelIn(r.Model, release)
	return r
}

// Held asks Odoo whether the client's user has the right.
func (r Right) Held(ctx context.Context, client *odoo.Client, callContext map[string]any) (bool, error) {
	if r.Operation == "" {
		return client.HasGroup(ctx, r.Group)
	}
	release, err := client.Release(ctx)
	if err != nil {
		return false, err
	}
	return client.HasAccess(ctx, r.In(release.Major).Model, r.Operation, callContext)
}
