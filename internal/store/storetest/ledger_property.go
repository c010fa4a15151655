package storetest

import (
	"fmt"
	"testing"

	"pgregory.net/rapid"

	"github.com/odoobridge/odoobridge/internal/store"
)

// ledgerWorld drives a ledger at random and knows what must hold.
type ledgerWorld struct {
	t        *rapid.T
	tb       testing.TB
	l        store.Ledger
	now      int64
	count    int
	applying map[int64]store.Taken
	waited   map[int64]bool   // has ever waited or been parked: order is not promised for it
	last     map[string]int64 // per key, the last command that was settled for good
	open     int
}

func ledgerProperty(t *testing.T, open LedgerOpener) {
	rapid.Check(t, func(rt *rapid.T) {
		l := open(t)
		defer closeLedger(t, l)
		w := &ledgerWorld{t: rt, tb: t, l: l, now: 100, applying: map[int64]store.Taken{}, waited: map[int64]bool{}, last: map[string]int64{}}
		for range rapid.IntRange(5, 25).Draw(rt, "steps") {
			switch rapid.IntRange(0, 3).Draw(rt, "step") {
			case 0, 1:
				w.claim()
			case 2:
				w.take(rapid.IntRange(1, 3).Draw(rt, "n"))
			default:
				w.settle(rapid.IntRange(0, 5).Draw(rt, "outcome"))
			}
		}
		w.finish()
	})
}

func (w *ledgerWorld) claim() {
	w.now++
	w.count++
	keys := rapid.SliceOfNDistinct(rapid.SampledFrom([]string{"k1", "k2", "k3", "k4"}), 1, 3, func(s string) string { return s }).Draw(w.t, "keys")
	c := wish(w.now, fmt.Sprintf("c%d", w.count), keys...)
	if rapid.Bool().Draw(w.t, "provides") {
		c.Provides = keys[0]
	}
	w.open++
	if rapid.Bool().Draw(w.t, "waited for") {
		taking := next(w.tb.Context(), w.l, 1, w.now, nil)
		claim(w.tb, w.l, c)
		taken, err := taking()
		ok(w.tb, err)
		w.took(taken)
		return
	}
	claim(w.tb, w.l, c)
}

func (w *ledgerWorld) take(n int) {
	w.now++
	w.took(takeAll(w.tb, w.l, "orders", n, w.now))
}

func (w *ledgerWorld) took(taken []store.Taken) {
	for _, c := range taken {
		for _, other := range w.applying {
			for _, key := range c.Keys {
				for _, held := range other.Keys {
					if key == held {
						w.t.Fatalf("%s was taken while %s is being applied: both have %s", c.ID, other.ID, key)
					}
				}
			}
		}
		w.applying[c.Seq] = c
	}
}

// settle gives one of the commands that are being applied an outcome.
func (w *ledgerWorld) settle(outcome int) {
	w.now++
	for seq, c := range w.applying {
		delete(w.applying, seq)
		switch outcome {
		case 0:
			settle(w.tb, w.l, seq, store.CommandReceived, w.now, due(w.now+3))
		case 1:
			w.waited[seq] = true
			settle(w.tb, w.l, seq, store.CommandWaiting, w.now, due(w.now+5), waitsFor(c.Keys[len(c.Keys)-1]))
		default:
			w.done(c, store.CommandApplied)
		}
		return
	}
}

// done checks that nothing which came later on a key was done before, unless it jumped the
// line for one that waited.
func (w *ledgerWorld) done(c store.Taken, state store.CommandState) {
	for _, key := range c.Keys {
		if last := w.last[key]; last > c.Seq && !w.waited[c.Seq] && len(w.waited) == 0 {
			w.t.Fatalf("command %d was done after %d, and both have %s", c.Seq, last, key)
		}
		w.last[key] = max(w.last[key], c.Seq)
	}
	settle(w.tb, w.l, c.Seq, state, w.now, func(s *store.Settlement) { s.Provided = c.Provides })
	w.open--
}

// finish wants everything to come to an end.
func (w *ledgerWorld) finish() {
	for rounds := 0; w.open > 0; rounds++ {
		if rounds > 200 {
			w.t.Fatalf("%d commands never end", w.open)
		}
		w.now += 10
		w.take(100)
		for seq, c := range w.applying {
			delete(w.applying, seq)
			w.done(c, store.CommandApplied)
		}
	}
	counts, err := w.l.Counts(w.tb.Context())
	if err != nil || len(counts) > 0 {
		w.t.Fatalf("left: %+v, %v", counts, err)
	}
}
