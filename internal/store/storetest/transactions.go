package storetest

import (
	"errors"
	"testing"

	"github.com/odoobridge/odoobridge/internal/store"
)

func full() *store.Batch {
	b := puts(lines, line(1, 10, 100, "one"))
	b.Documents = []store.Document{{Entity: "order", Key: store.Key{10}, Subject: "order/S10", Revision: 1, LSN: 5, Company: 1, Body: []byte(`{}`)}}
	b.Events = []store.Event{event(1)}
	b.Meta = map[string]string{"position": "0/5"}
	return b
}

func readYourWrites(t *testing.T, s store.Store) {
	write(t, s, full())
	write(t, s, puts(lines, line(2, 10, 100, "two")))
	equal(t, "row", text(t, s, lines, store.Key{1}), "one")
	equal(t, "found", find(t, s, lines, 0, 10), []row{{store.Key{1}, "one"}, {store.Key{2}, "two"}})
	equal(t, "scanned", len(scan(t, s, lines)), 2)
	d, found, err := s.Document("order", store.Key{10})
	ok(t, err)
	equal(t, "document", []any{found, d.Subject}, []any{true, "order/S10"})
	value, _, err := s.Meta(t.Context(), "position")
	ok(t, err)
	equal(t, "meta", value, "0/5")
	ok(t, s.Rollback())
}

func committedReads(t *testing.T, s store.Store) {
	write(t, s, full())
	equal(t, "events before the commit", journal(t, s, 0, 10), []store.Event(nil))
	equal(t, "documents before the commit", documents(t, s, "order", store.Key{}, 10), []store.Document(nil))
	equal(t, "bounds before the commit", bounds(t, s), [2]int64{0, 0})
	ok(t, s.Commit(t.Context()))
	equal(t, "events", numbers(journal(t, s, 0, 10)), []int64{1})
	equal(t, "documents", len(documents(t, s, "order", store.Key{}, 10)), 1)
	equal(t, "bounds", bounds(t, s), [2]int64{1, 1})
}

func nothing(t *testing.T, s store.Store) {
	t.Helper()
	equal(t, "row", text(t, s, lines, store.Key{1}), "(none)")
	equal(t, "found", find(t, s, lines, 0, 10), []row(nil))
	_, found, err := s.Document("order", store.Key{10})
	ok(t, err)
	equal(t, "document there", found, false)
	_, found, err = s.Meta(t.Context(), "position")
	ok(t, err)
	equal(t, "meta there", found, false)
	equal(t, "events", journal(t, s, 0, 10), []store.Event(nil))
}

func rollback(t *testing.T, s store.Store) {
	write(t, s, full())
	write(t, s, puts(lines, line(2, 10, 100, "two")))
	ok(t, s.Rollback())
	nothing(t, s)
	ok(t, s.Commit(t.Context()))
	nothing(t, s)
	commit(t, s, full())
	equal(t, "row of the next transaction", text(t, s, lines, store.Key{1}), "one")
	d, found, err := s.Document("order", store.Key{10})
	ok(t, err)
	equal(t, "document of the next transaction", []any{found, d.Subject}, []any{true, "order/S10"})
}

func failedWrite(t *testing.T, s store.Store) {
	write(t, s, full())
	wrong := puts(lines, line(2, 10, 100, "two"))
	wrong.Events = []store.Event{event(1)} // is there already
	if s.Write(t.Context(), wrong) == nil {
		t.Fatal("an event was written over another")
	}
	nothing(t, s)
	if s.Write(t.Context(), puts(notes, note(1, "later"))) == nil {
		t.Error("the write after a failed one succeeded, without a rollback")
	}
	if s.Commit(t.Context()) == nil {
		t.Error("the commit after a failed write succeeded")
	}
	ok(t, s.Rollback())
	nothing(t, s)
	commit(t, s, full())
	equal(t, "row after the rollback", text(t, s, lines, store.Key{1}), "one")
}

func emptyCommit(t *testing.T, s store.Store) {
	ok(t, s.Commit(t.Context()))
	ok(t, s.Rollback())
	write(t, s, &store.Batch{})
	ok(t, s.Commit(t.Context()))
	nothing(t, s)
}

func afterClose(t *testing.T, s store.Store) {
	ok(t, s.Close())
	ok(t, s.Close())
	_, _, row := s.Row(lines, store.Key{1})
	_, _, doc := s.Document("order", store.Key{1})
	_, _, meta := s.Meta(t.Context(), "position")
	_, load := s.Load(t.Context(), lines)
	for name, err := range map[string]error{
		"Write": s.Write(t.Context(), full()), "Row": row, "Document": doc, "Meta": meta, "Load": load,
		"Events":      s.Events(t.Context(), 0, 1, func(store.Event) bool { return true }),
		"SaveCursors": s.SaveCursors(t.Context(), []store.Cursor{{Lane: "a/b"}}),
	} {
		if !errors.Is(err, store.ErrClosed) {
			t.Errorf("%s after Close: %v, want %v", name, err, store.ErrClosed)
		}
	}
}
