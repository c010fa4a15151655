package describe

import (
	"fmt"
	"slices"
	"strings"

	"github.com/odoobridge/odoobridge/internal/store"
)

// Columns are the quoted names of the columns in which a mirrored table is kept.
type Columns struct {
	Keys []string
	Own  []string // of the indexes that are no keys
	At   []int    // their places among the table's indexes
	All  []string // keys, own, row
}

// ColumnsOf refuses tables that cannot be kept.
func ColumnsOf(t *store.Table) (c Columns, err error) {
	if len(t.Keys) < 1 || len(t.Keys) > 2 {
		return c, fmt.Errorf("table %s has %d key columns, want 1 or 2", t.Name, len(t.Keys))
	}
	for _, key := range t.Keys {
		c.Keys = append(c.Keys, Quote(key))
	}
	for i, index := range t.Indexes {
		if !slices.Contains(t.Keys, index) {
			c.At = append(c.At, i)
			c.Own = append(c.Own, Quote(index))
		}
	}
	c.All = slices.Concat(c.Keys, c.Own, []string{`"row"`})
	if distinct := slices.Compact(slices.Sorted(slices.Values(c.All))); len(distinct) < len(c.All) {
		return c, fmt.Errorf("table %s has key and index columns of the same name, or one named row: %s", t.Name, strings.Join(c.All, ", "))
	}
	return c, nil
}

// CheckRow refuses a row that does not fit its table, so that it cannot do harm.
func CheckRow(t *store.Table, row *store.Row) error {
	if len(row.Indexed) != len(t.Indexes) {
		return fmt.Errorf("row %v of table %s has %d indexed values, want %d", row.Key, t.Name, len(row.Indexed), len(t.Indexes))
	}
	if len(t.Keys) == 1 && row.Key[1] != 0 {
		return fmt.Errorf("row %v of table %s has two keys, want one", row.Key, t.Name)
	}
	return nil
}

// Quote is a name as SQL has it.
func Quote(name string) string { return `"` + strings.ReplaceAll(name, `"`, `""`) + `"` }
