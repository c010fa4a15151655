package config

import (
	"slices"
	"strings"
)

// entity is one kind of thing that channels can hear of.
type entity struct {
	name  string
	whats []string
	later bool // in the contract, and in a later release
}

var entities = []entity{
	{name: "customer", whats: []string{"created", "updated", "archived", "restored", "deleted"}},
	{name: "product", whats: []string{"created", "updated", "archived", "restored", "deleted"}},
	{name: "stock_level", whats: []string{"changed", "out", "back", "negative"}},
	{name: "order", whats: []string{"created", "updated", "confirmed", "cancelled", "reopened", "deleted"}},
	{name: "shipment", whats: []string{"created", "updated", "ready", "shipped", "cancelled"}},
	{name: "price", later: true},
	{name: "stock_move", later: true},
	{name: "return", later: true},
	{name: "invoice", later: true},
	{name: "refund", later: true},
	{name: "payment", later: true},
}

var commands = []string{
	"customer.upsert", "order.place", "order.cancel", "payment.record", "refund.record", "return.request",
	"return.receive", "shipment.confirm", "stock.count", "stock.adjust", "consent.update",
}

func findEntity(name string) (entity, bool) {
	i := slices.IndexFunc(entities, func(e entity) bool { return e.name == name })
	if i < 0 {
		return entity{}, false
	}
	return entities[i], true
}

func entityNames(withLater bool) []string {
	var names []string
	for _, e := range entities {
		if withLater || !e.later {
			names = append(names, e.name)
		}
	}
	return names
}

// eventTypes lists "order.confirmed" and its like of the entities given.
func eventTypes(of []string) []string {
	var types []string
	for _, name := range of {
		e, _ := findEntity(name)
		for _, what := range e.whats {
			types = append(types, e.name+"."+what)
		}
	}
	return types
}

// supported is how a message lists what there is today.
func supported() string { return strings.Join(entityNames(false), ", ") }
