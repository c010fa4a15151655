package commands

import (
	"context"
	"fmt"
	"time"

	"github.com/odoobridge/odoobridge/internal/store"
)

// Take implements store.Ledger.
func (l *Ledger) Take(ctx context.Context, workload string, n int, now time.Time) ([]store.Taken, error) {
	var taken []store.Taken
	err := l.submit(ctx, &op{do: func(c Conn) (err error) {
		taken, err = takeIn(c, workload, n, now)
		return err
	}})
	if err != nil {
		return nil, fmt.Errorf("take commands of %s: %w", workload, err)
	}
	return taken, nil
}

func takeIn(c Conn, workload string, n int, now time.Time) (taken []store.Taken, err error) {
	for len(taken) < n {
		command, err := commandWhere(c, "workload = ?1 AND ready = 1 AND due <= ?2 ORDER BY due, seq", workload, now)
		if err != nil || command == nil {
			return taken, err
		}
		held, err := heldBack(c, line{seq: command.Seq, channel: command.Channel, keys: command.Keys, provides: command.Provides})
		if err != nil {
			return nil, err
		}
		if held { // by one that was taken since; settling that one looks at this one again
			if err := exec(c, "UPDATE command SET ready = 0 WHERE seq = ?1", command.Seq); err != nil {
				return nil, err
			}
			continue
		}
		t, err := take(c, command)
		if err != nil {
			return nil, err
		}
		taken = append(taken, t)
	}
	return taken, nil
}

func take(c Conn, command *store.Command) (store.Taken, error) {
	t := store.Taken{}
	if err := moveKeys(c, command.Seq, command.Keys, keyState(command.State), keyApplying); err != nil {
		return t, err
	}
	if err := exec(c, "UPDATE command SET state = 'applying', ready = 0, attempts = attempts + 1 WHERE seq = ?1", command.Seq); err != nil {
		return t, err
	}
	command.State = store.CommandApplying
	command.Attempts++
	t.Command = *command
	var err error
	if command.Effect != "" {
		t.First, err = commandWhere(c, "channel = ?1 AND effect = ?2 AND effect <> '' AND state IN ('applied', 'parked') AND seq <> ?3 ORDER BY seq",
			command.Channel, command.Effect, command.Seq)
		if err != nil {
			return t, err
		}
	}
	if command.Said != "" {
		err = query(c, "SELECT time FROM said WHERE channel = ?1 AND said = ?2", func(q Row) error {
			t.Newest = moment(q.ColumnInt(0))
			return nil
		}, command.Channel, command.Said)
	}
	return t, err
}

// NextDue implements store.Ledger.
func (l *Ledger) NextDue(ctx context.Context, workload string) (due time.Time, err error) {
	err = l.db.Read(ctx, func(c Conn) error {
		return query(c, "SELECT due FROM command WHERE workload = ?1 AND ready = 1 ORDER BY due, seq LIMIT 1", func(q Row) error {
			due = moment(q.ColumnInt(0))
			return nil
		}, workload)
	})
	if err != nil {
		return due, fmt.Errorf("find the next command of %s: %w", workload, err)
	}
	return due, nil
}

// Note implements store.Ledger.
func (l *Ledger) Note(ctx context.Context, seq int64, key, value string) error {
	err := l.durably(ctx, func(c Conn) error {
		return exec(c, "INSERT INTO note (seq, key, value) VALUES (?1, ?2, ?3) ON CONFLICT (seq, key) DO UPDATE SET value = excluded.value", seq, key, value)
	})
	if err != nil {
		return fmt.Errorf("note %s of command %d: %w", key, seq, err)
	}
	return nil
}
