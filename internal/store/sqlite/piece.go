package sqlite

import "github.com/odoobridge/odoobridge/internal/store/sqlite/capi"

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

// read steps through the rows of a statement that was limited to limit rows.
func (p *piece[T]) read(q *capi.Stmt, limit int, decode func() (T, int, error)) error {
	for bytes := 0; bytes < pieceBytes; {
		row, err := q.Step()
		if err != nil {
			return err
		}
		if !row {
			p.end = len(p.list) < limit
			return nil
		}
		v, size, err := decode()
		if err != nil {
			return err
		}
		p.list = append(p.list, v)
		bytes += size
	}
	return nil
}
