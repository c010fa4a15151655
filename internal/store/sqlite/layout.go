package sqlite

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/odoobridge/odoobridge/internal/store"
	"github.com/odoobridge/odoobridge/internal/store/sqlite/capi"
)

// layout is what the file says of a mirrored table.
type layout struct {
	columns, keys, indexes string // JSON arrays
	loading                bool
}

func layoutOf(t *table) layout {
	return layout{columns: names(t.Columns), keys: names(t.Keys), indexes: names(t.Indexes)}
}

func names(list []string) string {
	if len(list) == 0 {
		return "[]"
	}
	b, err := json.Marshal(list)
	if err != nil {
		panic(err) // a list of texts has a JSON form
	}
	return string(b)
}

func readLayouts(c *capi.Conn) (map[string]layout, error) {
	q, err := c.Prep("SELECT name, columns, keys, indexes, loading FROM layout")
	if err != nil {
		return nil, err
	}
	defer q.Reset()
	found := map[string]layout{}
	for {
		row, err := q.Step()
		if err != nil || !row {
			return found, err
		}
		found[q.ColumnText(0)] = layout{q.ColumnText(1), q.ColumnText(2), q.ColumnText(3), q.ColumnInt(4) != 0}
	}
}

// layOut makes the mirrored tables of a new file, compares those of an old one,
// and empties those whose load was interrupted. It runs in a transaction.
func layOut(c *capi.Conn, tables []*table, replace bool) error {
	found, err := readLayouts(c)
	if err != nil {
		return fmt.Errorf("read the list of mirrored tables: %w", err)
	}
	differences := compareLayouts(found, tables)
	switch {
	case len(found) > 0 && len(differences) == 0:
		return discardInterrupted(c, tables, found)
	case len(found) > 0 && !replace:
		return fmt.Errorf("%w: %s", store.ErrLayout, strings.Join(differences, "; "))
	}
	for name := range found {
		if err := c.Exec("DROP TABLE IF EXISTS " + quote("row_"+name)); err != nil {
			return err
		}
	}
	if err := c.Exec("DELETE FROM layout"); err != nil {
		return err
	}
	for _, t := range tables {
		if err := makeTable(c, t); err != nil {
			return err
		}
	}
	return nil
}

// compareLayouts names every table that is not as wanted.
func compareLayouts(found map[string]layout, tables []*table) (differences []string) {
	rest := maps.Clone(found)
	for _, t := range tables {
		was, there := rest[t.Name]
		want := layoutOf(t)
		was.loading = false
		delete(rest, t.Name)
		switch {
		case !there:
			differences = append(differences, fmt.Sprintf("table %s is not in it", t.Name))
		case was.columns != want.columns:
			differences = append(differences, fmt.Sprintf("table %s has columns %s, not %s", t.Name, was.columns, want.columns))
		case was != want:
			differences = append(differences, fmt.Sprintf("table %s has keys %s and indexes %s, not %s and %s",
				t.Name, was.keys, was.indexes, want.keys, want.indexes))
		}
	}
	for _, name := range slices.Sorted(maps.Keys(rest)) {
		differences = append(differences, fmt.Sprintf("table %s is no longer wanted", name))
	}
	return differences
}

func discardInterrupted(c *capi.Conn, tables []*table, found map[string]layout) error {
	for _, t := range tables {
		if !found[t.Name].loading {
			continue
		}
		if err := makeTable(c, t); err != nil {
			return err
		}
	}
	return nil
}

// makeTable makes the table anew, empty and with its indexes.
func makeTable(c *capi.Conn, t *table) error {
	if err := clearTable(c, t, false); err != nil {
		return err
	}
	return makeIndexes(c, t)
}

func makeIndexes(c *capi.Conn, t *table) error {
	for _, sql := range t.indexes {
		if err := c.Exec(sql); err != nil {
			return err
		}
	}
	return nil
}

// clearTable makes the table anew, empty and without indexes.
func clearTable(c *capi.Conn, t *table, loading bool) error {
	if err := c.Exec(t.drop + "; " + t.create); err != nil {
		return err
	}
	q, err := c.Prep("REPLACE INTO layout (name, columns, keys, indexes, loading) VALUES (?,?,?,?,?)")
	if err != nil {
		return err
	}
	l := layoutOf(t)
	q.Text(1, t.Name)
	q.Text(2, l.columns)
	q.Text(3, l.keys)
	q.Text(4, l.indexes)
	q.Int(5, 0)
	if loading {
		q.Int(5, 1)
	}
	return q.Run()
}
