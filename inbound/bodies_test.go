package inbound

import (
	"bytes"
	"context"
	"fmt"
	"sync"
	"testing"

	"github.com/odoobridge/odoobridge/inbound/command"
	"github.com/odoobridge/odoobridge/internal/config"
	"github.com/odoobridge/odoobridge/internal/store"
)

// However many workers there are, large commands are carried out so many at a time as there is memory for; small ones of another
// workload are not stopped by them.
func TestLargeCommandsAreCarriedOutFewAtATime(t *testing.T) {
	const size, large = 1<<20 - 8, 16
	var mu sync.Mutex
	now, most := 0, 0
	let := make(chan struct{})
	f := &fake{do: func(_ context.Context, c command.Command, _ command.Note) (command.Outcome, error) {
		if c.Name != "customer.upsert" {
			return applied(c), nil
		}
		mu.Lock()
		now++
		most = max(most, now)
		mu.Unlock()
		<-let
		mu.Lock()
		defer mu.Unlock()
		now--
		return applied(c), nil
	}}
	w := start(t, f, func(cfg *config.Config) { cfg.Commands.Workers = 64 })
	for n := range large {
		body := wish(t, "customer.upsert", fmt.Sprint("large-", n), fmt.Sprint(n))
		w.send("customer.upsert", append(bytes.Repeat([]byte{' '}, size-len(body)), body...))
	}
	w.until("as many are carried out as there is room for", func() bool {
		mu.Lock()
		defer mu.Unlock()
		return now*size >= mostBodies
	})
	w.until("all are claimed", func() bool {
		counts, err := w.ledger.Counts(t.Context())
		open := int64(0)
		for _, c := range counts {
			open += c.Count
		}
		return err == nil && open == large
	})
	w.send("order.place", wish(t, "order.place", "small", "5001"))
	if got := w.outcome("small"); got != "applied" {
		t.Errorf("the small one is %s", got)
	}
	close(let)
	for n := range large {
		if got := w.outcome(fmt.Sprint("large-", n)); got != "applied" {
			t.Errorf("large-%d is %s", n, got)
		}
	}
	if limit := (mostBodies+store.TakenBytes)/size + 2; most > limit {
		t.Errorf("%d large commands were carried out at a time, %d are in order", most, limit)
	}
}
