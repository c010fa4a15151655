package lane

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/ThreeDotsLabs/watermill/message"
	"github.com/google/go-cmp/cmp"
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

// checkCursors: the stored cursor of an instant lane never is past an event
// that is not in its queue.
func (h *history) checkCursors() error {
	have := map[string]bool{}
	for _, m := range h.broker.queue("channel.c.instant") {
		have[m.id] = true
	}
	for _, e := range h.all {
		if e.Seq > 1 && e.Seq <= h.store.cursor("c/instant") && !have[eventID(e)] {
			return fmt.Errorf("cursor %d passed %s, which is not delivered", h.store.cursor("c/instant"), eventID(e))
		}
	}
	if c := h.store.cursor("c/stuck"); c > 1 {
		return fmt.Errorf("cursor of the stuck lane moved to %d", c)
	}
	return nil
}

func (h *history) check(r *running, first int) error {
	for _, s := range r.set.Status() {
		want := Live
		if s.Lane == "stuck" {
			want = Blocked
		}
		if s.State != want && !(s.Lane == "stuck" && len(h.all) == first) {
			return fmt.Errorf("in the end lane %s is %s: %+v", s.Lane, s.State, s)
		}
	}
	if err := inOrder(h.broker.queue("channel.c.instant"), h.all[first:]); err != nil {
		return fmt.Errorf("instant lane: %w", err)
	}
	for _, s := range propertyLanes() {
		if s.Name == "stuck" {
			continue
		}
		queue := h.broker.queue(s.Topic())
		if err := h.endsWithTheNewest(s, queue, first); err != nil {
			return fmt.Errorf("lane %s: %w", s.Name, err)
		}
		if err := idsTell(queue, !newPaceMust(s).instant()); err != nil {
			return fmt.Errorf("lane %s: %w", s.Name, err)
		}
		if got, _ := h.store.cursor(s.ID()), 0; got != int64(len(h.all)) {
			return fmt.Errorf("lane %s: cursor %d of %d when all is delivered", s.Name, got, len(h.all))
		}
	}
	return h.urgentInTime()
}

func newPaceMust(s Spec) pace {
	p, err := newPace(s.Pace)
	if err != nil {
		panic(err)
	}
	return p
}

// inOrder: first deliveries are all events in order.
func inOrder(queue []received, events []*store.Event) error {
	var got, want []string
	seen := map[string]bool{}
	for _, m := range queue {
		if !seen[m.id] {
			seen[m.id] = true
			got = append(got, m.id)
		}
	}
	for _, e := range events {
		want = append(want, eventID(e))
	}
	if d := cmp.Diff(want, got); d != "" {
		return fmt.Errorf("first deliveries (-want +got):\n%s", d)
	}
	return nil
}

// endsWithTheNewest: the last delivery of a subject shows the newest document
// that the lane sees, or that it is out of view.
func (h *history) endsWithTheNewest(s Spec, queue []received, first int) error {
	last := map[string]received{}
	for _, m := range queue {
		last[m.Subject] = m
	}
	f := newFilter(s)
	subjects := map[string]bool{}
	for i, e := range h.all {
		subjects[e.Subject] = subjects[e.Subject] || i >= first || s.Initial
	}
	for _, subject := range slices.Sorted(maps.Keys(subjects)) {
		concerned := subjects[subject]
		d, exists := h.store.docs[subject]
		m, delivered := last[subject]
		gone := m.Type != "" && strings.HasSuffix(m.Type, ".deleted") || m.headers[HeaderView] == Left
		switch inView := exists && f.takes(d.Body); {
		case !concerned:
		case !delivered && !s.Initial && subject == h.all[0].Subject && string(d.Body) == string(h.all[0].Body):
			// As the channel has it, which wanted no initial load; there and back is nothing.
		case inView && !delivered:
			return fmt.Errorf("%s never delivered", subject)
		case inView && gone:
			return fmt.Errorf("%s is in view, but the last delivery is %s", subject, m)
		case inView:
			if want := visible(d.Body, &f); !maps.Equal(want, m.Data.Entity) {
				return fmt.Errorf("%s ends with %v (%s), want %v", subject, m.Data.Entity, m, want)
			}
		case delivered && !gone:
			return fmt.Errorf("%s is out of view, but the last delivery is %s", subject, m)
		}
	}
	return nil
}

func visible(body []byte, f *filter) map[string]any {
	var doc map[string]any
	if err := json.Unmarshal(body, &doc); err != nil {
		panic(err)
	}
	maps.DeleteFunc(doc, func(name string, _ any) bool { return !f.sees(name) })
	return doc
}

// idsTell: equal ids mean equal documents; on a conflated lane revisions of a subject
// never go back, except that what is sent again after a failure repeats.
func idsTell(queue []received, conflated bool) error {
	byID := map[string]received{}
	highest := map[string]received{}
	for i, m := range queue {
		if before, again := byID[m.id]; again && (before.Revision != m.Revision || !maps.Equal(before.Data.Entity, m.Data.Entity)) {
			return fmt.Errorf("one id, two documents:\n%s %v\n%s %v", before, before.Data.Entity, m, m.Data.Entity)
		}
		_, repeat := byID[m.id]
		byID[m.id] = m
		h, ok := highest[m.Subject]
		loaded := strings.HasSuffix(h.Type, ".snapshot") || strings.HasSuffix(m.Type, ".snapshot")
		switch {
		case !ok || repeat || loaded: // the journal may repeat what the initial load showed
		case m.Revision < h.Revision:
			return fmt.Errorf("delivery %d: new %s after %s", i, m, h)
		case conflated && m.Revision == h.Revision:
			return fmt.Errorf("delivery %d: %s stands still after %s", i, m, h)
		}
		if !ok || m.Revision > h.Revision {
			highest[m.Subject] = m
		}
	}
	return nil
}

// urgentInTime: while the broker takes everything, an urgent event is
// delivered before its wait is over; this holds for those that no failure held up.
func (h *history) urgentInTime() error {
	queue := h.broker.queue("channel.c.conflated")
	for _, e := range h.urgent {
		if !slices.ContainsFunc(queue, func(m received) bool { return m.Subject == e.Subject && m.Revision >= e.Revision }) {
			return fmt.Errorf("urgent %s is not delivered", eventID(e))
		}
	}
	return nil
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
