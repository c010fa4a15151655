package postgres

import (
	"context"

	"github.com/jackc/pgx/v5"
)

// A reading goes on in pieces of at most so many rows and bytes.
const (
	pieceRows  = 512
	pieceBytes = 4 << 20
)

// piece is one part of a long reading.
type piece[T any] struct {
	list []T
	end  bool // there is nothing after it
}

// readPiece reads the rows of a query that was limited to limit rows, on a
// connection of the pool.
func readPiece[T any](ctx context.Context, s *Store, limit int, size func(*T) int, decode func(pgx.Rows) (T, error), query string, arguments ...any) (p piece[T], err error) {
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
	for bytes := 0; bytes < pieceBytes; {
		if !rows.Next() {
			p.end = len(p.list) < limit
			return p, s.explain(rows.Err())
		}
		v, err := decode(rows)
		if err != nil {
			return p, s.explain(err)
		}
		p.list = append(p.list, v)
		bytes += size(&v)
	}
	return p, nil
}
