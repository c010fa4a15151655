package bridge

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strconv"
	"time"

	"github.com/odoobridge/odoobridge/cdc"
	"github.com/odoobridge/odoobridge/internal/change"
	"github.com/odoobridge/odoobridge/internal/config"
	"github.com/odoobridge/odoobridge/internal/store"
	"github.com/odoobridge/odoobridge/internal/store/postgres"
	"github.com/odoobridge/odoobridge/internal/store/sqlite"
	"github.com/odoobridge/odoobridge/router"
)

// Names under which the store remembers whose log it has read.
const (
	metaSystem   = "system_identifier"
	metaTimeline = "timeline"
	metaDatabase = "database"
	metaOID      = "database_oid"
	metaUUID     = "database_uuid"
	metaRelease  = "odoo_release"
	metaSlot     = "slot"
	metaHealed   = "healed" // when the bridge last began with a new slot by itself, RFC 3339
)

// whose says whose log the store holds.
func (b *bridge) whose(id cdc.Identity, s survey) map[string]string {
	return map[string]string{
		metaSystem: id.SystemID, metaTimeline: strconv.Itoa(int(id.Timeline)), metaDatabase: id.Database,
		metaOID: strconv.FormatUint(uint64(id.DatabaseOID), 10), metaUUID: s.facts.UUID,
		metaRelease: s.profile.Release, metaSlot: b.cfg.Postgres.Slot,
	}
}

// snapshotOf says of which moment a snapshot is, and what becomes durable together with it.
func (b *bridge) snapshotOf(ctx context.Context, id cdc.Identity, s survey, lsn change.LSN) (router.SnapshotInfo, error) {
	at := router.SnapshotInfo{Timeline: id.Timeline, LSN: lsn, Time: time.Now(), Meta: b.whose(id, s)}
	at.Meta[metaShape] = s.shape.text()
	name, value, err := b.readingMeta(ctx, b.reading, at.Time, lsn)
	at.Meta[name] = value
	return at, err
}

// remember notes whose log the store holds, and in which shape its rows are.
func (b *bridge) remember(ctx context.Context, id cdc.Identity) error {
	meta := b.whose(id, b.found)
	meta[metaShape] = b.known.text()
	for name, value := range meta {
		noted, found, err := b.store.Meta(ctx, name)
		if err != nil {
			return fmt.Errorf("read whose log the store holds: %w", err)
		}
		if !found || noted != value {
			return b.note(ctx, meta)
		}
	}
	return nil // a full store need not take a write for the bridge to start
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

// RememberedSlot is the slot that a configuration's store was filled from, whether a bridge runs or not; "" when there is no store yet, or
// the tables were never read to the end.
func RememberedSlot(ctx context.Context, cfg *config.Config) (slot string, err error) {
	type reader interface {
		Meta(ctx context.Context, name string) (string, bool, error)
		io.Closer
	}
	var r reader
	if cfg.Store.DSN != "" {
		r, err = postgres.OpenReader(ctx, string(cfg.Store.DSN), cfg.Store.Schema)
	} else {
		r, err = sqlite.OpenReader(cfg.Store.Path)
	}
	if errors.Is(err, sqlite.ErrNone) || errors.Is(err, postgres.ErrNone) {
		return "", nil
	}
	if err != nil {
		return "", err
	}
	defer func() { err = errors.Join(err, r.Close()) }()
	if told, err := router.Told(ctx, r); err != nil || !told {
		return "", err
	}
	slot, _, err = r.Meta(ctx, metaSlot)
	return slot, err
}
