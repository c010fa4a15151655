package config

import (
	"fmt"
	"regexp"
	"slices"
	"strconv"

	"go.yaml.in/yaml/v3"
)

// matchFields are what a customer may be found by.
var matchFields = []string{"email", "phone", "vat"}

// conflictRules are what may become of a command that something newer stands against.
var conflictRules = []string{"reject", "park", "owner", "latest"}

var recordPattern = regexp.MustCompile(`^[^\s.]+(\.[^\s.]+)?$`)

var aRecord = kind{
	name: "a record of Odoo",
	set: func(target any, s string) *flaw {
		if !recordPattern.MatchString(s) {
			return &flaw{"is not a record of Odoo", `write its id (12), its external id ("account.1_sale_tax_19"), or its code where it has one`}
		}
		*target.(*Record) = Record(s)
		return nil
	},
	print:  func(target any) *yaml.Node { return scalar("!!str", string(*target.(*Record))) },
	schema: map[string]any{"type": []string{"string", "integer"}},
}

// recordMap is a channel's codes with their records.
var recordMap = kind{
	name: "codes and what they stand for",
	read: func(w *walker, node *yaml.Node, path string, target any) {
		records := map[string]Record{}
		for _, p := range w.pairs(node, path, "write {code: record}") {
			at := join(path, p.key.Value)
			value, ok := w.scalar(p.value, at, aRecord)
			if !ok {
				continue
			}
			var record Record
			if f := aRecord.set(&record, value.text); f != nil {
				w.problem(p.value, at, value.shown+" "+f.is, f.remedy)
				continue
			}
			records[p.key.Value] = record
		}
		*target.(*map[string]Record) = records
	},
	print: func(target any) *yaml.Node {
		records := *target.(*map[string]Record)
		n := &yaml.Node{Kind: yaml.MappingNode, Style: yaml.FlowStyle}
		for _, code := range sortedKeys(records) {
			n.Content = append(n.Content, scalar("!!str", code), scalar("!!str", string(records[code])))
		}
		return n
	},
	schema: map[string]any{"type": "object", "additionalProperties": aRecord.schema},
}

var aCompany = kind{
	name: "an id of a company",
	set: func(target any, s string) *flaw {
		id, err := strconv.ParseInt(s, 10, 64)
		if err != nil || id < 1 {
			return &flaw{"is not an id of a company", "write the number that Odoo's address bar shows for the company: 1"}
		}
		*target.(*int64) = id
		return nil
	},
	print: func(target any) *yaml.Node {
		if id := *target.(*int64); id > 0 {
			return scalar("!!int", strconv.FormatInt(id, 10))
		}
		return nil
	},
	schema: map[string]any{"type": "integer", "minimum": 1},
}

var tolerancePattern = regexp.MustCompile(`^(0|[1-9][0-9]{0,6})(\.[0-9]{1,6})?$`)

// wordList is a list of some of the words given, each once.
func wordList(name string, words []string) kind {
	return kind{
		name: name,
		read: func(w *walker, node *yaml.Node, path string, target any) {
			var chosen []string
			for _, it := range w.list(node, path, name) {
				if !slices.Contains(words, it.text) {
					w.problem(it.node, it.path, fmt.Sprintf("%q is not known here", shorten(it.text)), remedy("write "+orList(words), didYouMean(it.text, words)))
					continue
				}
				chosen = append(chosen, it.text)
			}
			*target.(*[]string) = chosen
		},
		print:  printStrings,
		schema: listSchema(map[string]any{"enum": words}),
	}
}

var warehouseList = kind{
	name: "a list of warehouses",
	read: func(w *walker, node *yaml.Node, path string, target any) {
		var names []string
		for _, it := range w.list(node, path, "a list of warehouses") {
			names = append(names, it.text)
		}
		*target.(*[]string) = names
	},
	print:  printStrings,
	schema: listSchema(map[string]any{"type": "string"}),
}

// conflictMap says per kind of thing what becomes of commands that come too late.
var conflictMap = kind{
	name: "things and their rules",
	read: func(w *walker, node *yaml.Node, path string, target any) {
		rules := map[string]string{}
		one := oneOf(conflictRules...)
		for _, p := range w.pairs(node, path, "write {customer: latest}") {
			at := join(path, p.key.Value)
			if _, found := findEntity(p.key.Value); !found {
				w.problem(p.key, at, fmt.Sprintf("%q is not an entity", shorten(p.key.Value)), didYouMean(p.key.Value, entityNames()))
				continue
			}
			value, ok := w.scalar(p.value, at, one)
			if !ok {
				continue
			}
			var rule string
			if f := one.set(&rule, value.text); f != nil {
				w.problem(p.value, at, value.shown+" "+f.is, f.remedy)
				continue
			}
			rules[p.key.Value] = rule
		}
		*target.(*map[string]string) = rules
	},
	print: func(target any) *yaml.Node {
		rules := *target.(*map[string]string)
		n := &yaml.Node{Kind: yaml.MappingNode, Style: yaml.FlowStyle}
		for _, entity := range sortedKeys(rules) {
			n.Content = append(n.Content, scalar("!!str", entity), scalar("!!str", rules[entity]))
		}
		return n
	},
	schema: map[string]any{"type": "object", "additionalProperties": map[string]any{"enum": conflictRules}},
}
