package bridge

import (
	"context"
	"errors"

	"github.com/cenkalti/backoff/v5"
	"golang.org/x/sync/errgroup"

	"github.com/odoobridge/odoobridge/cdc"
	"github.com/odoobridge/odoobridge/internal/telemetry"
	"github.com/odoobridge/odoobridge/router/mirror"
)

// read follows the log until ctx ends or something happens that a person must
// decide. What can be healed is, beside the lanes.
func (b *bridge) read(ctx context.Context, first step) error {
	next := first
	for healed := false; ; healed = true {
		failed, err := next, next(ctx)
		if err == nil && healed {
			b.tell(nil) // rows that were compared were not seen one by one
		}
		if err == nil {
			failed, err = b.reopen, b.stream(ctx)
		}
		if noRoom(err) {
			if err = b.awaitRoom(ctx, err); err == nil {
				next = failed
				continue
			}
		}
		if ctx.Err() != nil {
			return nil
		}
		if next = b.remedy(ctx, err); next == nil {
			return err
		}
	}
}

// stream follows the log, and watches that what is mirrored stays as it was.
func (b *bridge) stream(ctx context.Context) error {
	g, gctx := errgroup.WithContext(ctx)
	g.Go(func() error { return b.source.Stream(gctx, b.router.Position(), b.tapped(b.router.Apply)) })
	g.Go(func() error { return b.router.KeepTime(gctx) })
	g.Go(func() error { return b.router.KeepFlight(gctx) })
	g.Go(func() error { return b.watchTables(gctx) })
	return g.Wait()
}

// remedy is what heals the error, nil when nothing does.
func (b *bridge) remedy(ctx context.Context, err error) step {
	switch {
	case errors.As(err, new(*tablesChangedError)), errors.As(err, new(*mirror.MissingColumnError)):
		b.health.Set(telemetry.HealthStreaming, false, err.Error())
		return b.takeUp
	case b.healsItself(ctx, err):
		return func(ctx context.Context) error {
			// The same database still? The error may have come from a connection of long ago.
			if _, now := b.compare(ctx); now != nil && !b.healsItself(ctx, now) {
				return now
			}
			return b.resyncItself(ctx, err)
		}
	}
	return nil
}

// patiently does something that needs the server for longer, again and again while
// the server is away or tables change under it.
func (b *bridge) patiently(ctx context.Context, do func() error) error {
	_, err := backoff.Retry(ctx, func() (struct{}, error) {
		if err := b.source.Away(); err != nil {
			return struct{}{}, err
		}
		err := do()
		b.source.Ended(err)
		if err != nil && (NeedsPerson(err) || healable(err) || !passes(err) && !overtaken(err)) {
			return struct{}{}, backoff.Permanent(err)
		}
		if err != nil && ctx.Err() == nil {
			b.health.Set(telemetry.HealthStreaming, false, err.Error())
			b.log.Warn("the tables could not be read; trying again", telemetry.KeyError, err.Error())
		}
		return struct{}{}, err
	}, backoff.WithMaxElapsedTime(0), backoff.WithBackOff(reconnecting()))
	return err
}

// overtaken reports whether a table changed between looking at it and reading it,
// or the snapshot was lost with its connection.
func overtaken(err error) bool {
	var lost *cdc.SnapshotLostError
	switch sqlState(err) {
	case undefinedTable, undefinedColumn, lockNotAvailable:
		return true
	}
	return errors.As(err, &lost)
}
