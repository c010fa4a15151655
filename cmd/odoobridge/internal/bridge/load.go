package bridge

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"runtime/debug"
	"strings"
	"time"

	"github.com/odoobridge/odoobridge/cdc"
	"github.com/odoobridge/odoobridge/internal/telemetry"
	"github.com/odoobridge/odoobridge/router"
	"github.com/odoobridge/odoobridge/schema/odoo"
)

// load creates the slot and reads the tables as of its beginning. A slot left
// by a load that did not finish, or one to be replaced, is dropped first.
// anew says that its log does not continue the one read before.
func (b *bridge) load(ctx context.Context, replace, anew bool) error {
	id, err := b.source.Identify(ctx)
	if err != nil {
		return err
	}
	b.stage.setIdentity(id)
	if err := b.dropLeftover(ctx, replace); err != nil {
		return err
	}
	// Before the slot exists, so that a load that was killed may drop it.
	why, err := json.Marshal(b.reading)
	if err != nil {
		return fmt.Errorf("note why the tables are read: %w", err)
	}
	if err := b.note(ctx, map[string]string{metaSlot: b.cfg.Postgres.Slot, metaBegun: string(why)}); err != nil {
		return err
	}
	b.stage.set("creating the slot")
	snapshot, err := b.source.CreateSlot(ctx)
	if err != nil {
		return err
	}
	defer snapshot.Close() // again, where copy does not come to it
	b.log.Info("the slot is created; reading the tables", telemetry.KeySlot, b.cfg.Postgres.Slot, telemetry.KeyLSN, snapshot.LSN.String())
	at, err := b.snapshotOf(ctx, id, b.found, snapshot.LSN)
	if err != nil {
		return errors.Join(err, b.dropAfterFailure(ctx))
	}
	at.Anew = anew
	if err := b.copy(ctx, snapshot, at); err != nil {
		return errors.Join(err, b.dropAfterFailure(ctx))
	}
	b.known = b.found.shape
	return nil
}

func (b *bridge) dropLeftover(ctx context.Context, replace bool) error {
	state, err := b.source.SlotState(ctx)
	if err != nil || !state.Exists {
		return err
	}
	if here := b.stage.database(); state.Database != here {
		return &DecisionError{fmt.Sprintf("slot %s belongs to the database %s of the same server, not to %s", b.cfg.Postgres.Slot, state.Database, here),
			"Give this bridge a slot name of its own: postgres.slot"}
	}
	ours, _, err := b.store.Meta(ctx, metaSlot)
	if err != nil {
		return err
	}
	if !replace && ours != b.cfg.Postgres.Slot {
		exists := &cdc.SlotExistsError{Slot: b.cfg.Postgres.Slot}
		if state.Active {
			exists.Holder = b.source.Holder(ctx, state.ActivePID)
		}
		return exists
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

func (b *bridge) copy(ctx context.Context, snapshot *cdc.Snapshot, at router.SnapshotInfo) error {
	began := time.Now()
	// Loading makes much garbage beside what it keeps: collect it earlier, and
	// give back what only the load needed.
	defer debug.FreeOSMemory()
	defer debug.SetGCPercent(debug.SetGCPercent(loadGCPercent))
	plan, places := CopyPlan(b.found.profile, b.found.facts.Columns)
	load, err := b.router.BeginLoad(ctx)
	if err != nil {
		return err
	}
	progress := newCopyProgress(b)
	sink := PlacedSink{Load: load, Places: places}
	if err := snapshot.Copy(ctx, plan, sink, progress.copied); err != nil {
		return b.noRoomToLoad(errors.Join(err, load.Abort()))
	}
	snapshot.Close() // documents are built from the mirror: Odoo's server need not wait for that
	b.log.Info("the tables are read", telemetry.KeyElapsed, time.Since(began).Round(time.Millisecond))
	if err := load.Finish(ctx, at, progress.built); err != nil {
		return b.noRoomToLoad(err)
	}
	b.log.Info("the snapshot is complete", telemetry.KeyElapsed, time.Since(began).Round(time.Millisecond), telemetry.KeyLSN, snapshot.LSN.String())
	return nil
}

// noRoomError is that the tables do not fit into the store. What it could not tidy up for want of room is of no use to anybody.
type noRoomError struct {
	where string
	err   error
}

func (e *noRoomError) Error() string {
	reason, _, _ := strings.Cut(e.err.Error(), "\n")
	return fmt.Sprintf("Odoo's tables do not fit into the store (%s): make room there, or raise store.max_size, or move the store, and start again. It begins anew then, and until then nothing is held back on Odoo's server. %s", e.where, reason)
}

func (e *noRoomError) Unwrap() error { return e.err }

func (b *bridge) noRoomToLoad(err error) error {
	if !noRoom(err) {
		return err
	}
	where := b.cfg.Store.Path
	if b.lease != nil {
		where = "store.dsn"
	}
	return &noRoomError{where, err}
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
	Load   RowTaker
	Places []int // by place in the plan
}

// RowTaker takes rows by their table's place in the profile.
type RowTaker interface {
	Rows(ctx context.Context, table int, data []byte) error
}

// Rows takes rows of the plan's table.
func (s PlacedSink) Rows(ctx context.Context, table int, data []byte) error {
	return s.Load.Rows(ctx, s.Places[table], data)
}
