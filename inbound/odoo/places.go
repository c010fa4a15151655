package odoo

import (
	"context"
	"errors"
	"time"

	"golang.org/x/sync/semaphore"
)

// places are taken by calls that Odoo is at work for, as many at a time as it may have.
//
// Odoo does not notice that nobody waits for its answer: it goes on until it is done or ends the call itself (limit_time_real). So a call
// that was given up while it was under way, by whoever made it or by a proxy whose patience was at its end, keeps its place until that
// time has passed. A connection that ends by itself is the end of the process behind it, or of Odoo: it keeps none.
type places struct {
	free  *semaphore.Weighted
	limit time.Duration // for which Odoo may be at work for a call
	now   func() time.Time
	later func(time.Duration, func()) // time.AfterFunc, but for tests
}

func newPlaces(o *Options) *places {
	return &places{
		free: semaphore.NewWeighted(int64(o.MaxInFlight)), limit: o.Timeout, now: o.Now,
		later: func(wait time.Duration, do func()) { time.AfterFunc(wait, do) },
	}
}

func (p *places) take(ctx context.Context) error {
	if err := p.free.Acquire(ctx, 1); err != nil {
		return &Error{Kind: Stopped, Err: err}
	}
	return nil
}

// leave gives a place back, when Odoo is done with a call that ended with err; left is called then.
func (p *places) leave(err error, left func()) {
	release := func() {
		left()
		p.free.Release(1)
	}
	var e *Error
	if errors.As(err, &e) && !e.began.IsZero() {
		if wait := e.began.Add(p.limit).Sub(p.now()); wait > 0 {
			p.later(wait, release)
			return
		}
	}
	release()
}
