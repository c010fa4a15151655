package lane

import (
	"fmt"
	"slices"
	"time"

	"github.com/odoobridge/odoobridge/internal/store"
)

// Load is a sending of every document of some entities to a lane's channel: what each was when its page was read.
type Load struct {
	Why      string    `json:"why,omitempty"`
	Began    time.Time `json:"began"`
	Ended    time.Time `json:"ended,omitzero"` // zero: it is under way
	From     int64     `json:"from"`           // the journal's last entry when it began
	To       int64     `json:"to,omitempty"`   // and when the last page was read: no document showed more
	Entities []string  `json:"entities"`
	Job      string    `json:"job,omitempty"` // that sent them, where it was not the lane itself

	at progress // of one that is under way
}

// Why there was a load.
const (
	LoadFirst = "first" // the lane was started for the first time
	LoadGap   = "gap"   // it began anew after a gap
	LoadAdded = "added" // entities were added to it, and a job sent them
)

// mostLoads are kept of a lane, the newest: they are written with each of its cursors.
const mostLoads = 8

// LoadsIn reads a lane's loads from its cursor, oldest first. What ended under a version that kept none is not among them.
func LoadsIn(c store.Cursor) (list []Load, err error) {
	s, err := decodeState(c.State)
	if err != nil {
		return nil, fmt.Errorf("lane %s: %w", c.Lane, err)
	}
	for _, l := range s.Loads {
		list = append(list, *l)
	}
	if u := s.Load; u != nil { // the cursor stays where it is meanwhile
		under := Load{Why: u.Why, Began: u.Began, From: c.Seq, Entities: u.Entities, at: u.progress}
		if under.Entities == nil { // an older version began it
			under.Entities = s.Entities
		}
		list = append(list, under)
	}
	return list, nil
}

// Reached reports whether the load was past a document when the cursor was saved: it was sent, or left out.
func (l *Load) Reached(entity string, key store.Key) bool {
	switch at, of := slices.Index(l.Entities, l.at.Entity), slices.Index(l.Entities, entity); {
	case !l.Ended.IsZero():
		return true
	case at < 0 || of < 0 || at != of:
		return of >= 0 && of < at
	}
	return compareKeys(key, l.at.After) <= 0
}

// toGo are the entities that a load has still to go through, the one that it is in among them.
func (p progress) toGo(entities []string) []string {
	if i := slices.Index(entities, p.Entity); i > 0 {
		return entities[i:]
	}
	return entities
}

// goOn is a load that an earlier run left, as it is after this one: the entities that were gone through, and those to go through now.
func (s loadState) goOn(now []string) *loadState {
	was := s.Entities
	if was == nil { // an older version began it
		was = now
	}
	sent := slices.Clone(was[:max(0, slices.Index(was, s.Entity))])
	for _, e := range s.toGo(now) {
		if !slices.Contains(sent, e) {
			sent = append(sent, e)
		}
	}
	s.Entities = sent
	return &s
}

// ended is the load as it is kept.
func (s *loadState) ended(from, to int64, at time.Time) *Load {
	return &Load{Why: s.Why, Began: s.Began, Ended: at, From: from, To: to, Entities: s.Entities}
}

// remember adds a load to those of a lane. The list is shared with cursors, and so made anew.
func remember(loads []*Load, l *Load) []*Load {
	loads = append(slices.Clone(loads), l)
	return slices.Clip(loads[max(0, len(loads)-mostLoads):])
}

// past are the loads that have ended.
func (f *flight) past() []*Load {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.loads
}

// remember notes a load that a job made.
func (f *flight) remember(l *Load) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.loads = remember(f.loads, l)
}
