package router_test

import (
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"github.com/odoobridge/odoobridge/internal/change"
	"github.com/odoobridge/odoobridge/internal/store"
)

// TestEveryEventLeadsToTheOneBeforeItOfItsSubject follows every subject's entries back, whatever
// waited in memory and however often the store was opened anew: none is left out.
func TestEveryEventLeadsToTheOneBeforeItOfItsSubject(t *testing.T) {
	seed := uint64(time.Now().UnixNano())
	t.Logf("seed %d", seed)
	draw := rand.New(rand.NewPCG(seed, 0))
	h := newHouse(t, nil)
	churn(draw, h.quant, 12, func(group []change.Piece) {
		h.apply(group)
		if draw.IntN(3) == 0 {
			h.reopen()
		}
	})
	h.reopen()
	entries := map[store.Key][]int64{}
	if err := h.store.Events(t.Context(), 0, 1e6, func(e store.Event) bool {
		entries[e.Key] = append(entries[e.Key], e.Seq)
		return true
	}); err != nil {
		t.Fatal(err)
	}
	levels := 0
	if err := h.store.Documents(t.Context(), "stock_level", store.Key{}, 1e6, func(d store.Document) bool {
		levels++
		want, got := entries[d.Key], []int64(nil)
		if err := store.History(t.Context(), h.store, d.Entity, d.Key, d.Last, 1e6, func(e store.Event) bool {
			got = append(got, e.Seq)
			return true
		}); err != nil {
			t.Error(err)
		}
		slices.Reverse(got)
		if !slices.Equal(got, want) {
			t.Errorf("%s has entries %v, found %v", d.Subject, want, got)
		}
		return true
	}); err != nil {
		t.Fatal(err)
	}
	if levels < 500 || len(entries) < 400 {
		t.Errorf("only %d levels and %d with entries: nothing was tested", levels, len(entries))
	}
}
