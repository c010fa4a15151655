package describe

import (
	"fmt"
	"maps"
	"slices"

	"github.com/odoobridge/odoobridge/internal/store"
)

// Layout is what a store says of a mirrored table.
type Layout struct {
	Columns, Keys, Indexes string // JSON arrays
	Loading                bool   // the rows are not all there
}

// LayoutOf is the layout of a table that is whole.
func LayoutOf(t *store.Table) Layout {
	return Layout{Columns: Names(t.Columns), Keys: Names(t.Keys), Indexes: Names(t.Indexes)}
}

// Differences names every table that is not as wanted.
func Differences(found map[string]Layout, tables []store.Table) (differences []string) {
	rest := maps.Clone(found)
	for i := range tables {
		t := &tables[i]
		was, there := rest[t.Name]
		want := LayoutOf(t)
		was.Loading = false
		delete(rest, t.Name)
		switch {
		case !there:
			differences = append(differences, fmt.Sprintf("table %s is not in it", t.Name))
		case was.Columns != want.Columns:
			differences = append(differences, fmt.Sprintf("table %s has columns %s, not %s", t.Name, was.Columns, want.Columns))
		case was != want:
			differences = append(differences, fmt.Sprintf("table %s has keys %s and indexes %s, not %s and %s",
				t.Name, was.Keys, was.Indexes, want.Keys, want.Indexes))
		}
	}
	for _, name := range slices.Sorted(maps.Keys(rest)) {
		differences = append(differences, fmt.Sprintf("table %s is no longer wanted", name))
	}
	return differences
}
