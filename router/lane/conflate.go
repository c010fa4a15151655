package lane

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/odoobridge/odoobridge/internal/store"
)

// flushGroups is how many groups go out in one batch, and closeBy how far apart in the
// journal their newest events may be to be read in one go.
const (
	flushGroups = 128
	closeBy     = 32
)

// hold adds an event to its subject's group. An urgent one takes the group out
// at once; after a start only when everything that the earlier run may have
// delivered is read, so that nothing older follows what it delivered.
func (l *lane) hold(e *store.Event, s sight, own bool, now time.Time) {
	urgent := !own && l.pace.urgent[e.Entity+"."+e.What]
	g := l.held.join(e, s, urgent, own, &l.filter, func() time.Time { return l.pace.due(e.Time, now) })
	g.uncertain = g.first <= l.uncertain
	if urgent && !l.settling {
		l.held.take(g)
		l.putGroup(g, e, e.Time)
	}
}

// flush puts a batch of groups in flight that are due.
func (l *lane) flush(ctx context.Context) (n int, err error) {
	if l.settling && l.at.read >= l.uncertain {
		l.settling, l.jumpers = false, l.held.jumpers()
	}
	groups := l.nextGroups()
	if len(groups) == 0 {
		return 0, nil
	}
	return len(groups), l.deliver(ctx, groups)
}

// nextGroups are the jumpers, or the oldest groups if they are due.
func (l *lane) nextGroups() []*group {
	for len(l.jumpers) > 0 {
		n := min(len(l.jumpers), flushGroups)
		list := slices.DeleteFunc(slices.Clone(l.jumpers[:n]), (*group).taken)
		if len(list) > 0 {
			return list
		}
		l.jumpers = l.jumpers[n:]
	}
	l.jumpers = nil
	oldest := l.held.oldest()
	if oldest == nil {
		return nil
	}
	if oldest.first > l.flushTo && !l.isDue(oldest) {
		return nil
	}
	return l.held.upTo(l.flushTo, flushGroups)
}

// isDue reports whether the groups held back go out now. Once they are due, what
// the journal had by then is read first: a lane that was blocked for an hour has
// one delivery per subject to make, not one per wait. Memory comes before pace.
func (l *lane) isDue(oldest *group) bool {
	if l.held.bytes < l.opts.MaxPendingBytes {
		if l.opts.Clock.Now().Before(oldest.due) {
			return false
		}
		if l.target == 0 {
			_, l.target = l.opts.Journal.Bounds()
		}
		if l.at.read < l.target {
			return false
		}
	}
	l.flushTo, l.target = l.at.read, 0
	return true
}

// deliver makes the groups' messages from their newest documents and puts
// them in flight in the order in which they began. Until then the groups stay where they are,
// so that an error changes nothing.
func (l *lane) deliver(ctx context.Context, groups []*group) error {
	slot := make(map[*group]int, len(groups))
	for i, g := range groups {
		slot[g] = i
	}
	made := make([]delivery, len(groups))
	if err := l.newest(ctx, groups, func(g *group, e *store.Event) {
		made[slot[g]] = l.makeGroup(g, e, g.due)
	}); err != nil {
		return err
	}
	l.batch = l.batch[:0]
	for i, g := range groups {
		l.held.take(g)
		l.countGroup(g, made[i].msg != nil)
		if made[i].msg != nil {
			l.put(made[i])
		}
	}
	l.hand(l.batch)
	return nil
}

// newest yields the newest event of each group.
func (l *lane) newest(ctx context.Context, groups []*group, yield func(*group, *store.Event)) error {
	sorted := slices.SortedFunc(slices.Values(groups), func(a, b *group) int { return cmp.Compare(a.last, b.last) })
	for len(sorted) > 0 {
		n := 1
		for n < len(sorted) && sorted[n].last-sorted[n-1].last <= closeBy {
			n++
		}
		from, to, i := sorted[0].last, sorted[n-1].last, 0
		err := l.opts.Journal.Read(ctx, from-1, int(to-from)+1, func(e *store.Event) bool {
			if e.Seq == sorted[i].last {
				yield(sorted[i], e)
				i++
			}
			return i < n && e.Seq < sorted[i].last
		})
		if err != nil {
			return fmt.Errorf("read journal entries %d to %d again: %w", from, to, err)
		}
		if i < n {
			first, last := l.opts.Journal.Bounds()
			return &GapError{Lane: l.id, Missing: sorted[i].last, First: first, Last: last}
		}
		sorted = sorted[n:]
	}
	return nil
}

// putGroup adds a group's delivery to the batch, if there is anything to deliver.
func (l *lane) putGroup(g *group, newest *store.Event, due time.Time) {
	d := l.makeGroup(g, newest, due)
	l.countGroup(g, d.msg != nil)
	if d.msg != nil {
		l.put(d)
	}
}

func (l *lane) countGroup(g *group, delivered bool) {
	switch {
	case !delivered:
		l.meter.Suppressed(g.events)
	case g.events > 1:
		l.meter.Conflated(g.events - 1)
	}
}

// makeGroup makes the delivery of a group; without a message there is none to make.
func (l *lane) makeGroup(g *group, newest *store.Event, due time.Time) delivery {
	o := g.settle(newest.Body)
	if !o.deliver {
		return delivery{}
	}
	env := l.encode.envelope(newest)
	env.What, env.Changed, env.Before, env.Conflated = g.what(), o.changed, o.before, g.events
	if g.mixed {
		env.Origin = ""
	}
	env.Resync = g.resync
	s := sight{known: g.known || !g.now, now: g.now} // told that it left, the channel may have known it
	return delivery{
		msg: l.encode.message(&env, s), first: g.first, last: g.last, commit: g.since, due: due,
	}
}
