package bridge

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/odoobridge/odoobridge/internal/change"
	"github.com/odoobridge/odoobridge/internal/store"
	"github.com/odoobridge/odoobridge/internal/telemetry"
)

// A full store ends reading and nothing else. The lanes go on: what they deliver may be
// trimmed, and that is room. Odoo's server keeps its log meanwhile.

// Shares of what the store can become.
const (
	fillingShare = 0.8 // from here on it is said, and nothing waits in memory that keeps the journal
	emptierShare = 0.7 // below, it may be said again
	jobsShare    = 0.9 // from here on jobs hold nothing back any more
)

// fullness is how large the store is, and how large it can become.
type fullness struct{ used, limit int64 }

func (b *bridge) fullness(ctx context.Context) (f fullness, err error) {
	if f.used, err = b.store.Size(ctx); err == nil {
		f.limit, err = b.store.Limit(ctx)
	}
	return f, err
}

// share is 0 where no limit is known.
func (f fullness) share() float64 {
	if f.limit <= 0 {
		return 0
	}
	return float64(f.used) / float64(f.limit)
}

// enough reports whether it is worth while to read again.
func (f fullness) enough() bool {
	return f.limit <= 0 || f.limit-f.used >= min(16<<20, f.limit/64)
}

// lookAtStore measures, and says once that the store fills.
func (b *bridge) lookAtStore(ctx context.Context) {
	f, err := b.fullness(ctx)
	if err != nil {
		return // reading and trimming tell
	}
	b.metrics.StoreBytes.Set(float64(f.used))
	b.metrics.StoreLimitBytes.Set(float64(f.limit))
	telemetry.SetFlag(b.metrics.StoreFull, b.full.Load())
	switch share := f.share(); {
	case share >= fillingShare && !b.filling.Swap(true):
		b.log.Warn("the store fills: what every lane has delivered goes before store.retention; when it is full, nothing is read",
			telemetry.KeyShare, fmt.Sprintf("%.0f %%", 100*share), telemetry.KeyBytes, f.used, telemetry.KeyLimit, f.limit)
	case share < emptierShare:
		b.filling.Store(false)
	}
}

// awaitRoom waits until the store takes writes again, or ctx ends. Meanwhile it
// trims what the lanes have delivered.
func (b *bridge) awaitRoom(ctx context.Context, full error) error {
	b.lookAtStore(ctx)
	if !b.full.Swap(true) {
		b.room = reconnecting()
		b.log.Error("the store is full: nothing is read until there is room, and Odoo's server keeps its log; lanes go on",
			telemetry.KeyError, full.Error(), telemetry.KeySafeWAL, b.safeWAL(ctx))
	}
	b.metrics.StoreFull.Set(1)
	for {
		b.health.Set(telemetry.HealthStore, false, full.Error())
		b.health.Set(telemetry.HealthStreaming, false, "the store is full")
		select {
		case <-time.After(b.room.NextBackOff()):
		case <-ctx.Done():
			return context.Cause(ctx)
		}
		if err := b.trim(ctx); err != nil {
			return err
		}
		if f, err := b.fullness(ctx); err != nil || f.enough() {
			return err
		}
	}
}

// safeWAL says how much log the server still writes before it gives the slot up.
func (b *bridge) safeWAL(ctx context.Context) string {
	health, err := b.source.Health(ctx)
	switch {
	case err != nil:
		return "unknown"
	case health.Slot.SafeWAL < 0:
		return "no limit: the log grows on the server's disk (max_slot_wal_keep_size)"
	}
	return fmt.Sprintf("%d MiB", health.Slot.SafeWAL>>20)
}

// reopen opens the router where the last commit left it.
func (b *bridge) reopen(ctx context.Context) error {
	if err := b.useRouter(ctx, b.router.Profile); err != nil {
		return errors.Join(err, b.store.Rollback())
	}
	return nil
}

// confirm lets the server forget its log up to a position that is durable here. That
// something is durable again also shows that there is room.
func (b *bridge) confirm(at change.LSN) {
	b.source.Confirm(at)
	if b.full.CompareAndSwap(true, false) {
		b.health.Set(telemetry.HealthStore, true, "")
		b.metrics.StoreFull.Set(0)
		b.log.Info("there is room in the store again")
	}
}

// noRoom reports whether a store that lacks room is all that is wrong.
func noRoom(err error) bool { return errors.Is(err, store.ErrFull) && !NeedsPerson(err) }
