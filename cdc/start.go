package cdc

import (
	"context"
	"fmt"
	"time"

	"github.com/jackc/pglogrepl"

	"github.com/odoobridge/odoobridge/internal/change"
)

// open connects and finds out whether the stream can go on from the confirmed
// position.
func (st *stream) open(ctx context.Context) (*replConn, error) {
	if conn := st.take(&st.used); conn != nil {
		if st.admit(ctx, conn, false) == nil {
			return conn, nil
		}
		conn.close() // it may have been lost since: another one says what is the matter
	}
	conn := st.take(&st.temp)
	create := false
	if conn == nil {
		var err error
		if conn, err = st.connectReplication(ctx); err != nil {
			return nil, err
		}
		create = st.cfg.Temporary
	}
	if err := st.admit(ctx, conn, create); err != nil {
		conn.close()
		return nil, err
	}
	return conn, nil
}

// admit checks server, database, slot and publication before streaming.
func (st *stream) admit(ctx context.Context, conn *replConn, create bool) error {
	ctx, cancel := context.WithTimeout(ctx, st.timing.query)
	defer cancel()
	if create {
		if err := st.createTemporary(ctx, conn); err != nil {
			return err
		}
	}
	id, end, err := identify(ctx, conn)
	if err != nil {
		return err
	}
	h, err := readHistory(ctx, conn, id.Timeline)
	if err != nil {
		return err
	}
	rows, err := queryText(ctx, conn.PgConn, slotQuery(id.ServerVersion, st.cfg.Slot))
	if err != nil {
		return fmt.Errorf("ask for the state of slot %s: %w", st.cfg.Slot, err)
	}
	slot, err := parseSlot(rows)
	if err != nil {
		return err
	}
	if err := st.position(id, end, h, slot); err != nil {
		return err
	}
	st.asm.history = h
	if st.statusEvery, err = st.statusInterval(ctx, conn); err != nil {
		return err
	}
	return st.checkPublicationExists(ctx, conn)
}

// statusInterval is the configured one, or less where the server gives up on
// silent receivers sooner.
func (st *stream) statusInterval(ctx context.Context, conn *replConn) (time.Duration, error) {
	rows, err := queryText(ctx, conn.PgConn, `SELECT setting FROM pg_settings WHERE name = 'wal_sender_timeout'`)
	if err != nil {
		return 0, fmt.Errorf("ask for wal_sender_timeout: %w", err)
	}
	interval := st.cfg.StatusInterval
	if len(rows) == 1 {
		f := fields{row: rows[0]}
		if limit := time.Duration(f.number()) * time.Millisecond; limit > 0 {
			interval = min(interval, limit/3)
		}
		err = f.err
	}
	return interval, err
}

// position compares server and slot with what was read so far.
func (st *stream) position(id Identity, end change.LSN, h history, slot SlotState) error {
	if st.identity == (Identity{}) {
		st.identity = id
	}
	if err := compareIdentity(st.identity, id); err != nil {
		return err
	}
	if slot.Active && !st.cfg.Temporary {
		// Before its position is looked at: who holds it may move it.
		return &SlotActiveError{Slot: st.cfg.Slot, Holder: Holder{PID: slot.ActivePID}}
	}
	if !st.streamed {
		st.begin(st.first(slot))
	}
	// Everything handed over may be durable by now, confirmed or not.
	stored := Position{Identity: st.identity, Applied: st.asm.handed}
	if err := compareServer(stored, id, end, h); err != nil {
		return err
	}
	st.identity = id
	return compareSlot(st.cfg.Slot, st.Confirmed(), id, slot)
}

// first is where streaming begins.
func (st *stream) first(slot SlotState) change.LSN {
	switch {
	case st.start != 0:
		return st.start
	case st.cfg.Temporary:
		return st.from
	}
	return slot.ConfirmedFlush
}

// createTemporary makes a slot that lives as long as the connection.
func (st *stream) createTemporary(ctx context.Context, conn *replConn) error {
	result, err := pglogrepl.CreateReplicationSlot(ctx, conn.PgConn, st.cfg.Slot, "pgoutput",
		pglogrepl.CreateReplicationSlotOptions{Temporary: true, SnapshotAction: "NOEXPORT_SNAPSHOT"})
	if err != nil {
		return st.createError(err)
	}
	st.from, err = change.ParseLSN(result.ConsistentPoint)
	return err
}

func (st *stream) checkPublicationExists(ctx context.Context, conn *replConn) error {
	rows, err := queryText(ctx, conn.PgConn,
		`SELECT 1 FROM pg_publication WHERE pubname = `+quoteLiteral(st.cfg.Publication))
	if err != nil {
		return fmt.Errorf("look for publication %s: %w", st.cfg.Publication, err)
	}
	if len(rows) == 0 {
		return &PublicationMissingError{Publication: st.cfg.Publication, Detail: "it is not in pg_publication now"}
	}
	return nil
}

// startReplication begins streaming from the confirmed position.
func (st *stream) startReplication(ctx context.Context, conn *replConn) error {
	ctx, cancel := context.WithTimeout(ctx, st.timing.query)
	defer cancel()
	args := []string{"proto_version '1'", "publication_names " + quoteLiteral(quoteIdent(st.cfg.Publication))}
	if st.identity.ServerVersion >= 140000 {
		args = append(args, "messages 'true'")
	}
	from := pglogrepl.LSN(st.Confirmed())
	err := pglogrepl.StartReplication(ctx, conn.PgConn, st.cfg.Slot, from, pglogrepl.StartReplicationOptions{PluginArgs: args})
	if err != nil {
		if sqlState(err) == "" {
			st.formerPID = conn.PID() // it was not refused: the server may have begun, and not know that nobody listens
		}
		return st.streamError("start streaming", err)
	}
	return nil
}
