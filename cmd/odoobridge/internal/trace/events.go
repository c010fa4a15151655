package trace

import (
	"context"
	"fmt"
	"time"

	"github.com/odoobridge/odoobridge/internal/store"
	"github.com/odoobridge/odoobridge/router/lane"
)

// linesOfEvents tells what was journalled of every thing, the newest events of each.
func (f *finder) linesOfEvents(ctx context.Context) (lines []Line, err error) {
	limit := f.req.Events
	if limit <= 0 {
		limit = defaultEvents
	}
	for _, t := range f.things {
		n, oldest := 0, int64(0)
		err := store.History(ctx, f.src.Store, t.doc.Entity, t.doc.Key, t.doc.Last, limit+1, func(e store.Event) bool {
			if n++; n > limit || !f.req.Since.IsZero() && e.Time.Before(f.req.Since) {
				return false
			}
			oldest = e.Revision
			line, judged := f.lineOfEvent(t, &e)
			err = judged
			lines = append(lines, line)
			return judged == nil
		})
		switch {
		case err != nil:
			return nil, err
		case n > limit:
			f.notes = append(f.notes, fmt.Sprintf("%s has more events: the newest %d are here (--events)", t.doc.Subject, limit))
		case f.req.Since.IsZero() && n == 0 && t.doc.Revision > 1:
			f.notes = append(f.notes, fmt.Sprintf("%s is at revision %d, and retention has taken all events of it from the journal", t.doc.Subject, t.doc.Revision))
		case f.req.Since.IsZero() && oldest > 2:
			f.notes = append(f.notes, fmt.Sprintf("of %s the journal has no more than from revision %d on: retention has taken what was before", t.doc.Subject, oldest))
		}
	}
	return lines, f.passings(ctx, lines)
}

func (f *finder) lineOfEvent(t *thing, e *store.Event) (Line, error) {
	line := Line{Time: e.Time, Kind: KindEvent, What: e.Entity + "." + e.What, About: e.Subject, Why: t.why, Event: &Event{
		Entry: e.Seq, LSN: e.LSN.String(), ID: lane.EventID(e), Revision: e.Revision, Origin: e.Origin, Resync: e.Resync, Changed: e.Changed,
	}}
	for i := range f.src.Lanes {
		l := &f.src.Lanes[i]
		if f.req.Channel != "" && l.Spec.Channel != f.req.Channel || !l.Spec.Takes(e.Entity) {
			continue
		}
		d, err := f.deliveryOn(l, e, line.Event.ID)
		if err != nil {
			return line, fmt.Errorf("judge event %s for lane %s: %w", line.Event.ID, l.Spec.ID(), err)
		}
		line.Lanes = append(line.Lanes, d)
	}
	return line, nil
}

// deliveryOn is what became of an event on a lane, as far as its cursor and what is parked tell.
func (f *finder) deliveryOn(l *Lane, e *store.Event, id string) (Delivery, error) {
	d := Delivery{Lane: l.Spec.ID()}
	for i := range f.src.Parked {
		if p := &f.src.Parked[i]; p.Event == id && p.Channel == l.Spec.Channel && p.Lane == l.Spec.Name {
			d.Fate, d.Note = Parked, fmt.Sprintf("%s: `odoobridge parked show %s`", p.Code, p.ID)
			return d, nil
		}
	}
	fate, err := l.Spec.Judge(e)
	switch {
	case err != nil:
		return d, err
	case !l.Known && fate == lane.Delivers:
		d.Fate, d.Note = Waiting, "the lane was never started"
	case l.Rules != nil && e.Seq <= l.Rules.From && l.Rules.Anew == lane.AnewFirst:
		d.Fate, d.Note = Before, "first started "+l.Rules.Since.Format(time.DateTime)
	case l.Rules != nil && e.Seq <= l.Rules.From && l.Rules.Anew == lane.AnewGap:
		d.Fate, d.Note = Before, "or sent before the gap, after which the lane began anew "+l.Rules.Since.Format(time.DateTime)
	case fate != lane.Delivers:
		d.Fate, d.Note = string(fate), l.today(e)
	case e.Seq <= l.Seq && l.Spec.Paced():
		d.Fate, d.Note = Covered, l.today(e)
	case e.Seq <= l.Seq:
		d.Fate, d.Note = Delivered, l.today(e)
	case l.Spec.Paced():
		d.Fate, d.Note = Held, l.Note
	default:
		d.Fate, d.Note = Waiting, l.Note
	}
	if (d.Fate == Held || d.Fate == Waiting) && l.Known {
		d.Place, d.Moved = l.Seq, l.Moved
	}
	return d, nil
}

// today says that an entry is judged by what the configuration says now, where the lane may have judged it by something
// else when it was read.
func (l *Lane) today(e *store.Event) string {
	switch {
	case e.Seq > l.Seq: // it has not read it yet
		return ""
	case l.Rules == nil:
		return "as the lane is configured today"
	case e.Seq <= l.Rules.From:
		return "as the lane is configured since " + l.Rules.Since.Format(time.DateTime)
	}
	return ""
}
