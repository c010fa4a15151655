package config

import (
	"slices"
	"strings"

	"github.com/odoobridge/odoobridge/schema"
)

// entity is one kind of thing that channels can hear of.
type entity struct {
	name   string
	whats  []string
	fields []string
	later  bool // in the contract, and in a later release
}

// laterEntities are promised and not there yet.
var laterEntities = []string{"price"}

var entities = func() []entity {
	var all []entity
	for _, described := range schema.Entities() {
		e := entity{name: described.Name}
		for _, h := range described.Events {
			e.whats = append(e.whats, h.What)
		}
		for _, p := range described.Properties {
			e.fields = append(e.fields, p.Name)
		}
		all = append(all, e)
	}
	for _, name := range laterEntities {
		if !slices.ContainsFunc(all, func(e entity) bool { return e.name == name }) {
			all = append(all, entity{name: name, later: true})
		}
	}
	return all
}()

var commands = schema.CommandNames()

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
