package inbound

import (
	"encoding/json"
	"fmt"
	"regexp"
	"sync"
	"unicode/utf8"

	"github.com/odoobridge/odoobridge/schema"
)

// rule is a JSON Schema, as far as commands use the language, in as little memory as can be: most commands are right, and
// the library's own form of it is larger than a processor's cache. It says yes only to what the library says yes to; to
// what it is not sure of it says no, and the library says what is wrong, or that nothing is.
type rule struct {
	null, text, whole, boolean, list, object bool

	least, most int            // characters or items; most is less than zero for any number
	pattern     *regexp.Regexp // of a text; nil: any
	time        bool           // a text is one
	values      map[any]bool   // nil: any
	items       *rule
	members     map[string]*rule
	needed      []string
	others      bool         // members that are not described are allowed
	names       *rule        // of all members; nil: any
	exactly     [][][]string // of each group, one list of members is there, and of no other all
	any         [][]string   // of one list at least all members are there
}

// rules are those of all commands. A schema that uses what is not known here has none.
var rules = sync.OnceValue(func() map[string]*rule {
	all := map[string]*rule{}
	for _, name := range schema.CommandNames() {
		var document map[string]any
		if json.Unmarshal(schema.CommandSchema(name), &document) != nil {
			continue
		}
		r := &ruler{defs: document["$defs"]}
		if made := r.rule(document); r.unknown == "" {
			all[name] = made
		}
	}
	return all
})

// conforms says whether a command is certain to be as its schema has it.
func conforms(name string, raw map[string]any) bool {
	r := rules()[name]
	return r != nil && r.holds(raw)
}

func (r *rule) holds(value any) bool {
	switch v := value.(type) {
	case nil:
		return r.null && r.values == nil
	case bool:
		return r.boolean && (r.values == nil || r.values[v])
	case json.Number:
		return r.whole && safe(string(v))
	case string:
		return r.text && r.holdsText(v)
	case []any:
		return r.list && r.holdsList(v)
	case map[string]any:
		return r.object && r.holdsObject(v)
	}
	return false
}

// safe says whether a number is written as a whole one above zero that has no more digits than any whole number of a double.
func safe(number string) bool {
	if len(number) == 0 || len(number) > 15 || number[0] == '0' {
		return false
	}
	for i := range len(number) {
		if number[i] < '0' || number[i] > '9' {
			return false
		}
	}
	return true
}

func (r *rule) holdsText(text string) bool {
	if n := utf8.RuneCountInString(text); n < r.least || r.most >= 0 && n > r.most {
		return false
	}
	return (r.values == nil || r.values[text]) && (r.pattern == nil || r.pattern.MatchString(text)) && (!r.time || isTime(text) == nil)
}

func (r *rule) holdsList(list []any) bool {
	if len(list) < r.least || r.most >= 0 && len(list) > r.most {
		return false
	}
	for _, item := range list {
		if !r.items.holds(item) {
			return false
		}
	}
	return true
}

func (r *rule) holdsObject(object map[string]any) bool {
	for name, value := range object {
		if r.names != nil && !r.names.holdsText(name) {
			return false
		}
		if member := r.members[name]; member != nil {
			if !member.holds(value) {
				return false
			}
		} else if !r.others {
			return false
		}
	}
	if !has(object, r.needed) {
		return false
	}
	for _, group := range r.exactly {
		if count(object, group) != 1 {
			return false
		}
	}
	return r.any == nil || count(object, r.any) > 0
}

func has(object map[string]any, names []string) bool {
	for _, name := range names {
		if _, there := object[name]; !there {
			return false
		}
	}
	return true
}

// count is of how many lists all members are there.
func count(object map[string]any, lists [][]string) (n int) {
	for _, names := range lists {
		if has(object, names) {
			n++
		}
	}
	return n
}

// ruler makes rules of a schema.
type ruler struct {
	defs    any
	unknown string // what it does not know; "" when it has known all
}

func (r *ruler) rule(of any) *rule {
	node, _ := of.(map[string]any)
	made := &rule{most: -1, others: true}
	if ref, there := node["$ref"]; there {
		if ref != "#/$defs/data" || len(node) > 1 {
			r.unknown = fmt.Sprint("$ref ", ref)
			return made
		}
		defs, _ := r.defs.(map[string]any)
		return r.rule(defs["data"])
	}
	if _, typed := node["type"]; !typed { // a constant, or a name
		made.text = true
	}
	for word, value := range node {
		r.word(made, word, value)
	}
	return made
}

func (r *ruler) word(made *rule, word string, value any) {
	switch word {
	case "$schema", "$id", "title", "description", "$defs":
	case "type":
		r.kinds(made, value)
	case "minLength", "minItems":
		made.least = r.number(word, value)
	case "maxLength", "maxItems":
		made.most = r.number(word, value)
	case "minimum":
		r.must(word, r.number(word, value) == 1)
	case "maximum":
		r.must(word, value == float64(1<<53-1))
	case "pattern":
		text, _ := value.(string)
		compiled, err := regexp.Compile(text)
		r.must(word, err == nil)
		made.pattern = compiled
	case "format":
		r.must(word, value == "date-time")
		made.time = true
	case "const":
		made.values = map[any]bool{value: true}
	case "enum":
		made.values = map[any]bool{}
		for _, one := range listOf(value) {
			made.values[one] = true
		}
	case "items":
		made.items = r.rule(value)
	case "properties":
		made.members = map[string]*rule{}
		members, _ := value.(map[string]any)
		for name, member := range members {
			made.members[name] = r.rule(member)
		}
	case "required":
		made.needed = textsOf(value)
	case "additionalProperties":
		r.must(word, value == false)
		made.others = false
	case "propertyNames":
		made.names = r.rule(value)
	case "anyOf":
		made.any = r.choices(word, value)
	case "allOf":
		for _, one := range listOf(value) {
			node, _ := one.(map[string]any)
			r.must(word, len(node) == 1 && node["oneOf"] != nil)
			made.exactly = append(made.exactly, r.choices(word, node["oneOf"]))
		}
	default:
		r.unknown = word
	}
}

func (r *ruler) kinds(made *rule, value any) {
	kinds := listOf(value)
	if one, is := value.(string); is {
		kinds = []any{one}
	}
	for _, kind := range kinds {
		switch kind {
		case "null":
			made.null = true
		case "string":
			made.text = true
		case "integer":
			made.whole = true
		case "boolean":
			made.boolean = true
		case "array":
			made.list = true
		case "object":
			made.object = true
		default:
			r.unknown = fmt.Sprint("type ", kind)
		}
	}
}

func (r *ruler) must(word string, holds bool) {
	if !holds {
		r.unknown = word
	}
}

func (r *ruler) number(word string, value any) int {
	n, is := value.(float64)
	r.must(word, is && n >= 0 && n == float64(int(n)))
	return int(n)
}

// choices are lists of members that must be there.
func (r *ruler) choices(word string, value any) (lists [][]string) {
	for _, one := range listOf(value) {
		node, _ := one.(map[string]any)
		r.must(word, len(node) == 1 && node["required"] != nil)
		lists = append(lists, textsOf(node["required"]))
	}
	return lists
}

func listOf(value any) []any {
	list, _ := value.([]any)
	return list
}

func textsOf(value any) (texts []string) {
	for _, one := range listOf(value) {
		text, _ := one.(string)
		texts = append(texts, text)
	}
	return texts
}
