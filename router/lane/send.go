package lane

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"github.com/ThreeDotsLabs/watermill/message"

	"github.com/odoobridge/odoobridge/internal/store"
)

// A batch is read, handed over and made ready for the next in one go.
const (
	batchEvents = 256
	batchBytes  = 512 << 10
)

// send is the lane's main loop. It returns nil when ctx ends and an error when
// the lane cannot go on.
func (l *lane) send(ctx context.Context) error {
	if err := l.begin(ctx); err != nil {
		return err
	}
	l.setPhase(Live)
	for ctx.Err() == nil {
		if !l.clear(ctx) {
			continue
		}
		worked, err := l.step(ctx)
		if err == nil {
			var inserted bool
			inserted, err = l.insert(ctx, worked)
			worked = worked || inserted
		}
		switch {
		case errors.Is(err, ErrGap):
			return err
		case ctx.Err() != nil:
		case err != nil:
			l.retryLater(ctx, err)
		case !worked:
			l.idle(ctx)
		}
	}
	return nil
}

// clear reports whether another batch may be put in flight now; if not, it has
// waited or sent again what failed, and wants to be asked again.
func (l *lane) clear(ctx context.Context) bool {
	if l.flight.failed() != nil {
		l.recover(ctx)
		return false
	}
	if l.flight.room() {
		return true
	}
	select {
	case <-l.flight.news:
	case <-ctx.Done():
	}
	return false
}

// step reads the next entries and delivers what is due.
func (l *lane) step(ctx context.Context) (worked bool, err error) {
	if l.held.bytes < l.opts.MaxPendingBytes {
		n, err := l.read(ctx)
		if err != nil {
			return true, err
		}
		worked = n > 0
	}
	if l.pace.instant() {
		return worked, nil
	}
	n, err := l.flush(ctx)
	return worked || n > 0, err
}

// read looks at the next entries of the journal and puts in flight what comes of them.
func (l *lane) read(ctx context.Context) (n int, err error) {
	l.batch, l.batchBytes = l.batch[:0], 0
	var gap error
	now := l.opts.Clock.Now()
	err = l.opts.Journal.Read(ctx, l.at.read, batchEvents, func(e *store.Event) bool {
		if e.Seq != l.at.read+1 {
			gap = l.gap()
			return false
		}
		l.at.read, l.at.readTime = e.Seq, e.Time
		n++
		l.look(e, now)
		return l.batchBytes < batchBytes
	})
	if n > 0 {
		l.hand(l.batch)
	}
	switch {
	case gap != nil:
		return n, gap
	case err != nil:
		return n, fmt.Errorf("read the journal after entry %d: %w", l.at.read, err)
	case n == 0:
		return 0, l.checkGap()
	}
	l.readable()
	return n, nil
}

// retryLater notes that the journal or the store could not be read, and waits.
func (l *lane) retryLater(ctx context.Context, err error) {
	l.blame(&l.failing, err)
	l.sleep(ctx, l.reread.NextBackOff())
}

// readable notes that it can be read.
func (l *lane) readable() {
	if l.failing.Swap(false) {
		l.reread.Reset()
	}
}

// look decides what becomes of one event.
func (l *lane) look(e *store.Event, now time.Time) {
	if l.covered.covers(e) {
		l.meter.Suppressed(1)
		return
	}
	s, v := l.filter.judge(e)
	own := l.spec.DropOwn && e.Origin == l.spec.Channel
	switch {
	case v == filtered:
		l.held.passBy(e, &l.filter)
		l.meter.Filtered(1)
	case v == nothing:
		l.meter.Suppressed(1)
	case !l.pace.instant():
		l.hold(e, s, own, now)
	case own:
		l.meter.Suppressed(1)
	default:
		env := l.encode.envelope(e)
		l.put(delivery{msg: l.encode.message(&env, s), first: e.Seq, last: e.Seq, commit: e.Time, due: e.Time})
	}
}

func (l *lane) put(d delivery) {
	d.payload = len(d.msg.Payload)
	l.batch = append(l.batch, d)
	l.batchBytes += d.payload
}

// hand puts a batch in flight and moves the lane's position. Whatever Publish
// did of it when it fails, the whole flight is sent again.
func (l *lane) hand(batch []delivery) {
	l.at.held, l.at.heldSince, l.at.flush, l.at.groups = 0, time.Time{}, time.Time{}, len(l.held.bySubject)
	if g := l.held.oldest(); g != nil {
		l.at.held, l.at.heldSince, l.at.flush = g.first, g.since, g.due
	}
	msgs := l.messages(batch)
	l.flight.add(batch, l.at)
	l.publish(msgs)
	if len(batch) == 0 {
		l.dirty()
	}
}

func (l *lane) messages(batch []delivery) []*message.Message {
	if len(batch) == 0 {
		return nil
	}
	now := l.opts.Clock.Now()
	msgs := make([]*message.Message, len(batch))
	for i := range batch {
		batch[i].handed = now
		msgs[i] = batch[i].msg
	}
	return msgs
}

func (l *lane) publish(msgs []*message.Message) {
	if len(msgs) == 0 {
		return
	}
	if err := l.publisher.Publish(l.topic, msgs...); err != nil {
		l.flight.fail(fmt.Errorf("publish: %w", err))
	}
}

// recover waits a little longer each time, then sends everything again that is in flight.
func (l *lane) recover(ctx context.Context) {
	if l.flight.progressed() {
		l.resend.Reset()
	}
	failure := l.flight.failed()
	if d, why, found := l.flight.poison(failure); !found || !l.park(ctx, d, why) {
		if !found {
			l.blame(&l.blocked, failure)
		}
		if !l.sleep(ctx, l.resend.NextBackOff()) {
			return
		}
	}
	msgs := l.flight.renew(l.opts.Clock.Now())
	l.meter.Resent(len(msgs))
	l.log.Debug("sending again", slog.Int("deliveries", len(msgs)))
	for len(msgs) > 0 && l.flight.failed() == nil && ctx.Err() == nil {
		n := min(len(msgs), batchEvents)
		l.publish(msgs[:n])
		msgs = msgs[n:]
	}
}

// checkGap makes sure that what the lane needs next has not been removed.
func (l *lane) checkGap() error {
	if first, last := l.opts.Journal.Bounds(); l.at.read < first-1 || l.at.read > last {
		return l.gap()
	}
	l.readable()
	return nil
}

// gap is the error for an entry after the present one that is not there.
func (l *lane) gap() error {
	first, last := l.opts.Journal.Bounds()
	return &GapError{Lane: l.id, Missing: l.at.read + 1, First: first, Last: last, Restored: l.at.read > last}
}
