package commands

import (
	"context"
	"fmt"
	"slices"

	"github.com/odoobridge/odoobridge/internal/store"
)

// Claim implements store.Ledger.
func (l *Ledger) Claim(ctx context.Context, commands ...*store.Command) ([]store.Claim, error) {
	var claims []store.Claim
	o := &op{synced: true, grows: true, first: true, step: func(c Conn) (step, error) {
		claims = make([]store.Claim, len(commands))
		return claimIn(c, commands, claims)
	}}
	o.claimed = func() (numbers []int64) {
		for _, claim := range claims {
			if claim.First == nil {
				numbers = append(numbers, claim.Seq)
			}
		}
		return numbers
	}
	for _, command := range commands {
		if !slices.Contains(o.arrived, command.Workload) {
			o.arrived = append(o.arrived, command.Workload)
		}
	}
	err := l.submit(ctx, o)
	if err != nil {
		return nil, fmt.Errorf("claim %d commands: %w", len(commands), err)
	}
	return claims, nil
}

// claimIn inserts what is new, as if nothing held it back, then gives each its place in line: most are ready, and are written once.
// Claims go first in their group, so that nobody takes what has no place yet. Of what is not new it reads what was there.
func claimIn(c Conn, commands []*store.Command, claims []store.Claim) (step, error) {
	for i, command := range commands {
		if err := insertCommand(c, command, store.CommandReceived, &claims[i].Seq); err != nil {
			return nil, fmt.Errorf("command %s of %s: %w", command.ID, command.Channel, err)
		}
	}
	return func(c Conn) (step, error) {
		for i, command := range commands {
			var err error
			if seq := claims[i].Seq; seq != 0 {
				err = enter(c, seq, command.Keys)
			} else {
				err = sendCommand(c, &claims[i].First, "channel = ?1 AND id = ?2", command.Channel, command.ID)
			}
			if err != nil {
				return nil, err
			}
		}
		return nil, nil
	}, nil
}

// enter gives a new command its place in line.
func enter(c Conn, seq int64, keys []string) error {
	if err := openKeys(c, seq, keys, keyReceived); err != nil {
		return err
	}
	return lookAt(c, seq)
}

// insertCommand keeps a command, a received one as ready, unless its channel and id are there. seq is its number then.
func insertCommand(c Conn, command *store.Command, state store.CommandState, seq *int64) error {
	*seq = 0
	return send(c, `INSERT INTO command (channel, id, name, subject, workload, effect, said, time, based_on, body, digest, reply_to, correlation_id,
		keys, provides, received, state, ready, due) VALUES (?1,?2,?3,?4,?5,?6,?7,?8,?9,?10,?11,?12,?13,?14,?15,?16,?17,?18,?16)
		ON CONFLICT (channel, id) DO NOTHING RETURNING seq`,
		func(q Row) error { *seq = q.ColumnInt(0); return nil },
		command.Channel, command.ID, command.Name, command.Subject, command.Workload, command.Effect, command.Said, command.Time, command.BasedOn,
		bytesOf(command.Body), command.Digest, command.ReplyTo, command.CorrelationID, command.Keys, command.Provides, command.Received, string(state), state == store.CommandReceived)
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
	err := l.submit(ctx, &op{synced: true, grows: true, step: func(c Conn) (step, error) { return refuseIn(c, command, s) }})
	if err != nil {
		return fmt.Errorf("refuse command %s of %s: %w", command.ID, command.Channel, err)
	}
	return nil
}

func refuseIn(c Conn, command *store.Command, s *store.Settlement) (step, error) {
	if command.ID == "" {
		return nil, answer(c, s.Seq, s)
	}
	var seq int64
	if err := insertCommand(c, command, store.CommandRejected, &seq); err != nil {
		return nil, err
	}
	return func(c Conn) (step, error) {
		if seq == 0 {
			return nil, answer(c, s.Seq, s)
		}
		if err := exec(c, "UPDATE command SET code = ?2, outcome = ?3, settled = ?4 WHERE seq = ?1", seq, s.Code, s.Outcome, s.Now); err != nil {
			return nil, err
		}
		return nil, answer(c, seq, s)
	}, nil
}

// answer keeps a settlement's results and audit entries.
func answer(c Conn, seq int64, s *store.Settlement) error {
	if err := addResults(c, seq, s.Results); err != nil {
		return err
	}
	return addAudit(c, s.Audit)
}

// Answer implements store.Ledger.
func (l *Ledger) Answer(ctx context.Context, results []store.Result) error {
	err := l.submit(ctx, &op{synced: true, step: func(c Conn) (step, error) {
		for _, r := range results {
			if err := addResults(c, r.Command, []store.Result{r}); err != nil {
				return nil, err
			}
		}
		return nil, nil
	}})
	if err != nil {
		return fmt.Errorf("keep an answer: %w", err)
	}
	return nil
}
