package bridge

import (
	"context"
	"fmt"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/odoobridge/odoobridge/cdc"
	"github.com/odoobridge/odoobridge/internal/telemetry"
	"github.com/odoobridge/odoobridge/router/journal"
	"github.com/odoobridge/odoobridge/router/lane"
)

// How often things are looked after while streaming.
const (
	lookEvery    = 2 * time.Second
	trimEvery    = time.Minute
	originsEvery = time.Minute
	clocksEvery  = time.Minute
)

// care looks after what no event tells of, beside reading: the slot's health, the
// store's size, the queues. It returns when one of them is a reason to stop.
func (b *bridge) care(ctx context.Context) error {
	g, ctx := errgroup.WithContext(ctx)
	g.Go(func() error { return every(ctx, lookEvery, b.lookAround) })
	g.Go(func() error { return b.setUpBroker(ctx) })
	g.Go(func() error { return every(ctx, trimEvery, b.trim) })
	g.Go(func() error { return every(ctx, clocksEvery, b.compareClocks) })
	g.Go(func() error {
		return every(ctx, originsEvery, func(ctx context.Context) error {
			if b.origins.incomplete() {
				_ = b.origins.look(ctx, b) // the streaming connection's health says whether the server is there
			}
			return nil
		})
	})
	return g.Wait()
}

// watchTables looks at the publication and the mapped tables now and then, until
// ctx ends or something is not as it was: a table that left the publication would
// go on changing without us hearing of it. That they cannot be looked at for a while is
// no error here: Stream reconnects too.
func (b *bridge) watchTables(ctx context.Context) error {
	if fresh := b.cfg.Postgres.WatchInterval - time.Since(b.found.seen.at); fresh > 0 && len(b.found.waiting) == 0 {
		select { // the start has just looked
		case <-time.After(fresh):
		case <-ctx.Done():
			return nil
		}
	}
	return every(ctx, b.cfg.Postgres.WatchInterval, func(ctx context.Context) error {
		s, err := b.look(ctx, b.known)
		if err == nil {
			err = b.checkPublication(ctx, s, false)
		}
		switch {
		case NeedsPerson(err):
			return err
		case err != nil && ctx.Err() == nil:
			b.log.Warn("the publication could not be looked at", telemetry.KeyError, err.Error())
			return nil
		case err != nil:
			return nil
		case s.facts.Neutralized:
			return errNeutralized
		}
		b.mu.Lock()
		b.found.waiting = s.waiting
		b.mu.Unlock()
		if b.publish(ctx, s) {
			s, err = b.look(ctx, b.known)
			if err != nil {
				return nil // the next look tells
			}
		}
		b.sayWaiting(s)
		if tables := b.known.differences(s.shape); len(tables) > 0 {
			return &tablesChangedError{tables}
		}
		return nil
	})
}

// every calls do at once and then again and again until ctx ends.
func every(ctx context.Context, pause time.Duration, do func(context.Context) error) error {
	ticker := time.NewTicker(pause)
	defer ticker.Stop()
	for {
		if err := do(ctx); err != nil && ctx.Err() == nil {
			return err
		}
		select {
		case <-ticker.C:
		case <-ctx.Done():
			return nil
		}
	}
}

func (b *bridge) lookAround(ctx context.Context) error {
	b.lookAtSlot(ctx)
	b.lookAtLanes()
	b.lookAtStore(ctx)
	b.clocks.look()
	if b.commands != nil {
		b.metrics.Commands.OdooCalls.Set(float64(b.commands.users.client.InFlight()))
	}
	return nil
}

func (b *bridge) lookAtSlot(ctx context.Context) {
	health, err := b.source.Health(ctx)
	if ctx.Err() != nil {
		return
	}
	trouble := slotTrouble(health.Slot, err)
	b.health.Set(telemetry.HealthSlot, trouble == "", trouble)
	if err != nil {
		return
	}
	telemetry.SetFlag(b.metrics.SlotActive, health.Slot.Active)
	if !health.Slot.Exists {
		return
	}
	b.metrics.SlotRetainedWALBytes.Set(float64(health.Slot.Retained))
	b.metrics.SlotSafeWALBytes.Set(float64(health.Slot.SafeWAL))
	b.metrics.ReplicationLagBytes.Set(float64(health.Lag))
}

// slotTrouble is why the slot is not healthy and what to do; "" when it is.
func slotTrouble(s cdc.SlotState, err error) string {
	switch {
	case err != nil:
		return "its state cannot be read: " + err.Error()
	case !s.Exists:
		return "it does not exist any more: somebody dropped it, and what changes now is not kept for the bridge. It ends when its connection does; run `odoobridge resync` then"
	case s.Lost() != "":
		return s.Lost() + ". Run `odoobridge resync`: it makes a new slot and puts out what was missed"
	case s.WALStatus == "unreserved":
		return "the server is about to remove log that it needs: raise max_slot_wal_keep_size now"
	}
	return ""
}

func (b *bridge) lookAtLanes() {
	telemetry.SetFlag(b.metrics.RabbitMQConnected, b.broker.Connected())
	telemetry.SetFlag(b.metrics.RabbitMQBlocked, b.broker.Blocked())
	if err := b.brokerReady(); err != nil {
		b.health.Set(telemetry.HealthBroker, false, err.Error())
	} else {
		b.health.Set(telemetry.HealthBroker, true, "")
	}
	b.metrics.DocumentsPoisoned.Set(float64(len(b.poisoned())))
	parked := b.jobs.ParkedCounts()
	for _, s := range b.lanes.Status() {
		m := b.meters.of(b.metrics, s.Channel, s.Lane)
		m.BacklogEvents.Set(float64(s.Backlog))
		m.BacklogSeconds.Set(s.Age.Seconds())
		m.Unconfirmed.Set(float64(s.InFlight))
		telemetry.SetFlag(m.GivenUp, s.State == lane.Stopped)
		m.Parked.Set(float64(parked[s.Channel+"/"+s.Lane]))
	}
	b.countReturned()
}

// countReturned adds what publishers have counted since last time.
func (b *bridge) countReturned() {
	for _, spec := range b.specs {
		b.mu.Lock()
		p := b.publishers[spec.ID()]
		b.mu.Unlock()
		if p == nil {
			continue
		}
		now := p.Status().Returned
		b.meters.of(b.metrics, spec.Channel, spec.Name).Returned.Add(float64(now - b.returned[spec.ID()]))
		b.returned[spec.ID()] = now
	}
}

// trim keeps the journal within its retention. A lane that lagged beyond it is told by its own error.
func (b *bridge) trim(ctx context.Context) error {
	b.mu.Lock()
	checkpointed := b.router.Checkpointed()
	b.mu.Unlock()
	limit, err := b.store.Limit(ctx)
	if err != nil {
		limit = b.cfg.Store.MaxSize
	}
	removed, err := b.journal.Trim(ctx, b.store, journal.Retention{Age: b.cfg.Store.Retention, MaxSize: limit},
		time.Now(), b.lanes.MinCursor(), min(checkpointed, b.heldByJobs(ctx)-1))
	if noRoom(err) {
		b.log.Warn("the journal cannot be trimmed for lack of room", telemetry.KeyError, err.Error())
		return nil // reading stops by itself, and the next try may find some
	}
	if err != nil && ctx.Err() == nil {
		b.health.Set(telemetry.HealthStore, false, err.Error())
		return fmt.Errorf("keep the journal within its retention: %w", err)
	}
	if removed > 0 {
		b.log.Info("the journal is trimmed", telemetry.KeyEvents, removed)
	}
	return nil
}
