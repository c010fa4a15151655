package config

import (
	"fmt"
	"slices"
	"strings"

	"go.yaml.in/yaml/v3"
)

var ownershipMap = kind{
	name: "things and their owners",
	read: readOwnership,
	print: func(target any) *yaml.Node {
		return printOwnership(*target.(*map[string]any))
	},
	schema: map[string]any{"type": "object", "additionalProperties": map[string]any{"anyOf": []any{
		map[string]any{"type": "string"},
		listSchema(map[string]any{"type": "string"}),
		map[string]any{"type": "object", "additionalProperties": map[string]any{"type": "string"}},
	}}},
}

// readOwnership reads `entity` or `entity.field` → a channel, a list of
// channels, or a mapping of a place to its channel.
func readOwnership(w *walker, node *yaml.Node, path string, target any) {
	owners := map[string]any{}
	for _, p := range w.pairs(node, path, "write {customer.email: [shopify]}") {
		at := join(path, p.key.Value)
		name, _, _ := strings.Cut(p.key.Value, ".")
		if _, found := findEntity(name); !found {
			w.problem(p.key, at, fmt.Sprintf("%q is not an entity", shorten(name)),
				remedy("write entity or entity.field", didYouMean(name, entityNames())))
			continue
		}
		if owner := w.owner(p.value, at); owner != nil {
			owners[p.key.Value] = owner
		}
	}
	*target.(*map[string]any) = owners
}

func (w *walker) owner(node *yaml.Node, path string) any {
	value := w.follow(node)
	if value == nil {
		return nil
	}
	switch {
	case value.Kind == yaml.SequenceNode:
		var names []string
		for _, it := range w.list(node, path, "a list of channels") {
			names = append(names, it.text)
			w.places[it.path] = it.node
		}
		return names
	case value.Kind == yaml.MappingNode && !isFile(value):
		places := map[string]string{}
		for _, p := range w.pairs(node, path, "") {
			at := join(path, p.key.Value)
			if v, ok := w.scalar(p.value, at, kind{name: "a channel"}); ok {
				places[p.key.Value] = v.text
				w.places[at] = p.value
			}
		}
		return places
	}
	v, ok := w.scalar(node, path, kind{name: "a channel"})
	if !ok {
		return nil
	}
	w.places[path] = node
	return v.text
}

func isFile(mapping *yaml.Node) bool {
	return len(mapping.Content) == 2 && mapping.Content[0].Value == "file"
}

// checkOwners compares the owners with the channels that there are.
func (w *walker) checkOwners() {
	known := []string{"odoo"}
	for _, c := range w.config.Channels {
		known = append(known, c.Name)
	}
	for _, key := range sortedKeys(w.config.Ownership) {
		path := "ownership." + key
		switch owner := w.config.Ownership[key].(type) {
		case string:
			w.checkOwner(owner, path, known)
		case []string:
			for i, name := range owner {
				w.checkOwner(name, fmt.Sprintf("%s[%d]", path, i), known)
			}
		case map[string]string:
			for _, place := range sortedKeys(owner) {
				w.checkOwner(owner[place], join(path, place), known)
			}
		}
	}
}

// checkOwner calls a slip of the fingers an error. A name unlike any other may
// be a channel that is still to come: it owns nothing until then.
func (w *walker) checkOwner(name, path string, known []string) {
	node := w.places[path]
	if slices.Contains(known, name) || node == nil {
		return
	}
	what := fmt.Sprintf("there is no channel %q", shorten(name))
	if hint := didYouMean(name, known); hint != "" || !namePattern.MatchString(name) {
		w.problem(node, path, what, remedy("channels: "+strings.Join(known, ", "), hint))
		return
	}
	w.warn(node, path, what+": it owns nothing until there is", "channels: "+strings.Join(known, ", "))
}

func printOwnership(owners map[string]any) *yaml.Node {
	if len(owners) == 0 {
		return nil
	}
	n := &yaml.Node{Kind: yaml.MappingNode}
	for _, key := range sortedKeys(owners) {
		var value *yaml.Node
		switch owner := owners[key].(type) {
		case string:
			value = scalar("!!str", owner)
		case []string:
			value = printList(owner)
		case map[string]string:
			value = &yaml.Node{Kind: yaml.MappingNode, Style: yaml.FlowStyle}
			for _, place := range sortedKeys(owner) {
				value.Content = append(value.Content, scalar("!!str", place), scalar("!!str", owner[place]))
			}
		}
		n.Content = append(n.Content, scalar("!!str", key), value)
	}
	return n
}
