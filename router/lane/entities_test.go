package lane

import (
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"github.com/ThreeDotsLabs/watermill/message"
)

func TestAnEntityAddedToALaneIsNamedUntilItsDocumentsAreSent(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld()
		first := initial()
		r := w.start(first)
		eventually(t, "live", func() bool { return r.set.Status()[0].State == Live })
		w.write("order", 1, "created", fields{})
		eventually(t, "saved", func() bool { return w.store.cursor(first.ID()) == 1 })
		_ = r.stop()

		more := first
		more.Entities = append(slices.Clone(first.Entities), "payment")
		for range 2 { // as long as nobody sends them
			r = w.start(more)
			eventually(t, "live", func() bool { return r.set.Status()[0].State == Live })
			if got := r.set.Status()[0].Unloaded; !slices.Equal(got, []string{"payment"}) {
				t.Errorf("named %v", got)
			}
			w.write("order", 1, "updated", fields{"n": r.set.Status()[0].Head})
			eventually(t, "delivered", func() bool { return r.set.Status()[0].Backlog == 0 })
			_ = r.stop()
		}
		r = w.start(more)
		eventually(t, "live", func() bool { return r.set.Status()[0].State == Live })
		r.set.Acquaint(more.ID(), Load{Job: "publish-1", From: 2, Entities: []string{"order", "payment"}})
		r.set.Acquaint(more.ID(), Load{Job: "publish-2", From: 3}) // all are known by now: nothing new was sent
		if got := r.set.Status()[0].Unloaded; len(got) > 0 {
			t.Errorf("still named: %v", got)
		}
		_ = r.stop()
		r = w.start(more)
		eventually(t, "live", func() bool { return r.set.Status()[0].State == Live })
		if got := r.set.Status()[0].Unloaded; len(got) > 0 {
			t.Errorf("named again after a restart: %v", got)
		}
		_ = r.stop()
		loads := w.loads(t, more.ID())
		if len(loads) != 2 || loads[0].Why != LoadFirst || loads[1].Why != LoadAdded || loads[1].Job != "publish-1" || loads[1].From != 2 || loads[1].To != 3 || !slices.Equal(loads[1].Entities, []string{"payment"}) {
			t.Errorf("the loads: %+v", loads)
		}
	})
}

// TestAnEntityAddedWhileALoadIsCutOffIsNamedOnlyIfItIsNotSent kills a lane in its initial load and adds an entity: behind the one that the
// load was in it is sent with the rest, before it it is not, and is named.
func TestAnEntityAddedWhileALoadIsCutOffIsNamedOnlyIfItIsNotSent(t *testing.T) {
	for name, tc := range map[string]struct{ entities, named []string }{
		"behind": {[]string{"order", "customer", "payment"}, nil},
		"before": {[]string{"payment", "order", "customer"}, []string{"payment"}},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				w := newWorld()
				w.stored("order", 300)
				w.stored("customer", 300)
				w.stored("payment", 3)
				taken := 0
				w.broker.onMessage(func(string, *message.Message) outcomeKind {
					if taken++; taken > 400 {
						return withholds
					}
					return takes
				})
				r := w.start(initial())
				time.Sleep(time.Second) // the cursor is saved
				r.crash()
				w.broker.onMessage(func(string, *message.Message) outcomeKind { return takes })
				more := initial()
				more.Entities = tc.entities
				for range 2 {
					r = w.start(more)
					eventually(t, "live", func() bool { return r.set.Status()[0].State == Live })
					time.Sleep(time.Second)
					sent := 0
					for _, m := range w.broker.queue(queue) {
						if m.headers["entity"] == "payment" {
							sent++
						}
					}
					if got := r.set.Status()[0].Unloaded; !slices.Equal(got, tc.named) || (sent == 3) != (tc.named == nil) {
						t.Errorf("%d documents sent of the entity, named: %v", sent, got)
					}
					_ = r.stop()
				}
			})
		})
	}
}
