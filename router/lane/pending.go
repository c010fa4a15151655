package lane

import (
	"strings"
	"time"

	"github.com/odoobridge/odoobridge/internal/store"
)

// pending are the groups that wait for their lane's time, by subject and in the
// order of their first event. The sender alone uses it.
type pending struct {
	bySubject map[string]*group
	root      group // head of the list: root.next is the oldest
	bytes     int
	peak      int // most groups since the map was made: a map never shrinks
}

func newPending() *pending {
	p := &pending{bySubject: make(map[string]*group)}
	p.root.next, p.root.prev = &p.root, &p.root
	return p
}

// join adds an event to its subject's group, which begins with it if there is none.
func (p *pending) join(e *store.Event, s sight, urgent, own bool, f *filter, due func() time.Time) *group {
	g := p.bySubject[e.Subject]
	if g == nil {
		g = &group{subject: strings.Clone(e.Subject), due: due()}
		p.bySubject[g.subject] = g
		p.peak = max(p.peak, len(p.bySubject))
		g.prev, g.next = p.root.prev, &p.root
		g.prev.next, g.next.prev = g, g
	} else {
		p.bytes -= g.size()
	}
	g.join(e, s, urgent, own, f)
	p.bytes += g.size()
	return g
}

// passBy lets the subject's group, if there is one, remember what an event changed
// that happens to it out of view: it may come back.
func (p *pending) passBy(e *store.Event, f *filter) {
	if g := p.bySubject[e.Subject]; g != nil {
		p.bytes -= g.size()
		g.remember(e, f)
		p.bytes += g.size()
	}
}

// take removes a group.
func (p *pending) take(g *group) {
	delete(p.bySubject, g.subject)
	g.prev.next, g.next.prev = g.next, g.prev
	g.prev, g.next = nil, nil
	p.bytes -= g.size()
	if len(p.bySubject) == 0 && p.peak > 4096 {
		p.bySubject, p.peak = make(map[string]*group), 0
	}
}

func (p *pending) oldest() *group {
	if p.root.next == &p.root {
		return nil
	}
	return p.root.next
}

// upTo returns at most limit groups, oldest first, that began no later than
// the given entry.
func (p *pending) upTo(entry int64, limit int) []*group {
	var list []*group
	for g := p.root.next; g != &p.root && g.first <= entry && len(list) < limit; g = g.next {
		list = append(list, g)
	}
	return list
}

// jumpers returns the groups with an urgent event among theirs.
func (p *pending) jumpers() []*group {
	var list []*group
	for g := p.root.next; g != &p.root; g = g.next {
		if g.jump {
			list = append(list, g)
		}
	}
	return list
}
