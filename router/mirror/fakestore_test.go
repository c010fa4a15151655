package mirror

import (
	"slices"

	"github.com/odoobridge/odoobridge/internal/store"
)

// fakeStore keeps rows in maps; the real one passes internal/store/storetest.
type fakeStore struct {
	tables []store.Table
	rows   []map[store.Key]store.Row
}

func newFakeStore(tables []store.Table) *fakeStore {
	f := &fakeStore{tables: tables}
	for range tables {
		f.rows = append(f.rows, map[store.Key]store.Row{})
	}
	return f
}

func (f *fakeStore) write(b *store.Batch) {
	for _, d := range b.Deletes {
		delete(f.rows[d.Table], d.Old.Key)
	}
	for _, p := range b.Puts {
		f.rows[p.Table][p.Row.Key] = p.Row
	}
}

func (f *fakeStore) sorted(table int) []store.Row {
	var rows []store.Row
	for _, row := range f.rows[table] {
		rows = append(rows, row)
	}
	slices.SortFunc(rows, func(a, b store.Row) int { return compareKeys(a.Key, b.Key) })
	return rows
}

func (f *fakeStore) Row(table int, key store.Key) (string, bool, error) {
	row, found := f.rows[table][key]
	return row.Text, found, nil
}

func (f *fakeStore) Find(table, index int, value int64, yield func(store.Key, string) bool) error {
	for _, row := range f.sorted(table) {
		if row.Indexed[index] == value && !yield(row.Key, row.Text) {
			return nil
		}
	}
	return nil
}

func (f *fakeStore) Scan(table int, yield func(store.Key, string) bool) error {
	for _, row := range f.sorted(table) {
		if !yield(row.Key, row.Text) {
			return nil
		}
	}
	return nil
}
