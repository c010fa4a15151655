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
}

var entities = func() []entity {
	var all []entity
	for _, described := range schema.Entities() {
		e := entity{name: described.Name}
		for _, h := range described.Events {
			e.whats = append(e.whats, h.What)
		}
		for _, p := range described.Properties {
			if !p.Hidden {
				e.fields = append(e.fields, p.Name)
			}
		}
		all = append(all, e)
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

func entityNames() []string {
	var names []string
	for _, e := range entities {
		names = append(names, e.name)
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

// supported is how a message lists what there is.
func supported() string { return strings.Join(entityNames(), ", ") }
