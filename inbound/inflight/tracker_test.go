package inflight

import (
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/odoobridge/odoobridge/internal/config"
	"github.com/odoobridge/odoobridge/internal/store"
	"github.com/odoobridge/odoobridge/internal/store/sqlite/ledger"
)

// holder keeps what is held: the orders by external id.
type holder struct {
	holds map[string]Order
	over  []string
}

func (h *holder) Place(o Order)          { h.holds[o.ExternalID] = o }
func (h *holder) LetGo(id string)        { delete(h.holds, id) }
func (h *holder) Over() (over []string)  { over, h.over = h.over, nil; return over }
func (h *holder) confirmed(order string) { h.over = append(h.over, "channel_web.order_"+order) }

// held lists the orders: "5001 WH A×2".
func (h *holder) held() []string {
	list := []string{}
	for _, id := range slices.Sorted(maps.Keys(h.holds)) {
		text := strings.TrimPrefix(id, "channel_web.order_") + " " + h.holds[id].Warehouse
		for _, line := range h.holds[id].Lines {
			text += " " + line.SKU + line.Barcode + "×" + line.Quantity
		}
		list = append(list, text)
	}
	return list
}

// world is a Tracker on a ledger of its own.
type world struct {
	t      *testing.T
	ledger store.Ledger // as the river has it
	under  store.Ledger
	holder *holder
	cfg    *config.Config
	track  *Tracker
	now    time.Time
}

func newWorld(t *testing.T, parked string) *world {
	under, err := ledger.Open(t.Context(), ledger.Options{Path: t.TempDir()})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = under.Close() })
	w := &world{t: t, under: under, now: time.Date(2026, 11, 26, 8, 0, 0, 0, time.UTC), cfg: &config.Config{
		Commands: config.Commands{InFlight: config.InFlight{Parked: parked, Quotations: 72 * time.Hour}},
		Channels: []config.Channel{{Name: "web", Company: 1, Warehouses: []string{"WH", "SHOP"}}},
	}}
	w.begin()
	return w
}

// begin is a start of the bridge.
func (w *world) begin() {
	w.t.Helper()
	w.holder = &holder{holds: map[string]Order{}}
	w.track = New(Options{Ledger: w.under, Holder: w.holder, Config: w.cfg, Now: func() time.Time { return w.now }})
	if err := w.track.Load(w.t.Context()); err != nil {
		w.t.Fatal(err)
	}
	w.ledger = w.track.Ledger()
}

func (w *world) claim(id, order, lines string) {
	w.t.Helper()
	c := &store.Command{
		Channel: "web", ID: id, Name: "order.place", Subject: order, Workload: "orders", Effect: "order.place/" + order, Keys: []string{"order/web/" + order},
		Body: fmt.Appendf(nil, `{"data":{"lines":[%s]}}`, lines), Received: w.now,
	}
	if _, err := w.ledger.Claim(w.t.Context(), c); err != nil {
		w.t.Fatal(err)
	}
}

func (w *world) take() store.Taken {
	w.t.Helper()
	taken, err := w.ledger.Take(w.t.Context(), "orders", 1, w.now)
	if err != nil || len(taken) != 1 {
		w.t.Fatalf("took %d, %v", len(taken), err)
	}
	return taken[0]
}

func (w *world) settle(state store.CommandState) {
	w.t.Helper()
	if err := w.ledger.Settle(w.t.Context(), &store.Settlement{Seq: w.take().Seq, State: state, Taken: w.now, Now: w.now, Due: w.now}); err != nil {
		w.t.Fatal(err)
	}
}

func (w *world) decide(id string, state store.CommandState, lines string) {
	w.t.Helper()
	d := &store.Decision{Channel: "web", ID: id, State: state, Now: w.now, Audit: store.AuditEntry{Actor: "user anna", Action: "decides"}}
	if lines != "" {
		d.Edited = &store.Command{Subject: "1", Keys: []string{"order/web/1"}, Body: fmt.Appendf(nil, `{"data":{"lines":[%s]}}`, lines)}
	}
	if _, err := w.ledger.Decide(w.t.Context(), d); err != nil {
		w.t.Fatal(err)
	}
}

const (
	two   = `{"sku":"A","quantity":"2"}`
	three = `{"barcode":"4006","quantity":"3"}`
)

func (w *world) expect(when string, want ...string) {
	w.t.Helper()
	if d := cmp.Diff(append([]string{}, want...), w.holder.held()); d != "" {
		w.t.Errorf("%s: %s", when, d)
	}
	w.begin() // a restart changes nothing
	if d := cmp.Diff(append([]string{}, want...), w.holder.held()); d != "" {
		w.t.Errorf("%s, after a restart: %s", when, d)
	}
}

func TestWhatBecomesOfACommandDecidesWhetherItCounts(t *testing.T) {
	for _, c := range []struct {
		when, parked string
		then         func(*world)
		want         []string
	}{
		{"claimed", "count", func(*world) {}, []string{"1 WH A×2"}},
		{"taken", "count", func(w *world) { w.take() }, []string{"1 WH A×2"}},
		{"waiting", "count", func(w *world) { w.settle(store.CommandWaiting) }, []string{"1 WH A×2"}},
		{"tried again", "count", func(w *world) { w.settle(store.CommandReceived) }, []string{"1 WH A×2"}},
		{"rejected", "count", func(w *world) { w.settle(store.CommandRejected) }, nil},
		{"parked", "count", func(w *world) { w.settle(store.CommandParked) }, []string{"1 WH A×2"}},
		{"parked and released", "release", func(w *world) { w.settle(store.CommandParked) }, nil},
		{"discarded", "count", func(w *world) { w.settle(store.CommandParked); w.decide("a", store.CommandDiscarded, "") }, nil},
		{"released and retried", "release", func(w *world) { w.settle(store.CommandParked); w.decide("a", store.CommandReceived, "") }, []string{"1 WH A×2"}},
		{"edited", "count", func(w *world) { w.settle(store.CommandParked); w.decide("a", store.CommandReceived, three) }, []string{"1 WH 4006×3"}},
		{"applied", "count", func(w *world) { w.settle(store.CommandApplied) }, []string{"1 WH A×2"}},
		{"a quotation for too long", "count", func(w *world) {
			w.settle(store.CommandApplied)
			w.now = w.now.Add(73 * time.Hour)
			w.track.Look()
		}, nil},
		{"placed twice", "count", func(w *world) { w.claim("b", "1", three) }, []string{"1 WH A×2"}},
		{"placed twice, the first rejected", "count", func(w *world) { w.claim("b", "1", three); w.settle(store.CommandRejected) }, []string{"1 WH 4006×3"}},
		{"a duplicate", "count", func(w *world) {
			w.claim("b", "1", three)
			w.settle(store.CommandApplied)
			w.settle(store.CommandDuplicate)
		}, []string{"1 WH A×2"}},
	} {
		t.Run(c.when, func(t *testing.T) {
			w := newWorld(t, c.parked)
			w.claim("a", "1", two)
			c.then(w)
			w.expect(c.when, c.want...)
		})
	}
}

func TestWhatOdooCountsIsForgotten(t *testing.T) {
	w := newWorld(t, "count")
	w.claim("a", "1", two)
	w.claim("b", "2", two)
	w.settle(store.CommandApplied)
	w.holder.confirmed("1")
	w.track.Look()
	if len(w.track.commands) != 1 || len(w.track.orders) != 1 || len(w.track.placed) != 1 {
		t.Errorf("%d commands of %d orders are remembered, want 1 of 1", len(w.track.commands), len(w.track.orders))
	}
	// Odoo may be seen to count an order before its answer comes.
	w.take()
	w.holder.confirmed("2")
	w.track.Look()
	if len(w.track.commands)+len(w.track.orders)+len(w.track.placed)+len(w.track.early) != 0 {
		t.Errorf("something is remembered: %v", w.track.commands)
	}
}

// TestTheLedgerAndTheTrackerAgree does at random what happens to commands, and compares after each step with a Tracker
// that reads the ledger anew.
func TestTheLedgerAndTheTrackerAgree(t *testing.T) {
	seed := uint64(time.Now().UnixNano())
	t.Logf("seed %d", seed)
	draw := rand.New(rand.NewPCG(seed, 3))
	w := newWorld(t, []string{"count", "release"}[draw.IntN(2)])
	for i := range 300 {
		w.now = w.now.Add(time.Duration(draw.IntN(600)) * time.Minute)
		switch draw.IntN(3) {
		case 0:
			w.claim(fmt.Sprint(i), fmt.Sprint(draw.IntN(8)), []string{two, three}[draw.IntN(2)])
		case 1:
			states := []store.CommandState{store.CommandReceived, store.CommandWaiting, store.CommandRejected, store.CommandParked, store.CommandApplied}
			taken, err := w.ledger.Take(t.Context(), "orders", 1, w.now)
			if err != nil {
				t.Fatal(err)
			}
			for _, one := range taken {
				state := states[draw.IntN(len(states))]
				if one.First != nil {
					state = store.CommandDuplicate
				}
				if err := w.ledger.Settle(t.Context(), &store.Settlement{Seq: one.Seq, State: state, Taken: w.now, Now: w.now, Due: w.now}); err != nil {
					t.Fatal(err)
				}
			}
		case 2:
			parked, err := w.under.Commands(t.Context(), store.CommandFilter{States: []store.CommandState{store.CommandParked}})
			if err != nil {
				t.Fatal(err)
			}
			for _, c := range parked[:min(1, len(parked))] {
				w.decide(c.ID, []store.CommandState{store.CommandReceived, store.CommandDiscarded}[draw.IntN(2)], "")
			}
		}
		w.track.Look()
		live := w.holder.held()
		again := &holder{holds: map[string]Order{}}
		if err := New(Options{Ledger: w.under, Holder: again, Config: w.cfg, Now: w.track.now}).Load(t.Context()); err != nil {
			t.Fatal(err)
		}
		if d := cmp.Diff(again.held(), live); d != "" {
			t.Fatalf("step %d (-ledger +tracker): %s", i, d)
		}
	}
}

// TestAWorkerMayBeQuickerThanTheClaim: a command that was taken, and done, before the claim's caller went on.
func TestAWorkerMayBeQuickerThanTheClaim(t *testing.T) {
	w := newWorld(t, "count")
	c := &store.Command{Channel: "web", ID: "a", Name: "order.place", Subject: "1", Workload: "orders", Keys: []string{"order/web/1"},
		Body: []byte(`{"data":{"lines":[` + two + `]}}`), Received: w.now}
	claims, err := w.under.Claim(t.Context(), c)
	if err != nil {
		t.Fatal(err)
	}
	w.settle(store.CommandRejected)
	w.track.mu.Lock()
	w.track.claimed(c, claims[0].Seq)
	w.track.mu.Unlock()
	if held := w.holder.held(); len(held) != 0 || len(w.track.early)+len(w.track.commands) != 0 {
		t.Errorf("%v is held of a command that was rejected", held)
	}
}
