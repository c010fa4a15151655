package commands

import (
	"context"
	"fmt"
	"time"

	"github.com/odoobridge/odoobridge/internal/store"
)

// Calling implements store.Ledger.
func (l *Ledger) Calling(ctx context.Context, seq int64) error {
	err := l.submit(ctx, &op{calls: seq, step: func(c Conn) (step, error) {
		return nil, exec(c, "UPDATE command SET calling = 1 WHERE seq = ?1 AND state = 'applying'", seq)
	}})
	if err != nil {
		return fmt.Errorf("mark command %d as calling: %w", seq, err)
	}
	return nil
}

// Recover implements store.Ledger.
func (l *Ledger) Recover(ctx context.Context, now, calling time.Time) (n int, err error) {
	err = l.alone(ctx, func(c Conn) (err error) {
		n, err = l.recoverIn(c, now, calling)
		return err
	})
	if err != nil {
		return 0, fmt.Errorf("recover what was being applied: %w", err)
	}
	l.powerLost = false
	return n, nil
}

func (l *Ledger) recoverIn(c Conn, now, calling time.Time) (int, error) {
	if l.powerLost {
		// Marks of taking and calling may be lost: whatever could be taken may have been.
		if err := exec(c, "UPDATE command SET due = ?1 WHERE ready = 1 AND due < ?1", calling); err != nil {
			return 0, err
		}
		if err := wakeNothing(c); err != nil {
			return 0, err
		}
	}
	if err := exec(c, "UPDATE command SET due = ?1 WHERE state = 'applying' AND (calling = 1 OR ?2 = 1) AND due < ?1", calling, l.powerLost); err != nil {
		return 0, err
	}
	interrupted, err := numbers(c, "SELECT seq FROM command WHERE state = 'applying'")
	if err != nil {
		return 0, err
	}
	for _, seq := range interrupted {
		if err := receiveAgain(c, seq, now); err != nil {
			return 0, err
		}
	}
	return len(interrupted), exec(c, "UPDATE closed SET boot = ?1", l.db.Boot())
}

// wakeNothing has what waits, and could be taken, wait for its time alone: it may have been taken, and Odoo be at work for it, so that
// what it waited for must not wake it before. When its time comes it looks by itself.
func wakeNothing(c Conn) error {
	waiting, err := numbers(c, "SELECT seq FROM command WHERE state = 'waiting' AND ready = 1")
	if err != nil {
		return err
	}
	for _, seq := range waiting {
		command, err := commandWhere(c, "seq = ?1", seq)
		if err != nil || command == nil {
			return err
		}
		if err := exec(c, "UPDATE command SET state = 'received', waits = '[]' WHERE seq = ?1", seq); err != nil {
			return err
		}
		if err := turn(c, command, store.CommandReceived, nil); err != nil {
			return err
		}
	}
	return nil
}

func receiveAgain(c Conn, seq int64, now time.Time) error {
	command, err := commandWhere(c, "seq = ?1", seq)
	if err != nil || command == nil {
		return err
	}
	if err := moveKeys(c, seq, command.Keys, keyApplying, keyReceived); err != nil {
		return err
	}
	// What it waited for before must not wake it while Odoo may be at work.
	for _, key := range command.WaitsFor {
		if err := exec(c, "DELETE FROM wait WHERE key = ?1 AND channel = ?2 AND seq = ?3", key, command.Channel, seq); err != nil {
			return err
		}
	}
	if err := exec(c, "UPDATE command SET state = 'received', calling = 0, waits = '[]' WHERE seq = ?1", seq); err != nil {
		return err
	}
	cutOff := &store.Step{Time: now, Attempt: command.Attempts, What: store.StepCutOff, Reason: "the bridge ended during the attempt", Due: command.Due}
	if err := addStep(c, seq, cutOff); err != nil {
		return err
	}
	if err := lookAt(c, seq); err != nil {
		return err
	}
	return look(c, command.Keys)
}
