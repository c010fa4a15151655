package e2e

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"hash/fnv"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/odoobridge/odoobridge/outbound/outboundtest"
)

// ear consumes a queue whatever happens to the broker, and remembers little of
// each event, so that it can listen for hours.
type ear struct {
	t     testing.TB
	whole bool // an event has one body; a conflated lane may group in another way after a crash
	mu    sync.Mutex
	ids   map[string]uint64 // event id → hash of its body
	heard map[string][]word // since forget
	last  map[string]word
	again int
}

// word is what an event said of a subject.
type word struct {
	revision int64
	value    string
	again    bool // the broker had handed it out before, to a consumer that is gone
}

func listenForEver(t testing.TB, url, queue string, whole bool) *ear {
	t.Helper()
	e := &ear{t: t, whole: whole, ids: map[string]uint64{}, heard: map[string][]word{}, last: map[string]word{}}
	ctx, cancel := context.WithCancel(context.Background())
	var done sync.WaitGroup
	done.Go(func() {
		for ctx.Err() == nil {
			_ = outboundtest.Consumer{URL: url, Queue: queue}.Run(ctx, e.take) // the broker is killed now and then
			rest(ctx)
		}
	})
	t.Cleanup(func() { cancel(); done.Wait() })
	return e
}

func (e *ear) take(d outboundtest.Delivery) {
	e.mu.Lock()
	defer e.mu.Unlock()
	hash := fnv.New64a()
	_, _ = hash.Write(d.Body)
	before, seen := e.ids[d.ID]
	if _, replayed := d.Headers["replay"]; replayed && (!seen || !e.whole) {
		return // of what is still to come, or of what the lane had put together
	}
	if seen {
		e.again++
		if e.whole && before != hash.Sum64() {
			e.t.Errorf("event %s came again with another body: %s", d.ID, d.Body)
		}
		return
	}
	e.ids[d.ID] = hash.Sum64()
	var event received
	if err := json.Unmarshal(d.Body, &event); err != nil {
		e.t.Errorf("a delivery is not JSON: %v", err)
		return
	}
	w := word{event.Revision, valueOf(e.t, event), d.Redelivered}
	e.heard[event.Subject] = append(e.heard[event.Subject], w)
	if w.revision > e.last[event.Subject].revision {
		e.last[event.Subject] = w
	}
}

// repeated is how many deliveries had an id that was there already.
func (e *ear) repeated() int {
	e.mu.Lock()
	defer e.mu.Unlock()
	return e.again
}

// valueOf reads what the model calls the subject's value.
func valueOf(t testing.TB, event received) string {
	if strings.HasSuffix(event.Type, ".deleted") {
		return gone
	}
	var document struct {
		Name   string  `json:"name"`
		OnHand string  `json:"on_hand"`
		Ref    *string `json:"client_order_ref"`
	}
	if err := json.Unmarshal(event.Data.Entity, &document); err != nil {
		t.Errorf("%s: %v", event.Subject, err)
	}
	switch entity, _, _ := strings.Cut(event.Subject, "/"); {
	case entity == "stock_level":
		return document.OnHand
	case entity == "order" && document.Ref != nil:
		return *document.Ref
	}
	return document.Name
}

// caughtUp reports whether every subject's newest word is the truth.
func (e *ear) caughtUp(m *model) bool { return e.missing(m) == "" }

func (e *ear) missing(m *model) string {
	expected := m.expected()
	e.mu.Lock()
	defer e.mu.Unlock()
	n, example := 0, ""
	for subject, values := range expected {
		want := values[len(values)-1]
		if got := e.last[subject].value; got != want {
			n++
			example = fmt.Sprintf("%s is %q, want %q", subject, got, want)
		}
	}
	if n == 0 {
		return ""
	}
	return fmt.Sprintf("%d subjects, such as %s", n, example)
}

// checkWhole holds an instant lane against the model: every value, in order,
// and no revision left out.
func (e *ear) checkWhole(m *model) {
	e.t.Helper()
	expected := m.expected()
	e.mu.Lock()
	defer e.mu.Unlock()
	for subject, words := range e.heard {
		if expected[subject] == nil {
			e.t.Errorf("%s: heard %v of a subject that was not changed", subject, words)
		}
	}
	for subject, values := range expected {
		words := e.inOrder(subject)
		if len(words) != len(values) {
			e.t.Errorf("%s: heard %v, want %v", subject, words, values)
			continue
		}
		for i, w := range words {
			if w.value != values[i] {
				e.t.Errorf("%s: word %d is %q, want %q", subject, i, w.value, values[i])
			}
			if i > 0 && w.revision != words[i-1].revision+1 {
				e.t.Errorf("%s: revision %d follows %d", subject, w.revision, words[i-1].revision)
			}
		}
	}
}

// inOrder holds what the broker handed out for the first time against its order, and
// puts what it handed out again into its place: a broker that was killed gives back what
// its former consumers had not acknowledged, in an order of its own.
func (e *ear) inOrder(subject string) []word {
	words := slices.Clone(e.heard[subject])
	last := int64(0)
	for _, w := range words {
		if w.again {
			continue
		}
		if w.revision < last {
			e.t.Errorf("%s: revision %d follows %d, in %v", subject, w.revision, last, words)
		}
		last = w.revision
	}
	slices.SortStableFunc(words, func(a, b word) int { return cmp.Compare(a.revision, b.revision) })
	return words
}

// checkPart holds a conflated lane against the model: revisions only grow, and
// every word is one of the committed values, in their order.
func (e *ear) checkPart(m *model) {
	e.t.Helper()
	expected := m.expected()
	e.mu.Lock()
	defer e.mu.Unlock()
	for subject := range e.heard {
		words, at := e.inOrder(subject), 0
		for i, w := range words {
			if i > 0 && w.revision <= words[i-1].revision {
				e.t.Errorf("%s: revision %d follows %d", subject, w.revision, words[i-1].revision)
			}
			for at < len(expected[subject]) && expected[subject][at] != w.value {
				at++
			}
			if at == len(expected[subject]) {
				e.t.Errorf("%s: heard %q, which was not committed then; committed were %v", subject, w.value, expected[subject])
				break
			}
		}
	}
}

func (e *ear) forget() {
	e.mu.Lock()
	defer e.mu.Unlock()
	clear(e.heard)
}
