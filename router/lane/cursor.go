package lane

import (
	"fmt"
	"slices"

	"github.com/odoobridge/odoobridge/internal/store"
)

// storedCursor is a lane's cursor as the store has it, or should.
type storedCursor struct {
	store.Cursor
	load  *loadState
	known bool // false: this is the lane's first start
	// entities are those that the channel has the documents of.
	entities []string
	rules    *Rules
	loads    []*Load
}

func (c *storedCursor) same(o *storedCursor) bool {
	if c.known != o.known || c.Seq != o.Seq || (c.load == nil) != (o.load == nil) || !slices.Equal(c.entities, o.entities) || c.rules != o.rules {
		return false
	}
	if !slices.Equal(c.loads, o.loads) {
		return false
	}
	return c.load == nil || c.load.progress == o.load.progress
}

// restore gives the lane the cursor that the store has.
func (l *lane) restore(c store.Cursor) error {
	s, err := decodeState(c.State)
	if err != nil {
		return fmt.Errorf("lane %s: %w", l.id, err)
	}
	l.cursorSaved(storedCursor{Cursor: c, load: s.Load, known: true, entities: s.Entities, rules: s.Rules, loads: s.Loads})
	l.judgesAs(s.Rules, c.Seq)
	l.greet(s)
	return nil
}

// resume is where the lane left off.
func (l *lane) resume() (seq int64, load *loadState, known bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.stored.Seq, l.stored.load, l.stored.known
}

// past are the loads that have ended, as the store has them.
func (l *lane) past() []*Load {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.stored.loads
}

// cursor is where the lane would have to go on if it stopped now; ok is false
// when it does not know its place yet.
func (l *lane) cursor() (c storedCursor, ok bool) {
	seq, load, loads, ok := l.flight.cursor()
	if !ok {
		return c, false
	}
	entities, rules := l.acquainted(), l.judging()
	return storedCursor{
		Cursor: store.Cursor{Lane: l.id, Seq: seq, State: encodeState(state{load, entities, rules, loads}), Updated: l.opts.Clock.Now()},
		load:   load, known: true, entities: entities, rules: rules, loads: loads,
	}, true
}

// unsaved is the lane's cursor if the store has another one.
func (l *lane) unsaved() (storedCursor, bool) {
	c, ok := l.cursor()
	l.mu.Lock()
	defer l.mu.Unlock()
	return c, ok && !c.same(&l.stored)
}

func (l *lane) cursorSaved(c storedCursor) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.stored = c
}

// cursor is the last journal entry that needs no further delivery, and how far
// the initial load is, and those that have ended; ok is false before the lane knows its place.
func (f *flight) cursor() (seq int64, load *loadState, loads []*Load, ok bool) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if !f.placed {
		return 0, nil, nil, false
	}
	next := f.at.read + 1
	if f.at.held != 0 {
		next = min(next, f.at.held)
	}
	for i := range f.n {
		if first := f.ring[(f.head+i)%len(f.ring)].first; first != 0 {
			next = min(next, first)
		}
	}
	if f.load != nil {
		load = new(loadState)
		*load = *f.load
	}
	return next - 1, load, f.loads, true
}
