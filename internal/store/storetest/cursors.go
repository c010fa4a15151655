package storetest

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/odoobridge/odoobridge/internal/store"
)

func listCursors(t testing.TB, s store.Store) []store.Cursor {
	t.Helper()
	list, err := s.Cursors(t.Context())
	ok(t, err)
	return list
}

func cursors(t *testing.T, s store.Store) {
	a := store.Cursor{Lane: "shop/orders", Seq: 7, State: []byte("{\"x\":\"\x00\"}"), Updated: second(1)}
	b := store.Cursor{Lane: "shop/stock", Seq: 0, Updated: second(2)}
	ok(t, s.SaveCursors(t.Context(), []store.Cursor{b, a}))
	equal(t, "cursors", listCursors(t, s), []store.Cursor{a, b})
	a.Seq, a.State = 8, []byte{}
	ok(t, s.SaveCursors(t.Context(), []store.Cursor{a}))
	equal(t, "after one has moved", listCursors(t, s), []store.Cursor{a, b})
	ok(t, s.ForgetCursor(t.Context(), b.Lane))
	ok(t, s.ForgetCursor(t.Context(), "never/there"))
	equal(t, "after one was forgotten", listCursors(t, s), []store.Cursor{a})
}

func cursorsWait(t *testing.T, s store.Store) {
	cursor := []store.Cursor{{Lane: "a/b", Seq: 1, Updated: second(1)}}
	write(t, s, full())
	ctx, cancel := context.WithCancel(t.Context())
	saved := make(chan error)
	go func() { saved <- s.SaveCursors(ctx, cursor) }()
	select {
	case err := <-saved:
		// One that need not wait must not have made the open transaction durable.
		ok(t, err)
		saved = nil
	case <-time.After(50 * time.Millisecond):
		cancel()
		if err := <-saved; !errors.Is(err, context.Canceled) {
			t.Errorf("a cancelled wait ended with %v", err)
		}
	}
	cancel()
	ok(t, s.Rollback())
	nothing(t, s)
	ok(t, s.SaveCursors(t.Context(), cursor))
	equal(t, "cursors", listCursors(t, s), cursor)
}
