package inbound

import (
	"context"
	"time"

	"github.com/cenkalti/backoff/v5"
)

// Connecting again begins at once and slows down while the broker is away. A connection that lived shorter than
// steady counts as another failure.
const (
	firstRetry = 100 * time.Millisecond
	lastRetry  = 5 * time.Second
	steady     = time.Second
)

// pauses are those between one connection and the next.
type pauses struct{ next *backoff.ExponentialBackOff }

func reconnecting() pauses {
	next := backoff.NewExponentialBackOff()
	next.InitialInterval, next.MaxInterval = firstRetry, lastRetry
	next.Reset()
	return pauses{next}
}

// after waits, or until ctx ends, before the connection is made again that began then. Before it does, it tells how long.
func (p pauses) after(ctx context.Context, began time.Time, tell func(wait time.Duration)) {
	if time.Since(began) > steady {
		p.next.Reset()
	}
	wait := p.next.NextBackOff()
	tell(wait)
	select {
	case <-time.After(wait):
	case <-ctx.Done():
	}
}
