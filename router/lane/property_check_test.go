package lane

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/google/go-cmp/cmp"

	"github.com/odoobridge/odoobridge/internal/store"
)

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
		if got := h.store.cursor(s.ID()); got != int64(len(h.all)) {
			return fmt.Errorf("lane %s: cursor %d of %d when all is delivered", s.Name, got, len(h.all))
		}
	}
	return h.urgentDelivered()
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

// urgentDelivered: every urgent event is delivered, or a newer one of its subject.
func (h *history) urgentDelivered() error {
	queue := h.broker.queue("channel.c.conflated")
	for _, e := range h.urgent {
		if !slices.ContainsFunc(queue, func(m received) bool { return m.Subject == e.Subject && m.Revision >= e.Revision }) {
			return fmt.Errorf("urgent %s is not delivered", eventID(e))
		}
	}
	return nil
}
