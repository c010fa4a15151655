package inbound

import (
	"fmt"
	"slices"
	"strconv"

	"github.com/odoobridge/odoobridge/schema"
)

// repeated reports what is there twice in a list whose items it sets apart. Odoo would take the
// second for the first, changed.
func (f *finder) repeated(inputs []schema.Input, value any, at []string) {
	object, _ := value.(map[string]any)
	for _, input := range inputs {
		items, _ := object[input.Name].([]any)
		here := append(slices.Clone(at), input.Name)
		for _, member := range input.Inputs {
			if member.Unique {
				f.twice(items, member.Name, here)
			}
		}
	}
}

func (f *finder) twice(items []any, name string, at []string) {
	first := map[any]int{}
	for i, item := range items {
		object, _ := item.(map[string]any)
		switch object[name].(type) {
		case nil, map[string]any, []any:
			continue
		}
		if n, there := first[object[name]]; there {
			f.add(append(slices.Clone(at), strconv.Itoa(i)), name, fmt.Sprintf("is that of entry %d too", n), "name each once")
			continue
		}
		first[object[name]] = i
	}
}
