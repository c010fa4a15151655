package trace

import (
	"context"

	"github.com/odoobridge/odoobridge/internal/store"
	"github.com/odoobridge/odoobridge/router/lane"
)

// past is what the journal still has of a thing, newest first.
type past struct {
	thing  *thing
	events []store.Event
}

// mostPast are looked at of a thing, unless more of its events are asked for.
const mostPast = 1000

// pastOf reads what happened to a thing, back to what it was after an entry.
func (f *finder) pastOf(ctx context.Context, t *thing, back int64) (*past, error) {
	p := &past{thing: t}
	err := store.History(ctx, f.src.Store, t.doc.Entity, t.doc.Key, t.doc.Last, max(mostPast, f.req.Events), func(e store.Event) bool {
		p.events = append(p.events, e)
		return e.Seq > back
	})
	return p, err
}

// view is how a lane sees a thing.
type view int

const (
	hidden  view = iota // it is not there, or not in the lane's view
	visible             // it is
	unknown             // the journal has not kept what it was
)

func viewOf(seen bool) view {
	if seen {
		return visible
	}
	return hidden
}

// views are those that the lane had of the thing from one entry to another.
func (p *past) views(s *lane.Spec, from, to int64) (seen [3]bool, err error) {
	v, err := p.at(s, from)
	if err != nil {
		return seen, err
	}
	seen[v] = true
	for i := range p.events {
		if e := &p.events[i]; e.Seq > from && e.Seq <= to {
			_, after, err := s.Sees(e)
			if err != nil {
				return seen, err
			}
			seen[viewOf(after && !isEnd(e))] = true
		}
	}
	if last := p.thing.doc.Last; len(p.events) == 0 && last > from && last <= to {
		seen[unknown] = true
	}
	return seen, nil
}

// at is the view of the thing as it was after an entry.
func (p *past) at(s *lane.Spec, entry int64) (view, error) {
	var next *store.Event // the oldest one after it
	for i := range p.events {
		e := &p.events[i]
		if e.Seq <= entry {
			_, after, err := s.Sees(e)
			return viewOf(after && !isEnd(e)), err
		}
		next = e
	}
	d := &p.thing.doc
	switch {
	case next == nil && d.Last > entry && d.Revision == 1: // that one made it
		return hidden, nil
	case next == nil && (d.Last > entry || d.Last == store.Unlinked):
		return unknown, nil
	case next == nil:
		seen, err := s.SeesDocument(d)
		return viewOf(seen && !gone(d)), err
	case next.Revision == 1: // it made it
		return hidden, nil
	case next.Previous == store.Unlinked || next.Previous > entry:
		return unknown, nil
	}
	before, _, err := s.Sees(next)
	return viewOf(before), err
}
