package postgres

import (
	"context"
	"fmt"

	"github.com/jackc/pgx/v5"

	"github.com/odoobridge/odoobridge/internal/store"
)

const (
	listCursors = "SELECT lane, seq, state, updated FROM cursor ORDER BY lane"
	putCursor   = `INSERT INTO cursor (lane, seq, state, updated) VALUES ($1, $2, $3, $4)
		ON CONFLICT (lane) DO UPDATE SET seq = excluded.seq, state = excluded.state, updated = excluded.updated`
	forgetCursor = "DELETE FROM cursor WHERE lane = $1"
)

// Cursors implements store.Store.
func (r reading) Cursors(ctx context.Context) (list []store.Cursor, err error) {
	c, err := r.borrow(ctx)
	if err != nil {
		return nil, fmt.Errorf("read the lanes' cursors: %w", err)
	}
	defer c.Release()
	rows, err := c.Query(ctx, listCursors)
	if err == nil {
		var cursor store.Cursor
		_, err = pgx.ForEachRow(rows, []any{&cursor.Lane, &cursor.Seq, &cursor.State, &cursor.Updated}, func() error {
			cursor.Updated = cursor.Updated.UTC()
			list = append(list, cursor)
			return nil
		})
	}
	if err != nil {
		return nil, fmt.Errorf("read the lanes' cursors: %w", r.explain(err))
	}
	return list, nil
}

// SaveCursors implements store.Store. It waits for nobody: the writer's
// transaction is another one.
func (s *Store) SaveCursors(ctx context.Context, cursors []store.Cursor) error {
	err := s.atOnce(ctx, func(b *pgx.Batch) {
		for i := range cursors {
			c := &cursors[i]
			b.Queue(keepPlace, c.Lane, c.Seq, c.Updated)
			b.Queue(putCursor, c.Lane, c.Seq, c.State, c.Updated)
		}
	})
	if err != nil {
		return fmt.Errorf("save the cursors of %d lanes: %w", len(cursors), err)
	}
	return nil
}

// ForgetCursor implements store.Store.
func (s *Store) ForgetCursor(ctx context.Context, lane string) error {
	err := s.atOnce(ctx, func(b *pgx.Batch) {
		b.Queue(forgetCursor, lane)
		b.Queue(forgetPlaces, lane)
	})
	if err != nil {
		return fmt.Errorf("forget the cursor of lane %s: %w", lane, err)
	}
	return nil
}
