package outbound

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"github.com/odoobridge/odoobridge/internal/broker"
	"github.com/odoobridge/odoobridge/internal/telemetry"
)

// open returns the session, a new one if the last has ended. Caller holds mu.
func (p *Publisher) open(ctx context.Context, o *outgoing) (*session, error) {
	if s := p.session.Load(); s != nil {
		if err := s.wire.failure(); err != nil {
			s.fail(err)
		}
		if s.failed() == nil {
			return s, nil
		}
		// Only when the broker has dealt with all of the old channel may anything
		// be sent again: else it could overtake what comes behind it there.
		<-s.done
		p.session.Store(nil)
		if s.lost > 0 {
			// Whoever publishes may not have seen yet that earlier messages are
			// nacked: this one must not overtake them on a new channel.
			return nil, s.err
		}
	}
	conn, err := p.connection(ctx)
	if err != nil {
		return nil, err
	}
	if !p.prepared.Load() {
		if err := p.opts.prepare(ctx, conn, o.exchange, o.key); err != nil {
			p.explain(err)
			return nil, err
		}
		p.prepared.Store(true)
	}
	ch, err := openChannel(ctx, conn, p.opts.window)
	if err != nil {
		return nil, err
	}
	return p.start(ctx, ch)
}

// connection waits a moment for the connection, and without limit for one
// that is there and blocked.
func (p *Publisher) connection(ctx context.Context) (*broker.Connection, error) {
	patience := time.NewTimer(p.opts.patience)
	defer patience.Stop()
	for {
		state, changed := p.link.get()
		var expired <-chan time.Time
		switch {
		case state.blocked: // until it is not, or the link fails
		case state.conn != nil && !state.conn.IsClosed():
			return state.conn, p.stopped(ctx)
		default:
			expired = patience.C
		}
		select {
		case <-changed:
		case <-expired:
			err := state.err
			if !errors.Is(err, ErrRefused) && !errors.Is(err, ErrConnectionLost) {
				err = fmt.Errorf("%w: %w", ErrConnectionLost, err)
			}
			p.explain(err)
			return nil, err
		case <-ctx.Done():
			return nil, ctx.Err()
		case <-p.closing:
			return nil, ErrClosed
		}
	}
}

// start makes the session of a channel.
func (p *Publisher) start(ctx context.Context, w wire) (*session, error) {
	s := newSession(w, newWindow(p.opts.window, p.opts.windowBytes), p.opts.confirmTimeout, p.alarm, sessionEvents{
		confirmed: p.recovered,
		returned:  func() { p.returned.Add(1) },
		ended:     p.sessionEnded,
	})
	p.session.Store(s)
	p.work.Go(s.run)
	if err := p.stopped(ctx); err != nil {
		// Close may have looked before this session was there.
		s.fail(err)
		<-s.done
		return nil, err
	}
	return s, nil
}

func (p *Publisher) alarm() (bool, time.Time) {
	state, _ := p.link.get()
	return state.blocked, state.unblocked
}

// recovered is called for each message that was confirmed.
func (p *Publisher) recovered() {
	if p.reason.Load() != nil {
		p.reason.Store(nil)
	}
}

// sessionEnded is called before what is outstanding is nacked.
func (p *Publisher) sessionEnded(err error) {
	if errors.Is(err, ErrClosed) {
		return
	}
	if errors.Is(err, ErrReturned) {
		p.prepared.Store(false)
	}
	p.explain(err)
	p.log.Warn("publishing stopped", slog.String(telemetry.KeyConnection, p.name), slog.Any(telemetry.KeyError, err))
}
