package sqlite

import (
	"context"

	"github.com/odoobridge/odoobridge/internal/store/internal/piece"
	"github.com/odoobridge/odoobridge/internal/store/sqlite/capi"
)

// read runs fn with a statement that sees only what is committed.
func (r *Reader) read(ctx context.Context, sql string, fn func(*capi.Stmt) error) error {
	return r.readers.Do(ctx, func(c *capi.Conn) error {
		q, err := c.Prep(sql)
		if err != nil {
			return err
		}
		defer q.Reset()
		return fn(q)
	})
}

// readPiece reads the rows of a statement that bind has limited to limit rows.
func readPiece[T any](ctx context.Context, r *Reader, sql string, limit int, bind func(*capi.Stmt), decode func(*capi.Stmt) (T, int, error)) (p piece.Piece[T], err error) {
	err = r.read(ctx, sql, func(q *capi.Stmt) (err error) {
		bind(q)
		p, err = piece.Fill(limit, func() (v T, n int, more bool, err error) {
			if more, err = q.Step(); err != nil || !more {
				return v, 0, false, err
			}
			v, n, err = decode(q)
			return v, n, true, err
		})
		return err
	})
	return p, err
}
