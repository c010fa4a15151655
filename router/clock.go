package router

import (
	"context"
	"fmt"
	"strconv"
	"time"

	"github.com/odoobridge/odoobridge/internal/change"
	"github.com/odoobridge/odoobridge/schema/odoo"
)

// Some rows begin and cease to hold without a change of any row: a dated price.
// The router then turns: it builds what such rows make as of that moment and
// puts the difference out as events. A turn lies between transactions: before the
// first that was committed at the moment or later. Where none comes, it waits for the
// stream to say that everything up to then has been read, or for quiet.
//
// A turn's events have the position of the transaction before it, and as
// ordinal the moment in seconds × 10⁹ and their place: above every
// transaction's own, and the same whenever the turn is repeated. How far time is
// taken into account is durable with them, so a turn is done once.

// Clock is where the router gets the time from.
type Clock interface {
	Now() time.Time
	After(d time.Duration) <-chan time.Time
}

// SystemClock is the computer's clock.
type SystemClock struct{}

// Now is time.Now.
func (SystemClock) Now() time.Time { return time.Now() }

// After is time.After.
func (SystemClock) After(d time.Duration) <-chan time.Time { return time.After(d) }

const (
	metaClock    = "clock" // how far dated rows are taken into account, in seconds since 1970
	metaTimeline = "timeline_of_position"

	// patience is how long a stream that says nothing is waited for before the computer's clock alone decides.
	patience = 15 * time.Second
	// turnOrdinals is how many events a turn may have.
	turnOrdinals = 1_000_000_000
)

// resumeClock reads how far time is taken into account.
func (r *Router) resumeClock(ctx context.Context) error {
	clock, err := readNumber(ctx, r.Store, metaClock)
	if err != nil {
		return err
	}
	timeline, err := readNumber(ctx, r.Store, metaTimeline)
	if err != nil {
		return err
	}
	r.timeline, r.storedTimeline = int32(timeline), int32(timeline) //nolint:gosec // it was one
	if clock > 0 {
		r.mirror.Advance(time.Unix(clock, 0).UTC())
	}
	r.heard = r.Clock.Now()
	return nil
}

// begins makes the turns that come before a transaction.
func (r *Router) begins(ctx context.Context, p *change.Piece) error {
	r.timeline = p.Timeline
	if p.CommitTime.IsZero() {
		return nil
	}
	if err := r.turn(ctx, p.CommitTime); err != nil {
		return err
	}
	r.mirror.Advance(p.CommitTime)
	return nil
}

// turn takes the moments up to now into account.
func (r *Router) turn(ctx context.Context, now time.Time) error {
	if next, ok := r.agenda.next(); !ok || next.After(now) {
		return nil
	}
	at, rows := r.agenda.due(now)
	r.mirror.Advance(at)
	r.tx.open = true // so that much of it may be written out
	entity := 0
	note := func(key odoo.Key) { r.tx.touched[docID{entity, key}] = struct{}{} }
	for _, ref := range rows {
		table := r.Profile.Tables[ref.table]
		row, found := r.mirror.Get(table, ref.key)
		for _, t := range r.touches[ref.table] {
			if entity = t.entity; found {
				t.touch(r.mirror, row, odoo.Row{}, note)
			}
		}
	}
	r.group.position, r.group.turned = max(r.group.position, r.position), true
	commit := commitInfo{Epoch: r.epoch, Timeline: r.timeline, LSN: r.group.position, Time: at, ordinal: int(at.Unix() * turnOrdinals)}
	for _, id := range r.inOrder() {
		if err := r.compare(&commit, id); err != nil {
			return err
		}
		if err := r.spill(ctx); err != nil {
			return err
		}
	}
	r.tx.reset()
	return r.mirror.Err()
}

// idle makes the turns that are due when the stream has come to its end.
func (r *Router) idle(ctx context.Context) error {
	if r.tx.open {
		return nil
	}
	return r.turn(ctx, r.Clock.Now())
}

// noteClock adds to the meta what a turn has changed.
func (r *Router) noteClock(meta map[string]string) {
	if r.group.turned {
		meta[metaClock] = strconv.FormatInt(r.mirror.Now().Unix(), 10)
	}
	if r.timeline != r.storedTimeline {
		meta[metaTimeline] = strconv.FormatInt(int64(r.timeline), 10)
		r.storedTimeline = r.timeline
	}
}

// KeepTime makes the turns that no transaction and no end of the stream brings
// about. It returns nil when ctx ends, and otherwise why a turn failed.
func (r *Router) KeepTime(ctx context.Context) error {
	for {
		wait, err := r.wake(ctx)
		if err != nil {
			return fmt.Errorf("bring dated prices into force: %w", err)
		}
		select {
		case <-r.Clock.After(wait):
		case <-ctx.Done():
			return nil
		}
	}
}

// wake makes the turns that are overdue, and returns when to look again.
func (r *Router) wake(ctx context.Context) (time.Duration, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.failed != nil {
		return 0, r.failed
	}
	now := r.Clock.Now()
	next, ok := r.agenda.next()
	if !ok || r.tx.open {
		return patience, nil
	}
	if r.heard.After(next) {
		next = r.heard
	}
	if wait := next.Add(patience).Sub(now); wait > 0 {
		return min(wait, patience), nil
	}
	if err := r.turn(ctx, now); err != nil {
		return 0, r.abandon(err)
	}
	if err := r.commit(ctx); err != nil {
		return 0, r.abandon(err)
	}
	return patience, nil
}
