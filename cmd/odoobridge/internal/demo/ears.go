package demo

import (
	"context"
	"fmt"
	"sync"
	"time"

	"github.com/odoobridge/odoobridge/outbound/outboundtest"
)

// ears are what all channels have heard.
type ears struct {
	say *printer

	mu     sync.Mutex
	lanes  map[string]*heard // by queue
	last   time.Time         // when something was heard last
	broken error
	silent bool // do not print every event
}

// heard is what one lane has heard.
type heard struct {
	lane      lane
	events    int
	ids       map[string]bool
	twice     int
	gaps      int
	revisions map[string]int64  // by subject: the newest
	state     map[string]*event // by subject: the newest
	latencies []time.Duration
	kinds     map[string]int // by type and subject
}

func newEars(say *printer) *ears {
	e := &ears{say: say, lanes: map[string]*heard{}}
	for _, l := range lanesOf(channels) {
		e.lanes[l.queue()] = &heard{
			lane: l, ids: map[string]bool{}, revisions: map[string]int64{}, state: map[string]*event{}, kinds: map[string]int{},
		}
	}
	return e
}

// listen consumes a lane's queue until ctx ends.
func (e *ears) listen(ctx context.Context, url string, l lane) error {
	err := outboundtest.Consumer{URL: url, Queue: l.queue()}.Run(ctx, func(d outboundtest.Delivery) { e.hear(l, d) })
	if err != nil {
		return fmt.Errorf("listen to %s: %w", l.queue(), err)
	}
	return nil
}

func (e *ears) hear(l lane, d outboundtest.Delivery) {
	ev, err := readEvent(d)
	e.mu.Lock()
	defer e.mu.Unlock()
	if err != nil {
		e.broken = err
		return
	}
	e.last = time.Now()
	h := e.lanes[l.queue()]
	if h.ids[ev.ID] {
		h.twice++
		return
	}
	h.take(ev)
	if !e.silent {
		e.say.heard(l, ev)
	}
}

// take counts an event that is not a duplicate.
func (h *heard) take(ev *event) {
	h.ids[ev.ID] = true
	h.events++
	h.kinds[ev.Type+" "+ev.Subject]++
	h.latencies = append(h.latencies, ev.latency)
	if before, known := h.revisions[ev.Subject]; known && h.lane.whole() && ev.Revision != before+1 {
		h.gaps++
	}
	h.revisions[ev.Subject] = ev.Revision
	h.state[ev.Subject] = ev
}

// count is how often a lane heard a type of a subject.
func (e *ears) count(queue, kind string) int {
	e.mu.Lock()
	defer e.mu.Unlock()
	return e.lanes[queue].kinds[kind]
}

// settle waits until the expected was heard and then nothing more for quiet,
// or until patience ends.
func (e *ears) settle(ctx context.Context, expected []expectation, quiet, patience time.Duration) error {
	began := time.Now()
	tick := time.NewTicker(10 * time.Millisecond)
	defer tick.Stop()
	for {
		e.mu.Lock()
		since, broken := time.Since(max2(e.last, began)), e.broken
		e.mu.Unlock()
		if broken != nil {
			return broken
		}
		if since >= quiet && len(e.missing(expected)) == 0 || time.Since(began) > patience {
			return nil
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-tick.C:
		}
	}
}

func max2(a, b time.Time) time.Time {
	if a.After(b) {
		return a
	}
	return b
}

// expectation is something a lane must hear.
type expectation struct{ queue, kind string }

// missing are the expectations that were not met yet.
func (e *ears) missing(expected []expectation) []expectation {
	var left []expectation
	for _, x := range expected {
		if e.count(x.queue, x.kind) == 0 {
			left = append(left, x)
		}
	}
	return left
}
