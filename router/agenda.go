package router

import (
	"container/heap"
	"time"

	"github.com/odoobridge/odoobridge/router/mirror"
	"github.com/odoobridge/odoobridge/schema/odoo"
)

// agenda knows at which moments rows begin or cease to hold, to the second.
type agenda struct {
	rows  map[int64]map[rowRef]struct{}
	order seconds // of rows, and of moments that have lost theirs
}

type rowRef struct {
	table int
	key   odoo.Key
}

// plan fills the agenda with what lies beyond the mirror's now.
func (r *Router) plan() error {
	r.agenda = agenda{rows: map[int64]map[rowRef]struct{}{}}
	for _, t := range r.Profile.Tables {
		if t.Moments == nil || t.Absent {
			continue
		}
		r.mirror.Scan(t, func(row odoo.Row) bool {
			r.agenda.add(rowRef{t.ID, row.Key(t.Keys)}, t, row, r.mirror.Now())
			return true
		})
	}
	return r.mirror.Err()
}

// follow takes over a row change.
func (a *agenda) follow(c *mirror.Change, now time.Time) {
	if c.Table.Moments == nil {
		return
	}
	ref := rowRef{c.Table.ID, c.Key}
	if c.Old.Exists() {
		c.Table.Moments(c.Old, func(at time.Time) { delete(a.rows[second(at)], ref) })
	}
	if c.New.Exists() {
		a.add(ref, c.Table, c.New, now)
	}
}

func (a *agenda) add(ref rowRef, t *odoo.Table, row odoo.Row, now time.Time) {
	t.Moments(row, func(at time.Time) {
		s := second(at)
		if !time.Unix(s, 0).After(now) {
			return
		}
		if a.rows[s] == nil {
			a.rows[s] = map[rowRef]struct{}{}
			heap.Push(&a.order, s)
		}
		a.rows[s][ref] = struct{}{}
	})
}

// next is the earliest moment of any row.
func (a *agenda) next() (at time.Time, ok bool) {
	for len(a.order) > 0 {
		if s := a.order[0]; len(a.rows[s]) > 0 {
			return time.Unix(s, 0).UTC(), true
		}
		delete(a.rows, heap.Pop(&a.order).(int64))
	}
	return at, false
}

// due takes out the rows of all moments up to now. at is the last of these moments.
func (a *agenda) due(now time.Time) (at time.Time, rows []rowRef) {
	for {
		next, ok := a.next()
		if !ok || next.After(now) {
			return at, rows
		}
		at = next
		s := heap.Pop(&a.order).(int64)
		for ref := range a.rows[s] {
			rows = append(rows, ref)
		}
		delete(a.rows, s)
	}
}

// second is the first whole second at which the moment has come.
func second(at time.Time) int64 { return at.Add(time.Second - 1).Unix() }

// seconds is a heap, the earliest first.
type seconds []int64

func (s seconds) Len() int           { return len(s) }
func (s seconds) Less(i, j int) bool { return s[i] < s[j] }
func (s seconds) Swap(i, j int)      { s[i], s[j] = s[j], s[i] }
func (s *seconds) Push(x any)        { *s = append(*s, x.(int64)) }
func (s *seconds) Pop() any {
	last := len(*s) - 1
	x := (*s)[last]
	*s = (*s)[:last]
	return x
}
