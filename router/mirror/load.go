package mirror

import (
	"fmt"

	"github.com/odoobridge/odoobridge/internal/store"
	"github.com/odoobridge/odoobridge/schema/odoo"
)

// StoreRow makes a store row of a line of COPY text; line and text are the same characters.
func StoreRow(spec *odoo.Table, line []byte, text string) (store.Row, error) {
	key, err := ParseKey(spec, line)
	if err != nil {
		return store.Row{}, err
	}
	t := table{spec: spec}
	return t.storeRow(key, text), nil
}

// AddUp computes a sum from all rows of its tables, as rows for the store. The
// tables that its contributions depend on must be resident.
func (m *Mirror) AddUp(spec *odoo.Sum) ([]store.Row, error) {
	totals := map[Key]*total{}
	for i := range spec.Parts {
		part := &spec.Parts[i]
		m.Scan(part.Of, func(row odoo.Row) bool {
			part.Contribute(m, row, func(key Key, first int, amounts ...odoo.Decimal) {
				t := totals[key]
				if t == nil {
					t = &total{amounts: make([]odoo.Decimal, len(spec.Amounts))}
					totals[key] = t
				}
				m.addTo(t, spec, key, first, amounts)
			})
			return true
		})
	}
	rows := make([]store.Row, 0, len(totals))
	for _, key := range sortedKeys(totals) {
		rows = append(rows, store.Row{Key: key, Text: totals[key].text(key)})
	}
	return rows, m.err
}

func (m *Mirror) addTo(t *total, spec *odoo.Sum, key Key, first int, amounts []odoo.Decimal) {
	t.rows++
	for i := range amounts {
		if _, err := exact.Add(&t.amounts[first+i], &t.amounts[first+i], &amounts[i]); err != nil {
			m.fail(fmt.Errorf("add up %s at %v: %w", spec.Name, key, err))
		}
	}
}
