package commands

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/odoobridge/odoobridge/internal/store"
)

// Settle implements store.Ledger.
func (l *Ledger) Settle(ctx context.Context, s *store.Settlement) error {
	err := l.submit(ctx, &op{synced: true, settles: s, first: s.Provided != "", step: func(c Conn) (step, error) { return l.settleIn(c, s) }})
	if err != nil {
		return fmt.Errorf("settle command %d: %w", s.Seq, err)
	}
	return nil
}

// settleIn reads what a command has been, then writes what it is. Whoever waited for what is there now is woken.
func (l *Ledger) settleIn(c Conn, s *store.Settlement) (step, error) {
	var was *store.Command
	var waiting []int64
	err := send(c, "SELECT channel, said, time, keys, provides, state, waits, attempts FROM command WHERE seq = ?1", func(q Row) (err error) {
		was = &store.Command{Seq: s.Seq, Channel: q.ColumnText(0), Said: q.ColumnText(1), Time: moment(q.ColumnInt(2)), Provides: q.ColumnText(4), State: store.CommandState(q.ColumnText(5)), Attempts: int(q.ColumnInt(7))}
		if was.Keys, err = list(q.ColumnText(3)); err != nil {
			return fmt.Errorf("keys of command %d: %w", s.Seq, err)
		}
		if was.WaitsFor, err = list(q.ColumnText(6)); err != nil {
			return fmt.Errorf("what command %d waits for: %w", s.Seq, err)
		}
		return nil
	}, s.Seq)
	if err == nil && s.Provided != "" {
		err = send(c, "SELECT seq FROM wait WHERE key = ?1 AND channel = (SELECT c.channel FROM command c WHERE c.seq = ?2) ORDER BY seq", func(q Row) error {
			waiting = append(waiting, q.ColumnInt(0))
			return nil
		}, s.Provided, s.Seq)
	}
	return func(c Conn) (step, error) {
		if err := l.mayBeSettled(was); err != nil {
			return nil, err
		}
		l.settled[s.Seq] = true
		if err := writeAll(c, was, s); err != nil {
			return nil, err
		}
		for _, seq := range waiting {
			if err := wakeOne(c, seq, s.Provided, s.Now, "bridge"); err != nil {
				return nil, err
			}
		}
		return nil, nil
	}, err
}

// mayBeSettled refuses what is not applying, or is not any more.
func (l *Ledger) mayBeSettled(was *store.Command) error {
	switch {
	case was == nil:
		return refusal{store.ErrUnknown}
	case was.State != store.CommandApplying:
		return refusal{fmt.Errorf("%w: it is %s", store.ErrState, was.State)}
	case l.settled[was.Seq]:
		return refusal{fmt.Errorf("%w: it has just been settled", store.ErrState)}
	}
	return nil
}

// writeAll writes a settlement and all that is kept with it.
func writeAll(c Conn, was *store.Command, s *store.Settlement) error {
	if err := writeSettlement(c, was, s); err != nil {
		return err
	}
	if err := turn(c, was, s.State, s.WaitsFor); err != nil {
		return err
	}
	if err := addAttempt(c, was, s); err != nil {
		return err
	}
	if s.State == store.CommandApplied && was.Said != "" && !was.Time.IsZero() {
		err := exec(c, `INSERT INTO said (channel, said, time, kept) VALUES (?1, ?2, ?3, ?4)
			ON CONFLICT (channel, said) DO UPDATE SET time = CASE WHEN excluded.time > said.time THEN excluded.time ELSE said.time END, kept = excluded.kept`, was.Channel, was.Said, was.Time, s.Now)
		if err != nil {
			return err
		}
	}
	if err := bindAll(c, s.Bindings, s.Now); err != nil {
		return err
	}
	return answer(c, s.Seq, s)
}

func writeSettlement(c Conn, was *store.Command, s *store.Settlement) error {
	settled := s.Now
	if s.State == store.CommandReceived {
		settled = time.Time{}
	}
	err := exec(c, `UPDATE command SET state = ?2, due = coalesce(nullif(CAST(?3 AS BIGINT), 0), due), begun = ?4, waits = ?5, code = ?6, outcome = coalesce(?7, outcome),
		error = ?8, model = ?9, odoo_id = ?10, odoo_name = ?11, settled = coalesce(nullif(CAST(?12 AS BIGINT), 0), settled), ready = 0, calling = 0 WHERE seq = ?1`,
		s.Seq, string(s.State), s.Due, s.Begun, s.WaitsFor, s.Code, s.Outcome, s.Error, s.Odoo.Model, s.Odoo.ID, s.Odoo.Name, settled)
	if err != nil || s.State != store.CommandWaiting {
		return err
	}
	// What was provided while the command was being applied is not waited for.
	for _, key := range s.WaitsFor {
		err := exec(c, `UPDATE command SET due = ?2 WHERE seq = ?1 AND EXISTS (SELECT 1 FROM command p WHERE p.channel = ?3 AND p.provides = ?4 AND p.provides <> ''
			AND p.state IN ('received', 'applied') AND p.state = 'applied' AND p.settled >= ?5)`, s.Seq, s.Now, was.Channel, key, s.Taken)
		if err != nil {
			return err
		}
	}
	return nil
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
		err = l.alone(ctx, func(c Conn) (err error) {
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
	if err != nil || command == nil || !slices.Contains(command.WaitsFor, key) {
		return err // others were quicker
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
