package trace

import (
	"strconv"

	"github.com/odoobridge/odoobridge/inbound/decide"
	"github.com/odoobridge/odoobridge/internal/store"
	"github.com/odoobridge/odoobridge/schema"
)

// ident identifies a document.
type ident struct {
	entity string
	key    store.Key
}

// ref is a document that another one names, and what the one is to the other.
type ref struct {
	to  ident
	why string // of what names: "ships"
	is  string // of what is named: "its order"
}

// The entities that name an order, in the order in which each may name those before it.
var ofOrder = []string{"shipment", "return", "invoice", "refund", "payment"}

// verbs say what a document does to the one that it names.
var verbs = map[string]string{
	"shipment": "ships", "return": "brings back goods of", "invoice": "bills", "refund": "gives back money for", "payment": "pays", "stock_level": "counts", "price": "prices",
}

// refs are the documents that a document names.
func refs(entity string, body []byte) (list []ref) {
	verb := verbs[entity]
	add := func(to string, id []byte, why, is string) {
		if n, err := strconv.ParseInt(string(id), 10, 64); err == nil {
			list = append(list, ref{ident{to, store.Key{n}}, why, is})
		}
	}
	schema.Fields(body, func(name string, raw []byte) bool {
		switch name {
		case "order", "shipment":
			add(name, schema.Field(raw, "id"), verb, "its "+name)
		case "backorder_of":
			add(entity, schema.Field(raw, "id"), "is the rest of", "what it is the rest of")
		case "reversal_of":
			add("invoice", schema.Field(raw, "id"), "takes back", "what it takes back")
			add("refund", schema.Field(raw, "id"), "takes back", "what it takes back")
		case "customer":
			add("customer", schema.Field(raw, "id"), "is of", "its customer")
		case "orders":
			schema.Elements(raw, func(o []byte) bool { add("order", schema.Field(o, "id"), verb, "its order"); return true })
		case "invoices":
			schema.Elements(raw, func(o []byte) bool {
				kind := text(schema.Field(o, "entity"))
				add(kind, schema.Field(o, "id"), verb, "the "+kind+" it pays")
				return true
			})
		case "product_id":
			add("product", raw, verb, "its product")
		}
		return true
	})
	return list
}

// The fields whose values are names of the thing itself.
var nameFields = []string{"name", "sku", "barcode", "client_order_ref", "reference", "provider_reference", "tracking_references"}

// bears reports whether the key is a name of the document. The name of a customer or a product is none:
// it may be anybody's.
func bears(entity string, body []byte, key string) bool {
	for _, field := range nameFields {
		raw := schema.Field(body, field)
		if field == "name" && (entity == "customer" || entity == "product") || len(raw) == 0 {
			continue
		}
		found := text(raw) == key
		if raw[0] == '[' {
			schema.Elements(raw, func(v []byte) bool { found = found || text(v) == key; return !found })
		}
		if found {
			return true
		}
	}
	for _, own := range channelIDs(entity, body) {
		if own.id == key || own.external == key {
			return true
		}
	}
	return false
}

// channelID is what a channel calls a thing.
type channelID struct{ channel, id, external string }

// channelIDs are the channels' own ids of a document.
func channelIDs(entity string, body []byte) (list []channelID) {
	schema.Fields(schema.Field(body, "external_ids"), func(channel string, raw []byte) bool {
		external := text(raw)
		id, ours := decide.IDOf(entity, external)
		if !ours {
			id = external
		}
		list = append(list, channelID{channel, id, external})
		return true
	})
	return list
}

// text is a JSON string's value, and a number or a word as it is written.
func text(raw []byte) string {
	if len(raw) < 2 || raw[0] != '"' {
		return string(raw)
	}
	if s, err := strconv.Unquote(string(raw)); err == nil {
		return s
	}
	return string(raw[1 : len(raw)-1])
}

// The fields that say how a thing is, none of which is about a person.
var stateFields = []string{
	"state", "locked", "active", "delivery_status", "invoice_status", "payment_state", "reconciled", "scheduled_date", "done_date",
	"on_hand", "reserved", "available", "incoming", "outgoing",
}

// stateOf is what of a document tells how the thing is. A customer's state is the one where he lives.
func stateOf(entity string, body []byte) map[string]string {
	state := map[string]string{}
	for _, name := range stateFields {
		if name == "state" && entity == "customer" {
			continue
		}
		if raw := schema.Field(body, name); raw != nil && string(raw) != "null" {
			state[name] = text(raw)
		}
	}
	return state
}
