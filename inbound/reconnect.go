package inbound

import (
	"context"
	"errors"
	"time"

	"github.com/cenkalti/backoff/v5"

	"github.com/odoobridge/odoobridge/internal/broker"
)

// Connecting again begins at once and slows down while the broker is away. A connection that lived shorter than
// steady counts as another failure.
const (
	firstRetry = 100 * time.Millisecond
	lastRetry  = 5 * time.Second
	steady     = time.Second
)

// pauses are those between one connection and the next.
type pauses struct {
	next *backoff.ExponentialBackOff
	said string // the reason that was told last
}

func reconnecting() *pauses {
	next := backoff.NewExponentialBackOff()
	next.InitialInterval, next.MaxInterval = firstRetry, lastRetry
	next.Reset()
	return &pauses{next: next}
}

// after waits, or until ctx ends, before the connection is made again that began then and ended for a reason. Before it does, it tells
// how long, unless there was no connection in between and the reason is the one told last: a password that is wrong is so at every
// attempt. RabbitMQ takes longer than steady to refuse one, which is no connection.
func (p *pauses) after(ctx context.Context, began time.Time, reason error, tell func(wait time.Duration)) {
	if time.Since(began) > steady && !errors.Is(reason, broker.ErrRefused) {
		p.next.Reset()
		p.said = ""
	}
	wait := p.next.NextBackOff()
	if reason.Error() != p.said {
		p.said = reason.Error()
		tell(wait)
	}
	select {
	case <-time.After(wait):
	case <-ctx.Done():
	}
}
