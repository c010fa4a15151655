package bridge

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/odoobridge/odoobridge/cdc"
	"github.com/odoobridge/odoobridge/cmd/odoobridge/internal/trace"
	"github.com/odoobridge/odoobridge/internal/change"
	"github.com/odoobridge/odoobridge/internal/telemetry"
	"github.com/odoobridge/odoobridge/router/mirror"
)

// tablesChangedError ends streaming so that tables are taken up that came, went
// or were made again.
type tablesChangedError struct{ tables []string }

func (e *tablesChangedError) Error() string {
	return fmt.Sprintf("tables have come, gone or been made again: %v", e.tables)
}

// takeUp reads the tables again whose rows in the mirror cannot be trusted, without
// a gap in the log of the others:
//
//  1. a temporary slot gives a snapshot of the moment T,
//  2. the log is followed up to T, with the mapping that held so far,
//  3. the tables are brought to what the snapshot holds, in one transaction at T,
//  4. the log is followed from T on, with the mapping that holds now.
//
// Where the log up to T cannot be read by the former mapping, or rows changed unheard - a column
// vanished and came back, a table was out of the publication - all tables are read: what
// happened up to T then comes out as differences.
func (b *bridge) takeUp(ctx context.Context) error {
	return b.patiently(ctx, func() error { return b.takeUpOnce(ctx) })
}

func (b *bridge) takeUpOnce(ctx context.Context) error {
	found, err := b.look(ctx, b.known)
	if err != nil {
		return err
	}
	if found.facts.Neutralized {
		return errNeutralized
	}
	if err := b.checkPublication(ctx, found, false); err != nil {
		return err
	}
	tables := b.known.differences(found.shape)
	b.stage.set("tables have come, gone or been made again; they are read")
	b.log.Warn("tables have come, gone or been made again; they are read", "tables", tables)
	before := b.lastEvent()
	b.reading = trace.Reading{Kind: trace.ReadTables, Why: "tables have come, gone or been made again", Tables: tables, Entities: following(found.profile, tables)}
	s, err := b.openSide(ctx)
	if err != nil {
		return err
	}
	defer s.close()
	if err := b.bringTo(ctx, s, found, tables); err != nil {
		return err
	}
	b.known = found.shape
	b.stage.set("")
	b.log.Info("the tables are taken up", "tables", tables, telemetry.KeyEvents, b.lastEvent()-before, telemetry.KeyLSN, s.LSN.String())
	return nil
}

// bringTo brings the mirror to the snapshot's moment.
func (b *bridge) bringTo(ctx context.Context, s *sideSnapshot, found survey, tables []string) error {
	if b.known.distrusts(found.shape) {
		return b.rereadAll(ctx, s, found)
	}
	err := b.followTo(ctx, s.LSN)
	switch {
	case err == nil:
		return b.reread(ctx, s, found, tables)
	case isMappingError(err), errors.As(err, new(*mirror.MissingRowError)):
		b.log.Warn("the log cannot be read by the former mapping; all tables are read", telemetry.KeyError, err.Error())
		return b.rereadAll(ctx, s, found)
	}
	return err
}

// isMappingError reports whether rows came that the mapping does not fit.
func isMappingError(err error) bool {
	return errors.As(err, new(*mirror.MissingColumnError)) || errors.As(err, new(*mirror.RetypedColumnError))
}

// sideSnapshot is a snapshot beside the slot, held by a temporary one.
type sideSnapshot struct {
	*cdc.Snapshot
	id     cdc.Identity
	source *cdc.Source
}

func (s *sideSnapshot) close() {
	s.Snapshot.Close()
	s.source.Close()
}

func (b *bridge) openSide(ctx context.Context) (*sideSnapshot, error) {
	pg := b.cfg.Postgres
	hooks := cdc.Hooks{SlotWait: b.hooks().SlotWait}
	name := pg.Slot + sideSuffix
	source, err := cdc.New(cdc.Config{
		DSN: string(pg.DSN), Slot: name[max(0, len(name)-maxSlotName):], Publication: pg.Publication, Temporary: true, Workers: pg.SnapshotWorkers,
		Logger: b.log.With(telemetry.KeyComponent, telemetry.ComponentCDC), Hooks: hooks,
		Application: b.application(),
	})
	if err != nil {
		return nil, err
	}
	s := &sideSnapshot{source: source}
	if s.id, err = source.Identify(ctx); err == nil {
		s.Snapshot, err = source.CreateSlot(ctx)
	}
	if err != nil {
		source.Close()
		return nil, fmt.Errorf("take a snapshot of the tables that changed: %w", err)
	}
	return s, nil
}

const (
	sideSuffix  = "_reread" // of the temporary slot's name
	maxSlotName = 63
)

// errReached ends following the log at the moment of a snapshot.
var errReached = errors.New("the snapshot's moment is reached")

// followTo applies every transaction that ended up to the moment and none after.
func (b *bridge) followTo(ctx context.Context, moment change.LSN) error {
	if err := b.useRouter(ctx, b.router.Profile); err != nil {
		return err
	}
	if b.router.Position() >= moment {
		return nil
	}
	err := b.source.Stream(ctx, b.router.Position(), func(ctx context.Context, pieces []change.Piece) error {
		past := slices.IndexFunc(pieces, func(p change.Piece) bool { return p.Last && p.End > moment })
		if past < 0 {
			if err := b.router.Apply(ctx, pieces); err != nil {
				return err
			}
			if last := pieces[len(pieces)-1]; !last.Last || last.End < moment {
				return nil
			}
			return errReached
		}
		if err := b.router.Apply(ctx, pieces[:past]); err != nil {
			return err
		}
		return errReached
	})
	if errors.Is(err, errReached) {
		return nil
	}
	if err == nil {
		err = context.Cause(ctx)
	}
	return err
}

// reread brings the tables to what the snapshot holds, in one transaction.
func (b *bridge) reread(ctx context.Context, s *sideSnapshot, found survey, tables []string) error {
	if err := b.useRouter(ctx, found.profile); err != nil { // forgets a transaction that had begun before the moment
		return err
	}
	b.setFound(found)
	var ids []int
	for _, t := range found.profile.Tables {
		if slices.Contains(tables, t.Name) {
			ids = append(ids, t.ID)
		}
	}
	load, err := b.router.BeginReread(ids)
	if err != nil {
		return err
	}
	plan, places := CopyPlan(found.profile, found.facts.Columns)
	plan, places = only(tables, plan, places)
	if len(plan) > 0 {
		if err := s.Copy(ctx, plan, PlacedSink{Load: load, Places: places}, newCopyProgress(b).copied); err != nil {
			return errors.Join(fmt.Errorf("read the tables again: %w", err), load.Abort())
		}
	}
	at, err := b.snapshotOf(ctx, s.id, found, s.LSN)
	if err != nil {
		return errors.Join(err, load.Abort())
	}
	return load.Finish(ctx, at)
}

// only keeps the named tables of a plan.
func only(tables []string, plan []cdc.CopyTable, places []int) (kept []cdc.CopyTable, keptPlaces []int) {
	for i, t := range plan {
		if slices.Contains(tables, t.Name) {
			kept, keptPlaces = append(kept, t), append(keptPlaces, places[i])
		}
	}
	return kept, keptPlaces
}
