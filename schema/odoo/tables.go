package odoo

// tables are the mirrored tables, by what they hold.
type tables struct {
	partner, partnerTag, partnerTags, country, state, company, currency            *Table
	template, product, attribute, attributeValue, templateValue, variantValues     *Table
	productCategory, uom                                                           *Table
	quant, location, warehouse, lot, move, moveLine, picking, pickingType, carrier *Table
	order, orderLine                                                               *Table
	bom, bomLine, bomLineValues                                                    *Table
	pricelist, rule, precision                                                     *Table
	externalID                                                                     *Table
	financeTables
}

// The columns of res_partner.
const (
	partnerID = iota
	partnerCommercial
	partnerParent
	partnerCompany
	partnerName
	partnerIsCompany
	partnerType
	partnerEmail
	partnerEmailNormalized
	partnerPhone
	partnerMobile
	partnerVAT
	partnerRef
	partnerLang
	partnerStreet
	partnerStreet2
	partnerZip
	partnerCity
	partnerState
	partnerCountry
	partnerActive
)

// The columns of the tables that hold a name or a code and little else.
const (
	namedID   = 0
	namedName = 1
	namedCode = 1

	tagsTag     = 0
	tagsPartner = 1

	companyCurrency = 2

	currencyDecimals = 2
)

// The columns of the product's tables.
const (
	templateID = iota
	templateName
	templateCompany
	templateCategory
	templateUoM
	templateType
	templateStorable
	templateTracking
	templateListPrice
	templateActive
	templateSaleOK
)

const (
	productID = iota
	productTemplate
	productSKU
	productBarcode
	productWeight
	productActive
	productCost
)

const (
	attributeValueName      = 1
	attributeValueAttribute = 2

	templateValueValue     = 1
	templateValueLine      = 2
	templateValueAttribute = 3
	templateValueExtra     = 4

	variantValuesProduct = 0
	variantValuesValue   = 1

	productCategoryName = 1
	productCategoryPath = 2
)

// The columns of the stock's tables.
const (
	quantProduct  = 1
	quantLocation = 2
	quantQuantity = 3
	quantReserved = 4

	locationPath      = 1
	locationWarehouse = 2
	locationName      = 3
	locationUsage     = 4

	warehouseCode    = 1
	warehouseCompany = 2
	warehouseView    = 3

	pickingTypeCode      = 1
	pickingTypeWarehouse = 2
)

const (
	moveID = iota
	movePicking
	moveProduct
	moveState
	moveName
	moveDescription
	moveDemand
	moveQuantity
	movePicked
	moveUoM
	moveReturns
	moveOrderLine
	moveFrom
	moveTo
	moveFinal           // where the steps after it take it, as far as is known
	moveProductQuantity // in the product's unit
	moveCompany
	moveDate
	moveReference
	moveOrigin
	moveToRefund
)

const (
	moveLineID = iota
	moveLinePicking
	moveLineMove
	moveLineLot
	moveLineLotName
	moveLineQuantity
	moveLineReserved
	moveLineDone
)

const (
	pickingID = iota
	pickingName
	pickingCompany
	pickingOfType
	pickingPartner
	pickingState
	pickingOrigin
	pickingScheduled
	pickingDone
	pickingBackorderOf
	pickingReturnOf
	pickingOrder
	pickingCarrier
	pickingTracking
)

// The columns of the order's tables.
const (
	orderID = iota
	orderName
	orderCompany
	orderState
	orderDate
	orderClientRef
	orderOrigin
	orderPartner
	orderInvoicePartner
	orderShippingPartner
	orderCurrency
	orderUntaxed
	orderTax
	orderTotal
	orderInvoiceStatus
	orderCommitment
	orderLocked
	orderWarehouse
	orderDeliveryStatus
	orderCarrier
)

const (
	lineID = iota
	lineOrder
	lineSequence
	lineProduct
	lineName
	lineDisplayType
	lineQuantity
	lineUoM
	linePrice
	lineDiscount
	lineSubtotal
	lineTax
	lineTotal
	lineDelivered
	lineInvoiced
	lineIsDelivery
)

// The columns of ir_model_data.
const (
	externalModel  = 1
	externalRecord = 2
	externalModule = 3
	externalText   = 4
)
