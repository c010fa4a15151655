package config

import (
	"strconv"
	"strings"
	"time"
)

// Commands says how commands are received and tried.
type Commands struct {
	Workers   int           // for each workload
	Prefetch  int           // messages of a queue that are on their way into the ledger
	Retention time.Duration // of done commands: so long is a repeated one known as a duplicate
	Patience  time.Duration // how long a command is tried, or waits, before it is parked
	InFlight  InFlight
}

// InFlight says how long orders count that Odoo does not count yet.
type InFlight struct {
	Parked     string        // count | release
	Quotations time.Duration // since the order was applied
}

// Audit says how long the audit trail is kept.
type Audit struct{ Retention time.Duration }

// Mapping is what a channel's codes stand for in Odoo.
type Mapping struct {
	Taxes          map[string]Record // account.tax
	Carriers       map[string]Record // delivery.carrier
	PaymentMethods map[string]Record // account.journal
	PaymentTerms   map[string]Record // account.payment.term
	Pricelists     map[string]Record // product.pricelist, by currency
}

// Record is a record of Odoo as a person writes it: an id ("12"), an external id
// ("account.1_sale_tax_19") or, where Odoo has such a thing, a code ("BNK1").
type Record string

// ID is the record's database id, if it is written so.
func (r Record) ID() (int64, bool) {
	id, err := strconv.ParseInt(string(r), 10, 64)
	return id, err == nil && id > 0
}

// ExternalID is the record's module and name, if it is written so.
func (r Record) ExternalID() (module, name string, ok bool) {
	module, name, ok = strings.Cut(string(r), ".")
	return module, name, ok && module != "" && name != ""
}

// OrderRules say what becomes of a channel's orders.
type OrderRules struct {
	Confirm       string // always | never | channel: as the command prefers
	Guest         string // match | new | shared | refuse
	GuestCustomer Record // res.partner, with shared
	Tolerance     string // decimal: what the totals may differ by, in the order's currency
	Team          Record // crm.team
}

// CustomerRules say how a channel's customer is found in Odoo.
type CustomerRules struct {
	Match []string // email, phone, vat: in this order, after the channel's own id
}

// Names of what commands may wait for: an executor writes them into WaitsFor, and what
// appears later wakes the commands that wait for it.
const (
	MapTaxes          = "tax"
	MapCarriers       = "carrier"
	MapPaymentMethods = "payment_method"
	MapPaymentTerms   = "payment_term"
	MapPricelists     = "pricelist"
	MapWarehouses     = "warehouse" // that the channel may use, by short name
	MapGuestCustomer  = "guest_customer"
)

// WaitKeys are what the channel's configuration gives to commands that wait for it.
func (c *Channel) WaitKeys() []string {
	keys := c.Mapping.WaitKeys()
	for _, warehouse := range c.Warehouses {
		keys = append(keys, MappingKey(MapWarehouses, warehouse))
	}
	if c.Order.GuestCustomer != "" {
		keys = append(keys, MappingKey(MapGuestCustomer, ""))
	}
	return keys
}

// WaitKeys are the keys that each mapped code of the channel satisfies: "mapping/tax/VAT19".
func (m *Mapping) WaitKeys() []string {
	var keys []string
	for _, part := range []struct {
		name  string
		codes map[string]Record
	}{
		{MapTaxes, m.Taxes}, {MapCarriers, m.Carriers}, {MapPaymentMethods, m.PaymentMethods},
		{MapPaymentTerms, m.PaymentTerms}, {MapPricelists, m.Pricelists},
	} {
		for _, code := range sortedKeys(part.codes) {
			keys = append(keys, MappingKey(part.name, code))
		}
	}
	return keys
}

// MappingKey is what a command waits for until the code is mapped.
func MappingKey(part, code string) string { return "mapping/" + part + "/" + code }

// HasCommands says whether any channel may send commands: without, the inbound
// river is not opened.
func (c *Config) HasCommands() bool {
	for i := range c.Channels {
		if len(c.Channels[i].Commands) > 0 {
			return true
		}
	}
	return false
}

// CountsInFlight says whether any lane counts orders in flight.
func (c *Config) CountsInFlight() bool {
	for i := range c.Channels {
		for _, lane := range c.Channels[i].Lanes {
			if lane.InFlight == "own" || lane.InFlight == "all" {
				return true
			}
		}
	}
	return false
}

// Channel returns a channel by its name, nil when there is none.
func (c *Config) Channel(name string) *Channel {
	for i := range c.Channels {
		if c.Channels[i].Name == name {
			return &c.Channels[i]
		}
	}
	return nil
}
