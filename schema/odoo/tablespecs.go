package odoo

import "time"

// The modules whose tables need not be there.
const (
	moduleProduct       = "product"
	moduleStock         = "stock"
	moduleSale          = "sale"
	moduleDelivery      = "delivery"
	moduleManufacturing = "mrp"
	// modulePrecision is a part of base; the name lets its table be absent.
	modulePrecision = "decimal_precision"
)

// spec describes a table. A column that ends in "?" comes from a module that
// need not be installed.
type spec struct {
	table    **Table
	name     string
	columns  []string
	keys     int // 0 stands for 1
	find     []int
	findText []int
	findOpen []int                                // of the rows that open takes
	open     func(Row) bool                       // nil where findOpen is
	moments  func(row Row, yield func(time.Time)) // when what the row says begins or ceases to hold
	module   string                               // "" for base
	resident bool
	relation bool // of a many2many field: without a record of who wrote it
	extras   bool // a document shows columns added by configuration
	keep     func(Row) bool
	since    release // first that has the table; 0: all
}

func (t *tables) specs() []spec {
	all := t.baseSpecs()
	all = append(all, t.productSpecs()...)
	all = append(all, t.priceSpecs()...)
	all = append(all, t.kitSpecs()...)
	all = append(all, t.stockSpecs()...)
	all = append(all, t.pickingSpecs()...)
	all = append(all, t.orderSpecs()...)
	return append(all, t.financeSpecs()...)
}

func (t *tables) baseSpecs() []spec {
	return []spec{
		{table: &t.country, name: "res_country", columns: []string{namedID: "id", namedCode: "code"}, resident: true},
		{table: &t.state, name: "res_country_state", columns: []string{namedID: "id", namedCode: "code"}, resident: true},
		{table: &t.currency, name: "res_currency", columns: []string{namedID: "id", namedName: "name", currencyDecimals: "decimal_places"}, resident: true},
		{table: &t.company, name: "res_company", columns: []string{namedID: "id", namedName: "name", companyCurrency: "currency_id"}, resident: true},
		{table: &t.partnerTag, name: "res_partner_category", columns: []string{namedID: "id", namedName: "name"}, resident: true},
		{
			table: &t.partner, name: "res_partner", extras: true, find: []int{partnerCommercial, partnerParent},
			findText: []int{partnerEmailNormalized},
			columns: []string{
				partnerID: "id", partnerCommercial: "commercial_partner_id", partnerParent: "parent_id", partnerCompany: "company_id",
				partnerName: "name", partnerIsCompany: "is_company", partnerType: "type", partnerEmail: "email",
				partnerEmailNormalized: "email_normalized?", partnerPhone: "phone", partnerMobile: "mobile", partnerVAT: "vat",
				partnerRef: "ref", partnerLang: "lang", partnerStreet: "street", partnerStreet2: "street2", partnerZip: "zip",
				partnerCity: "city", partnerState: "state_id", partnerCountry: "country_id", partnerActive: "active",
			},
		},
		{
			table: &t.partnerTags, name: "res_partner_res_partner_category_rel", keys: 2, relation: true, find: []int{tagsTag, tagsPartner},
			columns: []string{tagsTag: "category_id", tagsPartner: "partner_id"},
		},
		{
			table: &t.externalID, name: "ir_model_data", find: []int{externalRecord}, findText: []int{externalText}, keep: ofChannel,
			columns: []string{namedID: "id", externalModel: "model", externalRecord: "res_id", externalModule: "module", externalText: "name"},
		},
	}
}

func (t *tables) productSpecs() []spec {
	return []spec{
		{table: &t.uom, name: "uom_uom", module: moduleProduct, columns: []string{namedID: "id", namedName: "name", uomFactor: "factor", uomRounding: "rounding", uomCategory: "category_id"}, resident: true},
		{table: &t.productCategory, name: "product_category", module: moduleProduct, columns: []string{namedID: "id", productCategoryName: "complete_name", productCategoryPath: "parent_path"}, resident: true},
		{table: &t.attribute, name: "product_attribute", module: moduleProduct, columns: []string{namedID: "id", namedName: "name"}, resident: true},
		{
			table: &t.attributeValue, name: "product_attribute_value", module: moduleProduct, resident: true,
			columns: []string{namedID: "id", attributeValueName: "name", attributeValueAttribute: "attribute_id"},
		},
		{
			table: &t.templateValue, name: "product_template_attribute_value", module: moduleProduct, find: []int{templateValueValue},
			columns: []string{
				namedID: "id", templateValueValue: "product_attribute_value_id", templateValueLine: "attribute_line_id",
				templateValueAttribute: "attribute_id", templateValueExtra: "price_extra",
			},
		},
		{
			table: &t.template, name: "product_template", module: moduleProduct, extras: true, find: []int{templateCategory, templateUoM},
			columns: []string{
				templateID: "id", templateName: "name", templateCompany: "company_id", templateCategory: "categ_id", templateUoM: "uom_id",
				templateType: "type", templateStorable: "is_storable?", templateTracking: "tracking?", templateListPrice: "list_price",
				templateActive: "active", templateSaleOK: "sale_ok",
			},
		},
		{
			table: &t.product, name: "product_product", module: moduleProduct, extras: true, find: []int{productTemplate}, findText: []int{productSKU, productBarcode},
			columns: []string{
				productID: "id", productTemplate: "product_tmpl_id", productSKU: "default_code", productBarcode: "barcode",
				productWeight: "weight", productActive: "active", productCost: "standard_price?",
			},
		},
		{
			table: &t.variantValues, name: "product_variant_combination", module: moduleProduct, keys: 2, relation: true,
			find:    []int{variantValuesProduct, variantValuesValue},
			columns: []string{variantValuesProduct: "product_product_id", variantValuesValue: "product_template_attribute_value_id"},
		},
	}
}

func (t *tables) stockSpecs() []spec {
	return []spec{
		{
			table: &t.warehouse, name: "stock_warehouse", module: moduleStock, resident: true,
			columns: []string{namedID: "id", warehouseCode: "code", warehouseCompany: "company_id", warehouseView: "view_location_id"},
		},
		{
			table: &t.location, name: "stock_location", module: moduleStock, resident: true,
			columns: []string{
				namedID: "id", locationPath: "parent_path", locationWarehouse: "warehouse_id", locationName: "complete_name", locationUsage: "usage",
			},
		},
		{
			table: &t.quant, name: "stock_quant", module: moduleStock, find: []int{quantLocation},
			columns: []string{
				namedID: "id", quantProduct: "product_id", quantLocation: "location_id", quantQuantity: "quantity", quantReserved: "reserved_quantity",
			},
		},
		{table: &t.lot, name: "stock_lot", module: moduleStock, columns: []string{namedID: "id", namedName: "name"}},
		{
			table: &t.pickingType, name: "stock_picking_type", module: moduleStock, resident: true,
			columns: []string{namedID: "id", pickingTypeCode: "code", pickingTypeWarehouse: "warehouse_id"},
		},
	}
}

func (t *tables) pickingSpecs() []spec {
	return []spec{
		{table: &t.carrier, name: "delivery_carrier", module: moduleDelivery, columns: []string{namedID: "id", namedName: "name"}, resident: true},
		{
			table: &t.picking, name: "stock_picking", module: moduleStock, extras: true, find: []int{pickingPartner}, findText: []int{pickingName},
			columns: []string{
				pickingID: "id", pickingName: "name", pickingCompany: "company_id", pickingOfType: "picking_type_id", pickingPartner: "partner_id",
				pickingState: "state", pickingOrigin: "origin", pickingScheduled: "scheduled_date", pickingDone: "date_done",
				pickingBackorderOf: "backorder_id", pickingReturnOf: "return_id", pickingOrder: "sale_id?", pickingCarrier: "carrier_id?",
				pickingTracking: "carrier_tracking_ref?",
			},
		},
		{
			table: &t.move, name: "stock_move", module: moduleStock, extras: true, find: []int{movePicking, moveProduct},
			findOpen: []int{moveFrom, moveTo, moveFinal}, open: openMove,
			columns: []string{
				moveID: "id", movePicking: "picking_id", moveProduct: "product_id", moveState: "state", moveName: "name",
				moveDescription: "description_picking", moveDemand: "product_uom_qty", moveQuantity: "quantity", movePicked: "picked",
				moveUoM: "product_uom", moveReturns: "origin_returned_move_id", moveOrderLine: "sale_line_id?",
				moveFrom: "location_id", moveTo: "location_dest_id", moveFinal: "location_final_id", moveProductQuantity: "product_qty",
				moveCompany: "company_id", moveDate: "date", moveReference: "reference", moveOrigin: "origin", moveToRefund: "to_refund?",
			},
		},
		{
			table: &t.moveLine, name: "stock_move_line", module: moduleStock, find: []int{moveLinePicking},
			columns: []string{
				moveLineID: "id", moveLinePicking: "picking_id", moveLineMove: "move_id", moveLineLot: "lot_id", moveLineLotName: "lot_name",
				moveLineQuantity: "quantity", moveLineReserved: "reserved", moveLineDone: "qty_done",
			},
		},
	}
}

func (t *tables) orderSpecs() []spec {
	return []spec{
		{
			table: &t.order, name: "sale_order", module: moduleSale, extras: true, findText: []int{orderName},
			find: []int{orderPartner, orderInvoicePartner, orderShippingPartner},
			columns: []string{
				orderID: "id", orderName: "name", orderCompany: "company_id", orderState: "state", orderDate: "date_order",
				orderClientRef: "client_order_ref", orderOrigin: "origin", orderPartner: "partner_id",
				orderInvoicePartner: "partner_invoice_id", orderShippingPartner: "partner_shipping_id", orderCurrency: "currency_id",
				orderUntaxed: "amount_untaxed", orderTax: "amount_tax", orderTotal: "amount_total", orderInvoiceStatus: "invoice_status",
				orderCommitment: "commitment_date", orderLocked: "locked", orderWarehouse: "warehouse_id?",
				orderDeliveryStatus: "delivery_status?", orderCarrier: "carrier_id?",
			},
		},
		{
			table: &t.orderLine, name: "sale_order_line", module: moduleSale, extras: true, find: []int{lineOrder, lineProduct},
			columns: []string{
				lineID: "id", lineOrder: "order_id", lineSequence: "sequence", lineProduct: "product_id", lineName: "name",
				lineDisplayType: "display_type", lineQuantity: "product_uom_qty", lineUoM: "product_uom", linePrice: "price_unit",
				lineDiscount: "discount", lineSubtotal: "price_subtotal", lineTax: "price_tax", lineTotal: "price_total",
				lineDelivered: "qty_delivered", lineInvoiced: "qty_invoiced", lineIsDelivery: "is_delivery?",
			},
		},
	}
}
