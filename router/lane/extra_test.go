package lane

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/ThreeDotsLabs/watermill/message"

	"github.com/odoobridge/odoobridge/schema"
)

func (w *world) orders(n int) {
	for i := range n {
		w.write("order", int64(i+1), "created", fields{"n": i})
	}
}

// again returns the deliveries of an Extra, or those of the live flow for "".
func again(list []received, id string) []received {
	return slices.DeleteFunc(slices.Clone(list), func(r received) bool { return r.headers[schema.HeaderReplay] != id })
}

// withOrders runs fn beside an instant lane that has sent so many orders, and stops the lane.
func withOrders(t *testing.T, n int, fn func(t *testing.T, w *world, r *running)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		w := newWorld()
		r := w.start(instant())
		synctest.Wait()
		w.orders(n)
		eventually(t, "live", func() bool { return r.set.Status()[0].Backlog == 0 && len(w.broker.queue(queue)) == n })
		fn(t, w, r)
		_ = r.stop()
	})
}

func TestALiveEventPassesARunningReplay(t *testing.T) {
	withOrders(t, 500, func(t *testing.T, w *world, r *running) {
		x := &Extra{ID: "replay-1", From: 1, To: 500, Rate: 100}
		if err := r.set.Insert("c/l", x); err != nil {
			t.Fatal(err)
		}
		eventually(t, "under way", func() bool { return x.Progress().Delivered > 50 })
		w.write("order", 999, "created", fields{})
		eventually(t, "over", func() bool { return x.Progress().Over })
		got := w.broker.queue(queue)
		live := slices.IndexFunc(got, func(r received) bool { return r.Subject == "order/999" })
		if live < 550 || live > 650 {
			t.Errorf("the live event is at %d: it did not pass the replay", live)
		}
		replayed := again(got, "replay-1")
		if !slices.Equal(ids(replayed), ids(got[:500])) {
			t.Error("the replay is not what was delivered before, in its order")
		}
	})
}

func TestAReplayKeepsItsRate(t *testing.T) {
	withOrders(t, 200, func(t *testing.T, w *world, r *running) {
		x := &Extra{ID: "replay-1", From: 1, To: 200, Rate: 10}
		began := time.Now()
		_ = r.set.Insert("c/l", x)
		eventually(t, "over", func() bool { return x.Progress().Over })
		if took := time.Since(began); took < 19*time.Second || took > 22*time.Second {
			t.Errorf("200 at 10 a second took %s", took)
		}
	})
}

func TestAReplayShowsWhatTheLaneSees(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld()
		spec := instant(func(s *Spec) {
			s.Where, s.Fields, s.DropOwn = map[string][]string{"site": {"A"}}, []string{"state", "site"}, true
		})
		r := w.start(spec)
		synctest.Wait()
		w.write("order", 1, "created", fields{"site": "A", "state": "draft", "note": "x"})
		w.write("order", 2, "created", fields{"site": "B", "state": "draft"})
		w.write("order", 1, "updated", fields{"site": "A", "state": "draft", "note": "y"})
		w.writeAs("c", "order", 1, "confirmed", fields{"site": "A", "state": "sale", "note": "y"})
		w.write("order", 1, "updated", fields{"site": "B", "state": "sale", "note": "y"})
		w.write("product", 1, "created", fields{"site": "A"})
		eventually(t, "live", func() bool { return r.set.Status()[0].Backlog == 0 })
		live := w.lines(queue)
		x := &Extra{ID: "replay-1", From: 1, To: 6, Rate: 1000}
		_ = r.set.Insert("c/l", x)
		eventually(t, "over", func() bool { return x.Progress().Over })
		if got := w.lines(queue)[len(live):]; !slices.Equal(got, live) || len(live) != 2 {
			t.Errorf("live\n%v\nreplayed\n%v", live, got)
		}
		y := &Extra{ID: "replay-2", From: 1, To: 6, Rate: 1000, Entities: []string{"order"}, Key: "2"}
		_ = r.set.Insert("c/l", y)
		eventually(t, "over", func() bool { return y.Progress().Over })
		if n := len(again(w.broker.queue(queue), "replay-2")); n != 0 {
			t.Errorf("%d deliveries of a subject out of view", n)
		}
		_ = r.stop()
	})
}

func TestAReplayWhoseEventsAreTrimmedSaysSo(t *testing.T) {
	withOrders(t, 50, func(t *testing.T, w *world, r *running) {
		x := &Extra{ID: "replay-1", From: 1, To: 50, Rate: 10}
		_ = r.set.Insert("c/l", x)
		eventually(t, "under way", func() bool { return x.Progress().Delivered > 3 })
		w.journal.trim(40)
		eventually(t, "over", func() bool { return x.Progress().Over })
		if err := x.Progress().Err; !errors.Is(err, ErrGap) {
			t.Errorf("ended with %v", err)
		}
		if s := r.set.Status()[0]; s.State != Live {
			t.Errorf("the lane is %s: %v", s.State, s.Err)
		}
	})
}

// What a consumer sees while documents are published among live changes: of no subject
// does the revision go back, and every event of the lane still tells something.
func TestNoDocumentFollowsANewerOneAndNoEventIsMadeVoid(t *testing.T) {
	for name, spec := range map[string]Spec{"instant": instant(), "conflated": conflated(100 * time.Millisecond)} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				w := newWorld()
				r := w.start(spec)
				synctest.Wait()
				w.orders(200)
				eventually(t, "live", func() bool { return r.set.Status()[0].Backlog == 0 })
				n := 0
				var writing sync.Mutex
				write := func(id int) {
					writing.Lock()
					defer writing.Unlock()
					n++
					w.write("order", int64(id%200+1), "updated", fields{"n": 1000 + n})
				}
				// A change between the lane's look at the journal and the page.
				x := &Extra{ID: "publish-1", Snapshot: true, Rate: 400, Began: time.Now()}
				w.store.onPage = func(string) { write(int(x.Progress().Place.After[0]) + 5) }
				_ = r.set.Insert("c/l", x)
				for i := 0; !x.Progress().Over && i < 100_000; i++ {
					write(i * 13)
					time.Sleep(30 * time.Millisecond)
					synctest.Wait()
				}
				w.store.onPage = nil
				eventually(t, "caught up", func() bool { return r.set.Status()[0].Backlog == 0 })
				checkRevisions(t, w.broker.queue(queue))
				since := map[string]bool{}
				for _, r := range w.broker.queue(queue)[200:] {
					since[r.Subject] = true
				}
				if got := len(again(w.broker.queue(queue), "publish-1")); got < 20 || len(since) != 200 {
					t.Errorf("%d documents; %d of 200 subjects came since", got, len(since))
				}
				_ = r.stop()
			})
		})
	}
}

func checkRevisions(t *testing.T, list []received) {
	t.Helper()
	seen := map[string]int64{}
	for _, r := range list {
		snapshot := strings.HasSuffix(r.Type, ".snapshot")
		switch was := seen[r.Subject]; {
		case r.Revision < was, r.Revision == was && !snapshot:
			t.Errorf("%s of revision %d follows revision %d", r.id, r.Revision, was)
		}
		seen[r.Subject] = r.Revision
	}
	if len(seen) != 200 {
		t.Errorf("%d subjects", len(seen))
	}
}

func TestDocumentsWaitUntilTheStoreHasThem(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld()
		documented := int64(0)
		w.opts.Documented = func() int64 { return documented }
		r := w.start(instant())
		synctest.Wait()
		w.orders(3)
		x := &Extra{ID: "publish-1", Snapshot: true, Rate: 100, Began: time.Now(), Key: "2"}
		_ = r.set.Insert("c/l", x)
		time.Sleep(time.Minute)
		synctest.Wait()
		if x.Progress().Delivered != 0 {
			t.Fatal("a document was sent although the store may have an older one")
		}
		documented = 3
		eventually(t, "over", func() bool { return x.Progress().Over })
		if got := again(w.broker.queue(queue), "publish-1"); len(got) != 1 || got[0].Subject != "order/2" || got[0].Type != "order.snapshot" {
			t.Errorf("published %v", got)
		}
		_ = r.stop()
	})
}

func TestSeveralJobsShareALane(t *testing.T) {
	withOrders(t, 100, func(t *testing.T, w *world, r *running) {
		var list []*Extra
		for i := range 3 {
			x := &Extra{ID: fmt.Sprint("replay-", i), From: 1, To: 100, Rate: 50}
			list = append(list, x)
			_ = r.set.Insert("c/l", x)
		}
		list[2].Cancel()
		eventually(t, "over", func() bool { return list[0].Progress().Over && list[1].Progress().Over })
		got := w.broker.queue(queue)
		a, b := len(again(got, "replay-0")), len(again(got, "replay-1"))
		if a != 100 || b != 100 || len(got) != 300 {
			t.Errorf("%d and %d of %d deliveries", a, b, len(got))
		}
		if n := len(again(got[100:150], "replay-0")); n < 10 || n > 40 {
			t.Errorf("%d of the first 50 deliveries are the first job's: they do not take turns", n)
		}
	})
}

func TestAReplayWaitsWhileTheBrokerIsAwayAndGoesOn(t *testing.T) {
	withOrders(t, 100, func(t *testing.T, w *world, r *running) {
		x := &Extra{ID: "replay-1", From: 1, To: 100, Rate: 50}
		_ = r.set.Insert("c/l", x)
		eventually(t, "under way", func() bool { return x.Progress().Delivered > 10 })
		w.broker.setDown(true)
		time.Sleep(time.Minute)
		stuck := x.Progress()
		if stuck.Over || stuck.Delivered == 100 {
			t.Fatalf("went on without a broker: %+v", stuck)
		}
		w.broker.setDown(false)
		eventually(t, "over", func() bool { return x.Progress().Over })
		got := again(w.broker.queue(queue), "replay-1")
		seen := map[string]bool{}
		for _, r := range got {
			seen[r.id] = true
		}
		if len(seen) != 100 {
			t.Errorf("%d of 100 events came", len(seen))
		}
	})
}

func TestPoisonIsParkedAndItsNeighboursPass(t *testing.T) {
	for name, spec := range map[string]Spec{"instant": instant(), "conflated": conflated(time.Second)} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				w := newWorld()
				var parked []Parked
				broken := errors.New("store is full")
				w.opts.Park = func(_ context.Context, p Parked) error {
					if broken != nil {
						return broken
					}
					parked = append(parked, p)
					return nil
				}
				w.broker.onMessage(func(_ string, m *message.Message) outcomeKind {
					if m.Metadata[schema.HeaderKey] == "3" && m.Metadata[schema.HeaderRevision] == "1" {
						return refuses
					}
					return takes
				})
				r := w.start(spec)
				synctest.Wait()
				w.orders(5)
				time.Sleep(time.Minute)
				synctest.Wait()
				if got := r.set.Status()[0]; got.Cursor >= 3 || got.State != Blocked {
					t.Errorf("the cursor passed what could not be kept: %+v", got)
				}
				broken = nil
				eventually(t, "all passed", func() bool { return r.set.Status()[0].Cursor == 5 })
				seen := map[string]bool{}
				for _, r := range w.broker.queue(queue) {
					seen[r.Subject] = true
				}
				if len(seen) != 4 || seen["order/3"] {
					t.Errorf("passed: %v", seen)
				}
				if len(parked) != 1 || parked[0].Entry != 3 || parked[0].Key != "3" || parked[0].Code != "message_too_large" {
					t.Errorf("parked %+v", parked)
				}
				w.write("order", 3, "updated", fields{"n": 77})
				eventually(t, "the next of the subject passes", func() bool {
					got := w.broker.queue(queue)
					return got[len(got)-1].Subject == "order/3"
				})
				_ = r.stop()
			})
		})
	}
}

func TestPoisonInAReplayIsCountedAndLeftOut(t *testing.T) {
	withOrders(t, 10, func(t *testing.T, w *world, r *running) {
		w.broker.onMessage(func(_ string, m *message.Message) outcomeKind {
			if m.Metadata[schema.HeaderKey] == "4" {
				return refuses
			}
			return takes
		})
		x := &Extra{ID: "replay-1", From: 1, To: 10, Rate: 100}
		_ = r.set.Insert("c/l", x)
		eventually(t, "over", func() bool { return x.Progress().Over })
		if p := x.Progress(); p.Delivered != 9 || p.Refused != 1 || !strings.Contains(p.Reason, "too large") {
			t.Errorf("%+v", p)
		}
	})
}

func TestALaneThatAGapStoppedBeginsAnewWithEveryDocument(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld()
		r := w.start(instant())
		synctest.Wait()
		w.orders(10)
		eventually(t, "saved", func() bool { return w.store.cursor("c/l") == 10 })
		if err := r.set.Restart(t.Context(), "c/l"); err == nil {
			t.Error("a lane that runs was told to begin anew")
		}
		_ = r.stop()
		c := w.store.cursors["c/l"]
		c.Seq = 3
		w.store.cursors["c/l"] = c
		w.journal.trim(5)
		before := len(w.broker.queue(queue))

		r = w.start(instant())
		eventually(t, "stopped", func() bool { return r.set.Status()[0].State == Stopped })
		w.write("order", 2, "updated", fields{"n": 50})
		if err := r.set.Restart(t.Context(), "c/l"); err != nil {
			t.Fatal(err)
		}
		if got := w.store.cursor("c/l"); got != 11 {
			t.Errorf("the new place is not durable: %d", got)
		}
		eventually(t, "live", func() bool { s := r.set.Status()[0]; return s.State == Live && s.InFlight == 0 })
		w.write("order", 3, "updated", fields{"n": 51})
		eventually(t, "delivered", func() bool { return r.set.Status()[0].Cursor == 12 })
		got := w.broker.queue(queue)[before:]
		if len(got) != 11 || got[0].Type != "order.snapshot" || got[10].Type != "order.updated" {
			t.Errorf("after the gap: %v", w.lines(queue)[before:])
		}
		if got[1].Revision != 2 {
			t.Errorf("the document of order/2 is of revision %d, not as it is now", got[1].Revision)
		}
		if r.set.MinCursor() == 0 {
			t.Error("the journal cannot be trimmed any more")
		}
		if err := r.stop(); err != nil {
			t.Error(err)
		}
		if loads := w.loads(t, "c/l"); len(loads) != 1 || loads[0].Why != LoadGap || loads[0].From != 11 || loads[0].To != 11 || loads[0].Ended.IsZero() {
			t.Errorf("the loads: %+v", loads)
		}
	})
}
