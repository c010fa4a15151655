package sqlite

import (
	"context"
	"fmt"
	"time"

	"github.com/odoobridge/odoobridge/internal/store"
	"github.com/odoobridge/odoobridge/internal/store/sqlite/capi"
)

const (
	listCursors  = "SELECT lane, seq, state, updated FROM cursor ORDER BY lane"
	putCursor    = "REPLACE INTO cursor (lane, seq, state, updated) VALUES (?,?,?,?)"
	forgetCursor = "DELETE FROM cursor WHERE lane=?1"
)

// Cursors implements store.Store.
func (r *Reader) Cursors(ctx context.Context) (list []store.Cursor, err error) {
	err = r.read(ctx, listCursors, func(q *capi.Stmt) error {
		for {
			row, err := q.Step()
			if err != nil || !row {
				return err
			}
			list = append(list, store.Cursor{
				Lane: q.ColumnText(0), Seq: q.ColumnInt(1), State: q.ColumnBytes(2), Updated: time.UnixMicro(q.ColumnInt(3)).UTC(),
			})
		}
	})
	if err != nil {
		return nil, fmt.Errorf("read the lanes' cursors: %w", err)
	}
	return list, nil
}

// SaveCursors implements store.Store.
func (s *Store) SaveCursors(ctx context.Context, cursors []store.Cursor) error {
	err := s.transact(ctx, true, func() error {
		keep, err := s.w.Prep(keepPlace)
		if err != nil {
			return err
		}
		q, err := s.w.Prep(putCursor)
		if err != nil {
			return err
		}
		for i := range cursors {
			c := &cursors[i]
			keep.Text(1, c.Lane)
			keep.Int(2, c.Seq)
			keep.Int(3, c.Updated.UnixMicro())
			if err := keep.Run(); err != nil {
				return err
			}
			q.Text(1, c.Lane)
			q.Int(2, c.Seq)
			q.Blob(3, c.State)
			q.Int(4, c.Updated.UnixMicro())
			if err := q.Run(); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return fmt.Errorf("save the cursors of %d lanes: %w", len(cursors), err)
	}
	return nil
}

// ForgetCursor implements store.Store.
func (s *Store) ForgetCursor(ctx context.Context, lane string) error {
	err := s.transact(ctx, true, func() error {
		for _, sql := range []string{forgetCursor, forgetPlaces} {
			q, err := s.w.Prep(sql)
			if err != nil {
				return err
			}
			q.Text(1, lane)
			if err := q.Run(); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return fmt.Errorf("forget the cursor of lane %s: %w", lane, err)
	}
	return nil
}
