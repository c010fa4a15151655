package mirror

import (
	"fmt"
	"hash/fnv"
	"strconv"

	"github.com/odoobridge/odoobridge/internal/change"
	"github.com/odoobridge/odoobridge/internal/store"
	"github.com/odoobridge/odoobridge/router/internal/cache"
	"github.com/odoobridge/odoobridge/schema/odoo"
)

// table is one mirrored table. A row's text is "" where there is no row.
type table struct {
	id       int
	spec     *odoo.Table
	resident map[Key]string              // of a resident table: every row
	cached   *cache.Cache[rowID, string] // of another: those of all tables used lately, absent ones too
	dirty    map[Key]dirtyRow
	// moved holds, by index and value, the unflushed rows that got that value.
	moved  []map[int64][]Key
	parts  []part   // in sums of this table's rows
	moves  []moving // parts of other tables, which depend on this one
	layout map[*change.Relation][]int
}

type dirtyRow struct {
	stored  string // as the store has it
	current string
}

func newTable(id int, spec *odoo.Table, cached *cache.Cache[rowID, string]) *table {
	t := &table{
		id: id, spec: spec,
		dirty:  map[Key]dirtyRow{},
		moved:  make([]map[int64][]Key, len(spec.Indexes)),
		layout: map[*change.Relation][]int{},
	}
	for i := range t.moved {
		t.moved[i] = map[int64][]Key{}
	}
	if spec.Resident {
		t.resident = map[Key]string{}
	} else {
		t.cached = cached
	}
	return t
}

func (t *table) reset() {
	clear(t.dirty)
	for i := range t.moved {
		clear(t.moved[i])
	}
	clear(t.resident)
}

func (t *table) get(m *Mirror, key Key) string {
	if t.resident != nil {
		return t.resident[key]
	}
	if text, found := t.cached.Get(rowID{t.id, key}); found {
		return text
	}
	if d, found := t.dirty[key]; found {
		return d.current
	}
	text, _, err := m.store.Row(t.id, key)
	if err != nil {
		m.fail(fmt.Errorf("read %s %d: %w", t.spec.Name, key, err))
		return ""
	}
	t.cached.Put(rowID{t.id, key}, text)
	return text
}

// set makes text the row's content; "" removes it.
func (t *table) set(key Key, old, text string) {
	d, found := t.dirty[key]
	if !found {
		d.stored = old
	}
	d.current = text
	t.dirty[key] = d
	switch {
	case t.resident == nil:
		t.cached.Put(rowID{t.id, key}, text)
	case text == "":
		delete(t.resident, key)
	default:
		t.resident[key] = text
	}
	for i := range t.spec.Indexes {
		value := t.indexed(i, text)
		if value != store.NoIndex && value != t.indexed(i, old) {
			t.moved[i][value] = append(t.moved[i][value], key)
		}
	}
}

// indexed is the value under which the index finds the row.
func (t *table) indexed(index int, text string) int64 {
	if text == "" {
		return store.NoIndex
	}
	row, spec := odoo.NewRow(text), t.spec.Indexes[index]
	if row.Null(spec.Column) || spec.Open && !t.spec.Open(row) {
		return store.NoIndex
	}
	if spec.Text {
		return hashText(row.Text(spec.Column))
	}
	return row.Int(spec.Column)
}

// hashText is stored on disk, so it must never change.
func hashText(s string) int64 {
	h := fnv.New64a()
	h.Write([]byte(s)) //nolint:errcheck // a hash never fails to write
	if v := int64(h.Sum64()); v != store.NoIndex {
		return v
	}
	return 0
}

func (t *table) storeRow(key Key, text string) store.Row {
	row := store.Row{Key: key, Text: text}
	if len(t.spec.Indexes) > 0 {
		row.Indexed = make([]int64, len(t.spec.Indexes))
		for i := range row.Indexed {
			row.Indexed[i] = t.indexed(i, text)
		}
	}
	return row
}

// flush adds what changed to the batch.
func (t *table) flush(b *store.Batch) {
	for key, d := range t.dirty {
		switch {
		case d.current == d.stored:
		case d.current == "":
			b.Deletes = append(b.Deletes, store.RowDelete{Table: t.id, Old: t.storeRow(key, d.stored)})
		default:
			put := store.RowPut{Table: t.id, Row: t.storeRow(key, d.current)}
			if d.stored != "" {
				old := t.storeRow(key, d.stored)
				put.Old = &old
			}
			b.Puts = append(b.Puts, put)
		}
	}
	clear(t.dirty)
	for i := range t.moved {
		clear(t.moved[i])
	}
}

// RedoTable is the number of the table that holds changes not yet in their own tables.
func RedoTable(p *odoo.Profile) int { return len(p.Tables) + len(p.Sums) }

// StoreTables describes the profile's tables and sums as the store keeps them,
// and after them the redo table.
func StoreTables(p *odoo.Profile) []store.Table {
	var tables []store.Table
	for _, spec := range p.Tables {
		t := store.Table{Name: spec.Name}
		for _, c := range spec.Columns {
			t.Columns = append(t.Columns, c.Name)
		}
		t.Keys = t.Columns[:spec.Keys]
		for _, index := range spec.Indexes {
			name := t.Columns[index.Column]
			if index.Text {
				name += "_hash"
			}
			if index.Open {
				name += "_open"
			}
			t.Indexes = append(t.Indexes, name)
		}
		tables = append(tables, t)
	}
	for _, spec := range p.Sums {
		columns := append(append([]string{}, spec.Keys...), "rows")
		tables = append(tables, store.Table{
			Name: spec.Name, Keys: spec.Keys, Columns: append(columns, spec.Amounts...),
		})
	}
	return append(tables, store.Table{Name: "redo", Keys: []string{"number"}, Columns: []string{"lines"}})
}

// ParseKey reads the key columns at the start of a row's text.
func ParseKey(spec *odoo.Table, text []byte) (Key, error) {
	var key Key
	rest := text
	for i := range spec.Keys {
		end := 0
		for end < len(rest) && rest[end] != '\t' {
			end++
		}
		n, err := strconv.ParseInt(string(rest[:end]), 10, 64)
		if err != nil {
			return key, fmt.Errorf("key column %s of table %s: %w", spec.Columns[i].Name, spec.Name, err)
		}
		key[i] = n
		rest = rest[min(end+1, len(rest)):]
	}
	return key, nil
}
