package bridge

import (
	"context"
	"fmt"
	"time"

	"github.com/odoobridge/odoobridge/cmd/odoobridge/internal/trace"
	"github.com/odoobridge/odoobridge/internal/telemetry"
)

// resync begins with a new slot and puts out what differs between the tables and what
// channels were told. The lanes go on with what the journal holds.
func (b *bridge) resync(ctx context.Context, anew bool, why trace.Reading) error {
	b.reading = why
	b.health.Set(telemetry.HealthStreaming, false, "the tables are read again, with a new slot")
	before := b.lastEvent()
	err := b.patiently(ctx, func() error {
		if err := b.renew(ctx); err != nil {
			return err
		}
		return b.load(ctx, true, anew)
	})
	if err != nil {
		return err
	}
	b.resynced = true
	b.stage.set("")
	b.log.Info("the resync is complete", telemetry.KeyEvents, b.lastEvent()-before, telemetry.KeyLSN, b.router.Position().String())
	return nil
}

// resyncItself is a resync that nobody asked for but the configuration.
func (b *bridge) resyncItself(ctx context.Context, cause error) error {
	b.log.Error("the slot is lost; postgres.resync is auto: beginning with a new slot and putting out what was missed",
		telemetry.KeyError, cause.Error(), telemetry.KeySlot, b.cfg.Postgres.Slot)
	why := trace.Reading{Kind: trace.ReadAnew, Why: "postgres.resync is auto: " + cause.Error()}
	if err := b.resync(ctx, false, why); err != nil {
		return err
	}
	return b.note(ctx, map[string]string{metaHealed: time.Now().UTC().Format(time.RFC3339)})
}

// renew looks at the database again, and opens the router anew for what it finds:
// everything is going to be read.
func (b *bridge) renew(ctx context.Context) error {
	found, err := b.look(ctx, nil)
	if err == nil && found.facts.Neutralized {
		err = errNeutralized
	}
	if err != nil {
		return err
	}
	if err := b.checkPublication(ctx, found, false); err != nil {
		return err
	}
	b.setFound(found)
	return b.useRouter(ctx, found.profile)
}

func (b *bridge) lastEvent() int64 {
	_, last := b.journal.Bounds()
	return last
}

// rereadAll brings every table to what the snapshot holds; the slot stays.
func (b *bridge) rereadAll(ctx context.Context, s *sideSnapshot, found survey) error {
	if err := b.useRouter(ctx, found.profile); err != nil {
		return err
	}
	b.setFound(found)
	b.reading.Tables, b.reading.Entities = nil, nil
	at, err := b.snapshotOf(ctx, s.id, found, s.LSN)
	if err != nil {
		return err
	}
	if err := b.copy(ctx, s.Snapshot, at); err != nil {
		return fmt.Errorf("read all tables again: %w", err)
	}
	return nil
}
