package odoosim

import (
	"maps"
	"slices"
	"strings"
)

// The groups, shortly.
const (
	everyone     = "base.group_user"
	anybody      = "base.group_public"
	portal       = "base.group_portal"
	settings     = "base.group_system"
	accessRights = "base.group_erp_manager"
	contacts     = "base.group_partner_manager"
	products     = "product.group_product_manager"
	seller       = "sales_team.group_sale_salesman"
	sellerOfAll  = "sales_team.group_sale_salesman_all_leads"
	salesManager = "sales_team.group_sale_manager"
	stockUser    = "stock.group_stock_user"
	stockManager = "stock.group_stock_manager"
	booksReader  = "account.group_account_readonly"
	invoicing    = "account.group_account_invoice"
	booksUser    = "account.group_account_user"
	booksManager = "account.group_account_manager"
	massMailing  = "mass_mailing.group_mass_mailing_user"
)

// What a group may do with a model: read, write, create and unlink.
const (
	nothing      = ""
	readOnly     = "r"
	readWrite    = "rw"
	allButUnlink = "rwc"
	all          = "rwcu"
)

// access is who may do what: ir.model.access of Odoo 17 with the modules sale, sale_stock, stock,
// stock_delivery, account and mass_mailing, for the models that are simulated.
var access = map[string]map[string]string{
	"sale.order":      {portal: readOnly, booksReader: readOnly, invoicing: readWrite, booksUser: readWrite, seller: allButUnlink, salesManager: all, stockUser: readWrite},
	"sale.order.line": {portal: readOnly, booksReader: readOnly, invoicing: readWrite, booksUser: readWrite, seller: all, stockUser: readWrite},

	"sale.advance.payment.inv": {seller: allButUnlink},

	"stock.picking":                       {stockUser: all, seller: allButUnlink, salesManager: all, portal: readOnly, booksReader: readOnly, invoicing: allButUnlink},
	"stock.move":                          {stockUser: allButUnlink, stockManager: all, seller: allButUnlink, salesManager: all, booksReader: readOnly, invoicing: allButUnlink},
	"stock.move.line":                     {everyone: all, stockUser: all},
	"stock.quant":                         {everyone: readOnly, stockUser: allButUnlink},
	"stock.lot":                           {stockUser: all},
	"stock.location":                      {everyone: readOnly, contacts: readOnly, seller: readOnly, stockManager: all},
	"stock.warehouse":                     {everyone: readOnly, seller: readOnly, stockManager: all},
	"stock.picking.type":                  {everyone: readOnly, stockUser: readOnly, stockManager: all},
	"stock.return.picking":                {stockUser: allButUnlink},
	"stock.return.picking.line":           {stockUser: all},
	"procurement.group":                   {everyone: allButUnlink},
	"delivery.carrier":                    {seller: readOnly, salesManager: all, contacts: readOnly, settings: readOnly, stockUser: readOnly, stockManager: all},
	"account.move":                        {booksReader: readOnly, invoicing: all, booksManager: readOnly, seller: readOnly, portal: readOnly},
	"account.move.line":                   {booksReader: readOnly, invoicing: all, booksManager: readOnly, seller: readOnly, portal: readOnly},
	"account.move.reversal":               {invoicing: allButUnlink},
	"account.journal":                     {booksReader: readOnly, invoicing: readOnly, booksManager: all, seller: readOnly, stockManager: readWrite},
	"account.payment":                     {booksReader: readOnly, invoicing: all},
	"account.payment.register":            {invoicing: allButUnlink},
	"account.payment.term":                {everyone: readOnly, booksManager: all, seller: readOnly},
	"account.partial.reconcile":           {booksReader: readOnly, invoicing: all, booksUser: all, seller: readOnly, stockManager: all},
	"account.tax":                         {everyone: readOnly, booksReader: readOnly, invoicing: readOnly, booksManager: all, seller: readOnly},
	"product.product":                     {everyone: readOnly, settings: all, seller: readOnly, salesManager: all, stockUser: readOnly, stockManager: all},
	"product.template":                    {everyone: readOnly, settings: all, seller: readOnly, salesManager: all, stockUser: readOnly, stockManager: all},
	"product.category":                    {everyone: readOnly, settings: all, salesManager: all, stockManager: all},
	"product.pricelist":                   {everyone: readOnly, contacts: readOnly, settings: all, seller: readOnly, salesManager: all, stockManager: all},
	"product.pricelist.item":              {everyone: readOnly, settings: all, salesManager: all, stockManager: all},
	"uom.uom":                             {everyone: readOnly, settings: all, seller: readOnly, salesManager: all, stockManager: all},
	"crm.team":                            {everyone: readOnly, seller: readOnly, salesManager: all},
	"res.partner":                         {anybody: readOnly, portal: readOnly, everyone: readOnly, contacts: all, seller: readOnly, salesManager: allButUnlink, stockManager: allButUnlink, booksManager: readOnly},
	"res.partner.category":                {everyone: readOnly, contacts: all},
	"res.users":                           {anybody: readOnly, portal: readOnly, everyone: readOnly, accessRights: all},
	"res.company":                         {anybody: readOnly, portal: readOnly, everyone: readOnly, accessRights: all},
	"res.country":                         {everyone: readOnly, contacts: readOnly, settings: all},
	"res.country.state":                   {everyone: readOnly, contacts: all},
	"res.currency":                        {everyone: readOnly, settings: all, booksManager: all},
	"res.lang":                            {everyone: readOnly, settings: all},
	"ir.model.data":                       {accessRights: all},
	"decimal.precision":                   {settings: readWrite},
	"mail.message":                        {anybody: readOnly, portal: all, everyone: all},
	"mail.blacklist":                      {settings: all, massMailing: all},
	"base.language.install":               {settings: allButUnlink},
	"base.partner.merge.automatic.wizard": {contacts: allButUnlink},
}

// access18 is what Odoo 18 changed.
var access18 = map[string]map[string]string{
	"stock.location":         {stockUser: readWrite},
	"product.product":        {settings: nothing, products: all},
	"product.template":       {settings: nothing, products: all},
	"product.category":       {settings: nothing, products: all},
	"product.pricelist":      {settings: nothing, products: all},
	"product.pricelist.item": {settings: nothing, products: all},
}

// letters of what may be done.
var letters = map[string]string{"read": "r", "write": "w", "create": "c", "unlink": "u"}

// granted are the groups that may do something with a model, in this release.
func (e *env) granted(model, operation string) []string {
	may := maps.Clone(access[model])
	if e.newer() {
		maps.Copy(may, access18[model])
	}
	var ids []string
	for _, id := range slices.Sorted(maps.Keys(may)) {
		if strings.Contains(may[id], letters[operation]) {
			ids = append(ids, id)
		}
	}
	return ids
}

// grantedNames are the same as a refusal lists them.
func (e *env) grantedNames(model, operation string) []string {
	ids := e.granted(model, operation)
	names := make([]string, len(ids))
	for i, id := range ids {
		names[i] = e.groupName(id)
	}
	slices.Sort(names)
	return names
}
