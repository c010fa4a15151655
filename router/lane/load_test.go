package lane

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/ThreeDotsLabs/watermill/message"
	"github.com/google/go-cmp/cmp"

	"github.com/odoobridge/odoobridge/internal/config"
	"github.com/odoobridge/odoobridge/internal/store"
)

func initial() Spec {
	return Spec{Channel: "c", Name: "l", Entities: []string{"order", "customer"}, Initial: true}
}

// stored makes documents that were there before the bridge heard any event.
func (w *world) stored(entity string, n int) {
	for i := 1; i <= n; i++ {
		s := fmt.Sprintf("%s/%d", entity, i)
		w.store.docs[s] = store.Document{
			Entity: entity, Key: store.Key{int64(i)}, Subject: s, Revision: 1, LSN: w.lsn, Body: canonical(fields{"n": i}),
		}
	}
}

func TestInitialLoadDeliversEveryDocumentThenFollows(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld()
		w.stored("order", 600)
		w.stored("customer", 2)
		w.stored("product", 5)
		r := w.start(initial())
		synctest.Wait()
		w.write("order", 1, "updated", fields{"n": -1})
		synctest.Wait()
		got := w.lines(queue)
		if len(got) != 603 {
			t.Fatalf("%d deliveries, want 600 orders, 2 customers and an event", len(got))
		}
		want := []string{
			`0/100-snapshot-order/1-r1 order.snapshot order/1 r1 [] null`,
			`0/100-snapshot-order/600-r1 order.snapshot order/600 r1 [] null`,
			`0/100-snapshot-customer/2-r1 customer.snapshot customer/2 r1 [] null`,
			`1-0/108-1 order.updated order/1 r2 [n] {"n":1}`,
		}
		if d := cmp.Diff(want, []string{got[0], got[599], got[601], got[602]}); d != "" {
			t.Error(d)
		}
		_ = r.stop()
		r = w.start(initial())
		time.Sleep(time.Second)
		if n := len(w.broker.queue(queue)); n != 603 {
			t.Errorf("the second start loads again: %d", n)
		}
		_ = r.stop()
	})
}

func TestInitialLoadGoesOnWhereACrashLeftIt(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld()
		w.stored("order", 2000)
		w.stored("customer", 700)
		n := 0
		w.broker.onMessage(func(string, *message.Message) outcomeKind {
			if n++; n > 2300 {
				return withholds
			}
			return takes
		})
		r := w.start(initial())
		time.Sleep(time.Second) // the cursor is saved
		s := r.set.Status()[0]
		if s.State != Loading {
			t.Errorf("state %s", s.State)
		}
		began := w.broker.queue(queue)[0]
		r.crash()
		w.broker.onMessage(func(string, *message.Message) outcomeKind { return takes })
		before := len(w.broker.queue(queue))
		r = w.start(initial())
		time.Sleep(time.Second)
		got := w.broker.queue(queue)
		if again := len(got) - before; again != 400 {
			t.Errorf("%d documents after the crash, want the 400 unconfirmed", again)
		}
		subjects := map[string]bool{}
		for _, m := range got {
			subjects[m.Subject] = true
			if m.headers["amqp.timestamp"] != began.headers["amqp.timestamp"] {
				t.Fatalf("the same event has another time after a crash: %v", m.headers)
			}
		}
		if len(subjects) != 2700 {
			t.Errorf("%d subjects of 2700", len(subjects))
		}
		_ = r.stop()
	})
}

func TestInitialLoadLeavesOutEventsThatItsPagesShow(t *testing.T) {
	for _, pace := range []config.Pace{{}, {Conflate: time.Minute}} {
		synctest.Test(t, func(t *testing.T) {
			w := newWorld()
			w.stored("order", 300)
			pages := 0
			w.store.onPage = func(string) {
				if pages++; pages == 2 {
					w.write("order", 1, "updated", fields{"n": "after its page"})
					w.write("order", 299, "updated", fields{"n": "between bounds and its page"})
				}
			}
			w.journal.append() // no event yet
			first := w.write("order", 298, "updated", fields{"n": "before the load"})
			spec := initial()
			spec.Pace = pace
			r := w.start(spec)
			synctest.Wait()
			w.write("order", 299, "updated", fields{"n": 299}) // back to what it was at first
			time.Sleep(2 * time.Minute)
			var got []string
			newest := map[string]any{}
			for _, m := range w.broker.queue(queue) {
				if m.Type != "order.snapshot" {
					got = append(got, m.Subject)
				}
				newest[m.Subject] = m.Data.Entity["n"]
			}
			if slices.Contains(got, first.Subject) {
				t.Errorf("%s is sent again: %v", first.Subject, got)
			}
			if newest["order/1"] != "after its page" || newest["order/299"] != 299.0 {
				t.Errorf("the channel is left with %v and %v", newest["order/1"], newest["order/299"])
			}
			_ = r.stop()
		})
	}
}

func TestPagesCoverOnlyWhatTheyShow(t *testing.T) {
	c := newCoverage()
	c.add("order", store.Key{20}, 5)
	c.add("order", store.Key{30}, 5)
	c.add("order", store.Key{40}, 7)
	for _, tt := range []struct {
		entity string
		key    store.Key
		seq    int64
		want   bool
	}{
		{"order", store.Key{11}, 5, true},
		{"order", store.Key{20}, 5, true},
		{"order", store.Key{30}, 5, true},
		{"order", store.Key{30}, 6, false},
		{"order", store.Key{30, 1}, 6, true},
		{"order", store.Key{40}, 7, true},
		{"order", store.Key{40}, 8, false},
		{"order", store.Key{41}, 1, false},
		{"customer", store.Key{11}, 1, false},
	} {
		if got := c.covers(&store.Event{Entity: tt.entity, Key: tt.key, Seq: tt.seq}); got != tt.want {
			t.Errorf("%+v: %t", tt, got)
		}
	}
	if n := len(c.pages["order"]); n != 2 {
		t.Errorf("%d pages kept: neighbours read at the same entry are one", n)
	}
}

func TestInitialLoadTriesAgain(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld()
		w.stored("order", 10)
		w.store.broken = errors.New("disk")
		set, err := NewSet([]Spec{initial()}, Options{Journal: w.journal, Documents: w.store, Cursors: w.store, Publisher: w.broker.publisher})
		if err != nil {
			t.Fatal(err)
		}
		if err := set.Run(t.Context()); err == nil || !strings.Contains(err.Error(), "disk") {
			t.Errorf("Run without cursors: %v", err)
		}
		w.store.broken = nil
		lost := true
		w.broker.onMessage(func(string, *message.Message) outcomeKind {
			if lost {
				lost = false
				return loses
			}
			return takes
		})
		r := w.start(initial())
		eventually(t, "all documents", func() bool { return len(w.broker.queue(queue)) >= 10 && r.set.Status()[0].State == Live })
		_ = r.stop()
	})
}
