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
	shown  showing
	scene  []hearing // what was kept
}

// showing is what becomes of an event besides being counted.
type showing int

const (
	atOnce showing = iota
	kept           // for a scene's end
	mute
)

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
	kinds     map[string]int // by kindOf, in each of its forms
}

// hearing is one event in one lane.
type hearing struct {
	lane  lane
	event *event
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
	switch e.shown {
	case atOnce:
		e.say.heard([]hearing{{l, ev}})
	case kept:
		e.scene = append(e.scene, hearing{l, ev})
	}
}

// take counts an event that is not a duplicate.
func (h *heard) take(ev *event) {
	h.ids[ev.ID] = true
	h.events++
	h.kinds[kindOf(ev.Type, ev.Subject, "")]++
	if ev.Origin != "" {
		h.kinds[kindOf(ev.Type, ev.Subject, ev.Origin)]++
		h.kinds[kindOf(ev.Type, "", ev.Origin)]++
	}
	h.latencies = append(h.latencies, ev.latency)
	if before, known := h.revisions[ev.Subject]; known && h.lane.whole() && ev.Revision != before+1 {
		h.gaps++
	}
	h.revisions[ev.Subject] = ev.Revision
	h.state[ev.Subject] = ev
}

// show changes what becomes of events from now on, and gives what was kept so far.
func (e *ears) show(how showing) []hearing {
	e.mu.Lock()
	defer e.mu.Unlock()
	heard := e.scene
	e.shown, e.scene = how, nil
	return heard
}

// count is how often a lane heard a kind.
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
