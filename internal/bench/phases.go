package main

import (
	"context"
	"encoding/json"
	"fmt"
	"regexp"
	"strings"
	"sync"
	"time"
)

// phases are how long the parts of a first start took.
type phases struct {
	read   time.Duration // the tables, into the store
	index  time.Duration // indexes and sums
	total  time.Duration // from the slot's creation to the last document
	builds []build
}

// build is the making of all documents of one entity.
type build struct {
	entity    string
	documents string // how many, as the bridge says it
	took      time.Duration
}

// phaseWatch follows what a starting bridge says of itself.
type phaseWatch struct {
	mu     sync.Mutex
	builds []build
	began  []time.Time
	last   time.Time
}

// building is how /readyz names an entity that is being built.
var building = regexp.MustCompile(`building documents: (\w+), \d+ of (\d+)`)

// follow asks every few milliseconds until ctx ends.
func (w *phaseWatch) follow(ctx context.Context, b *bridge) {
	tick := time.NewTicker(10 * time.Millisecond)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
		if _, body, err := b.get(ctx, "/readyz"); err == nil {
			w.see(body, time.Now())
		}
	}
}

// see takes one answer of /readyz.
func (w *phaseWatch) see(body string, now time.Time) {
	found := building.FindStringSubmatch(body)
	w.mu.Lock()
	defer w.mu.Unlock()
	if found == nil {
		return
	}
	w.last = now
	if n := len(w.builds); n == 0 || w.builds[n-1].entity != found[1] {
		w.builds = append(w.builds, build{entity: found[1]})
		w.began = append(w.began, now)
	}
	w.builds[len(w.builds)-1].documents = found[2]
}

// result joins what was seen with what the bridge has logged.
func (w *phaseWatch) result(log string) (p phases, err error) {
	if p.read, err = elapsed(log, "the tables are read"); err != nil {
		return p, err
	}
	if p.total, err = elapsed(log, "the snapshot is complete"); err != nil {
		return p, err
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	if len(w.builds) == 0 {
		return p, nil // too quick to be seen
	}
	p.builds = w.builds
	for i := range p.builds {
		end := w.last
		if i+1 < len(w.began) {
			end = w.began[i+1]
		}
		p.builds[i].took = end.Sub(w.began[i])
	}
	p.index = p.total - p.read - w.last.Sub(w.began[0])
	return p, nil
}

// elapsed finds the duration of a record in a JSON log.
func elapsed(log, message string) (time.Duration, error) {
	for line := range strings.Lines(log) {
		var record struct {
			Message string        `json:"msg"`
			Elapsed time.Duration `json:"elapsed"`
		}
		if json.Unmarshal([]byte(line), &record) == nil && record.Message == message {
			return record.Elapsed, nil
		}
	}
	return 0, fmt.Errorf("the bridge has not logged %q; its log:\n%s", message, log)
}
