package commands

import (
	"context"
	"fmt"
	"time"

	"github.com/odoobridge/odoobridge/internal/store"
)

// Settle implements store.Ledger.
func (l *Ledger) Settle(ctx context.Context, s *store.Settlement) error {
	err := l.durably(ctx, func(c Conn) error { return settleIn(c, s) })
	if err != nil {
		return fmt.Errorf("settle command %d: %w", s.Seq, err)
	}
	return nil
}

func settleIn(c Conn, s *store.Settlement) error {
	command, err := commandWhere(c, "seq = ?1", s.Seq)
	switch {
	case err != nil:
		return err
	case command == nil:
		return refusal{store.ErrUnknown}
	case command.State != store.CommandApplying:
		return refusal{fmt.Errorf("%w: it is %s", store.ErrState, command.State)}
	}
	if s.State == store.CommandWaiting {
		if s, err = notMissed(c, command, s); err != nil {
			return err
		}
	}
	if err := writeSettlement(c, command, s); err != nil {
		return err
	}
	if err := turn(c, command, s.State, s.WaitsFor); err != nil {
		return err
	}
	if err := addAttempt(c, command, s); err != nil {
		return err
	}
	if s.State == store.CommandApplied && command.Said != "" && !command.Time.IsZero() {
		err := exec(c, `INSERT INTO said (channel, said, time, kept) VALUES (?1, ?2, ?3, ?4)
			ON CONFLICT (channel, said) DO UPDATE SET time = CASE WHEN excluded.time > said.time THEN excluded.time ELSE said.time END, kept = excluded.kept`, command.Channel, command.Said, command.Time, s.Now)
		if err != nil {
			return err
		}
	}
	if s.Provided != "" {
		if _, err := wakeIn(c, command.Channel, []string{s.Provided}, s.Now, "bridge"); err != nil {
			return err
		}
	}
	if err := bindAll(c, s.Bindings, s.Now); err != nil {
		return err
	}
	if err := addResults(c, s.Seq, s.Results); err != nil {
		return err
	}
	return addAudit(c, s.Audit)
}

// notMissed makes a wait due at once for what was provided while the command was being applied.
func notMissed(c Conn, command *store.Command, s *store.Settlement) (*store.Settlement, error) {
	for _, key := range s.WaitsFor {
		there, err := exists(c, `SELECT 1 FROM command WHERE channel = ?1 AND provides = ?2 AND provides <> '' AND state IN ('received', 'applied')
			AND state = 'applied' AND settled >= ?3 LIMIT 1`, command.Channel, key, s.Taken)
		if err != nil {
			return nil, err
		}
		if there {
			at := *s
			at.Due = s.Now
			return &at, nil
		}
	}
	return s, nil
}

func writeSettlement(c Conn, command *store.Command, s *store.Settlement) error {
	due, begun, settled := s.Due, s.Begun, s.Now
	if s.State == store.CommandReceived {
		settled = command.Settled
	}
	if due.IsZero() {
		due = command.Due
	}
	outcome := s.Outcome
	if outcome == nil {
		outcome = command.Outcome
	}
	return exec(c, `UPDATE command SET state = ?2, due = ?3, begun = ?4, waits = ?5, code = ?6, outcome = ?7, error = ?8,
		model = ?9, odoo_id = ?10, odoo_name = ?11, settled = ?12, ready = 0, calling = 0 WHERE seq = ?1`,
		s.Seq, string(s.State), due, begun, s.WaitsFor, s.Code, outcome, s.Error, s.Odoo.Model, s.Odoo.ID, s.Odoo.Name, settled)
}

// turn moves a command's keys and waits as its state changes, and looks who is next.
func turn(c Conn, command *store.Command, to store.CommandState, waitsFor []string) error {
	if err := moveKeys(c, command.Seq, command.Keys, keyState(command.State), keyState(to)); err != nil {
		return err
	}
	for _, key := range command.WaitsFor {
		if err := exec(c, "DELETE FROM wait WHERE key = ?1 AND channel = ?2 AND seq = ?3", key, command.Channel, command.Seq); err != nil {
			return err
		}
	}
	for _, key := range waitsFor {
		if err := exec(c, "INSERT INTO wait (key, channel, seq) VALUES (?1, ?2, ?3) ON CONFLICT DO NOTHING", key, command.Channel, command.Seq); err != nil {
			return err
		}
	}
	if keyState(to) != "" {
		if err := lookAt(c, command.Seq); err != nil {
			return err
		}
	}
	if err := look(c, command.Keys); err != nil {
		return err
	}
	return lookForProviders(c, command.Channel, append([]string{command.Provides}, waitsFor...))
}

// Wake implements store.Ledger.
func (l *Ledger) Wake(ctx context.Context, channel string, keys []string, now time.Time, actor string) (n int, err error) {
	waited := false
	err = l.db.Read(ctx, func(c Conn) error {
		for _, key := range keys {
			found, err := exists(c, "SELECT 1 FROM wait WHERE key = ?1 AND (?2 = '' OR channel = ?2) LIMIT 1", key, channel)
			if err != nil {
				return err
			}
			waited = waited || found
		}
		return nil
	})
	if err == nil && waited {
		err = l.durably(ctx, func(c Conn) (err error) {
			n, err = wakeIn(c, channel, keys, now, actor)
			return err
		})
	}
	if err != nil {
		return 0, fmt.Errorf("wake commands: %w", err)
	}
	return n, nil
}

func wakeIn(c Conn, channel string, keys []string, now time.Time, actor string) (woken int, err error) {
	for _, key := range keys {
		waiting, err := numbers(c, "SELECT seq FROM wait WHERE key = ?1 AND (?2 = '' OR channel = ?2) ORDER BY seq", key, channel)
		if err != nil {
			return woken, err
		}
		for _, seq := range waiting {
			if err := wakeOne(c, seq, key, now, actor); err != nil {
				return woken, err
			}
			woken++
		}
	}
	return woken, nil
}

// wakeOne makes a waiting command due, and a parked one received again.
func wakeOne(c Conn, seq int64, key string, now time.Time, actor string) error {
	command, err := commandWhere(c, "seq = ?1", seq)
	if err != nil || command == nil {
		return err
	}
	if command.State == store.CommandParked {
		if err := addAudit(c, []store.AuditEntry{auditOf(command, actor, "woken", key, now)}); err != nil {
			return err
		}
		return receive(c, command, now)
	}
	// It waits no longer: nobody else need provide the key before it has looked.
	if err := exec(c, "DELETE FROM wait WHERE key = ?1 AND channel = ?2 AND seq = ?3", key, command.Channel, seq); err != nil {
		return err
	}
	if err := exec(c, "UPDATE command SET due = ?2 WHERE seq = ?1 AND due > ?2", seq, now); err != nil {
		return err
	}
	if err := addWoken(c, command, key, actor, now); err != nil {
		return err
	}
	return lookAt(c, seq)
}

// receive puts a command that is parked or waits back in line, with its old number.
func receive(c Conn, command *store.Command, now time.Time) error {
	err := exec(c, "UPDATE command SET state = 'received', due = ?2, begun = 0, waits = '[]', error = '' WHERE seq = ?1", command.Seq, now)
	if err != nil {
		return err
	}
	return turn(c, command, store.CommandReceived, nil)
}

func auditOf(c *store.Command, actor, action, reason string, now time.Time) store.AuditEntry {
	return store.AuditEntry{Time: now, Actor: actor, Action: action, Channel: c.Channel, ID: c.ID, Name: c.Name, Subject: c.Subject, Code: c.Code, Odoo: c.Odoo, Reason: reason}
}
