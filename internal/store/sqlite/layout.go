package sqlite

import (
	"fmt"
	"strings"

	"github.com/odoobridge/odoobridge/internal/store"
	"github.com/odoobridge/odoobridge/internal/store/internal/describe"
	"github.com/odoobridge/odoobridge/internal/store/sqlite/capi"
)

func readLayouts(c *capi.Conn) (map[string]describe.Layout, error) {
	q, err := c.Prep("SELECT name, columns, keys, indexes, loading FROM layout")
	if err != nil {
		return nil, err
	}
	defer q.Reset()
	found := map[string]describe.Layout{}
	for {
		row, err := q.Step()
		if err != nil || !row {
			return found, err
		}
		found[q.ColumnText(0)] = describe.Layout{Columns: q.ColumnText(1), Keys: q.ColumnText(2), Indexes: q.ColumnText(3), Loading: q.ColumnInt(4) != 0}
	}
}

// layOut makes the mirrored tables of a new file, compares those of an old one,
// and empties those whose load was interrupted. It runs in a transaction.
func layOut(c *capi.Conn, tables []*table, replace bool) error {
	found, err := readLayouts(c)
	if err != nil {
		return fmt.Errorf("read the list of mirrored tables: %w", err)
	}
	wanted := make([]store.Table, len(tables))
	for i, t := range tables {
		wanted[i] = t.Table
	}
	differences := describe.Differences(found, wanted)
	switch {
	case len(found) > 0 && len(differences) == 0:
		return discardInterrupted(c, tables, found)
	case len(found) > 0 && !replace:
		return fmt.Errorf("%w: %s", store.ErrLayout, strings.Join(differences, "; "))
	}
	for name := range found {
		if err := c.Exec("DROP TABLE IF EXISTS " + describe.Quote("row_"+name)); err != nil {
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

func discardInterrupted(c *capi.Conn, tables []*table, found map[string]describe.Layout) error {
	for _, t := range tables {
		if !found[t.Name].Loading {
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
	l := describe.LayoutOf(&t.Table)
	q.Text(1, t.Name)
	q.Text(2, l.Columns)
	q.Text(3, l.Keys)
	q.Text(4, l.Indexes)
	q.Int(5, 0)
	if loading {
		q.Int(5, 1)
	}
	return q.Run()
}
