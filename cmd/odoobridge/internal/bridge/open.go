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
	"github.com/odoobridge/odoobridge/schema/odoo"
)

// openStore opens the store, which is laid out by the mapping, and finds out what of
// the database is mirrored in it.
func (b *bridge) openStore(ctx context.Context, replaceLayout bool) error {
	found, mismatch, err := b.recognise(ctx)
	if err != nil {
		return err
	}
	b.stage.set("opening the store")
	err = b.openLaidOut(ctx, found.profile, replaceLayout)
	if errors.Is(err, store.ErrLayout) && b.cfg.Postgres.Resync == resyncAuto {
		b.log.Warn("the mapping has changed since the store was written: the tables are read again", telemetry.KeyReason, err.Error())
		replaceLayout = true
		err = b.openLaidOut(ctx, found.profile, replaceLayout)
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
		if err := router.Unload(ctx, b.store); err != nil {
			return err
		}
	}
	return b.settle(ctx, found, mismatch)
}

// recognise finds out which Odoo this is. That it lacks mapped tables is mismatch: it may be
// no harm, as long as it is not known what was mirrored.
func (b *bridge) recognise(ctx context.Context) (found survey, mismatch, err error) {
	found, err = b.inspect(ctx, nil)
	if err != nil && found.profile != nil && !errors.Is(err, errNeutralized) {
		return found, err, nil
	}
	return found, nil, err
}

func (b *bridge) openLaidOut(ctx context.Context, profile *odoo.Profile, replaceLayout bool) (err error) {
	if b.lease != nil {
		return b.openShared(ctx, profile, replaceLayout)
	}
	opened, err := sqlite.Open(ctx, sqlite.Options{
		Path: b.cfg.Store.Path, Tables: mirror.StoreTables(profile), MaxSize: b.cfg.Store.MaxSize, ReplaceLayout: replaceLayout,
		Logger: b.log.With(telemetry.KeyComponent, telemetry.ComponentStore),
	})
	if err == nil { // else a nil *sqlite.Store would be a store
		b.store = opened
	}
	return unwritable(err, b.cfg.Store.Path)
}

// settle decides what is mirrored: what the store holds rows of, or before that,
// or when all is read again, what the database has.
func (b *bridge) settle(ctx context.Context, found survey, mismatch error) error {
	_, loaded, err := router.Loaded(ctx, b.store)
	if err != nil {
		return err
	}
	if loaded {
		text, _, err := b.store.Meta(ctx, metaShape)
		if err != nil {
			return err
		}
		if b.known, err = parseShape(text); err != nil {
			return err
		}
	}
	if b.known != nil {
		if found, mismatch = b.surveyOf(found.seen, b.known); mismatch != nil {
			return mismatch
		}
	}
	if mismatch != nil {
		return mismatch
	}
	if b.known == nil {
		b.known = found.shape
	}
	b.setFound(found)
	b.log.Info("Odoo found", telemetry.KeyRelease, found.profile.Release, "tables", len(found.shape))
	return nil
}

func (b *bridge) setFound(found survey) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.found = found
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
	return b.waitForDatabase(ctx, func() error { return b.checkPublication(ctx, b.found, true) })
}

// hooks turn what happens to the stream into readiness.
func (b *bridge) hooks() cdc.Hooks {
	return cdc.Hooks{
		Connected: func() { b.health.Set(telemetry.HealthStreaming, true, "") },
		Disconnected: func(err error, pause time.Duration) {
			b.health.Set(telemetry.HealthStreaming, false, fmt.Sprintf("%v; connecting again in %s", err, pause.Round(time.Millisecond)))
		},
		Waiting: func(holder cdc.Holder) {
			b.health.Set(telemetry.HealthStreaming, false, fmt.Sprintf("standing by: %s reads from the slot", holder))
		},
		SlotWait: func(blockers []cdc.Blocker) {
			for _, blocker := range blockers {
				b.stage.set(fmt.Sprintf("the slot waits for the transaction of server process %d to end", blocker.PID))
				b.log.Info("the slot's creation waits for an older transaction to end", "blocker", blocker)
			}
		},
	}
}

// openRouter opens the router with the mapping by which the mirror's rows were read.
func (b *bridge) openRouter(ctx context.Context) error {
	if err := b.found.seen.usersErr; err != nil {
		return err
	}
	b.origins.take(b, b.found.seen.users)
	profile, err := b.fitted(b.known)
	if err != nil {
		return err
	}
	return b.useRouter(ctx, profile)
}

// useRouter replaces the router by one that is where the store is.
func (b *bridge) useRouter(ctx context.Context, profile *odoo.Profile) error {
	if b.router != nil {
		if err := b.router.Close(); err != nil {
			return err
		}
	}
	r, err := router.Open(ctx, router.Options{
		Profile: profile, Store: b.store, CacheBytes: int(b.cfg.Store.Cache),
		Committed: b.committed, Confirm: b.confirm,
		OriginOf: b.origins.channelOf, WriteThrough: b.loading, Held: b.held, Observe: b.observer,
	})
	if err != nil {
		return err
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	b.router = r
	return nil
}

// fitted is the mapping of a shape.
func (b *bridge) fitted(s shape) (*odoo.Profile, error) {
	profile, err := odoo.For(b.found.profile.Release, b.cfg.ExtraColumns)
	if err != nil {
		return nil, err
	}
	return profile, odoo.Check(profile, s.columns())
}

// committed wakes the lanes.
func (b *bridge) committed(events []*store.Event, last int64) {
	if events == nil {
		b.journal.Advance(last)
		b.tell(nil)
		return
	}
	b.journal.Append(events)
	b.tell(events)
	b.metrics.ReplicationLagSeconds.Set(time.Since(events[len(events)-1].Time).Seconds())
}

// loading reports whether a lane pages through the stored documents, or the store fills, so
// that the journal must not be kept for documents that are nowhere else.
func (b *bridge) loading() bool {
	return b.filling.Load() || b.lanes != nil && b.jobs.ReadsDocuments() || b.lanes != nil && slices.ContainsFunc(b.lanes.Status(), func(s lane.Status) bool { return s.State == lane.Loading })
}

// eventSource is the CloudEvents source: which Odoo this is.
func (b *bridge) eventSource(ctx context.Context) (string, error) {
	if b.found.facts.UUID != "" {
		return "odoo/" + b.found.facts.UUID, nil
	}
	b.log.Warn("database.uuid cannot be read: events name the cluster and database instead", slog.String(telemetry.KeyRemedy, "odoobridge setup"))
	id, err := b.source.Identify(ctx)
	return "odoo/" + id.SystemID + "/" + id.Database, err
}
