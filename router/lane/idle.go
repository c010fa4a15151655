package lane

import (
	"context"
	"fmt"
	"time"
)

// idle waits until the journal has more, something is due or something failed.
func (l *lane) idle(ctx context.Context) {
	if !l.asked {
		select {
		case l.ask <- l.at.read:
			l.asked = true
		case <-ctx.Done():
			return
		}
	}
	now := l.opts.Clock.Now()
	var next time.Time
	if !l.settling {
		_, next = l.extras.due(now, false)
	}
	if g := l.held.oldest(); g != nil && (next.IsZero() || g.due.Before(next)) {
		next = g.due
	}
	var due <-chan time.Time
	if !next.IsZero() {
		t := l.opts.Clock.NewTimer(next.Sub(now))
		defer t.Stop()
		due = t.C()
	}
	select {
	case err := <-l.answer:
		l.asked = false
		if err != nil && ctx.Err() == nil {
			l.retryLater(ctx, fmt.Errorf("wait for the journal: %w", err))
		}
	case <-due:
	case <-l.flight.news:
	case <-ctx.Done():
	}
}

// watch turns the journal's Wait into a channel, so that the sender can wait for
// other things beside.
func (l *lane) watch(ctx context.Context) {
	for {
		select {
		case after := <-l.ask:
			err := l.opts.Journal.Wait(ctx, after)
			select {
			case l.answer <- err:
			case <-ctx.Done():
				return
			}
		case <-ctx.Done():
			return
		}
	}
}
