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
var recordMap = mapOf[Record]("codes and what they stand for", "write {code: record}", aRecord, nil)

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
var conflictMap = mapOf[string]("things and their rules", "write {customer: latest}", oneOf(conflictRules...), func(entity string) *flaw {
	if _, found := findEntity(entity); !found {
		return &flaw{"is not an entity", didYouMean(entity, entityNames())}
	}
	return nil
})
