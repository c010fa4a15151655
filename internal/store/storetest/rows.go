package storetest

import (
	"math"
	"testing"

	"github.com/odoobridge/odoobridge/internal/store"
)

func findOrder(t *testing.T, s store.Store) {
	commit(t, s, puts(lines, line(30, 1, 9, "c"), line(-5, 1, 9, "a"), line(7, 1, 8, "b"), line(8, 2, 9, "x")))
	equal(t, "found", find(t, s, lines, 0, 1), []row{{store.Key{-5}, "a"}, {store.Key{7}, "b"}, {store.Key{30}, "c"}})
	equal(t, "found by the other index", find(t, s, lines, 1, 9), []row{{store.Key{-5}, "a"}, {store.Key{8}, "x"}, {store.Key{30}, "c"}})
	equal(t, "scanned", scan(t, s, lines), []row{{store.Key{-5}, "a"}, {store.Key{7}, "b"}, {store.Key{8}, "x"}, {store.Key{30}, "c"}})
}

func indexMoves(t *testing.T, s store.Store) {
	first, moved, text := line(1, 10, 100, "one"), line(1, 11, 100, "moved"), line(1, 11, 100, "only the text")
	commit(t, s, puts(lines, first))
	commit(t, s, &store.Batch{Puts: []store.RowPut{{Table: lines, Row: moved, Old: &first}}})
	equal(t, "at the old value", find(t, s, lines, 0, 10), []row(nil))
	equal(t, "at the new value", find(t, s, lines, 0, 11), []row{{store.Key{1}, "moved"}})
	commit(t, s, &store.Batch{Puts: []store.RowPut{{Table: lines, Row: text, Old: &moved}}})
	equal(t, "with another text", find(t, s, lines, 0, 11), []row{{store.Key{1}, "only the text"}})
	equal(t, "by the other index", find(t, s, lines, 1, 100), []row{{store.Key{1}, "only the text"}})
	commit(t, s, &store.Batch{Deletes: []store.RowDelete{{Table: lines, Old: text}}})
	equal(t, "after the delete", find(t, s, lines, 0, 11), []row(nil))
	equal(t, "after the delete, by the other index", find(t, s, lines, 1, 100), []row(nil))
}

func noIndex(t *testing.T, s store.Store) {
	without, with := line(1, store.NoIndex, 100, "none"), line(1, 5, 100, "five")
	commit(t, s, puts(lines, without))
	equal(t, "NULL", find(t, s, lines, 0, store.NoIndex), []row(nil))
	equal(t, "zero", find(t, s, lines, 0, 0), []row(nil))
	commit(t, s, &store.Batch{Puts: []store.RowPut{{Table: lines, Row: with, Old: &without}}})
	equal(t, "from NULL to a value", find(t, s, lines, 0, 5), []row{{store.Key{1}, "five"}})
	commit(t, s, &store.Batch{Puts: []store.RowPut{{Table: lines, Row: without, Old: &with}}})
	equal(t, "from a value to NULL", find(t, s, lines, 0, 5), []row(nil))
	equal(t, "the row", text(t, s, lines, store.Key{1}), "none")
}

func twoKeys(t *testing.T, s store.Store) {
	commit(t, s, puts(levels, level(2, 1, "b"), level(1, 2, "x"), level(1, 1, "a"), level(10, 1, "c"), level(0, 1, "0")))
	equal(t, "row", text(t, s, levels, store.Key{1, 2}), "x")
	equal(t, "absent", text(t, s, levels, store.Key{2, 2}), "(none)")
	equal(t, "found", find(t, s, levels, 0, 1), []row{{store.Key{0, 1}, "0"}, {store.Key{1, 1}, "a"}, {store.Key{2, 1}, "b"}, {store.Key{10, 1}, "c"}})
	old := level(1, 1, "a")
	commit(t, s, &store.Batch{
		Puts:    []store.RowPut{{Table: levels, Row: level(1, 1, "changed"), Old: &old}},
		Deletes: []store.RowDelete{{Table: levels, Old: level(10, 1, "c")}},
	})
	equal(t, "scanned", scan(t, s, levels), []row{{store.Key{0, 1}, "0"}, {store.Key{1, 1}, "changed"}, {store.Key{1, 2}, "x"}, {store.Key{2, 1}, "b"}})
	equal(t, "a second key where there is one", text(t, s, notes, store.Key{1, 1}), "(none)")
}

func stopping(t *testing.T, s store.Store) {
	b := puts(lines, line(1, 1, 1, "a"), line(2, 1, 1, "b"))
	b.Events = events(1, 3).Events
	b.Documents = []store.Document{{Entity: "order", Key: store.Key{1}, Body: []byte(`{}`)}, {Entity: "order", Key: store.Key{2}, Body: []byte(`{}`)}}
	commit(t, s, b)
	n := 0
	row := func(store.Key, string) bool { n++; return false }
	ok(t, s.Find(lines, 0, 1, row))
	ok(t, s.Scan(lines, row))
	ok(t, s.Events(t.Context(), 0, 10, func(store.Event) bool { n++; return false }))
	ok(t, s.Documents(t.Context(), "order", store.Key{}, 10, func(store.Document) bool { n++; return false }))
	equal(t, "calls", n, 4)
	commit(t, s, puts(lines, line(3, 1, 1, "c")))
	equal(t, "rows afterwards", len(scan(t, s, lines)), 3)
}

func deletesFirst(t *testing.T, s store.Store) {
	old := line(1, 10, 100, "old")
	d := store.Document{Entity: "order", Key: store.Key{1}, Subject: "order/1", Body: []byte(`{"old":1}`)}
	b := puts(lines, old)
	b.Documents = []store.Document{d}
	commit(t, s, b)
	b = puts(lines, line(1, 20, 100, "new"))
	b.Deletes = []store.RowDelete{{Table: lines, Old: old}}
	d.Body = []byte(`{"new":1}`)
	b.Documents, b.Forgotten = []store.Document{d}, []store.Document{{Entity: "order", Key: store.Key{1}}}
	commit(t, s, b)
	equal(t, "row", find(t, s, lines, 0, 20), []row{{store.Key{1}, "new"}})
	got, found, err := s.Document("order", store.Key{1})
	ok(t, err)
	equal(t, "document", []any{found, string(got.Body)}, []any{true, `{"new":1}`})
}

func exactTexts(t *testing.T, s store.Store) {
	for key, want := range map[int64]string{
		1: "", 2: "a\tb\\N\\t\\n", 3: "ümlaut €\u2028 \x00 nul", 4: string(make([]byte, 100_000)), math.MaxInt64: "max", math.MinInt64: "min", 0: "zero", -1: "-1",
	} {
		commit(t, s, puts(notes, note(key, want)))
		if got := text(t, s, notes, store.Key{key}); got != want {
			t.Errorf("row %d is %.60q, want %.60q", key, got, want)
		}
	}
}
