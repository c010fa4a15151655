package storetest

import (
	"fmt"
	"sync/atomic"
	"testing"

	"golang.org/x/sync/errgroup"

	"github.com/odoobridge/odoobridge/internal/store"
)

func size(t *testing.T, s store.Store) {
	before, err := s.Size(t.Context())
	ok(t, err)
	b := &store.Batch{}
	for id := range int64(200) {
		b.Puts = append(b.Puts, store.RowPut{Table: notes, Row: note(id, string(make([]byte, 10_000)))})
	}
	commit(t, s, b)
	after, err := s.Size(t.Context())
	ok(t, err)
	if grown := after - before; grown < 2_000_000 {
		t.Errorf("2 MB of rows made the store %d bytes larger", grown)
	}
}

// readersAndWriter has readers check, while commits go on, that what they see
// of one commit is all of it: each makes ten events and as many documents of its revision.
func readersAndWriter(t *testing.T, s store.Store) {
	const commits = 100
	var done atomic.Bool
	var g errgroup.Group
	for range 6 {
		g.Go(func() error {
			for !done.Load() {
				if err := lookAround(t, s); err != nil {
					return err
				}
			}
			return nil
		})
	}
	for n := int64(1); n <= commits; n++ {
		b := events(n*10-9, n*10)
		for k := range int64(10) {
			b.Documents = append(b.Documents, store.Document{Entity: "order", Key: store.Key{k + 1}, Revision: n, Body: []byte(`{}`)})
		}
		commit(t, s, b)
		if n%10 == 0 {
			ok(t, s.SaveCursors(t.Context(), []store.Cursor{{Lane: "a/b", Seq: n, Updated: second(n)}}))
			trim(t, s, n*10-500, second(0).Unix())
		}
	}
	done.Store(true)
	ok(t, g.Wait())
	equal(t, "last", bounds(t, s)[1], int64(commits*10))
}

func lookAround(t *testing.T, s store.Store) error {
	first, last, err := s.JournalBounds(t.Context())
	if err != nil {
		return err
	}
	if last%10 != 0 {
		return fmt.Errorf("the journal ends at %d: in the middle of a commit", last)
	}
	next := first
	if err := s.Events(t.Context(), first-1, 100, func(e store.Event) bool {
		if e.Seq != next && next != first {
			err = fmt.Errorf("event %d where %d was due", e.Seq, next)
		}
		next = e.Seq + 1
		return err == nil
	}); err != nil {
		return err
	}
	revision := int64(0)
	return s.Documents(t.Context(), "order", store.Key{}, 10, func(d store.Document) bool {
		if revision != 0 && d.Revision != revision {
			t.Errorf("documents of revisions %d and %d side by side", revision, d.Revision)
		}
		revision = d.Revision
		return true
	})
}
