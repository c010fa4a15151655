package odoosim

// model is what is known of one of Odoo's models beyond its columns.
type model struct {
	name   string
	table  string
	title  string // as Odoo's messages call it
	order  string // of search
	labels map[string]string
	refs   map[string]string // many2one column → model
	lines  map[string]lines  // one2many field → where its records are
	parent string            // column of the record whose fields are this one's too (product.product)

	// Beyond plain rows; nil is the plain way.
	create  func(e *env, v vals) int64
	write   func(e *env, ids []int64, v vals)
	unlink  func(e *env, ids []int64)
	compute map[string]func(e *env, row rec) any // fields without a column
	methods map[string]method
}

// lines is a one2many field.
type lines struct{ model, inverse string }

// method is a public method that is more than reading and writing.
type method func(e *env, c *call) any

// models are those that channels use, by name. It is filled by init so that
// what a model does may look up other models.
var models = map[string]*model{}

func init() {
	for _, m := range []*model{
		partnerModel(), orderModel(), orderLineModel(), pickingModel(), moveModel(), moveLineModel(), quantModel(),
		productModel(), templateModel(), pricelistModel(), pricelistItemModel(), languageInstallModel(), modelDataModel(),
		accountMoveModel(), accountMoveLineModel(), paymentModel(), paymentRegisterModel(), advancePaymentModel(), reversalModel(),
		returnModel(), returnLineModel(), blacklistModel(), partnerMergeModel(), messageModel(),
		{name: "account.journal", table: "account_journal", title: "Journal", order: "sequence, type, code, id",
			refs: map[string]string{"company_id": "res.company", "currency_id": "res.currency"}},
		{name: "account.payment.term", table: "account_payment_term", title: "Payment Terms", order: "sequence, id", refs: map[string]string{"company_id": "res.company"}},
		{name: "account.partial.reconcile", table: "account_partial_reconcile", title: "Partial Reconcile",
			refs: map[string]string{"debit_move_id": "account.move.line", "credit_move_id": "account.move.line"}},
		{name: "res.partner.category", table: "res_partner_category", title: "Partner Tags", order: "name, id"},
		{name: "stock.lot", table: "stock_lot", title: "Lot/Serial", refs: map[string]string{"product_id": "product.product", "company_id": "res.company"}},
		{name: "res.users", table: "res_users", title: "User", parent: "partner_id", refs: map[string]string{"partner_id": "res.partner", "company_id": "res.company"},
			methods: map[string]method{"has_group": hasGroup, "context_get": contextGet}},
		{name: "res.company", table: "res_company", title: "Companies", refs: map[string]string{"partner_id": "res.partner", "currency_id": "res.currency"}},
		{name: "res.country", table: "res_country", title: "Country", order: "name, id"},
		{name: "res.country.state", table: "res_country_state", title: "Country state", refs: map[string]string{"country_id": "res.country"}},
		{name: "res.currency", table: "res_currency", title: "Currency"},
		{name: "res.lang", table: "res_lang", title: "Languages", order: "active desc, name, id"},
		{name: "stock.location", table: "stock_location", title: "Inventory Locations", order: "complete_name, id",
			refs: map[string]string{"location_id": "stock.location", "company_id": "res.company", "warehouse_id": "stock.warehouse"}, create: createLocation},
		{name: "stock.warehouse", table: "stock_warehouse", title: "Warehouse", create: createWarehouse,
			refs: map[string]string{"company_id": "res.company", "partner_id": "res.partner", "view_location_id": "stock.location", "lot_stock_id": "stock.location"}},
		{name: "stock.picking.type", table: "stock_picking_type", title: "Picking Type",
			refs: map[string]string{"warehouse_id": "stock.warehouse", "company_id": "res.company", "default_location_src_id": "stock.location", "default_location_dest_id": "stock.location"}},
		{name: "procurement.group", table: "procurement_group", title: "Procurement Group", refs: map[string]string{"partner_id": "res.partner", "sale_id": "sale.order"}},
		{name: "delivery.carrier", table: "delivery_carrier", title: "Shipping Methods"},
		{name: "crm.team", table: "crm_team", title: "Sales Team"},
		{name: "uom.uom", table: "uom_uom", title: "Product Unit of Measure"},
		{name: "product.category", table: "product_category", title: "Product Category", refs: map[string]string{"parent_id": "product.category"}},
		{name: "account.tax", table: "account_tax", title: "Tax"},
	} {
		models[m.name] = m
	}
}

// modelOf finds a model or answers as Odoo does.
func modelOf(name string) *model {
	m := models[name]
	if m == nil {
		userError("Object %s doesn't exist", name)
	}
	return m
}

// everywhere are the many2one columns that every model has.
var everywhere = map[string]string{"create_uid": "res.users", "write_uid": "res.users"}

// refOf is the model a column refers to, or "".
func (m *model) refOf(column string) string {
	if name := m.refs[column]; name != "" {
		return name
	}
	return everywhere[column]
}

// label is what Odoo's messages call a field.
func (m *model) label(field string) string {
	if label := m.labels[field]; label != "" {
		return label
	}
	return field
}
