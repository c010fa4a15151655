package e2e

import (
	"cmp"
	"context"
	"encoding/json"
	"maps"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"

	"github.com/odoobridge/odoobridge/outbound/outboundtest"
)

// consumeForEver consumes a queue until the test ends, whatever happens to the broker.
func consumeForEver(t testing.TB, url, queue string, take func(outboundtest.Delivery)) {
	t.Helper()
	ctx, cancel := context.WithCancel(context.Background())
	var done sync.WaitGroup
	done.Go(func() {
		for ctx.Err() == nil {
			_ = outboundtest.Consumer{URL: url, Queue: queue}.Run(ctx, take)
			rest(ctx)
		}
	})
	t.Cleanup(func() { cancel(); done.Wait() })
}

// laneEar hears a lane that delivers everything at once, and keeps every subject's events.
type laneEar struct {
	t      testing.TB
	mu     sync.Mutex
	heard  map[string]bool
	events map[string][]told // by subject
	last   map[string]told
}

// told is an event.
type told struct {
	Type     string
	Revision int64
	LSN      string
	Entity   json.RawMessage
}

func hearLane(t testing.TB, url, queue string) *laneEar {
	t.Helper()
	e := &laneEar{t: t, heard: map[string]bool{}, events: map[string][]told{}, last: map[string]told{}}
	consumeForEver(t, url, queue, e.take)
	return e
}

func (e *laneEar) take(d outboundtest.Delivery) {
	var event struct {
		ID, Type, Subject, LSN string
		Revision               int64
		Data                   struct{ Entity json.RawMessage }
	}
	if err := json.Unmarshal(d.Body, &event); err != nil {
		e.t.Errorf("a delivery is not JSON: %v", err)
		return
	}
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.heard[event.ID] {
		return
	}
	e.heard[event.ID] = true
	one := told{event.Type, event.Revision, event.LSN, event.Data.Entity}
	e.events[event.Subject] = append(e.events[event.Subject], one)
	if one.Revision > e.last[event.Subject].Revision {
		e.last[event.Subject] = one
	}
}

// now are the last events of subjects.
func (e *laneEar) now() map[string]told {
	e.mu.Lock()
	defer e.mu.Unlock()
	return maps.Clone(e.last)
}

// checkRevisions holds the events of each subject against one another: revisions have no gap, and each new
// transaction's event says something new.
func (e *laneEar) checkRevisions() {
	e.t.Helper()
	e.mu.Lock()
	defer e.mu.Unlock()
	for subject, events := range e.events {
		slices.SortStableFunc(events, func(a, b told) int { return cmp.Compare(a.Revision, b.Revision) })
		for i := 1; i < len(events); i++ {
			was, is := events[i-1], events[i]
			if is.Revision != was.Revision+1 {
				e.t.Errorf("%s: revision %d (%s) follows %d (%s)", subject, is.Revision, is.Type, was.Revision, was.Type)
			}
			if is.LSN != was.LSN && string(is.Entity) == string(was.Entity) && !ends(is.Type) && !ends(was.Type) {
				e.t.Errorf("%s: revision %d (%s) says what %d (%s) said: %s", subject, is.Revision, is.Type, was.Revision, was.Type, is.Entity)
			}
		}
	}
}

// ends says whether a thing is gone by an event, which carries the last document.
func ends(kind string) bool {
	return strings.HasSuffix(kind, ".deleted") || strings.HasSuffix(kind, ".merged") || strings.HasSuffix(kind, ".cancelled")
}

// readyShipment is one that can be shipped, as the channel knows it.
type readyShipment struct {
	name  string
	lines []readyLine
}

type readyLine struct {
	move, product int64
	demand        int
}

func (e *laneEar) ready() (all []readyShipment) {
	last := e.now()
	for _, subject := range slices.Sorted(maps.Keys(last)) {
		if !strings.HasPrefix(subject, "shipment/") {
			continue
		}
		var document struct {
			Name, State string
			Lines       []struct {
				MoveID    int64  `json:"move_id"`
				ProductID int64  `json:"product_id"`
				Demand    string `json:"demand"`
			}
		}
		if err := json.Unmarshal(last[subject].Entity, &document); err != nil {
			e.t.Errorf("%s: %v", subject, err)
		}
		if document.State != "assigned" {
			continue
		}
		one := readyShipment{name: document.Name}
		for _, l := range document.Lines {
			demand, _ := strconv.Atoi(l.Demand)
			one.lines = append(one.lines, readyLine{l.MoveID, l.ProductID, demand})
		}
		all = append(all, one)
	}
	return all
}
