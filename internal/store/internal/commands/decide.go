package commands

import (
	"context"
	"fmt"

	"github.com/odoobridge/odoobridge/internal/store"
)

// Decide implements store.Ledger.
func (l *Ledger) Decide(ctx context.Context, d *store.Decision) (store.Command, error) {
	var command store.Command
	err := l.alone(ctx, func(c Conn) (err error) {
		command, err = decideIn(c, d)
		return err
	})
	if err != nil {
		return store.Command{}, fmt.Errorf("command %s of %s: %w", d.ID, d.Channel, err)
	}
	return command, nil
}

func decideIn(c Conn, d *store.Decision) (store.Command, error) {
	command, err := commandWhere(c, "channel = ?1 AND id = ?2", d.Channel, d.ID)
	switch {
	case err != nil:
		return store.Command{}, err
	case command == nil:
		return store.Command{}, refusal{store.ErrUnknown}
	case command.State != store.CommandParked && command.State != store.CommandWaiting:
		return store.Command{}, refusal{fmt.Errorf("%w: it is %s", store.ErrState, command.State)}
	}
	if d.State == store.CommandDiscarded {
		err = discard(c, command, d)
	} else {
		err = retry(c, command, d)
	}
	if err != nil {
		return store.Command{}, err
	}
	if err := addResults(c, command.Seq, d.Results); err != nil {
		return store.Command{}, err
	}
	entry := auditOf(command, d.Audit.Actor, d.Audit.Action, d.Audit.Reason, d.Now)
	if err := addAudit(c, []store.AuditEntry{entry}); err != nil {
		return store.Command{}, err
	}
	after, err := commandWhere(c, "seq = ?1", command.Seq)
	if err != nil {
		return store.Command{}, err
	}
	return *after, nil
}

func discard(c Conn, command *store.Command, d *store.Decision) error {
	err := exec(c, "UPDATE command SET state = 'discarded', waits = '[]', outcome = ?2, settled = ?3, ready = 0 WHERE seq = ?1", command.Seq, d.Outcome, d.Now)
	if err != nil {
		return err
	}
	return turn(c, command, store.CommandDiscarded, nil)
}

// retry puts the command back in line, with another body if it was edited.
func retry(c Conn, command *store.Command, d *store.Decision) error {
	if d.Edited == nil {
		return receive(c, command, d.Now)
	}
	// Its keys may be others now: it leaves the line, and enters it anew.
	if err := turn(c, command, store.CommandParked, nil); err != nil {
		return err
	}
	e := d.Edited
	err := exec(c, `UPDATE command SET edited = ?2, subject = ?3, effect = ?4, said = ?5, time = ?6, keys = ?7, provides = ?8 WHERE seq = ?1`,
		command.Seq, bytesOf(e.Body), e.Subject, e.Effect, e.Said, e.Time, e.Keys, e.Provides)
	if err != nil {
		return err
	}
	edited := *command
	edited.State, edited.WaitsFor, edited.Keys, edited.Provides = store.CommandParked, nil, e.Keys, e.Provides
	return receive(c, &edited, d.Now)
}
