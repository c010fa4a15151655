package schemadiff

import (
	"encoding/json"
	"maps"
	"slices"
	"strings"
)

// field is what a schema says of one place in a message.
type field struct {
	types    []string
	values   []string          // enum or const; nil: any
	rules    map[string]string // pattern, format, bounds
	required bool              // where what it is in is there
}

// descriptive keywords say nothing of what is valid; structural ones are followed.
var passedOver = []string{"$schema", "$id", "$defs", "$ref", "title", "description", "type", "properties", "required", "items", "enum", "const"}

// flatten lists the places of a schema, "lines[].sku".
func flatten(root map[string]any) map[string]field {
	f := flattener{root: root, found: map[string]field{}}
	if defs, _ := root["$defs"].(map[string]any); defs["document"] != nil {
		document, _ := defs["document"].(map[string]any)
		f.walk("", f.resolve(document), stringsOf(document["required"]))
	} else {
		f.walk("", root, stringsOf(root["required"]))
	}
	return f.found
}

type flattener struct {
	root  map[string]any
	found map[string]field
}

// resolve follows a reference within the schema.
func (f *flattener) resolve(node map[string]any) map[string]any {
	ref, _ := node["$ref"].(string)
	name, local := strings.CutPrefix(ref, "#/$defs/")
	if !local {
		return node
	}
	defs, _ := f.root["$defs"].(map[string]any)
	target, _ := defs[name].(map[string]any)
	return target
}

func (f *flattener) walk(path string, node map[string]any, required []string) {
	properties, _ := node["properties"].(map[string]any)
	for _, name := range slices.Sorted(maps.Keys(properties)) {
		child, _ := properties[name].(map[string]any)
		child = f.resolve(child)
		at := strings.TrimPrefix(path+"."+name, ".")
		f.note(at, child, slices.Contains(required, name))
	}
}

func (f *flattener) note(at string, node map[string]any, required bool) {
	e := field{types: stringsOf(node["type"]), values: stringsOf(node["enum"]), rules: map[string]string{}, required: required}
	if value, fixed := node["const"]; fixed {
		e.values = []string{encode(value)}
	}
	for name, value := range node {
		if !slices.Contains(passedOver, name) {
			e.rules[name] = encode(value)
		}
	}
	f.found[at] = e
	f.walk(at, node, stringsOf(node["required"]))
	if items, is := node["items"].(map[string]any); is {
		f.note(at+"[]", f.resolve(items), true)
	}
}

// stringsOf is a list of texts, or one.
func stringsOf(value any) (list []string) {
	switch v := value.(type) {
	case string:
		return []string{v}
	case []any:
		for _, item := range v {
			if text, is := item.(string); is {
				list = append(list, text)
			}
		}
	}
	return list
}

func encode(value any) string {
	text, err := json.Marshal(value)
	if err != nil {
		return "" // it was read from JSON
	}
	return string(text)
}
