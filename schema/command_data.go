package schema

import (
	"bytes"
	"encoding/json"
	"time"
)

// Decimal is an exact number as it was written: "12.50". Schemas have checked it.
type Decimal string

// Maybe is a field that may be absent (leave it as it is), null (empty it) or given.
type Maybe[T any] struct {
	Given bool // it was there, null or not
	Null  bool
	Value T
}

// UnmarshalJSON reads null or a value; it is not called for an absent field.
func (m *Maybe[T]) UnmarshalJSON(text []byte) error {
	m.Given = true
	if m.Null = bytes.Equal(text, []byte("null")); m.Null {
		return nil
	}
	return json.Unmarshal(text, &m.Value)
}

// MarshalJSON writes what UnmarshalJSON reads.
func (m Maybe[T]) MarshalJSON() ([]byte, error) {
	if m.Null || !m.Given {
		return []byte("null"), nil
	}
	return json.Marshal(m.Value)
}

// IsZero lets omitzero leave out what was absent.
func (m Maybe[T]) IsZero() bool { return !m.Given }

// Product names a product by exactly one of the two.
type Product struct {
	SKU     string `json:"sku,omitempty"`
	Barcode string `json:"barcode,omitempty"`
}

// Place is where something is; absent fields are empty.
type Place struct {
	Street  string `json:"street,omitempty"`
	Street2 string `json:"street2,omitempty"`
	Zip     string `json:"zip,omitempty"`
	City    string `json:"city,omitempty"`
	State   string `json:"state,omitempty"`   // code in its country
	Country string `json:"country,omitempty"` // ISO 3166-1 alpha-2
}

// Address is an addressee and where they are.
type Address struct {
	Name    string `json:"name,omitempty"`
	Company string `json:"company,omitempty"`
	Email   string `json:"email,omitempty"`
	Phone   string `json:"phone,omitempty"`
	Place
}

// CustomerUpsert is the data of customer.upsert.
type CustomerUpsert struct {
	Name      string            `json:"name"`
	IsCompany *bool             `json:"is_company,omitempty"`
	Company   string            `json:"company,omitempty"`
	Email     Maybe[string]     `json:"email,omitzero"`
	Phone     Maybe[string]     `json:"phone,omitzero"`
	Mobile    Maybe[string]     `json:"mobile,omitzero"`
	VAT       Maybe[string]     `json:"vat,omitzero"`
	Language  Maybe[string]     `json:"language,omitzero"`
	Address   Maybe[Address]    `json:"address,omitzero"`
	Addresses []CustomerAddress `json:"addresses,omitempty"`
	Tags      []string          `json:"tags,omitempty"`
	Active    *bool             `json:"active,omitempty"`
	Note      string            `json:"note,omitempty"`
}

// CustomerAddress is a further address of a customer.
type CustomerAddress struct {
	ID   string `json:"id"`   // the channel's own
	Type string `json:"type"` // contact | invoice | delivery | other
	Address
}

// ConsentUpdate is the data of consent.update.
type ConsentUpdate struct {
	Email     string        `json:"email"`
	Marketing *bool         `json:"marketing,omitempty"` // nil: not said
	Lists     []ConsentList `json:"lists,omitempty"`
	DecidedAt time.Time     `json:"decided_at"`
	Source    string        `json:"source,omitempty"`
	Reason    string        `json:"reason,omitempty"`
}

// ConsentList is a mailing list, and whether the person wants it.
type ConsentList struct {
	Name       string `json:"name"`
	Subscribed bool   `json:"subscribed"`
}
