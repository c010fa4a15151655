package inbound

import (
	"context"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/odoobridge/odoobridge/inbound/command"
	"github.com/odoobridge/odoobridge/internal/store"
)

// held is a ledger whose claims wait until they are let go.
type held struct {
	store.Ledger
	gate atomic.Pointer[chan struct{}] // nil: they pass
}

func (h *held) hold() (let func()) {
	gate := make(chan struct{})
	h.gate.Store(&gate)
	return func() {
		h.gate.Store(nil)
		close(gate)
	}
}

func (h *held) Claim(ctx context.Context, commands ...*store.Command) ([]store.Claim, error) {
	if gate := h.gate.Load(); gate != nil {
		select {
		case <-*gate:
		case <-ctx.Done():
			return nil, ctx.Err()
		}
	}
	return h.Ledger.Claim(ctx, commands...)
}

// reader is an executor that reads first, and remembers which commands it was allowed to change something for.
type reader struct {
	fake
	mu      sync.Mutex
	changed map[string]int
}

func newReader() *reader {
	r := &reader{changed: map[string]int{}}
	r.do = func(ctx context.Context, c command.Command, note command.Note) (command.Outcome, error) {
		if err := note(ctx, command.NoteCalling, ""); err != nil {
			return command.Outcome{}, err
		}
		r.mu.Lock()
		defer r.mu.Unlock()
		r.changed[c.ID]++
		return applied(c), nil
	}
	return r
}

func (r *reader) changes(id string) int {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.changed[id]
}

// startReading is a river whose executor may begin with a command while that is claimed.
func startReading(t *testing.T, x command.Executor) (*world, *held) {
	t.Helper()
	w := start(t, x)
	w.stop()
	l := &held{Ledger: w.ledger}
	w.runWith(Options{Config: w.in.config(), Ledger: l, Executor: x, Meter: silent{}, Log: testLog(t), ReadsFirst: true})
	return w, l
}

// TestACommandIsBegunWhileItIsClaimedAndChangesNothingBefore holds back the claim: the executor has begun, and waits where it would
// change something.
func TestACommandIsBegunWhileItIsClaimedAndChangesNothingBefore(t *testing.T) {
	x := newReader()
	w, l := startReading(t, x)
	let := l.hold()
	w.send("order.place", wish(t, "order.place", "a", "5001"))
	w.until("begun", func() bool { return x.times("a") == 1 })
	if x.changes("a") != 0 {
		t.Error("it has changed something before it was claimed")
	}
	let()
	if got := w.outcome("a"); got != "applied" {
		t.Error(got)
	}
	if x.times("a") != 1 || x.changes("a") != 1 {
		t.Errorf("executed %d times, changed %d times", x.times("a"), x.changes("a"))
	}
}

// TestWhatWasReadTooEarlyIsReadAgain has something come between the look at Odoo and the claim that may have changed what was seen.
func TestWhatWasReadTooEarlyIsReadAgain(t *testing.T) {
	x := newReader()
	w, l := startReading(t, x)
	let := l.hold()
	w.send("order.place", wish(t, "order.place", "a", "5001"))
	w.until("begun", func() bool { return x.times("a") == 1 })
	if _, err := w.in.Wake(t.Context(), "shop", []string{"sku/A"}); err != nil {
		t.Fatal(err)
	}
	let()
	if got := w.outcome("a"); got != "applied" {
		t.Error(got)
	}
	if x.times("a") != 2 || x.changes("a") != 1 {
		t.Errorf("executed %d times, changed %d times", x.times("a"), x.changes("a"))
	}
}

// TestWhatIsBegunAndNotTakenHasNoEffect sends again what was carried out, and what another command holds back.
func TestWhatIsBegunAndNotTakenHasNoEffect(t *testing.T) {
	x := newReader()
	w, _ := startReading(t, x)
	body := wish(t, "order.place", "a", "5001")
	w.send("order.place", body)
	if got := w.outcome("a"); got != "applied" {
		t.Fatal(got)
	}
	w.until("at rest", w.in.come.quiet)
	w.send("order.place", body)
	if got := w.outcome("a"); got != "duplicate" || x.times("a") != 2 || x.changes("a") != 1 {
		t.Errorf("the same again: %s, executed %d times, changed %d times", got, x.times("a"), x.changes("a"))
	}
	w.until("at rest", w.in.come.quiet)
	w.send("order.place", wish(t, "order.place", "b", "5001"))
	if got := w.outcome("b"); got != "duplicate" || x.times("b") != 1 || x.changes("b") != 0 {
		t.Errorf("the same by another id: %s, executed %d times, changed %d times", got, x.times("b"), x.changes("b"))
	}
	do := x.do
	x.do = func(ctx context.Context, c command.Command, note command.Note) (command.Outcome, error) {
		if c.ID == "c" {
			return command.Outcome{}, &command.RetryError{After: time.Hour, Err: errOdooDown}
		}
		return do(ctx, c, note)
	}
	w.until("at rest", w.in.come.quiet)
	w.send("customer.upsert", wish(t, "customer.upsert", "c", "7001"))
	w.until("put off", func() bool { return w.command("c").Error != "" && w.in.come.quiet() })
	w.send("customer.upsert", wish(t, "customer.upsert", "d", "7001"))
	w.until("held back", func() bool { return w.command("d").State == store.CommandReceived && x.times("d") == 1 })
	w.until("given up", func() bool {
		w.in.starts.mu.Lock()
		defer w.in.starts.mu.Unlock()
		return len(w.in.starts.pending) == 0
	})
	if x.changes("d") != 0 {
		t.Error("what is held back has changed something")
	}
}
