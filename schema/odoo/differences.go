package odoo

// differences is where releases call a column or a table otherwise, or have
// none (""). From OpenUpgrade's analyses, and checked against real databases.
var differences = []struct {
	first, last   release
	table, column string
	source        string
}{
	{first: 15, last: 15, table: "stock_lot", source: "stock_production_lot"},

	{first: 19, last: 19, table: "res_partner", column: "mobile"},
	{first: 15, last: 17, table: "product_template", column: "is_storable"},   // type says "product"
	{first: 15, last: 17, table: "product_product", column: "standard_price"}, // in ir_property
	{first: 15, last: 17, table: "product_pricelist_item", column: "price_markup"},
	{first: 19, last: 19, table: "uom_uom", column: "rounding"}, // the decimal places of quantities say it
	{first: 19, last: 19, table: "uom_uom", column: "category_id"},
	{first: 15, last: 15, table: "stock_location", column: "warehouse_id"}, // not stored

	{first: 15, last: 16, table: "stock_move", column: "quantity"}, // summed up from the move's lines
	{first: 15, last: 16, table: "stock_move", column: "picked"},
	{first: 15, last: 17, table: "stock_move", column: "location_final_id"}, // all steps are made at once
	{first: 19, last: 19, table: "stock_move", column: "name"},
	{first: 19, last: 19, table: "stock_move", column: "description_picking", source: "description_picking_manual"}, // of a person only
	{first: 15, last: 16, table: "stock_move_line", column: "quantity"},
	{first: 15, last: 15, table: "stock_move_line", column: "reserved", source: "product_uom_qty"},
	{first: 16, last: 16, table: "stock_move_line", column: "reserved", source: "reserved_uom_qty"},
	{first: 17, last: 19, table: "stock_move_line", column: "reserved"},
	{first: 17, last: 19, table: "stock_move_line", column: "qty_done"},
	{first: 15, last: 16, table: "stock_picking", column: "return_id"}, // the moves say it

	{first: 15, last: 16, table: "sale_order", column: "locked"}, // state says "done"
	{first: 15, last: 15, table: "sale_order", column: "delivery_status"},
	{first: 19, last: 19, table: "sale_order_line", column: "product_uom", source: "product_uom_id"},

	{first: 18, last: 19, table: "account_move", column: "payment_id", source: "origin_payment_id"},
	{first: 16, last: 19, table: "account_move_line", column: "exclude_from_invoice_tab"}, // display_type says it
	{first: 16, last: 19, table: "account_move_line", column: "date_maturity"},            // display_type says it too; in 15 only lines of a payment term have one
	{first: 15, last: 17, table: "account_payment", column: "name"},                       // this and the next ones: in the payment's account_move
	{first: 15, last: 17, table: "account_payment", column: "state"},
	{first: 15, last: 17, table: "account_payment", column: "date"},
	{first: 15, last: 17, table: "account_payment", column: "memo"},
	{first: 15, last: 17, table: "account_payment", column: "journal_id"},
	{first: 15, last: 17, table: "account_payment", column: "company_id"},
	{first: 18, last: 19, table: "account_payment", column: "is_internal_transfer"},
	{first: 15, last: 15, table: "payment_transaction", column: "provider_reference", source: "acquirer_reference"},
	{first: 15, last: 16, table: "mailing_subscription", source: "mailing_contact_list_rel"},
}

// source is what the release calls a column, or, without a column, a table.
func (r release) source(table, column string) string {
	for _, d := range differences {
		if d.table == table && d.column == column && d.first <= r && r <= d.last {
			return d.source
		}
	}
	if column == "" {
		return table
	}
	return column
}
