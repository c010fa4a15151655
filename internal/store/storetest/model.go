package storetest

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"testing"

	"pgregory.net/rapid"

	"github.com/odoobridge/odoobridge/internal/store"
)

// model is what a store should hold, in maps.
type model struct {
	rows   []map[store.Key]store.Row
	docs   map[store.Key]store.Document
	meta   map[string]string
	events []store.Event
	first  int64
}

func newModel() *model {
	m := &model{docs: map[store.Key]store.Document{}, meta: map[string]string{}, first: 1}
	for range Tables() {
		m.rows = append(m.rows, map[store.Key]store.Row{})
	}
	return m
}

func (m *model) clone() *model {
	c := &model{docs: maps.Clone(m.docs), meta: maps.Clone(m.meta), events: slices.Clone(m.events), first: m.first}
	for _, rows := range m.rows {
		c.rows = append(c.rows, maps.Clone(rows))
	}
	return c
}

// machine runs a store beside two models: with and without what is not committed.
type machine struct {
	t         *testing.T
	s         store.Store
	now, past *model
	seq, kept int64
	open      bool
}

func modelled(t *testing.T, open Opener) {
	rapid.Check(t, func(r *rapid.T) {
		m := &machine{t: t, s: open(t), now: newModel(), past: newModel()}
		defer closeStore(t, m.s)
		r.Repeat(map[string]func(*rapid.T){
			"write": m.write, "commit": m.commit, "rollback": m.rollback, "load": m.load, "trim": m.trim, "": m.check,
		})
	})
}

func (m *machine) ok(r *rapid.T, err error) {
	r.Helper()
	if err != nil {
		r.Fatal(err)
	}
}

// drawRow draws a row from few keys and values, so that they meet.
func drawRow(r *rapid.T, table int) store.Row {
	small := rapid.Int64Range(-2, 6)
	row := store.Row{Key: store.Key{small.Draw(r, "key")}, Text: rapid.String().Draw(r, "text")}
	value := func(name string) int64 {
		if v := small.Draw(r, name); v != -2 {
			return v
		}
		return store.NoIndex
	}
	switch table {
	case lines:
		row.Indexed = []int64{value("order"), value("product")}
	case levels:
		row.Key[1] = small.Draw(r, "second key")
		row.Indexed = []int64{row.Key[1]}
	}
	return row
}

func (m *machine) write(r *rapid.T) {
	b := &store.Batch{}
	for range rapid.IntRange(0, 6).Draw(r, "rows") {
		m.drawChange(r, b)
	}
	for range rapid.IntRange(0, 3).Draw(r, "documents") {
		m.drawDocument(r, b)
	}
	for range rapid.IntRange(0, 3).Draw(r, "events") {
		m.seq++
		b.Events = append(b.Events, event(m.seq))
		m.now.events = append(m.now.events, event(m.seq))
	}
	name := rapid.StringMatching("[a-c]").Draw(r, "meta")
	m.now.meta[name] = rapid.String().Draw(r, "value")
	b.Meta = map[string]string{name: m.now.meta[name]}
	m.ok(r, m.s.Write(m.t.Context(), b))
	m.open = true
}

func (m *machine) drawChange(r *rapid.T, b *store.Batch) {
	table := rapid.IntRange(0, len(m.now.rows)-1).Draw(r, "table")
	row := drawRow(r, table)
	if slices.ContainsFunc(b.Puts, func(p store.RowPut) bool { return p.Table == table && p.Row.Key == row.Key }) ||
		slices.ContainsFunc(b.Deletes, func(d store.RowDelete) bool { return d.Table == table && d.Old.Key == row.Key }) {
		return
	}
	old, there := m.now.rows[table][row.Key]
	if there && rapid.Bool().Draw(r, "delete") {
		b.Deletes = append(b.Deletes, store.RowDelete{Table: table, Old: old})
		delete(m.now.rows[table], row.Key)
		return
	}
	put := store.RowPut{Table: table, Row: row}
	if there {
		put.Old = &old
	}
	b.Puts = append(b.Puts, put)
	m.now.rows[table][row.Key] = row
}

func (m *machine) drawDocument(r *rapid.T, b *store.Batch) {
	key := store.Key{rapid.Int64Range(0, 4).Draw(r, "k1"), rapid.Int64Range(0, 2).Draw(r, "k2")}
	if slices.ContainsFunc(b.Documents, func(d store.Document) bool { return d.Key == key }) ||
		slices.ContainsFunc(b.Forgotten, func(d store.Document) bool { return d.Key == key }) {
		return
	}
	d := store.Document{Entity: "stock_level", Key: key, Revision: rapid.Int64().Draw(r, "revision"), Body: []byte(`{"x":1}`)}
	if rapid.Bool().Draw(r, "forget") {
		b.Forgotten = append(b.Forgotten, d)
		delete(m.now.docs, key)
		return
	}
	b.Documents = append(b.Documents, d)
	m.now.docs[key] = d
}

func (m *machine) commit(r *rapid.T) {
	m.ok(r, m.s.Commit(m.t.Context()))
	m.past, m.open, m.kept = m.now.clone(), false, m.seq
}

func (m *machine) rollback(r *rapid.T) {
	m.ok(r, m.s.Rollback())
	m.now, m.open, m.seq = m.past.clone(), false, m.kept
}

func (m *machine) load(r *rapid.T) {
	if m.open {
		r.Skip("a transaction is open")
	}
	table := rapid.IntRange(0, len(m.now.rows)-1).Draw(r, "table")
	l, err := m.s.Load(m.t.Context(), table)
	m.ok(r, err)
	rows := map[store.Key]store.Row{}
	for range rapid.IntRange(0, 4).Draw(r, "chunks") {
		chunk := make([]store.Row, rapid.IntRange(0, 9).Draw(r, "rows"))
		for i := range chunk {
			chunk[i] = drawRow(r, table)
			rows[chunk[i].Key] = chunk[i]
		}
		m.ok(r, l.Add(m.t.Context(), chunk))
	}
	if rapid.Bool().Draw(r, "finish") {
		m.ok(r, l.Finish(m.t.Context()))
	} else {
		m.ok(r, l.Abort())
		clear(rows)
	}
	m.now.rows[table], m.past.rows[table] = rows, maps.Clone(rows)
}

func (m *machine) trim(r *rapid.T) {
	if m.open {
		r.Skip("a transaction is open")
	}
	upTo := rapid.Int64Range(0, m.seq+1).Draw(r, "up to")
	n, err := m.s.TrimJournal(m.t.Context(), upTo, second(m.seq+1))
	m.ok(r, err)
	want := max(0, min(upTo, m.seq)-m.now.first+1)
	if n != want {
		r.Fatalf("trim up to %d removed %d entries, want %d", upTo, n, want)
	}
	m.now.events = m.now.events[n:]
	m.now.first += n
	m.past = m.now.clone()
}

func (m *machine) check(r *rapid.T) {
	for table, want := range m.now.rows {
		all := inOrder(want, func(store.Row) bool { return true })
		if got := scan(m.t, m.s, table); !slices.Equal(got, all) {
			r.Fatalf("table %d has %v, want %v", table, got, all)
		}
		for index := range Tables()[table].Indexes {
			for value := int64(-1); value <= 6; value++ {
				want := inOrder(want, func(row store.Row) bool { return row.Indexed[index] == value })
				if got := find(m.t, m.s, table, index, value); !slices.Equal(got, want) {
					r.Fatalf("index %d of table %d finds %v at %d, want %v", index, table, got, value, want)
				}
			}
		}
	}
	m.checkJournal(r)
	for name, want := range m.now.meta {
		if got, _, err := m.s.Meta(m.t.Context(), name); err != nil || got != want {
			r.Fatalf("meta %s is %q, %v; want %q", name, got, err, want)
		}
	}
}

func (m *machine) checkJournal(r *rapid.T) {
	if got, want := numbers(journal(m.t, m.s, 0, 1000)), numbers(m.past.events); !slices.Equal(got, want) {
		r.Fatalf("the journal has %v, want %v", got, want)
	}
	want := [2]int64{m.past.first, m.kept}
	if m.kept == 0 {
		want = [2]int64{}
	}
	if got := bounds(m.t, m.s); got != want {
		r.Fatalf("the journal's bounds are %v, want %v", got, want)
	}
	var committed []store.Document
	for _, key := range slices.SortedFunc(maps.Keys(m.past.docs), compareKeys) {
		committed = append(committed, m.past.docs[key])
	}
	if got, want := fmt.Sprint(documents(m.t, m.s, "stock_level", store.Key{-1}, 1000)), fmt.Sprint(committed); got != want {
		r.Fatalf("the documents are %s, want %s", got, want)
	}
	for k := range int64(15) {
		key := store.Key{k / 3, k % 3}
		d, found, err := m.s.Document("stock_level", key)
		if want, there := m.now.docs[key]; err != nil || found != there || d.Revision != want.Revision {
			r.Fatalf("document %v is %v, %v, %v; want %v", key, d, found, err, want)
		}
	}
}

func inOrder(rows map[store.Key]store.Row, keep func(store.Row) bool) (list []row) {
	for _, key := range slices.SortedFunc(maps.Keys(rows), compareKeys) {
		if keep(rows[key]) {
			list = append(list, row{key, rows[key].Text})
		}
	}
	return list
}

func compareKeys(a, b store.Key) int {
	return cmp.Or(cmp.Compare(a[0], b[0]), cmp.Compare(a[1], b[1]))
}
