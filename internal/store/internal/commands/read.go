package commands

import (
	"context"
	"fmt"

	"github.com/odoobridge/odoobridge/internal/store"
)

// Command implements store.Ledger.
func (l *Reader) Command(ctx context.Context, channel, id string) (command store.Command, found bool, err error) {
	err = l.db.Read(ctx, func(c Conn) error {
		got, err := commandWhere(c, "channel = ?1 AND id = ?2", channel, id)
		if got != nil {
			command, found = *got, true
		}
		return err
	})
	if err != nil {
		return command, false, fmt.Errorf("read command %s of %s: %w", id, channel, err)
	}
	return command, found, nil
}

// Counts implements store.Ledger.
func (l *Ledger) Counts(ctx context.Context) (counts []store.CommandCount, err error) {
	err = l.db.Read(ctx, func(c Conn) error {
		return query(c, `SELECT channel, workload, state, CASE WHEN state = 'parked' THEN code ELSE '' END, count(*), min(received) FROM command
			WHERE state = 'received' OR state = 'waiting' OR state = 'applying' OR state = 'parked' GROUP BY 1, 2, 3, 4 ORDER BY 1, 2, 3, 4`, func(q Row) error {
			counts = append(counts, store.CommandCount{
				Channel: q.ColumnText(0), Workload: q.ColumnText(1), State: store.CommandState(q.ColumnText(2)), Code: q.ColumnText(3),
				Count: q.ColumnInt(4), Oldest: moment(q.ColumnInt(5)),
			})
			return nil
		})
	})
	if err != nil {
		return nil, fmt.Errorf("count commands: %w", err)
	}
	return counts, nil
}
