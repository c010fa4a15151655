package lane

import (
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"strconv"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/odoobridge/odoobridge/internal/config"
	"github.com/odoobridge/odoobridge/internal/store"
)

func promising(of, buffer, floor string, change ...func(*Spec)) Spec {
	s := Spec{Channel: "c", Name: "l", Entities: []string{"stock_level"}, Fields: []string{"sku", "available"}, Promise: of, Buffer: buffer, Floor: floor}
	for _, f := range change {
		f(&s)
	}
	return s
}

// stock is a level's document from on hand, reserved, incoming and outgoing.
func stock(onHand, reserved, incoming, outgoing int) fields {
	s := strconv.Itoa
	return fields{
		"sku": "A", "on_hand": s(onHand), "reserved": s(reserved), "incoming": s(incoming), "outgoing": s(outgoing),
		"available": s(onHand - reserved), "safe": s(onHand - outgoing), "forecast": s(onHand + incoming - outgoing),
	}
}

// writeLevel writes what the router would: out and back by Odoo's free quantity, and then negative.
func (w *world) writeLevel(id int64, doc fields) {
	w.store.mu.Lock()
	body := w.store.docs[fmt.Sprintf("stock_level/%d", id)].Body
	w.store.mu.Unlock()
	free := func(body []byte, name string) int { q := quantityBefore(body, nil, nil, name); return q.Sign() }
	now := canonical(doc)
	var whats []string
	switch was, is := free(body, fieldAvailable), free(now, fieldAvailable); {
	case was > 0 && is <= 0:
		whats = append(whats, whatOut)
	case was <= 0 && is > 0:
		whats = append(whats, whatBack)
	}
	if free(body, "on_hand") >= 0 && free(now, "on_hand") < 0 {
		whats = append(whats, whatNegative)
	}
	if whats == nil {
		whats = []string{whatChanged}
	}
	w.lsn += 8
	subject := fmt.Sprintf("stock_level/%d", id)
	e := store.Event{Timeline: 1, LSN: w.lsn, Time: time.Now(), Entity: "stock_level", Key: store.Key{id}, Subject: subject, Body: now}
	if body != nil {
		e.Changed, e.Before = difference(body, now)
	} else { // as the first event of a level: what is not zero has changed
		for _, name := range slices.Sorted(maps.Keys(doc)) {
			if q := quantityBefore(now, nil, nil, name); !q.IsZero() {
				e.Changed = append(e.Changed, name)
			}
		}
	}
	for i, what := range whats {
		event := e
		w.counted[subject]++
		event.What, event.Ordinal, event.Revision = what, i+1, w.counted[subject]
		w.store.mu.Lock()
		w.store.docs[subject] = store.Document{Entity: "stock_level", Key: e.Key, Subject: subject, Revision: event.Revision, LSN: w.lsn, Body: now}
		w.store.mu.Unlock()
		w.journal.append(&event)
	}
}

func (w *world) promised() (list []string) {
	for _, r := range w.broker.queue(queue) {
		list = append(list, fmt.Sprintf("%s %s %v", r.Type[len("stock_level."):], r.Data.Entity["available"], r.Data.Before["available"]))
	}
	return list
}

func TestAvailableIsWhatTheLanePromises(t *testing.T) {
	levels := []fields{stock(10, 2, 5, 6), stock(10, 2, 5, 8), stock(10, 4, 5, 8), stock(10, 8, 5, 12), stock(10, 10, 5, 12), stock(-1, 0, 5, 0), stock(30, 0, 0, 0)}
	for name, c := range map[string]struct {
		spec Spec
		want []string
	}{
		"free":              {promising("free", "", ""), []string{"back 8 <nil>", "changed 6 8", "changed 2 6", "out 0 2", "back 30 0"}},
		"free with buffer":  {promising("free", "3", ""), []string{"back 5 <nil>", "changed 3 5", "out 0 3", "back 27 0"}},
		"safe":              {promising("safe", "", ""), []string{"back 4 <nil>", "changed 2 4", "out 0 2", "back 30 0"}},
		"forecast":          {promising("forecast", "", ""), []string{"back 9 <nil>", "changed 7 9", "changed 3 7", "negative 4 3", "changed 30 4"}},
		"floor below zero":  {promising("safe", "0.5", "-2"), []string{"back 3.5 <nil>", "changed 1.5 3.5", "out -2 1.5", "negative -1.5 -2", "back 29.5 -1.5"}},
		"floor above zero":  {promising("safe", "", "3"), []string{"changed 4 <nil>", "changed 3 4", "changed 30 3"}},
		"no promise at all": {promising("", "", ""), []string{"back 8 <nil>", "changed 6 8", "changed 2 6", "out 0 2", "negative -1 0", "back 30 -1"}},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				w := newWorld()
				r := w.start(c.spec)
				synctest.Wait()
				for _, level := range levels {
					w.writeLevel(1, level)
				}
				synctest.Wait()
				if d := cmp.Diff(c.want, w.promised()); d != "" {
					t.Error(d)
				}
				_ = r.stop()
			})
		})
	}
}

// TestUrgentEventsFollowThePromise: Odoo's free quantity does not move at all when an order waits
// to be reserved by hand; the channel must stop selling all the same.
func TestUrgentEventsFollowThePromise(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld()
		r := w.start(promising("safe", "2", "", func(s *Spec) {
			s.Pace = config.Pace{Conflate: time.Hour, Urgent: []string{"stock_level.out", "stock_level.back"}}
		}))
		synctest.Wait()
		w.writeLevel(1, stock(5, 0, 0, 0))
		synctest.Wait()
		w.writeLevel(1, stock(5, 0, 0, 1))
		w.writeLevel(1, stock(5, 0, 0, 3))
		synctest.Wait()
		if got := w.promised(); len(got) != 2 || got[1] != "out 0 3" {
			t.Errorf("after the sale: %v", got)
		}
		w.writeLevel(1, stock(5, 5, 0, 3)) // free falls to 0, what is promised does not move
		time.Sleep(2 * time.Hour)
		synctest.Wait()
		if got := w.promised(); len(got) != 2 {
			t.Errorf("nothing new is promised: %v", got)
		}
		w.writeLevel(1, stock(-2, 5, 0, 3)) // negative tells nothing that this lane can see
		w.writeLevel(1, stock(9, 9, 0, 3))  // free stays at 0
		synctest.Wait()
		if got := w.promised(); len(got) < 3 || got[len(got)-1] != "back 4 0" {
			t.Errorf("after the delivery: %v", got)
		}
		_ = r.stop()
	})
}

// TestACrossingIsToldThoughOdooTellsOnlyOfNegative: on hand falls below zero in the commit in which
// the promise does; free has been below zero all along.
func TestACrossingIsToldThoughOdooTellsOnlyOfNegative(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld()
		r := w.start(promising("safe", "", ""))
		synctest.Wait()
		w.writeLevel(1, stock(5, 9, 0, 0))
		w.writeLevel(1, stock(-1, 9, 0, 0))
		synctest.Wait()
		if got := w.promised(); len(got) != 2 || got[1] != "out 0 5" {
			t.Errorf("told: %v", got)
		}
		_ = r.stop()
	})
}

func TestInitialLoadShowsWhatIsPromised(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld()
		w.writeLevel(1, stock(10, 1, 0, 4))
		w.writeLevel(2, stock(1, 0, 0, 4))
		r := w.start(promising("safe", "1", "", func(s *Spec) { s.Initial = true }))
		synctest.Wait()
		if d := cmp.Diff([]string{"snapshot 5 <nil>", "snapshot 0 <nil>"}, w.promised()); d != "" {
			t.Error(d)
		}
		_ = r.stop()
	})
}

// flying is a level's document with what the channels c and d have in flight.
func flying(doc fields, c, d string) fields {
	held := map[string]string{}
	for channel, quantity := range map[string]string{"c": c, "d": d} {
		if quantity != "" {
			held[channel] = quantity
		}
	}
	if len(held) > 0 {
		doc["in_flight"] = held
	}
	return doc
}

func TestWhatIsInFlightIsNotPromised(t *testing.T) {
	for inFlight, want := range map[string][]string{
		"own":  {"back 10 <nil>", "changed 7.5 10", "out 0 7.5", "back 7 0"},
		"all":  {"back 10 <nil>", "changed 7.5 10", "changed 3.5 7.5", "out -4 3.5", "back 7 -4"},
		"none": {"back 10 <nil>", "changed 7 10"},
		"":     {"back 10 <nil>", "changed 7 10"},
	} {
		synctest.Test(t, func(t *testing.T) {
			w := newWorld()
			r := w.start(promising("", "", "", func(s *Spec) { s.InFlight = inFlight }))
			synctest.Wait()
			w.writeLevel(1, stock(10, 0, 0, 0))
			w.writeLevel(1, flying(stock(10, 0, 0, 0), "2.5", ""))
			w.writeLevel(1, flying(stock(10, 0, 0, 0), "2.5", "4"))
			w.writeLevel(1, flying(stock(10, 0, 0, 0), "10", "4"))
			w.writeLevel(1, flying(stock(10, 3, 0, 0), "", ""))
			synctest.Wait()
			if d := cmp.Diff(want, w.promised()); d != "" {
				t.Errorf("inflight %q: %s", inFlight, d)
			}
			_ = r.stop()
		})
	}
}

// TestAConfirmedOrderIsNoNews: the commit in which Odoo counts an order is the one in which the bridge
// does so no more, and what is promised stays.
func TestAConfirmedOrderIsNoNews(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld()
		r := w.start(promising("free", "1", "", func(s *Spec) { s.InFlight = "own" }))
		synctest.Wait()
		w.writeLevel(1, stock(10, 0, 0, 0))
		w.writeLevel(1, flying(stock(10, 0, 0, 0), "2", ""))
		w.writeLevel(1, flying(stock(10, 2, 0, 2), "", ""))
		synctest.Wait()
		if d := cmp.Diff([]string{"back 9 <nil>", "changed 7 9"}, w.promised()); d != "" {
			t.Error(d)
		}
		_ = r.stop()
	})
}

// TestNoLaneShowsWhatIsInFlight: how much other channels sell is nobody's business.
func TestNoLaneShowsWhatIsInFlight(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld()
		r := w.start(promising("", "", "", func(s *Spec) { s.Fields, s.Initial = nil, true }))
		synctest.Wait()
		w.writeLevel(1, flying(stock(10, 0, 0, 0), "1", "2"))
		w.writeLevel(1, flying(stock(10, 0, 0, 0), "1", "3")) // nothing that the lane sees
		w.writeLevel(1, flying(stock(11, 0, 0, 0), "1", "4"))
		synctest.Wait()
		_ = r.stop()
		queue := w.broker.queue(queue)
		if len(queue) != 2 {
			t.Errorf("%d deliveries, want 2", len(queue))
		}
		for _, d := range queue {
			if slices.Contains(d.Data.Changed, "in_flight") || d.Data.Entity["in_flight"] != nil || d.Data.Before["in_flight"] != nil {
				t.Errorf("a lane shows %v, changed %v", d.Data.Entity, d.Data.Changed)
			}
		}
	})
}

// TestTheChannelEndsWithWhatIsPromised: whatever happens to levels, and however
// the lane is paced, the last delivery of each is what the promise makes of its document.
func TestTheChannelEndsWithWhatIsPromised(t *testing.T) {
	for seed := range uint64(20) {
		synctest.Test(t, func(t *testing.T) {
			draw := rand.New(rand.NewPCG(seed, 1))
			of := []string{"free", "safe", "forecast"}[seed%3]
			spec := promising(of, strconv.Itoa(draw.IntN(3)), strconv.Itoa(-draw.IntN(2)), func(s *Spec) {
				s.InFlight = []string{"none", "own", "all"}[draw.IntN(3)]
				if seed%2 == 0 {
					s.Pace = config.Pace{Conflate: time.Minute, Urgent: []string{"stock_level.out", "stock_level.back"}}
				}
			})
			w := newWorld()
			r := w.start(spec)
			synctest.Wait()
			for range 200 {
				level := stock(draw.IntN(9)-2, draw.IntN(5), draw.IntN(3), draw.IntN(5))
				w.writeLevel(int64(1+draw.IntN(4)), flying(level, []string{"", "1", "2.5"}[draw.IntN(3)], []string{"", "3"}[draw.IntN(2)]))
				if draw.IntN(10) == 0 {
					time.Sleep(40 * time.Second)
				}
			}
			time.Sleep(2 * time.Minute)
			synctest.Wait()
			p, err := newPromise(spec)
			if err != nil {
				t.Fatal(err)
			}
			last, signs := map[string]string{}, map[string]int{}
			for _, d := range w.broker.queue(queue) {
				now := d.Data.Entity["available"].(string)
				value := quantity([]byte(now))
				was := signs[d.Subject]
				signs[d.Subject] = value.Sign()
				last[d.Subject] = now
				if d.Type == "stock_level.out" && value.Sign() > 0 || d.Type == "stock_level.back" && value.Sign() <= 0 {
					t.Errorf("seed %d: %s of %s shows %s", seed, d.Type, d.Subject, now)
				}
				if seed%2 == 1 && was > 0 && value.Sign() <= 0 && d.Type != "stock_level.out" {
					t.Errorf("seed %d: %s fell to %s by %s", seed, d.Subject, now, d.Type)
				}
			}
			for id := int64(1); id <= 4; id++ {
				subject := fmt.Sprintf("stock_level/%d", id)
				value := p.value(w.store.docs[subject].Body, nil, nil)
				if want := quoted(value); `"`+last[subject]+`"` != string(want) && last[subject] != "" {
					t.Errorf("seed %d: the channel has %s of %s, want %s", seed, last[subject], subject, want)
				}
			}
			_ = r.stop()
		})
	}
}
