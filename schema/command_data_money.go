package schema

import "time"

// PaymentRecord is the data of payment.record.
type PaymentRecord struct {
	Order         string    `json:"order,omitempty"`   // the channel's id, or Invoice
	Invoice       string    `json:"invoice,omitempty"` // number in Odoo
	Amount        Decimal   `json:"amount"`
	Currency      string    `json:"currency"`
	Method        string    `json:"method"` // code, mapped to a journal
	TransactionID string    `json:"transaction_id"`
	PaidAt        time.Time `json:"paid_at"`
	Memo          string    `json:"memo,omitempty"`
}

// RefundRecord is the data of refund.record: full, an amount, or by line.
type RefundRecord struct {
	Order      string         `json:"order,omitempty"`
	Invoice    string         `json:"invoice,omitempty"`
	Full       bool           `json:"full,omitempty"`
	Amount     Decimal        `json:"amount,omitempty"`
	Lines      []RefundLine   `json:"lines,omitempty"`
	Delivery   Decimal        `json:"delivery,omitempty"` // of the delivery's price, with lines
	Total      Decimal        `json:"total,omitempty"`    // what the customer was told
	Currency   string         `json:"currency"`
	Reason     string         `json:"reason,omitempty"`
	RefundedAt time.Time      `json:"refunded_at"`
	Payment    *RefundPayment `json:"payment,omitempty"` // nil: only the credit note
}

// RefundLine is what is refunded, by the order's line or product.
type RefundLine struct {
	Line string `json:"line,omitempty"` // the channel's id of the order's line
	Product
	Quantity Decimal `json:"quantity"`
	Amount   Decimal `json:"amount,omitempty"` // with tax; "": their price
}

// RefundPayment is how the money went back.
type RefundPayment struct {
	Method        string  `json:"method"`
	TransactionID string  `json:"transaction_id"`
	Amount        Decimal `json:"amount,omitempty"` // "": all of the credit note
}

// StockCount is the data of stock.count.
type StockCount struct {
	Product
	StockPlace
	Quantity  Decimal   `json:"quantity"` // not below zero
	CountedAt time.Time `json:"counted_at"`
	Reason    string    `json:"reason,omitempty"`
}

// StockAdjust is the data of stock.adjust.
type StockAdjust struct {
	Product
	StockPlace
	Change     Decimal   `json:"change"` // signed
	AdjustedAt time.Time `json:"adjusted_at"`
	Reason     string    `json:"reason"`
}

// StockPlace is where stock is.
type StockPlace struct {
	Warehouse string `json:"warehouse"`          // short name
	Location  string `json:"location,omitempty"` // full name; "": the warehouse's main stock
	Lot       string `json:"lot,omitempty"`
}
