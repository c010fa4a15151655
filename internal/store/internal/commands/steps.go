package commands

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/odoobridge/odoobridge/internal/store"
)

// mostReason bounds a step's reason, in bytes.
const mostReason = 400

// addStep enters a step on a command's way, and forgets one when there are too many.
func addStep(c Conn, seq int64, s *store.Step) error {
	err := exec(c, `INSERT INTO step (seq, number, time, begun, attempt, what, class, reason, waits, due)
		VALUES (?1, (SELECT coalesce(max(s.number), 0) + 1 FROM step s WHERE s.seq = ?1), ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)`,
		seq, s.Time, s.Begun, s.Attempt, string(s.What), s.Class, shortened(s.Reason), s.WaitsFor, s.Due)
	if err != nil {
		return err
	}
	return exec(c, "DELETE FROM step WHERE seq = ?1 AND number > ?2 AND number = (SELECT max(s.number) FROM step s WHERE s.seq = ?1) - CAST(?3 AS BIGINT)", seq, store.FirstSteps, store.NewestSteps)
}

func shortened(reason string) string {
	if len(reason) > mostReason {
		reason = strings.ToValidUTF8(reason[:mostReason], "") + "…"
	}
	return reason
}

// addAttempt enters an attempt that decided nothing; others are told by the audit trail.
func addAttempt(c Conn, command *store.Command, s *store.Settlement) error {
	step := &store.Step{Time: s.Now, Begun: s.Taken, Attempt: command.Attempts, Class: s.Class, Reason: s.Error, WaitsFor: s.WaitsFor, Due: s.Due}
	switch {
	case s.State == store.CommandWaiting:
		step.What, step.Class = store.StepWaits, s.Code
	case s.State != store.CommandReceived:
		return nil
	case s.Interrupted:
		step.What = store.StepInterrupted
	default:
		step.What = store.StepFailed
	}
	return addStep(c, command.Seq, step)
}

// addWoken enters that a waiting command looks again.
func addWoken(c Conn, command *store.Command, key, actor string, now time.Time) error {
	return addStep(c, command.Seq, &store.Step{Time: now, Attempt: command.Attempts, What: store.StepWoken, Reason: key + ", told by " + actor, Due: now})
}

// Steps implements store.Ledger.
func (l *Reader) Steps(ctx context.Context, seq int64) (steps []store.Step, err error) {
	err = l.db.Read(ctx, func(c Conn) error {
		return query(c, "SELECT number, time, begun, attempt, what, class, reason, waits, due FROM step WHERE seq = ?1 ORDER BY number", func(q Row) error {
			s := store.Step{Number: q.ColumnInt(0), Time: moment(q.ColumnInt(1)), Begun: moment(q.ColumnInt(2)), Attempt: int(q.ColumnInt(3)), What: store.StepKind(q.ColumnText(4)),
				Class: q.ColumnText(5), Reason: q.ColumnText(6), Due: moment(q.ColumnInt(8))}
			var err error
			s.WaitsFor, err = list(q.ColumnText(7))
			steps = append(steps, s)
			return err
		}, seq)
	})
	if err != nil {
		return nil, fmt.Errorf("read the steps of command %d: %w", seq, err)
	}
	return steps, nil
}
