package bridge

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"time"

	"github.com/odoobridge/odoobridge/cdc"
	"github.com/odoobridge/odoobridge/internal/store"
	"github.com/odoobridge/odoobridge/internal/store/sqlite"
	"github.com/odoobridge/odoobridge/internal/telemetry"
	"github.com/odoobridge/odoobridge/router"
	"github.com/odoobridge/odoobridge/router/lane"
	"github.com/odoobridge/odoobridge/router/mirror"
)

func (b *bridge) openStore(ctx context.Context, replaceLayout bool) (err error) {
	b.stage.set("opening the store")
	if b.lease != nil {
		err = b.openShared(ctx, replaceLayout)
	} else {
		err = b.openOwn(ctx, replaceLayout)
	}
	if errors.Is(err, store.ErrLayout) {
		return &DecisionError{fmt.Sprintf("the mapping has changed since the store was written (%v): its rows lack columns", err),
			"Run `odoobridge resync`: it reads the tables again and puts out what differs, nothing else"}
	}
	if err != nil {
		return err
	}
	b.health.Set(telemetry.HealthStore, true, "")
	if replaceLayout {
		return router.Unload(ctx, b.store)
	}
	return nil
}

// openOwn opens the store that is this machine's.
func (b *bridge) openOwn(ctx context.Context, replaceLayout bool) error {
	s, err := sqlite.Open(ctx, sqlite.Options{
		Path: b.cfg.Store.Path, Tables: mirror.StoreTables(b.profile), MaxSize: b.cfg.Store.MaxSize, ReplaceLayout: replaceLayout,
		Logger: b.log.With(telemetry.KeyComponent, telemetry.ComponentStore),
	})
	if err == nil { // else a nil *sqlite.Store would be a store
		b.store = s
	}
	return err
}

// queueBytes may wait between reading and applying.
const queueBytes = 4 << 20

func (b *bridge) openSource(ctx context.Context) (err error) {
	pg := b.cfg.Postgres
	b.source, err = cdc.New(cdc.Config{
		DSN: string(pg.DSN), Slot: pg.Slot, Publication: pg.Publication, Standby: true,
		StatusInterval: pg.StatusInterval, Heartbeat: pg.Heartbeat, Workers: pg.SnapshotWorkers, QueueBytes: queueBytes,
		Logger: b.log.With(telemetry.KeyComponent, telemetry.ComponentCDC), Hooks: b.hooks(),
		Application: b.application(), Former: b.former(),
	})
	if err != nil {
		return err
	}
	b.stage.set("checking the publication")
	return b.waitForDatabase(ctx, func() error { return b.source.EnsurePublication(ctx, b.tables(), true) })
}

// hooks turn what happens to the stream into readiness.
func (b *bridge) hooks() cdc.Hooks {
	return cdc.Hooks{
		Connected: func() { b.health.Set(telemetry.HealthStreaming, true, "") },
		Disconnected: func(err error, pause time.Duration) {
			b.health.Set(telemetry.HealthStreaming, false, fmt.Sprintf("%v; connecting again in %s", err, pause.Round(time.Millisecond)))
		},
		Waiting: func(pid int32) {
			b.health.Set(telemetry.HealthStreaming, false, fmt.Sprintf("standing by: server process %d reads from the slot", pid))
		},
		SlotWait: func(blockers []cdc.Blocker) {
			for _, blocker := range blockers {
				b.stage.set(fmt.Sprintf("the slot waits for the transaction of server process %d to end", blocker.PID))
				b.log.Info("the slot's creation waits for an older transaction to end", "blocker", blocker)
			}
		},
	}
}

// tables are the mapped tables that this database has.
func (b *bridge) tables() []string {
	var names []string
	for _, t := range b.profile.Tables {
		if b.facts.Columns[t.Name] != nil {
			names = append(names, t.Name)
		}
	}
	return names
}

func (b *bridge) openRouter(ctx context.Context) (err error) {
	if err := b.waitForDatabase(ctx, func() error { return b.origins.look(ctx, b) }); err != nil {
		return err
	}
	b.router, err = router.Open(ctx, router.Options{
		Profile: b.profile, Store: b.store, CacheBytes: int(b.cfg.Store.Cache),
		Committed: b.committed, Confirm: b.source.Confirm,
		OriginOf: b.origins.channelOf, WriteThrough: b.loading, Observe: newObserver(b.metrics),
	})
	return err
}

// committed wakes the lanes.
func (b *bridge) committed(events []*store.Event, last int64) {
	if events == nil {
		b.journal.Advance(last)
		return
	}
	b.journal.Append(events)
	b.metrics.ReplicationLagSeconds.Set(time.Since(events[len(events)-1].Time).Seconds())
}

// loading reports whether a lane pages through the stored documents.
func (b *bridge) loading() bool {
	return b.lanes != nil && slices.ContainsFunc(b.lanes.Status(), func(s lane.Status) bool { return s.State == lane.Loading })
}

// eventSource is the CloudEvents source: which Odoo this is.
func (b *bridge) eventSource() string {
	if b.facts.UUID != "" {
		return "odoo/" + b.facts.UUID
	}
	b.log.Warn("database.uuid cannot be read: events name the cluster and database instead", slog.String(telemetry.KeyRemedy, "odoobridge setup"))
	return "odoo/" + b.stage.identity.SystemID + "/" + b.stage.identity.Database
}
