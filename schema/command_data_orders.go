package schema

import "time"

// OrderPlace is the data of order.place.
type OrderPlace struct {
	Number       string         `json:"number,omitempty"`
	PlacedAt     time.Time      `json:"placed_at"`
	Currency     string         `json:"currency"`           // ISO 4217
	Customer     string         `json:"customer,omitempty"` // the channel's id, or Guest
	Guest        *Guest         `json:"guest,omitempty"`
	Billing      *Address       `json:"billing,omitempty"`
	Shipping     *Address       `json:"shipping,omitempty"`
	Lines        []OrderLine    `json:"lines"`
	Delivery     *OrderDelivery `json:"delivery,omitempty"`
	Totals       OrderTotals    `json:"totals"`
	PaymentTerms string         `json:"payment_terms,omitempty"` // code, mapped
	Warehouse    string         `json:"warehouse,omitempty"`     // short name
	DeliverBy    *time.Time     `json:"deliver_by,omitempty"`
	Confirm      *bool          `json:"confirm,omitempty"` // nil: no preference
	Note         string         `json:"note,omitempty"`
}

// Guest is a customer without an id.
type Guest struct {
	Name     string `json:"name"`
	Email    string `json:"email,omitempty"`
	Phone    string `json:"phone,omitempty"`
	Company  string `json:"company,omitempty"`
	VAT      string `json:"vat,omitempty"`
	Language string `json:"language,omitempty"`
}

// OrderLine is a product that was ordered.
type OrderLine struct {
	ID string `json:"id,omitempty"` // the channel's own
	Product
	Description     string    `json:"description,omitempty"`
	Quantity        Decimal   `json:"quantity"`   // above zero
	UnitPrice       Decimal   `json:"unit_price"` // before discount
	DiscountPercent Decimal   `json:"discount_percent,omitempty"`
	DiscountAmount  Decimal   `json:"discount_amount,omitempty"` // on the whole line, after the percentage
	Taxes           *[]string `json:"taxes,omitempty"`           // codes, mapped; nil: Odoo decides, empty: none
}

// OrderDelivery is how an order is sent.
type OrderDelivery struct {
	Carrier     string    `json:"carrier"` // code, mapped
	Description string    `json:"description,omitempty"`
	Price       Decimal   `json:"price"`
	Taxes       *[]string `json:"taxes,omitempty"`
}

// OrderTotals are what the customer was told.
type OrderTotals struct {
	Total Decimal `json:"total"`         // with tax and delivery
	Tax   Decimal `json:"tax,omitempty"` // "": not told
}

// OrderCancel is the data of order.cancel.
type OrderCancel struct {
	Reason string `json:"reason,omitempty"`
}

// ShipmentConfirm is the data of shipment.confirm.
type ShipmentConfirm struct {
	Shipment           string         `json:"shipment"` // name in Odoo
	ShippedAt          *time.Time     `json:"shipped_at,omitempty"`
	Lines              []ShipmentLine `json:"lines,omitempty"` // none: everything
	TrackingReferences []string       `json:"tracking_references,omitempty"`
	Carrier            string         `json:"carrier,omitempty"`   // code, mapped
	Backorder          string         `json:"backorder,omitempty"` // keep | drop; "": keep
}

// ShipmentLine is what left, by move or product.
type ShipmentLine struct {
	MoveID int64 `json:"move_id,omitempty"`
	Product
	Quantity Decimal   `json:"quantity"`
	Lots     []LotLine `json:"lots,omitempty"`
}

// LotLine is a lot or serial number, and how much of it.
type LotLine struct {
	Lot      string  `json:"lot"`
	Quantity Decimal `json:"quantity"`
}

// ReturnRequest is the data of return.request.
type ReturnRequest struct {
	Order    string       `json:"order"` // the channel's id
	Shipment string       `json:"shipment,omitempty"`
	Lines    []ReturnLine `json:"lines"`
	Reason   string       `json:"reason,omitempty"`
}

// ReturnLine is what comes back, by the order's line or product.
type ReturnLine struct {
	Line string `json:"line,omitempty"` // the channel's id of the order's line
	Product
	Quantity Decimal `json:"quantity"`
	Reason   string  `json:"reason,omitempty"`
}

// ReturnReceive is the data of return.receive.
type ReturnReceive struct {
	Return     string        `json:"return,omitempty"`  // name in Odoo, or Request
	Request    string        `json:"request,omitempty"` // the channel's id of the return
	ReceivedAt *time.Time    `json:"received_at,omitempty"`
	Lines      []ReceiptLine `json:"lines,omitempty"`     // none: everything
	Backorder  string        `json:"backorder,omitempty"` // keep | drop; "": keep
}

// ReceiptLine is what arrived.
type ReceiptLine struct {
	Product
	Quantity Decimal `json:"quantity"`
	Lot      string  `json:"lot,omitempty"`
}
