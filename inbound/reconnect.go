package inbound

import (
	"context"
	"errors"
	"time"

	"github.com/cenkalti/backoff/v5"

	"github.com/odoobridge/odoobridge/internal/broker"
	"github.com/odoobridge/odoobridge/internal/telemetry"
)

// pauses are those between one connection and the next.
type pauses struct {
	next *backoff.ExponentialBackOff
	told telemetry.Told
}

func reconnecting() *pauses { return &pauses{next: broker.Reconnecting()} }

// after waits, or until ctx ends, before the connection is made again that began then and ended for a reason. Before it does, it tells
// how long, unless the reason was told, here or for all connections, and there was none in between: a password that is wrong is so at
// every attempt. RabbitMQ takes longer than Steady to refuse one, which is no connection.
func (p *pauses) after(ctx context.Context, began time.Time, reason error, tell func(wait time.Duration)) {
	if time.Since(began) > broker.Steady && !errors.Is(reason, broker.ErrRefused) {
		p.next.Reset()
		p.told.Over()
	}
	wait := p.next.NextBackOff()
	if !broker.WasTold(reason) && p.told.First(reason) {
		tell(wait)
	}
	select {
	case <-time.After(wait):
	case <-ctx.Done():
	}
}
