package commands

import (
	"context"
	"fmt"

	"github.com/odoobridge/odoobridge/internal/store"
)

// Claim implements store.Ledger.
func (l *Ledger) Claim(ctx context.Context, commands ...*store.Command) ([]store.Claim, error) {
	var claims []store.Claim
	err := l.submit(ctx, &op{synced: true, grows: true, do: func(c Conn) error {
		claims = claims[:0]
		for _, command := range commands {
			claim, err := claimIn(c, command)
			if err != nil {
				return fmt.Errorf("command %s of %s: %w", command.ID, command.Channel, err)
			}
			claims = append(claims, claim)
		}
		return nil
	}})
	if err != nil {
		return nil, fmt.Errorf("claim %d commands: %w", len(commands), err)
	}
	return claims, nil
}

func claimIn(c Conn, command *store.Command) (store.Claim, error) {
	first, err := commandWhere(c, "channel = ?1 AND id = ?2", command.Channel, command.ID)
	if err != nil || first != nil {
		return store.Claim{First: first}, err
	}
	seq, err := insertCommand(c, command, store.CommandReceived)
	if err != nil {
		return store.Claim{}, err
	}
	held, err := heldBack(c, line{seq: seq, channel: command.Channel, keys: command.Keys, provides: command.Provides})
	if err != nil {
		return store.Claim{}, err
	}
	if err := openKeys(c, seq, command.Keys, keyReceived); err != nil {
		return store.Claim{}, err
	}
	if held {
		return store.Claim{Seq: seq}, nil
	}
	return store.Claim{Seq: seq}, exec(c, "UPDATE command SET ready = 1 WHERE seq = ?1", seq)
}

func insertCommand(c Conn, command *store.Command, state store.CommandState) (seq int64, err error) {
	err = query(c, `INSERT INTO command (channel, id, name, subject, workload, effect, said, time, based_on, body, digest, reply_to, correlation_id,
		keys, provides, received, state, ready, due) VALUES (?1,?2,?3,?4,?5,?6,?7,?8,?9,?10,?11,?12,?13,?14,?15,?16,?17,0,?16) RETURNING seq`,
		func(q Row) error { seq = q.ColumnInt(0); return nil },
		command.Channel, command.ID, command.Name, command.Subject, command.Workload, command.Effect, command.Said, command.Time, command.BasedOn,
		bytesOf(command.Body), command.Digest, command.ReplyTo, command.CorrelationID, command.Keys, command.Provides, command.Received, string(state))
	return seq, err
}

// bytesOf is never NULL.
func bytesOf(b []byte) []byte {
	if b == nil {
		return []byte{}
	}
	return b
}

// Refuse implements store.Ledger.
func (l *Ledger) Refuse(ctx context.Context, command *store.Command, s *store.Settlement) error {
	err := l.submit(ctx, &op{synced: true, grows: true, do: func(c Conn) error { return refuseIn(c, command, s) }})
	if err != nil {
		return fmt.Errorf("refuse command %s of %s: %w", command.ID, command.Channel, err)
	}
	return nil
}

func refuseIn(c Conn, command *store.Command, s *store.Settlement) error {
	refused := *s
	if command.ID != "" {
		known, err := exists(c, "SELECT 1 FROM command WHERE channel = ?1 AND id = ?2", command.Channel, command.ID)
		if err != nil {
			return err
		}
		if !known {
			if refused.Seq, err = insertCommand(c, command, store.CommandRejected); err != nil {
				return err
			}
			if err := exec(c, "UPDATE command SET code = ?2, outcome = ?3, settled = ?4 WHERE seq = ?1", refused.Seq, s.Code, s.Outcome, s.Now); err != nil {
				return err
			}
		}
	}
	if err := addResults(c, refused.Seq, s.Results); err != nil {
		return err
	}
	return addAudit(c, s.Audit)
}

// Answer implements store.Ledger.
func (l *Ledger) Answer(ctx context.Context, results []store.Result) error {
	err := l.durably(ctx, func(c Conn) error {
		for _, r := range results {
			if err := addResults(c, r.Command, []store.Result{r}); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return fmt.Errorf("keep an answer: %w", err)
	}
	return nil
}
