package config

import (
	"fmt"
	"slices"
	"strings"

	"go.yaml.in/yaml/v3"
)

// item is one entry of a list, with its place.
type item struct {
	text string
	node *yaml.Node
	path string
}

// list reads a list of single values, each once.
func (w *walker) list(node *yaml.Node, path, name string) []item {
	sequence := w.follow(node)
	if sequence == nil {
		return nil
	}
	if sequence.Kind != yaml.SequenceNode {
		right := "write a list: [a, b]"
		if sequence.Kind == yaml.ScalarNode && sequence.Value != "" {
			right = fmt.Sprintf("write a list: [%s]", shorten(sequence.Value))
		}
		w.problem(node, path, describe(sequence)+" is not "+name, right)
		return nil
	}
	var items []item
	seen := map[string]bool{}
	for i, child := range sequence.Content {
		at := fmt.Sprintf("%s[%d]", path, i)
		value, ok := w.scalar(child, at, kind{name: "one value"})
		if !ok {
			continue
		}
		if seen[value.text] {
			w.problem(child, at, value.shown+" is here twice", "keep one")
			continue
		}
		seen[value.text] = true
		items = append(items, item{value.text, child, at})
	}
	if len(sequence.Content) == 0 {
		w.problem(node, path, "is an empty list", "name at least one, or leave the key out")
	}
	return items
}

func printList(values []string) *yaml.Node {
	n := &yaml.Node{Kind: yaml.SequenceNode, Style: yaml.FlowStyle}
	for _, v := range values {
		n.Content = append(n.Content, scalar("!!str", v))
	}
	return n
}

func printStrings(target any) *yaml.Node {
	if values := *target.(*[]string); values != nil {
		return printList(values)
	}
	return nil
}

func listSchema(of map[string]any) map[string]any {
	return map[string]any{"type": "array", "items": of, "minItems": 1, "uniqueItems": true}
}

var entityList = kind{
	name:   "a list of entities",
	read:   readEntities,
	print:  printStrings,
	schema: listSchema(map[string]any{"enum": entityNames()}),
}

func readEntities(w *walker, node *yaml.Node, path string, target any) {
	var names []string
	for _, it := range w.list(node, path, "a list of entities") {
		if _, found := findEntity(it.text); !found {
			w.problem(it.node, it.path, fmt.Sprintf("%q is not an entity", shorten(it.text)),
				remedy("write "+orList(entityNames()), didYouMean(it.text, entityNames())))
			continue
		}
		names = append(names, it.text)
	}
	*target.(*[]string) = names
}

var commandList = kind{
	name:   "a list of commands",
	read:   readCommands,
	print:  printStrings,
	schema: listSchema(map[string]any{"enum": commands}),
}

func readCommands(w *walker, node *yaml.Node, path string, target any) {
	var names []string
	for _, it := range w.list(node, path, "a list of commands") {
		if !slices.Contains(commands, it.text) {
			w.problem(it.node, it.path, fmt.Sprintf("%q is not a command", shorten(it.text)),
				remedy("known: "+strings.Join(commands, ", "), didYouMean(it.text, commands)))
			continue
		}
		names = append(names, it.text)
	}
	*target.(*[]string) = names
}

var fieldList = kind{
	name: "a list of fields",
	read: func(w *walker, node *yaml.Node, path string, target any) {
		var names []string
		for _, it := range w.list(node, path, "a list of fields") {
			names = append(names, it.text)
			w.places[it.path] = it.node
		}
		*target.(*[]string) = names
	},
	print:  printStrings,
	schema: listSchema(map[string]any{"type": "string"}),
}
