package postgres

import (
	"context"

	"github.com/jackc/pgx/v5"

	"github.com/odoobridge/odoobridge/internal/store/internal/piece"
)

// readPiece reads the rows of a query that was limited to limit rows, on a
// connection of the pool.
func readPiece[T any](ctx context.Context, s source, limit int, size func(*T) int, decode func(pgx.Rows) (T, error), query string, arguments ...any) (p piece.Piece[T], err error) {
	c, err := s.borrow(ctx)
	if err != nil {
		return p, err
	}
	defer c.Release()
	rows, err := c.Query(ctx, query, arguments...)
	if err != nil {
		return p, s.explain(err)
	}
	defer rows.Close()
	p, err = piece.Fill(limit, func() (v T, n int, more bool, err error) {
		if !rows.Next() {
			return v, 0, false, rows.Err()
		}
		v, err = decode(rows)
		return v, size(&v), true, err
	})
	return p, s.explain(err)
}
