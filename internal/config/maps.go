package config

import (
	"fmt"
	"slices"

	"go.yaml.in/yaml/v3"
)

// printMap prints a mapping of lists with its keys in order.
func printMap(m map[string][]string) *yaml.Node {
	if len(m) == 0 {
		return nil
	}
	n := &yaml.Node{Kind: yaml.MappingNode, Style: yaml.FlowStyle}
	for _, key := range sortedKeys(m) {
		n.Content = append(n.Content, scalar("!!str", key), printList(m[key]))
	}
	return n
}

func sortedKeys[V any](m map[string]V) []string {
	keys := make([]string, 0, len(m))
	for key := range m {
		keys = append(keys, key)
	}
	slices.Sort(keys)
	return keys
}

// mapOf is a mapping of names, which check looks at, to values of one kind.
func mapOf[V ~string](name, right string, value kind, check func(key string) *flaw) kind {
	return kind{
		name: name,
		read: func(w *walker, node *yaml.Node, path string, target any) {
			m := map[string]V{}
			for _, p := range w.pairs(node, path, right) {
				readPair(w, p, join(path, p.key.Value), value, check, m)
			}
			*target.(*map[string]V) = m
		},
		print: func(target any) *yaml.Node {
			m := *target.(*map[string]V)
			n := &yaml.Node{Kind: yaml.MappingNode, Style: yaml.FlowStyle}
			for _, key := range sortedKeys(m) {
				n.Content = append(n.Content, scalar("!!str", key), scalar("!!str", string(m[key])))
			}
			return n
		},
		schema: map[string]any{"type": "object", "additionalProperties": value.schema},
	}
}

func readPair[V ~string](w *walker, p pair, at string, of kind, check func(string) *flaw, m map[string]V) {
	if check != nil {
		if f := check(p.key.Value); f != nil {
			w.problem(p.key, at, fmt.Sprintf("%q %s", shorten(p.key.Value), f.is), f.remedy)
			return
		}
	}
	value, ok := w.scalar(p.value, at, of)
	if !ok {
		return
	}
	var v V
	if f := of.set(&v, value.text); f != nil {
		w.problem(p.value, at, value.shown+" "+f.is, f.remedy)
		return
	}
	m[p.key.Value] = v
}

func (w *walker) mapOfLists(node *yaml.Node, path, right, name string) map[string][]string {
	m := map[string][]string{}
	for _, p := range w.pairs(node, path, right) {
		at := join(path, p.key.Value)
		w.places[at] = p.key
		for _, it := range w.list(p.value, at, name) {
			m[p.key.Value] = append(m[p.key.Value], it.text)
		}
	}
	return m
}

var whereMap = kind{
	name: "fields and their values",
	read: func(w *walker, node *yaml.Node, path string, target any) {
		*target.(*map[string][]string) = w.mapOfLists(node, path, "write {field: [value]}", "a list of values")
	},
	print: func(target any) *yaml.Node { return printMap(*target.(*map[string][]string)) },
	schema: map[string]any{"type": "object", "additionalProperties": listSchema(
		map[string]any{"type": []string{"string", "number", "boolean"}})},
}

var columnMap = kind{
	name: "tables and their columns",
	read: readColumns,
	print: func(target any) *yaml.Node {
		return printMap(*target.(*map[string][]string))
	},
	schema: map[string]any{"type": "object", "additionalProperties": listSchema(map[string]any{"type": "string", "pattern": columnPattern.String()})},
}

func readColumns(w *walker, node *yaml.Node, path string, target any) {
	columns := w.mapOfLists(node, path, "write {sale_order: [x_gift_note]}", "a list of columns")
	for _, table := range sortedKeys(columns) {
		at := join(path, table)
		for _, name := range append([]string{table}, columns[table]...) {
			if !columnPattern.MatchString(name) {
				w.problem(w.places[at], at, fmt.Sprintf("%q is not a name of a table or a column", shorten(name)), "write small letters, digits and _")
			}
		}
	}
	*target.(*map[string][]string) = columns
}
