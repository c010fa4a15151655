package mirror

import (
	"bytes"
	"fmt"
	"strings"

	"github.com/odoobridge/odoobridge/internal/change"
	"github.com/odoobridge/odoobridge/schema/odoo"
)

// MissingColumnError says that the server no longer sends a mapped column:
// the table was altered, or a module was removed.
type MissingColumnError struct {
	Table   string
	Columns []string
}

func (e *MissingColumnError) Error() string {
	return fmt.Sprintf("table %s has lost the mapped column(s) %s: a module was upgraded or removed while streaming; "+
		"run `odoobridge check` to see what the mapping needs, then start again", e.Table, strings.Join(e.Columns, ", "))
}

// MissingRowError says that a change leaves out values of a row that the mirror never saw.
type MissingRowError struct {
	Table string
	Key   Key
}

func (e *MissingRowError) Error() string {
	return fmt.Sprintf("change of %s %v leaves out values that did not change, but the mirror has no such row: "+
		"the mirror is not what Odoo's database was at this position; take a new snapshot", e.Table, e.Key)
}

// Apply takes one row change over into the mirror. Changes of relations that are not mirrored are ignored.
func (m *Mirror) Apply(c *change.Change) error {
	if !m.Tracks(c.Relation) {
		return nil
	}
	t := m.byName[c.Relation.Name]
	layout, err := t.columnsOf(c.Relation)
	if err != nil {
		return err
	}
	counts := &m.counts[t.id]
	switch c.Kind {
	case change.Insert:
		counts.Inserts++
		return m.upsert(t, layout, c)
	case change.Update:
		counts.Updates++
		return m.upsert(t, layout, c)
	case change.Delete:
		counts.Deletes++
		key, err := t.keyOf(layout, c.Old)
		if err != nil {
			return err
		}
		m.replace(t, key, "")
	case change.Truncate:
		counts.Truncates++
		return m.truncate(t)
	}
	return m.err
}

// columnsOf says where in the relation each mapped column is, -1 for those
// that this release does not have.
func (t *table) columnsOf(r *change.Relation) ([]int, error) {
	if layout, found := t.layout[r]; found {
		return layout, nil
	}
	place := make(map[string]int, len(r.Columns))
	for i, column := range r.Columns {
		place[column.Name] = i
	}
	layout := make([]int, len(t.spec.Columns))
	var missing []string
	for i, column := range t.spec.Columns {
		at, found := place[column.Source]
		switch {
		case found:
			layout[i] = at
		case column.Source == "":
			layout[i] = -1
		default:
			missing = append(missing, column.Source)
		}
	}
	if missing != nil {
		return nil, &MissingColumnError{Table: t.spec.Name, Columns: missing}
	}
	if err := t.checkTypes(r, layout); err != nil {
		return nil, err
	}
	clear(t.layout) // earlier descriptions of the table do not come back
	t.layout[r] = layout
	return layout, nil
}

func (t *table) keyOf(layout []int, values []change.Value) (Key, error) {
	text := t.appendRow(nil, layout[:t.spec.Keys], values, nil)
	return ParseKey(t.spec, text)
}

// appendRow appends the mapped columns in COPY format, taking unchanged ones
// from the previous row.
func (t *table) appendRow(dst []byte, layout []int, values []change.Value, previous []string) []byte {
	for i, at := range layout {
		if i > 0 {
			dst = append(dst, '\t')
		}
		switch {
		case at < 0 || at >= len(values) || values[at].State == change.Null:
			dst = append(dst, `\N`...)
		case values[at].State == change.Unchanged:
			dst = append(dst, previous[i]...)
		default:
			dst = appendValue(dst, values[at].Text)
		}
	}
	return dst
}

func appendValue(dst, text []byte) []byte {
	if bytes.ContainsAny(text, "\\\b\f\n\r\t\v") {
		return odoo.AppendEscaped(dst, text)
	}
	return append(dst, text...)
}

func (m *Mirror) upsert(t *table, layout []int, c *change.Change) error {
	key, err := t.keyOf(layout, c.New)
	if err != nil {
		return err
	}
	oldKey := key
	if c.Old != nil {
		if oldKey, err = t.keyOf(layout, c.Old); err != nil {
			return err
		}
	}
	var previous []string
	if t.leavesOut(layout, c.New) {
		old := t.get(m, oldKey)
		if old == "" && t.ignores(layout, c.New) {
			return nil
		}
		if old == "" {
			return &MissingRowError{Table: t.spec.Name, Key: oldKey}
		}
		previous = strings.Split(old, "\t")
	}
	m.scratch = t.appendRow(m.scratch[:0], layout, c.New, previous)
	text := string(m.scratch)
	if oldKey != key {
		m.replace(t, oldKey, "")
	}
	if t.spec.Keep != nil && !t.spec.Keep(odoo.NewRow(text)) {
		text = ""
	}
	m.replace(t, key, text)
	return m.err
}

// ignores reports whether a row that the mirror does not have is one that it
// does not keep, as far as the values that were sent say.
func (t *table) ignores(layout []int, values []change.Value) bool {
	if t.spec.Keep == nil {
		return false
	}
	unknown := make([]string, len(layout))
	for i := range unknown {
		unknown[i] = `\N`
	}
	return !t.spec.Keep(odoo.NewRow(string(t.appendRow(nil, layout, values, unknown))))
}

func (t *table) leavesOut(layout []int, values []change.Value) bool {
	for _, at := range layout {
		if at >= 0 && at < len(values) && values[at].State == change.Unchanged {
			return true
		}
	}
	return false
}

func (m *Mirror) truncate(t *table) error {
	var keys []Key
	m.Scan(t.spec, func(row odoo.Row) bool {
		keys = append(keys, row.Key(t.spec.Keys))
		return true
	})
	for _, key := range keys {
		m.replace(t, key, "")
	}
	return m.err
}

// Redo makes text the row's content, "" for none, as a change did before.
func (m *Mirror) Redo(table int, key Key, text string) error {
	m.replace(m.tables[table], key, text)
	return m.err
}

// replace makes text the row's content, "" for none, and keeps the sums current.
func (m *Mirror) replace(t *table, key Key, text string) {
	old := t.get(m, key)
	if old == text || m.err != nil {
		return
	}
	m.remember(t, key, old)
	before, after := odoo.NewRow(old), odoo.NewRow(text)
	moving := m.withdraw(t, before, after)
	t.set(key, old, text)
	m.contribute(moving)
	for _, p := range t.parts {
		p.change(m, before, -1)
		p.change(m, after, +1)
	}
}

func (m *Mirror) remember(t *table, key Key, old string) {
	id := rowID{t.id, key}
	if _, found := m.pieces[id]; found {
		return
	}
	m.pieces[id] = len(m.changed)
	m.changed = append(m.changed, Change{Table: t.spec, Key: key, Old: odoo.NewRow(old)})
}
