package storetest

import (
	"context"
	"fmt"
	"testing"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/odoobridge/odoobridge/internal/store"
)

// next is TakeNext at a moment, beside the test.
func next(ctx context.Context, l store.Ledger, n int, at int64, wake <-chan struct{}) func() ([]store.Taken, error) {
	var taken []store.Taken
	var group errgroup.Group
	group.Go(func() (err error) {
		taken, err = l.TakeNext(ctx, "orders", n, func() time.Time { return second(at) }, wake)
		return err
	})
	return func() ([]store.Taken, error) {
		err := group.Wait()
		return taken, err
	}
}

func idsOf(taken []store.Taken) (ids []string) {
	for _, c := range taken {
		ids = append(ids, c.ID)
	}
	return ids
}

// takesFewLarge takes large commands in lots, in order, and one that is larger than a lot by itself.
func takesFewLarge(t *testing.T, l store.Ledger) {
	var commands []*store.Command
	for n, size := range []int{store.TakenBytes / 2, store.TakenBytes / 2, 100, store.TakenBytes + 1, 100, 100} {
		c := wish(int64(n+1), string(rune('a'+n)), fmt.Sprint("k", n))
		c.Body = make([]byte, size)
		commands = append(commands, c)
	}
	_, err := l.Claim(t.Context(), commands...)
	ok(t, err)
	for _, want := range [][]string{{"a", "b"}, {"c", "d"}, {"e", "f"}, nil} {
		equal(t, "taken", take(t, l, "orders", 9, 9), want)
	}
}

// takesNext waits before a claim or after it: what it brings is taken, in order, unless another holds it back.
func takesNext(t *testing.T, l store.Ledger) {
	taking := next(t.Context(), l, 2, 9, nil)
	_, err := l.Claim(t.Context(), wish(1, "a", "k"), wish(2, "b", "k"), wish(3, "c", "k3"), wish(4, "d", "k4"))
	ok(t, err)
	taken, err := taking()
	ok(t, err)
	equal(t, "taken", idsOf(taken), []string{"a", "c"})
	equal(t, "state", state(t, l, "a"), store.CommandApplying)
	equal(t, "attempts", taken[0].Attempts, 1)
	equal(t, "taken afterwards", take(t, l, "orders", 9, 9), []string{"d"})

	taking = next(t.Context(), l, 2, 9, nil)
	claim(t, l, wish(5, "e", "k"))
	taken, err = taking()
	ok(t, err)
	equal(t, "taken of what is held back", idsOf(taken), []string(nil))
}

// wakesNext ends waiting without anything.
func wakesNext(t *testing.T, l store.Ledger) {
	other := wish(1, "a", "k")
	other.Workload = "stock"
	wake, ended := make(chan struct{}, 1), context.Canceled
	wake <- struct{}{}
	ctx, cancel := context.WithCancelCause(t.Context())
	cancel(ended)
	for what, taking := range map[string]func() ([]store.Taken, error){"woken": next(t.Context(), l, 1, 9, wake), "ended": next(ctx, l, 1, 9, nil)} {
		claim(t, l, other)
		other.ID += "a"
		if taken, err := taking(); err != nil || len(taken) > 0 {
			t.Errorf("%s: took %v, %v", what, idsOf(taken), err)
		}
	}
	claim(t, l, wish(2, "b", "k2"))
	equal(t, "taken", take(t, l, "orders", 9, 9), []string{"b"})
}

// takesNextOnce ends waiting at the moment of a claim: whoever gets the command, one does.
func takesNextOnce(t *testing.T, l store.Ledger) {
	for round := range 100 {
		id := fmt.Sprint(round)
		ctx, cancel := context.WithCancel(t.Context())
		taking := next(ctx, l, 1, 500, nil)
		var group errgroup.Group
		group.Go(func() error { _, err := l.Claim(t.Context(), wish(1, id, id)); return err })
		cancel()
		ok(t, group.Wait())
		taken, err := taking()
		ok(t, err)
		ids := append(idsOf(taken), take(t, l, "orders", 9, 500)...)
		equal(t, "taken", ids, []string{id})
	}
}
