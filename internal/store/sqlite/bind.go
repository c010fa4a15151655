package sqlite

import (
	"github.com/odoobridge/odoobridge/internal/store"
	"github.com/odoobridge/odoobridge/internal/store/sqlite/capi"
)

// bind gives the row to a statement, beginning at parameter i, and returns the
// next one.
func (r *table) bind(q *capi.Stmt, i int, row *store.Row) int {
	q.Int(i, row.Key[0])
	i++
	if r.two {
		q.Int(i, row.Key[1])
		i++
	}
	for _, index := range r.own {
		if value := row.Indexed[index]; value == store.NoIndex {
			q.Null(i)
		} else {
			q.Int(i, value)
		}
		i++
	}
	q.Text(i, row.Text)
	return i + 1
}
