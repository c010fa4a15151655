package router

import (
	"context"
	"strings"

	"github.com/odoobridge/odoobridge/schema/odoo"
)

// metaTold lists the entities whose documents were ever taken over from a snapshot,
// separated by commas: what differs from then on is news. An entity that a newer
// program adds is not in it, and its documents are no news when they are first seen.
const metaTold = "told"

// toldAtFirst are the entities of stores that wrote only that there was a snapshot.
const (
	toldYes     = "yes"
	toldAtFirst = "customer,product,order,shipment,stock_level"
)

// Told reports whether a snapshot was ever complete: then there are documents
// that channels know, and events that they may still be owed.
func Told(ctx context.Context, s metaReader) (bool, error) {
	text, found, err := s.Meta(ctx, metaTold)
	return found && text != "", err
}

func toldEntities(ctx context.Context, s metaReader) (map[string]bool, error) {
	text, _, err := s.Meta(ctx, metaTold)
	if text == toldYes {
		text = toldAtFirst
	}
	told := map[string]bool{}
	for _, name := range strings.Split(text, ",") {
		told[name] = name != ""
	}
	return told, err
}

// toldText lists what is told once the profile's entities are.
func toldText(told map[string]bool, p *odoo.Profile) string {
	var names []string
	known := map[string]bool{}
	for _, e := range p.Entities {
		names, known[e.Name] = append(names, e.Name), true
	}
	for name, was := range told { // of an entity that the program has no more
		if was && !known[name] {
			names = append(names, name)
		}
	}
	return strings.Join(names, ",")
}
