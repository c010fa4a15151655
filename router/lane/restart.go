package lane

import (
	"context"
	"fmt"
	"slices"

	"github.com/odoobridge/odoobridge/internal/store"
)

// all is the lanes as they are now: one that begins anew is replaced.
func (s *Set) all() []*lane {
	s.mu.RLock()
	defer s.mu.RUnlock()
	return slices.Clone(s.lanes)
}

func (s *Set) find(id string) (place int, l *lane) {
	for i, l := range s.all() {
		if l.id == id {
			return i, l
		}
	}
	return -1, nil
}

// UnknownLaneError names a lane that is not configured.
type UnknownLaneError struct{ Lane string }

// Error says where lanes come from.
func (e *UnknownLaneError) Error() string {
	return fmt.Sprintf("there is no lane %s: `odoobridge status` lists those of the configuration", e.Lane)
}

// Insert gives an Extra to a lane.
func (s *Set) Insert(id string, x *Extra) error {
	if err := s.Check(id, x); err != nil {
		return err
	}
	place, _ := s.find(id)
	s.mu.RLock()
	defer s.mu.RUnlock()
	l := s.lanes[place] // which may have been replaced just now
	l.extras.add(x)
	poke(l.flight.news)
	return nil
}

// Restart makes a lane that a gap has stopped begin anew: from the journal's
// end, with every document as it is now. Its new place is durable when Restart returns.
func (s *Set) Restart(ctx context.Context, id string) error {
	place, old := s.find(id)
	switch {
	case old == nil:
		return &UnknownLaneError{id}
	case !old.stuckForGood():
		return fmt.Errorf("lane %s is not stopped by a gap: publish without --after-gap sends it documents", id)
	}
	fresh, err := newLane(old.spec, &s.opts, old.dirty)
	if err != nil {
		return err
	}
	_, last := s.opts.Journal.Bounds()
	c := storedCursor{Cursor: store.Cursor{Lane: id, Seq: last, Updated: s.opts.Clock.Now()}, known: true, entities: fresh.entities, loads: old.flight.past()}
	fresh.judgesFrom(last, AnewGap)
	c.rules = fresh.judging()
	if !fresh.spec.Firehose {
		c.load = &loadState{Began: s.opts.Clock.Now().UTC(), Why: LoadGap, Entities: fresh.spec.Entities}
	}
	c.State = encodeState(state{c.load, c.entities, c.rules, c.loads})
	if err := s.opts.Cursors.SaveCursors(ctx, []store.Cursor{c.Cursor}); err != nil {
		return fmt.Errorf("note the new place of lane %s: %w", id, err)
	}
	fresh.cursorSaved(c)
	fresh.anew = true
	fresh.delivered.Store(old.delivered.Load())
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.lanes[place] != old {
		return fmt.Errorf("lane %s has been told to begin anew already", id)
	}
	fresh.extras.list = old.extras.list
	s.lanes[place] = fresh
	old.successor <- fresh
	return nil
}

// runAndRestart runs a lane and, when it was stopped for good and is told to
// begin anew, what takes its place.
func (l *lane) runAndRestart(ctx context.Context) {
	for l != nil {
		l.run(ctx)
		if !l.stuckForGood() {
			return
		}
		select {
		case l = <-l.successor:
		case <-ctx.Done():
			return
		}
	}
}
