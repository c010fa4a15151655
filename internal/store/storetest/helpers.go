package storetest

import (
	"strconv"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/odoobridge/odoobridge/internal/store"
)

// row is what is found in a table.
type row struct {
	Key  store.Key
	Text string
}

func line(id, order, product int64, name string) store.Row {
	return store.Row{Key: store.Key{id}, Text: name, Indexed: []int64{order, product}}
}

func level(product, warehouse int64, text string) store.Row {
	return store.Row{Key: store.Key{product, warehouse}, Text: text, Indexed: []int64{warehouse}}
}

func note(id int64, text string) store.Row { return store.Row{Key: store.Key{id}, Text: text} }

func puts(table int, rows ...store.Row) *store.Batch {
	b := &store.Batch{}
	for _, r := range rows {
		b.Puts = append(b.Puts, store.RowPut{Table: table, Row: r})
	}
	return b
}

func event(seq int64) store.Event {
	return store.Event{
		Seq: seq, Timeline: 1, LSN: 0x1A2B3C8, Ordinal: 1, XID: 7, Time: second(seq), Entity: "order", What: "updated",
		Key: store.Key{seq}, Subject: "order/S" + strconv.FormatInt(seq, 10), Revision: seq, Company: 1, Body: []byte(`{"n":1}`),
	}
}

func events(from, to int64) *store.Batch {
	b := &store.Batch{}
	for seq := from; seq <= to; seq++ {
		b.Events = append(b.Events, event(seq))
	}
	return b
}

// second is a moment so many seconds after the suite's beginning of time.
func second(n int64) time.Time { return time.Unix(1_790_000_000+n, 0).UTC() }

func write(t testing.TB, s store.Store, b *store.Batch) {
	t.Helper()
	ok(t, s.Write(t.Context(), b))
}

func commit(t testing.TB, s store.Store, batches ...*store.Batch) {
	t.Helper()
	for _, b := range batches {
		write(t, s, b)
	}
	ok(t, s.Commit(t.Context()))
}

func ok(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func equal(t testing.TB, what string, got, want any) {
	t.Helper()
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("%s (-want +got):\n%s", what, diff)
	}
}

func text(t testing.TB, s store.Store, table int, key store.Key) string {
	t.Helper()
	text, found, err := s.Row(table, key)
	ok(t, err)
	if !found {
		return "(none)"
	}
	return text
}

func find(t testing.TB, s store.Store, table, index int, value int64) (rows []row) {
	t.Helper()
	ok(t, s.Find(table, index, value, func(key store.Key, text string) bool {
		rows = append(rows, row{key, text})
		return true
	}))
	return rows
}

func scan(t testing.TB, s store.Store, table int) (rows []row) {
	t.Helper()
	ok(t, s.Scan(table, func(key store.Key, text string) bool {
		rows = append(rows, row{key, text})
		return true
	}))
	return rows
}

func journal(t testing.TB, s store.Store, after int64, limit int) (list []store.Event) {
	t.Helper()
	ok(t, s.Events(t.Context(), after, limit, func(e store.Event) bool {
		list = append(list, e)
		return true
	}))
	return list
}

func numbers(list []store.Event) (seqs []int64) {
	for _, e := range list {
		seqs = append(seqs, e.Seq)
	}
	return seqs
}

func documents(t testing.TB, s store.Store, entity string, after store.Key, limit int) (list []store.Document) {
	t.Helper()
	ok(t, s.Documents(t.Context(), entity, after, limit, func(d store.Document) bool {
		list = append(list, d)
		return true
	}))
	return list
}

func bounds(t testing.TB, s store.Store) [2]int64 {
	t.Helper()
	first, last, err := s.JournalBounds(t.Context())
	ok(t, err)
	return [2]int64{first, last}
}

func closeStore(t testing.TB, s store.Store) {
	t.Helper()
	if err := s.Close(); err != nil {
		t.Errorf("close: %v", err)
	}
}
