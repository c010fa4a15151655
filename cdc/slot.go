package cdc

import (
	"context"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/odoobridge/odoobridge/internal/change"
)

// SlotState is what the server says about the slot. What a release does not
// know has its zero value.
type SlotState struct {
	Exists         bool
	Plugin         string
	Database       string
	Temporary      bool
	Active         bool
	ActivePID      int32
	RestartLSN     change.LSN // the log is kept from here on
	ConfirmedFlush change.LSN // transactions that committed before are not sent again
	CurrentWAL     change.LSN // end of the server's log
	Retained       int64      // bytes of log kept for the slot

	WALStatus     string    // PostgreSQL ≥ 13: reserved, extended, unreserved, lost
	SafeWAL       int64     // ≥ 13: bytes that may be written before the slot is in danger; -1 without limit
	TwoPhase      bool      // ≥ 14
	Conflicting   bool      // ≥ 16, on a standby: log needed was removed
	Invalidation  string    // ≥ 17: why the slot cannot be used
	Failover      bool      // ≥ 17
	Synced        bool      // ≥ 17
	InactiveSince time.Time // ≥ 17
}

// Lost says why the slot cannot be read any more, or "".
func (s SlotState) Lost() string {
	switch {
	case s.Invalidation != "":
		return s.Invalidation
	case s.WALStatus == "lost":
		return "wal_status is lost: it needed more log than max_slot_wal_keep_size allows"
	case s.Conflicting:
		return "it conflicted with recovery"
	}
	return ""
}

// SlotState asks for the state of the slot.
func (s *Source) SlotState(ctx context.Context) (SlotState, error) {
	version, err := s.control.version(ctx)
	if err != nil {
		return SlotState{}, err
	}
	rows, err := s.control.query(ctx, slotQuery(version, s.cfg.Slot))
	if err != nil {
		return SlotState{}, fmt.Errorf("ask for the state of slot %s: %w", s.cfg.Slot, err)
	}
	return parseSlot(rows)
}

// slotColumns are asked for in this order, each with the release that has it
// and what stands in for it before.
var slotColumns = []struct {
	since int
	expr  string
	none  string
}{
	{0, "plugin", ""},
	{0, "database", ""},
	{0, "temporary", ""},
	{0, "active", ""},
	{0, "active_pid", ""},
	{0, "restart_lsn", ""},
	{0, "confirmed_flush_lsn", ""},
	{0, "w.lsn", ""},
	{0, "pg_wal_lsn_diff(w.lsn, restart_lsn)::bigint", ""},
	{130000, "wal_status", "''"},
	{130000, "coalesce(safe_wal_size, -1)", "-1"},
	{140000, "two_phase", "false"},
	{160000, "coalesce(conflicting, false)", "false"},
	{170000, "invalidation_reason", "''"},
	{170000, "failover", "false"},
	{170000, "synced", "false"},
	{170000, "extract(epoch FROM inactive_since)::bigint", "''"},
}

// slotQuery is the question that a server of the given version understands.
// It is sent on replication connections too, so it has no parameters.
func slotQuery(version int, slot string) string {
	exprs := make([]string, len(slotColumns))
	for i, c := range slotColumns {
		exprs[i] = c.expr
		if version < c.since {
			exprs[i] = c.none
		}
	}
	return `SELECT ` + strings.Join(exprs, ", ") + `
		FROM pg_replication_slots, (SELECT CASE WHEN pg_is_in_recovery() THEN pg_last_wal_replay_lsn()
			ELSE pg_current_wal_lsn() END AS lsn) w
		WHERE slot_name = ` + quoteLiteral(slot)
}

func parseSlot(rows [][]string) (SlotState, error) {
	if len(rows) == 0 {
		return SlotState{}, nil
	}
	r := fields{row: rows[0]}
	st := SlotState{
		Exists: true, Plugin: r.text(), Database: r.text(), Temporary: r.yes(), Active: r.yes(), ActivePID: int32(r.number()),
		RestartLSN: r.lsn(), ConfirmedFlush: r.lsn(), CurrentWAL: r.lsn(), Retained: r.number(),
		WALStatus: r.text(), SafeWAL: r.number(), TwoPhase: r.yes(), Conflicting: r.yes(),
		Invalidation: r.text(), Failover: r.yes(), Synced: r.yes(),
	}
	if at := r.number(); at != 0 {
		st.InactiveSince = time.Unix(at, 0).UTC()
	}
	if r.err != nil {
		return SlotState{}, fmt.Errorf("read the state of the slot: %w", r.err)
	}
	return st, nil
}

// fields reads the columns of a row in text form one after the other; NULL is
// the zero value. The first error sticks.
type fields struct {
	row []string
	err error
}

func (f *fields) text() string {
	if len(f.row) == 0 {
		if f.err == nil {
			f.err = fmt.Errorf("the server's answer has too few columns")
		}
		return ""
	}
	v := f.row[0]
	f.row = f.row[1:]
	return v
}

func (f *fields) yes() bool { return f.text() == "t" }

func (f *fields) number() int64 {
	v := f.text()
	if v == "" {
		return 0
	}
	n, err := strconv.ParseInt(v, 10, 64)
	if err != nil && f.err == nil {
		f.err = err
	}
	return n
}

func (f *fields) lsn() change.LSN {
	v := f.text()
	if v == "" {
		return 0
	}
	lsn, err := change.ParseLSN(v)
	if err != nil && f.err == nil {
		f.err = err
	}
	return lsn
}
