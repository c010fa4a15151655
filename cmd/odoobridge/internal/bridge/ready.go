package bridge

import (
	"context"
	"errors"
	"fmt"
	"runtime/debug"
	"strconv"
	"time"

	"github.com/odoobridge/odoobridge/cdc"
	"github.com/odoobridge/odoobridge/internal/store"
	"github.com/odoobridge/odoobridge/internal/telemetry"
	"github.com/odoobridge/odoobridge/router"
	"github.com/odoobridge/odoobridge/schema/odoo"
)

// ready makes sure that the store and the slot belong together: it takes the
// first snapshot, or compares the position, or resyncs.
func (b *bridge) ready(ctx context.Context, resync bool) error {
	_, loaded, err := router.Loaded(ctx, b.store)
	if err != nil {
		return err
	}
	if !loaded || resync {
		return b.load(ctx, loaded || resync)
	}
	b.stage.set("comparing the store's position with the slot")
	stored, err := b.storedPosition(ctx)
	if err != nil {
		return err
	}
	var id cdc.Identity
	err = b.waitForDatabase(ctx, func() (err error) {
		id, err = b.source.CheckPosition(ctx, stored)
		return err
	})
	if err != nil {
		return err
	}
	b.stage.identity = id
	return b.remember(ctx, id)
}

func (b *bridge) storedPosition(ctx context.Context) (cdc.Position, error) {
	p := cdc.Position{Applied: b.router.Position()}
	values := map[string]string{}
	for _, name := range []string{metaSystem, metaTimeline, metaDatabase, metaOID, metaUUID} {
		value, _, err := b.store.Meta(ctx, name)
		if err != nil {
			return p, fmt.Errorf("read whose log the store holds: %w", err)
		}
		values[name] = value
	}
	timeline, err1 := strconv.ParseInt(values[metaTimeline], 10, 32)
	oid, err2 := strconv.ParseUint(values[metaOID], 10, 32)
	if err := errors.Join(err1, err2); err != nil {
		return p, fmt.Errorf("read whose log the store holds: %w", err)
	}
	p.Identity = cdc.Identity{SystemID: values[metaSystem], Timeline: int32(timeline), Database: values[metaDatabase], DatabaseOID: uint32(oid)}
	if was := values[metaUUID]; was != b.facts.UUID && was != "" && b.facts.UUID != "" {
		return p, &cdc.WrongDatabaseError{What: "database.uuid", Server: b.facts.UUID, Here: was}
	}
	return p, nil
}

// remember notes whose log the store holds from now on.
func (b *bridge) remember(ctx context.Context, id cdc.Identity) error {
	return b.note(ctx, map[string]string{
		metaSystem: id.SystemID, metaTimeline: strconv.Itoa(int(id.Timeline)), metaDatabase: id.Database,
		metaOID: strconv.FormatUint(uint64(id.DatabaseOID), 10), metaUUID: b.facts.UUID,
		metaRelease: b.profile.Release, metaSlot: b.cfg.Postgres.Slot,
	})
}

func (b *bridge) note(ctx context.Context, meta map[string]string) error {
	err := b.store.Write(ctx, &store.Batch{Meta: meta})
	if err == nil {
		err = b.store.Commit(ctx)
	}
	if err != nil {
		return fmt.Errorf("note whose log the store holds: %w", errors.Join(err, b.store.Rollback()))
	}
	return nil
}

// load creates the slot and reads the tables as of its beginning. A slot left
// by a load that did not finish, or one to be replaced, is dropped first.
func (b *bridge) load(ctx context.Context, replace bool) error {
	if err := b.dropLeftover(ctx, replace); err != nil {
		return err
	}
	id, err := b.source.Identify(ctx)
	if err != nil {
		return err
	}
	b.stage.identity = id
	// Before the slot exists, so that a load that was killed may drop it.
	if err := b.note(ctx, map[string]string{metaSlot: b.cfg.Postgres.Slot}); err != nil {
		return err
	}
	b.stage.set("creating the slot")
	snapshot, err := b.source.CreateSlot(ctx)
	if err != nil {
		return err
	}
	defer snapshot.Close() // again, where copy does not come to it
	b.log.Info("the slot is created; reading the tables", telemetry.KeySlot, b.cfg.Postgres.Slot, telemetry.KeyLSN, snapshot.LSN.String())
	if err := b.copy(ctx, snapshot, id); err != nil {
		return errors.Join(err, b.dropAfterFailure(ctx))
	}
	return b.remember(ctx, id)
}

func (b *bridge) dropLeftover(ctx context.Context, replace bool) error {
	state, err := b.source.SlotState(ctx)
	if err != nil || !state.Exists {
		return err
	}
	ours, _, err := b.store.Meta(ctx, metaSlot)
	if err != nil {
		return err
	}
	if !replace && ours != b.cfg.Postgres.Slot {
		return &cdc.SlotExistsError{Slot: b.cfg.Postgres.Slot}
	}
	b.log.Info("the slot is dropped, to begin with a new one", telemetry.KeySlot, b.cfg.Postgres.Slot)
	return b.source.DropSlot(ctx)
}

// dropAfterFailure keeps a slot that nobody reads from holding the server's log.
func (b *bridge) dropAfterFailure(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), 10*time.Second)
	defer cancel()
	return b.source.DropSlot(ctx)
}

// loadGCPercent is how much the heap may grow between collections while loading.
const loadGCPercent = 40

func (b *bridge) copy(ctx context.Context, snapshot *cdc.Snapshot, id cdc.Identity) error {
	began := time.Now()
	// Loading makes much garbage beside what it keeps: collect it earlier, and
	// give back what only the load needed.
	defer debug.FreeOSMemory()
	defer debug.SetGCPercent(debug.SetGCPercent(loadGCPercent))
	plan, places := b.copyPlan()
	load, err := b.router.BeginLoad(ctx)
	if err != nil {
		return err
	}
	progress := newCopyProgress(b)
	sink := PlacedSink{Load: load, Places: places}
	if err := snapshot.Copy(ctx, plan, sink, progress.copied); err != nil {
		return errors.Join(err, load.Abort())
	}
	snapshot.Close() // documents are built from the mirror: Odoo's server need not wait for that
	b.log.Info("the tables are read", telemetry.KeyElapsed, time.Since(began).Round(time.Millisecond))
	at := router.SnapshotInfo{Timeline: id.Timeline, LSN: snapshot.LSN, Time: began}
	if err := load.Finish(ctx, at, progress.built); err != nil {
		return err
	}
	b.log.Info("the snapshot is complete", telemetry.KeyElapsed, time.Since(began).Round(time.Millisecond), telemetry.KeyLSN, snapshot.LSN.String())
	return nil
}

// copyPlan lists the tables that there are, and their place in the profile.
func (b *bridge) copyPlan() (plan []cdc.CopyTable, places []int) {
	return CopyPlan(b.profile, b.facts.Columns)
}

// CopyPlan says how to read the mapped columns of the tables that the database has.
func CopyPlan(profile *odoo.Profile, columns map[string]map[string]string) (plan []cdc.CopyTable, places []int) {
	for _, t := range profile.Tables {
		if columns[t.Name] == nil {
			continue
		}
		c := cdc.CopyTable{Name: t.Name}
		for _, column := range t.Columns {
			if column.Source == "" {
				c.Exprs = append(c.Exprs, "NULL")
			} else {
				c.Exprs = append(c.Exprs, `"`+column.Source+`"`)
			}
		}
		plan = append(plan, c)
		places = append(places, t.ID)
	}
	return plan, places
}

// PlacedSink hands rows on under their table's place in the profile.
type PlacedSink struct {
	Load   *router.Load
	Places []int // by place in the plan
}

// Rows takes rows of the plan's table.
func (s PlacedSink) Rows(ctx context.Context, table int, data []byte) error {
	return s.Load.Rows(ctx, s.Places[table], data)
}
