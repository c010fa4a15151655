package ledger

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"

	"github.com/odoobridge/odoobridge/internal/store"
	"github.com/odoobridge/odoobridge/internal/store/sqlite/capi"
)

// Command implements store.Ledger.
func (l *Reader) Command(ctx context.Context, channel, id string) (command store.Command, found bool, err error) {
	err = l.readers.Do(ctx, func(c *capi.Conn) error {
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
	err = l.readers.Do(ctx, func(c *capi.Conn) error {
		return query(c, `SELECT channel, workload, state, iif(state = 'parked', code, ''), count(*), min(received) FROM command
			WHERE state IN ('received', 'waiting', 'applying', 'parked') GROUP BY 1, 2, 3, 4 ORDER BY 1, 2, 3, 4`, func(q *capi.Stmt) error {
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

// Size implements store.Ledger.
func (l *Ledger) Size(ctx context.Context) (size int64, err error) {
	err = l.readers.Do(ctx, func(c *capi.Conn) error {
		pages, err := numbers(c, "SELECT (SELECT page_count FROM pragma_page_count) - (SELECT freelist_count FROM pragma_freelist_count)")
		if err == nil && len(pages) > 0 {
			size = pages[0] * pageSize
		}
		return err
	})
	if err != nil {
		return 0, fmt.Errorf("measure the ledger: %w", err)
	}
	switch info, err := os.Stat(l.file + "-wal"); {
	case err == nil:
		size += info.Size()
	case !errors.Is(err, fs.ErrNotExist):
		return 0, fmt.Errorf("measure the ledger: %w", err)
	}
	return size, nil
}
