package lane

import (
	"fmt"
	"testing"
	"testing/synctest"
	"time"

	"github.com/ThreeDotsLabs/watermill/message"
	"pgregory.net/rapid"

	"github.com/odoobridge/odoobridge/internal/config"
	"github.com/odoobridge/odoobridge/internal/store"
)

// The lanes of the property: every pace, with and without a view of its own.
func propertyLanes() []Spec {
	entities := []string{"order", "stock_level"}
	where := map[string][]string{"tag": {"A"}}
	minute := config.Pace{Conflate: time.Minute, Urgent: []string{"stock_level.out", "order.confirmed"}}
	return []Spec{
		{Channel: "c", Name: "instant", Entities: entities},
		{Channel: "c", Name: "narrow", Entities: entities, Where: where, Fields: []string{"a"}, Initial: true},
		{Channel: "c", Name: "conflated", Entities: entities, Pace: minute},
		{Channel: "c", Name: "conflated-narrow", Entities: entities, Where: where, Fields: []string{"b"}, Pace: minute, Initial: true},
		{Channel: "c", Name: "scheduled", Entities: entities, Pace: config.Pace{Schedule: "*/5 * * * *"}, Initial: true},
		{Channel: "c", Name: "stuck", Entities: entities},
	}
}

// act is one thing that happens to the world.
type act struct {
	Kind   string // write, delete, wait, stop, crash, down, up, disk, diskOK
	Entity string
	ID     int64
	What   string
	A, B   int
	Tag    string
	Wait   time.Duration
}

func drawActs(t *rapid.T) []act {
	kinds := []string{
		"write", "write", "write", "write", "write", "write", "write", "write", "delete", "wait", "wait", "wait",
		"stop", "crash", "down", "up", "disk", "diskOK",
	}
	return rapid.SliceOfN(rapid.Custom(func(t *rapid.T) act {
		a := act{Kind: rapid.SampledFrom(kinds).Draw(t, "kind")}
		switch a.Kind {
		case "write", "delete":
			a.Entity = rapid.SampledFrom([]string{"order", "stock_level"}).Draw(t, "entity")
			a.ID = rapid.Int64Range(1, 3).Draw(t, "id")
			a.What = rapid.SampledFrom([]string{"updated", "updated", "confirmed", "out", "back"}).Draw(t, "what")
			a.A, a.B = rapid.IntRange(0, 2).Draw(t, "a"), rapid.IntRange(0, 2).Draw(t, "b")
			a.Tag = rapid.SampledFrom([]string{"A", "A", "B"}).Draw(t, "tag")
		case "wait":
			a.Wait = rapid.SampledFrom([]time.Duration{
				time.Millisecond, 250 * time.Millisecond, 10 * time.Second, 61 * time.Second, 6 * time.Minute,
			}).Draw(t, "wait")
		}
		return a
	}), 1, 60).Draw(t, "acts")
}

// history is what was written, by subject, and what an instant lane has to see.
type history struct {
	*world
	urgent []*store.Event
	all    []*store.Event
}

func (h *history) apply(a act) {
	subject := fmt.Sprintf("%s/%d", a.Entity, a.ID)
	was, existed := h.store.docs[subject]
	what := a.What
	switch {
	case a.Kind == "delete" && !existed:
		return
	case a.Kind == "delete":
		what = whatDeleted
	case !existed:
		what = whatCreated
	}
	doc := fields{"a": a.A, "b": a.B, "tag": a.Tag}
	if what != whatDeleted && existed && string(was.Body) == string(canonical(doc)) {
		return // no event without a difference
	}
	e := h.write(a.Entity, a.ID, what, doc)
	h.all = append(h.all, e)
	if t := e.Entity + "." + e.What; t == "stock_level.out" || t == "order.confirmed" {
		h.urgent = append(h.urgent, e)
	}
}

// play lets the acts happen and returns what is wrong afterwards, or at once.
func play(acts []act, outcomes []int) error {
	w := newWorld()
	w.opts.Grace = time.Second
	h := &history{world: w}
	h.apply(act{Kind: "write", Entity: "order", ID: 1, Tag: "A"}) // before the first start
	first := len(h.all)
	n := 0
	w.broker.onMessage(func(topic string, _ *message.Message) outcomeKind {
		switch {
		case topic == "channel.c.stuck":
			return withholds
		case len(outcomes) == 0:
			return takes
		}
		n++
		return []outcomeKind{takes, loses, forgets}[outcomes[n%len(outcomes)]]
	})
	r := w.start(propertyLanes()...)
	defer func() { _ = r.stop() }()
	synctest.Wait()
	for _, a := range acts {
		switch a.Kind {
		case "wait":
			time.Sleep(a.Wait)
		case "stop", "crash":
			w.store.breakWith(nil)
			if a.Kind == "stop" {
				_ = r.stop()
			} else {
				r.crash()
			}
			r = w.start(propertyLanes()...)
		case "down", "up":
			w.broker.setDown(a.Kind == "down")
		case "disk":
			w.store.breakWith(store.ErrFull)
		case "diskOK":
			w.store.breakWith(nil)
		default:
			h.apply(a)
		}
		synctest.Wait()
		if err := h.checkCursors(); err != nil {
			return err
		}
	}
	outcomes = nil
	w.broker.setDown(false)
	w.store.breakWith(nil)
	time.Sleep(20 * time.Minute)
	synctest.Wait()
	return h.check(r, first)
}

func TestLanesKeepTheirPromisesWhateverHappens(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		acts := drawActs(rt)
		outcomes := rapid.SliceOfN(rapid.SampledFrom([]int{0, 0, 0, 1, 2}), 0, 12).Draw(rt, "outcomes")
		var problem error
		synctest.Test(t, func(*testing.T) { problem = play(acts, outcomes) })
		if problem != nil {
			rt.Fatal(problem)
		}
	})
}

// Without failures, an urgent event is in the queue at the instant of its commit.
func TestUrgentEventsNeverWait(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		acts := drawActs(rt)
		var problem error
		synctest.Test(t, func(*testing.T) {
			w := newWorld()
			h := &history{world: w}
			r := w.start(propertyLanes()[2])
			synctest.Wait()
			for _, a := range acts {
				n := len(h.urgent)
				switch a.Kind {
				case "write", "delete":
					h.apply(a)
				case "wait":
					time.Sleep(a.Wait)
				}
				synctest.Wait()
				if len(h.urgent) == n {
					continue
				}
				queue := w.broker.queue("channel.c.conflated")
				if m := queue[len(queue)-1]; m.id != eventID(h.urgent[n]) || m.Type != h.urgent[n].Entity+"."+h.urgent[n].What {
					problem = fmt.Errorf("%s is not the last delivery at once, but %s", eventID(h.urgent[n]), m)
				}
			}
			_ = r.stop()
		})
		if problem != nil {
			rt.Fatal(problem)
		}
	})
}
