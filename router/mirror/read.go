package mirror

import (
	"fmt"

	"github.com/odoobridge/odoobridge/internal/store"
	"github.com/odoobridge/odoobridge/schema/odoo"
)

var _ odoo.Rows = (*Mirror)(nil)

// Get returns the row with the key.
func (m *Mirror) Get(t *odoo.Table, key Key) (odoo.Row, bool) {
	text := m.tables[t.ID].get(m, key)
	return odoo.NewRow(text), text != ""
}

// Find returns the rows whose integer column has the value. The column must be indexed.
func (m *Mirror) Find(t *odoo.Table, column int, value int64) []odoo.Row {
	return m.find(t, odoo.Index{Column: column}, value, func(odoo.Row) bool { return true })
}

// FindText returns the rows whose text column has the value. The column must be indexed.
func (m *Mirror) FindText(t *odoo.Table, column int, value string) []odoo.Row {
	return m.find(t, odoo.Index{Column: column, Text: true}, hashText(value), func(r odoo.Row) bool {
		return r.Text(column) == value
	})
}

func (m *Mirror) find(spec *odoo.Table, index odoo.Index, value int64, match func(odoo.Row) bool) []odoo.Row {
	t := m.tables[spec.ID]
	i := t.indexNumber(index)
	if i < 0 {
		m.fail(fmt.Errorf("mapping error: %s.%s is looked up but not indexed", spec.Name, spec.Columns[index.Column].Name))
		return nil
	}
	var found []odoo.Row
	keep := func(text string) {
		if row := odoo.NewRow(text); text != "" && t.indexed(i, text) == value && match(row) {
			found = append(found, row)
		}
	}
	seen := map[Key]bool(nil)
	if moved := t.moved[i][value]; len(moved) > 0 {
		seen = make(map[Key]bool, len(moved))
		for _, key := range moved {
			if !seen[key] {
				seen[key] = true
				keep(t.dirty[key].current)
			}
		}
	}
	err := m.store.Find(t.id, i, value, func(key store.Key, text string) bool {
		if seen[key] {
			return true
		}
		if d, changed := t.dirty[key]; changed {
			text = d.current
		}
		keep(text)
		return true
	})
	if err != nil {
		m.fail(fmt.Errorf("find %s by %s: %w", spec.Name, spec.Columns[index.Column].Name, err))
	}
	sortRows(found, spec.Keys)
	return found
}

func (t *table) indexNumber(index odoo.Index) int {
	for i, have := range t.spec.Indexes {
		if have.Column == index.Column && have.Text == index.Text {
			return i
		}
	}
	return -1
}

// Scan yields every row in key order. Unless the table is resident, yield must not read the mirror.
func (m *Mirror) Scan(spec *odoo.Table, yield func(odoo.Row) bool) {
	t := m.tables[spec.ID]
	if t.resident != nil {
		for _, key := range sortedKeys(t.resident) {
			if text, found := t.resident[key]; found && !yield(odoo.NewRow(text)) {
				return
			}
		}
		return
	}
	fresh := t.unstored()
	stopped := false
	give := func(row odoo.Row) bool {
		stopped = stopped || !yield(row)
		return !stopped
	}
	err := m.store.Scan(t.id, func(key store.Key, text string) bool {
		for len(fresh) > 0 && compareKeys(fresh[0].Key(spec.Keys), key) < 0 {
			if !give(fresh[0]) {
				return false
			}
			fresh = fresh[1:]
		}
		if d, changed := t.dirty[key]; changed {
			text = d.current
		}
		return text == "" || give(odoo.NewRow(text))
	})
	if err != nil {
		m.fail(fmt.Errorf("scan %s: %w", spec.Name, err))
		return
	}
	for _, row := range fresh {
		if stopped || !give(row) {
			return
		}
	}
}

// unstored returns the rows that the store does not have yet, in key order.
func (t *table) unstored() []odoo.Row {
	var rows []odoo.Row
	for _, d := range t.dirty {
		if d.stored == "" && d.current != "" {
			rows = append(rows, odoo.NewRow(d.current))
		}
	}
	sortRows(rows, t.spec.Keys)
	return rows
}

// Sum returns the totals at the key and how many rows made them.
func (m *Mirror) Sum(s *odoo.Sum, key Key) ([]odoo.Decimal, int64) {
	total := m.sums[s.ID].get(m, key)
	return total.amounts, total.rows
}

// ScanSum yields every key of the sum; yield must not read the mirror.
func (m *Mirror) ScanSum(s *odoo.Sum, yield func(Key) bool) {
	m.sums[s.ID].scan(m, yield)
}
