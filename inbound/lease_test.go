package inbound

import (
	"context"
	"errors"
	"fmt"
	"sync/atomic"
	"testing"

	"github.com/odoobridge/odoobridge/internal/store"
)

// losing is a ledger that fails when something is to be claimed.
type losing struct {
	store.Ledger
	err error
}

func (l losing) Claim(context.Context, ...*store.Command) ([]store.Claim, error) {
	return nil, fmt.Errorf("claim: %w", l.err)
}

// TestALedgerThatIsLostEndsTheRiver has the next river find the command where it was.
func TestALedgerThatIsLostEndsTheRiver(t *testing.T) {
	for _, lost := range []error{store.ErrLost, store.ErrDeposed} {
		f := &fake{}
		w := start(t, f)
		w.stop()
		ctx, cancel := context.WithCancel(t.Context())
		defer cancel()
		in, err := New(Options{Config: w.in.config(), Ledger: losing{w.ledger, lost}, Executor: f, Meter: silent{}, Log: testLog(t)})
		if err != nil {
			t.Fatal(err)
		}
		done := make(chan error, 1)
		go func() { done <- in.Run(ctx) }()
		w.send("order.place", wish(t, "order.place", "a", "5001"))
		if err := <-done; !errors.Is(err, lost) {
			t.Errorf("the river ended with %v, want %v", err, lost)
		}
		w.run(w.in.config(), f)
		if got := w.outcome("a"); got != "applied" || f.times("a") != 1 {
			t.Errorf("afterwards: %s, executed %d times", got, f.times("a"))
		}
	}
}

// TestNoResultLeavesWhileAnotherBridgeMayBeAtWork keeps results back until the lease is held again.
func TestNoResultLeavesWhileAnotherBridgeMayBeAtWork(t *testing.T) {
	f := &fake{}
	w := start(t, f)
	w.stop()
	var held atomic.Bool
	var asked atomic.Int64
	in, err := New(Options{Config: w.in.config(), Ledger: w.ledger, Executor: f, Meter: silent{}, Log: testLog(t), Held: func() error {
		asked.Add(1)
		if held.Load() {
			return nil
		}
		return store.ErrDeposed
	}})
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan error, 1)
	go func() { done <- in.Run(ctx) }()
	defer func() {
		cancel()
		if err := <-done; err != nil {
			t.Errorf("run: %v", err)
		}
	}()
	w.send("order.place", wish(t, "order.place", "a", "5001"))
	w.until("the bridge has tried twice to answer", func() bool { return asked.Load() >= 2 })
	if unsent, err := w.ledger.Unsent(t.Context(), 0, 10); err != nil || len(unsent) != 1 || len(w.results) != 0 {
		t.Errorf("unsent: %+v, %v; %d results have come", unsent, err, len(w.results))
	}
	held.Store(true)
	if got := w.outcome("a"); got != "applied" {
		t.Errorf("afterwards: %s", got)
	}
}
