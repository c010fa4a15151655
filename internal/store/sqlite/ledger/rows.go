package ledger

import (
	"fmt"
	"strings"

	"github.com/odoobridge/odoobridge/internal/store/internal/commands"
	"github.com/odoobridge/odoobridge/internal/store/sqlite/capi"
)

// rows are a table's, one at a time in memory.
type rows struct {
	q       *capi.Stmt
	columns int
	values  []any
	err     error
}

// Rows implements commands.Source.
func (s *Source) Rows(t commands.Table) (commands.Rows, error) {
	selected := make([]string, 0, 2*len(t.Columns))
	for _, name := range t.Columns {
		selected = append(selected, `"`+name+`"`, `typeof("`+name+`")`)
	}
	q, err := s.database.w.Prepare(`SELECT ` + strings.Join(selected, ", ") + ` FROM "` + t.Name + `"`)
	if err != nil {
		return nil, fmt.Errorf("read table %s: %w", t.Name, err)
	}
	return &rows{q: q, columns: len(t.Columns)}, nil
}

// Next implements commands.Rows.
func (r *rows) Next() bool {
	more, err := r.q.Step()
	if err != nil || !more {
		r.err = err
		return false
	}
	r.values = r.values[:0]
	for i := range r.columns {
		var value any
		switch r.q.ColumnText(2*i + 1) {
		case "integer":
			value = r.q.ColumnInt(2 * i)
		case "text":
			value = r.q.ColumnText(2 * i)
		case "blob":
			value = append([]byte{}, r.q.ColumnBytes(2*i)...) // an empty one is not NULL
		}
		r.values = append(r.values, value)
	}
	return true
}

// Values implements commands.Rows.
func (r *rows) Values() ([]any, error) { return r.values, nil }

// Err implements commands.Rows.
func (r *rows) Err() error { return r.err }

// Close implements commands.Rows.
func (r *rows) Close() { r.q.Finalize() }
