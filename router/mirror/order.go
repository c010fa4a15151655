package mirror

import (
	"cmp"
	"slices"

	"github.com/odoobridge/odoobridge/schema/odoo"
)

func compareKeys(a, b Key) int {
	if c := cmp.Compare(a[0], b[0]); c != 0 {
		return c
	}
	return cmp.Compare(a[1], b[1])
}

func sortRows(rows []odoo.Row, keys int) {
	slices.SortFunc(rows, func(a, b odoo.Row) int { return compareKeys(a.Key(keys), b.Key(keys)) })
}

func sortedKeys[V any](m map[Key]V) []Key {
	keys := make([]Key, 0, len(m))
	for key := range m {
		keys = append(keys, key)
	}
	slices.SortFunc(keys, compareKeys)
	return keys
}
