package jobs

import (
	"context"
	"fmt"
	"sort"
	"strings"
	"time"

	"github.com/odoobridge/odoobridge/internal/change"
	"github.com/odoobridge/odoobridge/internal/store"
	"github.com/odoobridge/odoobridge/router/lane"
)

// entries is what jobs need of the journal.
type entries interface {
	Read(ctx context.Context, after int64, limit int, yield func(*store.Event) bool) error
	Bounds() (first, last int64)
}

// GoneError reports that what was asked for is not in the journal any more.
type GoneError struct {
	Asked string
	First *Mark // nil: the journal is empty
}

// Error says from when on there is something.
func (e *GoneError) Error() string {
	if e.First == nil {
		return fmt.Sprintf("nothing is left of what you ask for (%s): retention has taken all of the journal; `odoobridge publish` sends documents as they are now", e.Asked)
	}
	return fmt.Sprintf("retention has taken a part of what you ask for (%s): the journal begins at %s, position %s, event %s. "+
		"Ask for --from %s, or send documents as they are now with `odoobridge publish`; store.retention says how long events are kept",
		e.Asked, e.First.Time.Format(time.RFC3339), e.First.LSN, e.First.Event, e.First.Event)
}

// Mark is one journal entry, in all the ways in which it can be named.
type Mark struct {
	Entry int64     `json:"entry"`
	Time  time.Time `json:"time"`
	LSN   string    `json:"lsn"`
	Event string    `json:"event"`
	Type  string    `json:"type"`
}

func markOf(e *store.Event) *Mark {
	return &Mark{e.Seq, e.Time.UTC(), e.LSN.String(), lane.EventID(e), e.Entity + "." + e.What}
}

// point is a place in the journal as a person names it.
type point struct {
	text string
	time time.Time
	lsn  change.LSN
	id   string
}

// parsePoint reads a time (RFC 3339), an age ("2h", "2h ago"), a position ("0/1A2B3C8") or an event id.
func parsePoint(text string, now time.Time) (p point, err error) {
	p.text = strings.TrimSpace(text)
	age := strings.TrimSpace(strings.TrimSuffix(p.text, "ago"))
	if t, err := time.Parse(time.RFC3339Nano, p.text); err == nil {
		p.time = t
		return p, nil
	}
	if d, err := parseAge(age); err == nil {
		p.time = now.Add(-d)
		return p, nil
	}
	if lsn, err := change.ParseLSN(p.text); err == nil {
		p.lsn = lsn
		return p, nil
	}
	if parts := strings.Split(p.text, "-"); len(parts) == 3 {
		if lsn, err := change.ParseLSN(parts[1]); err == nil {
			p.id, p.lsn = p.text, lsn
			return p, nil
		}
	}
	return p, &UsageError{fmt.Sprintf("%q is no place in the journal: give a time (2026-11-23T07:00:00Z), an age (2h, 3d), a position (0/1A2B3C8) or an event id (1-0/1A2B3C8-2)", text)}
}

// parseAge reads durations as the configuration writes them, with days and weeks.
func parseAge(text string) (time.Duration, error) {
	for unit, size := range map[string]time.Duration{"d": 24 * time.Hour, "w": 7 * 24 * time.Hour} {
		if n, found := strings.CutSuffix(text, unit); found {
			d, err := time.ParseDuration(n + "h")
			return d * (size / time.Hour), err
		}
	}
	return time.ParseDuration(text)
}

// UsageError is wrong use of a verb.
type UsageError struct{ Text string }

// Error is the text.
func (e *UsageError) Error() string { return e.Text }

// ExitCode is that of wrong use.
func (e *UsageError) ExitCode() int { return 2 }

// resolve finds the entries that an order's from and to mean. from is the first at or after
// its point, to the last at or before its own; an event id is that very event. GoneError
// reports that from is before what is kept.
func resolve(ctx context.Context, j entries, from, to string, now time.Time) (first, last int64, err error) {
	start, err := parsePoint(from, now)
	if err != nil {
		return 0, 0, err
	}
	oldest, newest := j.Bounds()
	if oldest > newest || newest == 0 {
		if oldest > 1 {
			return 0, 0, &GoneError{Asked: "from " + from}
		}
		return 1, 0, nil
	}
	head, err := entry(ctx, j, oldest)
	if err != nil {
		return 0, 0, err
	}
	if first, err = search(ctx, j, start, func(e *store.Event) bool { return !start.after(e) }); err != nil {
		return 0, 0, err
	}
	if first == oldest && oldest > 1 && !start.is(head) {
		return 0, 0, &GoneError{Asked: "from " + from, First: markOf(head)}
	}
	if first, err = start.exactly(ctx, j, first, newest); err != nil {
		return 0, 0, err
	}
	if to == "" {
		return first, newest, nil
	}
	end, err := parsePoint(to, now)
	if err != nil {
		return 0, 0, err
	}
	if end.id != "" {
		at, err := search(ctx, j, end, func(e *store.Event) bool { return !end.after(e) })
		if err != nil {
			return 0, 0, err
		}
		last, err = end.exactly(ctx, j, at, newest)
		return first, last, err
	}
	last, err = search(ctx, j, end, end.before)
	return first, last - 1, err
}

// after reports whether the point is behind an event.
func (p *point) after(e *store.Event) bool {
	if !p.time.IsZero() {
		return e.Time.Before(p.time)
	}
	return e.LSN < p.lsn
}

// before reports whether the point is in front of an event.
func (p *point) before(e *store.Event) bool {
	if !p.time.IsZero() {
		return e.Time.After(p.time)
	}
	return e.LSN > p.lsn
}

// is reports whether an event is just where the point is, so that nothing before it was meant.
func (p *point) is(e *store.Event) bool {
	return p.id != "" && p.id == lane.EventID(e) || p.id == "" && p.time.Equal(e.Time)
}

// exactly finds the event that an id names from an entry of its commit on; what is no id is fine as it is.
func (p *point) exactly(ctx context.Context, j entries, from, newest int64) (int64, error) {
	if p.id == "" {
		return from, nil
	}
	found := int64(0)
	err := j.Read(ctx, from-1, int(newest-from+1), func(e *store.Event) bool {
		if lane.EventID(e) == p.id {
			found = e.Seq
		}
		return found == 0 && e.LSN == p.lsn
	})
	if err == nil && found == 0 {
		err = &UsageError{fmt.Sprintf("there is no event %s in the journal", p.id)}
	}
	return found, err
}

// search finds the first entry that is so, last+1 when none is; from it on all
// are. Positions of a log that began anew, after a restore, are looked for in the newest one.
func search(ctx context.Context, j entries, p point, is func(*store.Event) bool) (int64, error) {
	first, last := j.Bounds()
	newest, err := entry(ctx, j, last)
	if err != nil {
		return 0, err
	}
	i := sort.Search(int(last-first+1), func(i int) bool {
		if err != nil {
			return true
		}
		var e *store.Event
		e, err = entry(ctx, j, first+int64(i))
		return err == nil && (p.lsn == 0 || e.Epoch == newest.Epoch) && is(e)
	})
	return first + int64(i), err
}

// entry reads one journal entry.
func entry(ctx context.Context, j entries, seq int64) (found *store.Event, err error) {
	err = j.Read(ctx, seq-1, 1, func(e *store.Event) bool { found = e; return false })
	switch {
	case err != nil:
		return nil, fmt.Errorf("read journal entry %d: %w", seq, err)
	case found == nil || found.Seq != seq:
		return nil, fmt.Errorf("journal entry %d was trimmed just now: ask again", seq)
	}
	return found, nil
}
