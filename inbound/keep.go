package inbound

import (
	"context"
	"errors"
	"time"

	"github.com/odoobridge/odoobridge/internal/store"
	"github.com/odoobridge/odoobridge/internal/telemetry"
)

// housekeeping of the ledger
const (
	keepEvery = 15 * time.Second
	trimEvery = 10 * time.Minute
	trimLimit = 500
)

// keep counts what is open, and removes what is old.
func (i *Inbound) keep(ctx context.Context) error {
	tick := time.NewTicker(keepEvery)
	defer tick.Stop()
	trimmed := time.Time{}
	for {
		counts, err := i.ledger.Counts(ctx)
		if err == nil {
			i.meter.Open(counts)
			var waiting []ResultsWaiting
			if waiting, err = i.ResultsWaiting(ctx); err == nil {
				i.meter.Unsent(waiting)
			}
		}
		if now := i.now(); err == nil && now.Sub(trimmed) > trimEvery {
			trimmed = now
			err = i.trim(ctx, now)
		}
		if errors.Is(err, store.ErrFull) {
			i.log.Warn("the ledger cannot be trimmed for lack of room", telemetry.KeyError, err.Error())
			err = nil // receiving waits by itself, and what is taken is still to be carried out
		}
		if err != nil && ctx.Err() == nil {
			return err
		}
		select {
		case <-tick.C:
		case <-ctx.Done():
			return nil
		}
	}
}

func (i *Inbound) trim(ctx context.Context, now time.Time) error {
	cfg := i.config()
	for {
		n, err := i.ledger.Trim(ctx, now.Add(-cfg.Commands.Retention), now.Add(-cfg.Audit.Retention), trimLimit)
		if err != nil || n < trimLimit {
			return err
		}
	}
}
