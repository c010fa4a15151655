package trace

import (
	"context"
	"fmt"
	"time"

	"github.com/odoobridge/odoobridge/internal/store"
)

// passings tells of what was delivered when the broker had confirmed it, with everything before it on its lane. Of a lane
// that holds events back only the latest moment is known: its cursor stays before the oldest of them.
func (f *finder) passings(ctx context.Context, lines []Line) error {
	for i := range f.src.Lanes {
		l := &f.src.Lanes[i]
		var entries []int64
		var of []*Line
		for n := range lines {
			if d := lines[n].on(l.Spec.ID()); d != nil && (d.Fate == Delivered || d.Fate == Covered) {
				entries, of = append(entries, lines[n].Entry), append(of, &lines[n])
			}
		}
		if len(entries) == 0 {
			continue
		}
		passed, err := f.src.Store.Passed(ctx, l.Spec.ID(), entries)
		if err != nil {
			return err
		}
		for n, p := range passed {
			of[n].on(l.Spec.ID()).confirmed(p, of[n].Time)
		}
	}
	return nil
}

// on is what became of the line's event on a lane, nil when nothing is told of that.
func (l *Line) on(lane string) *Delivery {
	for i := range l.Lanes {
		if l.Lanes[i].Lane == lane {
			return &l.Lanes[i]
		}
	}
	return nil
}

// confirmed notes when that was. What was passed before places were kept is not known to a second, and so not told.
func (d *Delivery) confirmed(p store.Passing, committed time.Time) {
	if p.After.IsZero() || p.By.IsZero() {
		return
	}
	d.By = p.By
	if d.Fate == Delivered {
		d.After = p.After
		if committed.After(p.After) && committed.Before(p.By) {
			d.After = committed
		}
	}
}

// when says when it was confirmed, or since when the lane stands where it has not got to it; "" where that is not known.
func (d *Delivery) when(committed time.Time) string {
	switch after, by := clock(d.After, committed), clock(d.By, committed); {
	case d.Fate == Waiting && !d.Moved.IsZero():
		return fmt.Sprintf("at entry %d since %s", d.Place, clock(d.Moved, committed))
	case d.By.IsZero():
		return ""
	case d.After.IsZero():
		return "by " + by
	case after == by:
		return by
	default:
		return after + " to " + by
	}
}

// clock leaves out the day if it is that of the commit.
func clock(t, committed time.Time) string {
	t = t.UTC()
	if t.Format(time.DateOnly) == committed.UTC().Format(time.DateOnly) {
		return t.Format(time.TimeOnly)
	}
	return t.Format(time.DateTime)
}
