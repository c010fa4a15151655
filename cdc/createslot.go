package cdc

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/jackc/pglogrepl"

	"github.com/odoobridge/odoobridge/internal/change"
)

// Blocker is a transaction that is older than the slot being created: the slot
// is ready only when it has ended. What the role may not see is empty.
type Blocker struct {
	PID         int32
	User        string
	Database    string
	Application string
	State       string    // "idle in transaction" is the usual culprit
	Since       time.Time // when the transaction began
}

// CreateSlot creates the slot and exports the snapshot of its position. While
// it waits for older transactions, Hooks.SlotWait tells which. If it fails or
// ctx ends, no slot is left behind.
//
// The snapshot must be closed; for a temporary slot, Stream takes over its
// connection, and the snapshot ends then.
func (s *Source) CreateSlot(ctx context.Context) (*Snapshot, error) {
	conn, err := s.connectReplication(ctx)
	if err != nil {
		return nil, err
	}
	result, err := s.create(ctx, conn)
	if err != nil {
		conn.close()
		return nil, err
	}
	lsn, err := change.ParseLSN(result.ConsistentPoint)
	if err != nil {
		conn.close()
		return nil, errors.Join(err, s.DropSlot(context.WithoutCancel(ctx)))
	}
	if s.cfg.Temporary {
		s.keepTemporary(conn, lsn)
	}
	return &Snapshot{LSN: lsn, Name: result.SnapshotName, source: s, conn: conn, version: serverVersion(conn.PgConn)}, nil
}

// created is the answer to CREATE_REPLICATION_SLOT.
type created struct {
	result pglogrepl.CreateReplicationSlotResult
	err    error
}

// create runs the command, looks after it while it waits, and undoes it when
// ctx ends.
func (s *Source) create(ctx context.Context, conn *replConn) (pglogrepl.CreateReplicationSlotResult, error) {
	answer := make(chan created, 1)
	go func() {
		// Not ctx: ending the connection would not end the command on the
		// server, which then may complete it with nobody there.
		result, err := pglogrepl.ParseCreateReplicationSlot(conn.Exec(context.WithoutCancel(ctx), s.createCommand(serverVersion(conn.PgConn))))
		answer <- created{result, err}
	}()
	ticker := time.NewTicker(s.timing.slotPoll)
	defer ticker.Stop()
	for {
		select {
		case a := <-answer:
			if a.err != nil {
				return a.result, s.createError(a.err)
			}
			return a.result, nil
		case <-ticker.C:
			s.reportBlockers(ctx, conn.PID())
		case <-ctx.Done():
			return pglogrepl.CreateReplicationSlotResult{},
				errors.Join(fmt.Errorf("create the slot: %w", context.Cause(ctx)), s.uncreate(context.WithoutCancel(ctx), conn, answer))
		}
	}
}

// createCommand is raw because pglogrepl does not know the FAILOVER option.
func (s *Source) createCommand(version int) string {
	cmd := "CREATE_REPLICATION_SLOT " + s.cfg.Slot
	if s.cfg.Temporary {
		cmd += " TEMPORARY"
	}
	cmd += " LOGICAL pgoutput"
	switch {
	case version >= 170000 && !s.cfg.Temporary:
		return cmd + " (SNAPSHOT 'export', FAILOVER true)"
	case version >= 150000:
		return cmd + " (SNAPSHOT 'export')"
	}
	return cmd + " EXPORT_SNAPSHOT"
}

// uncreate cancels the command and drops the slot if it came about all the same.
func (s *Source) uncreate(ctx context.Context, conn *replConn, answer <-chan created) error {
	ctx, cancel := context.WithTimeout(ctx, s.timing.drop)
	defer cancel()
	if err := conn.CancelRequest(ctx); err != nil {
		s.cfg.Logger.Warn("the slot's creation could not be cancelled", logSlot, s.cfg.Slot, logError, err.Error())
	}
	select {
	case a := <-answer:
		if a.err != nil {
			return nil // cancelled: a slot not ready is dropped by the server
		}
		conn.close()
		return s.DropSlot(ctx)
	case <-ctx.Done():
		_ = conn.Conn().Close()
		<-answer
		return fmt.Errorf("the server did not answer within %s whether slot %s was created; "+
			"look at pg_replication_slots and drop it there", s.timing.drop, s.cfg.Slot)
	}
}

// reportBlockers tells whom the creation waits for.
func (s *Source) reportBlockers(ctx context.Context, pid uint32) {
	rows, err := s.control.query(ctx, `
		SELECT a.pid, coalesce(a.usename, ''), coalesce(a.datname, ''), coalesce(a.application_name, ''), coalesce(a.state, ''),
			coalesce(extract(epoch FROM a.xact_start)::bigint, 0)
		FROM unnest(pg_blocking_pids($1)) AS b(pid) JOIN pg_stat_activity a USING (pid) ORDER BY 6, 1`, fmt.Sprint(pid))
	if err != nil {
		s.cfg.Logger.Warn("cannot tell what the slot's creation waits for", logSlot, s.cfg.Slot, logError, err.Error())
		return
	}
	blockers := make([]Blocker, 0, len(rows))
	for _, row := range rows {
		f := fields{row: row}
		b := Blocker{PID: int32(f.number()), User: f.text(), Database: f.text(), Application: f.text(), State: f.text()}
		if at := f.number(); at != 0 {
			b.Since = time.Unix(at, 0).UTC()
		}
		blockers = append(blockers, b)
		s.cfg.Logger.Info("the slot's creation waits for an older transaction", logSlot, s.cfg.Slot, logPID, b.PID, logState, b.State)
	}
	if hook := s.cfg.Hooks.SlotWait; hook != nil && len(blockers) > 0 {
		hook(blockers)
	}
}

// DropSlot drops the slot; that it does not exist is no error. A walsender of
// ours that is just ending is waited for.
func (s *Source) DropSlot(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, s.timing.drop)
	defer cancel()
	for {
		_, err := s.control.query(ctx, `SELECT pg_drop_replication_slot($1)`, s.cfg.Slot)
		switch sqlState(err) {
		case undefinedObject:
			return nil
		case objectInUse: // wait
		default:
			if err != nil {
				return fmt.Errorf("drop slot %s: %w", s.cfg.Slot, err)
			}
			return nil
		}
		select {
		case <-time.After(s.timing.retryFirst):
		case <-ctx.Done():
			return s.streamError("drop slot "+s.cfg.Slot, err)
		}
	}
}

// createError gives a failed creation its meaning.
func (s *Source) createError(err error) error {
	switch sqlState(err) {
	case duplicateObject:
		return &SlotExistsError{Slot: s.cfg.Slot}
	case configurationLimit:
		return fmt.Errorf("create the slot: all replication slots are in use; raise max_replication_slots and restart PostgreSQL, "+
			"or drop slots that nobody reads (%s): %w", strconv.Quote("SELECT slot_name, active FROM pg_replication_slots"), err)
	}
	if sqlState(err) == notInState && strings.Contains(err.Error(), "wal_level") {
		return &WALLevelError{Err: err}
	}
	return s.streamError("create the slot", err)
}
