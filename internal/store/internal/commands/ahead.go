package commands

import (
	"errors"
	"fmt"
	"runtime"
)

// ahead writes a settlement that came by itself in two transactions: what became of the command, in a row of its own, and at once
// all that follows from it, in tables and indexes. Only the first is waited for to be durable, which is a page instead of twenty.
// A process that ends between the two is followed up by the next one, before anything else. It returns false when the command is
// not one to be settled: then nothing is written.
func (l *Ledger) ahead(o *op) bool {
	if l.durable.broken() != nil {
		return false
	}
	kept := false
	err := l.db.Transact(false, func(c Conn) error {
		return query(c, `UPDATE closed SET settling = ?1, attempt = (SELECT attempts FROM command WHERE seq = ?1), outcome = ?2
			WHERE (SELECT state FROM command WHERE seq = ?1) = 'applying' RETURNING 1`, func(Row) error { kept = true; return nil }, o.settles.Seq, packed(o.settles))
	})
	if err != nil || !kept {
		return false // the usual way says why
	}
	transaction := l.durable.begin()
	runtime.Gosched() // the disk first: it takes the longest
	refused, err := l.transact([]*op{o})
	if err != nil {
		o.done <- err
		return true
	}
	l.durable.commit([]*op{o}, refused, transaction)
	return true
}

// Follow enters everywhere what was written ahead by a process that ended before it could.
func Follow(db Database) error {
	if !db.Ahead() {
		return nil
	}
	if err := db.Transact(false, follow); err != nil {
		return err
	}
	return db.Sync()
}

// follow does nothing when what is ahead was entered: the command is not applying any more, or again.
func follow(c Conn) error {
	var ahead []byte
	err := query(c, `SELECT closed.outcome FROM closed, command WHERE command.seq = closed.settling AND command.attempts = closed.attempt AND command.state = 'applying'`,
		func(q Row) error { ahead = q.ColumnBytes(0); return nil })
	if err != nil || ahead == nil {
		return err
	}
	s, err := unpacked(ahead)
	if err != nil {
		return fmt.Errorf("read what became of a command: %w", err)
	}
	alone := &Ledger{settled: map[int64]bool{}}
	o := &op{step: func(c Conn) (step, error) { return alone.settleIn(c, s) }}
	refused := map[*op]error{}
	return errors.Join(inSteps(c, []*op{o}, refused), refused[o])
}

// forget removes what was written ahead and has long been entered: it is not to be kept longer than its command.
func forget(c Conn) error {
	return exec(c, "UPDATE closed SET settling = 0, attempt = 0, outcome = NULL WHERE outcome IS NOT NULL")
}

// alone says whether an operation is a settlement and all there is to be done.
func alone(group []*op) bool { return len(group) == 1 && group[0].settles != nil }
