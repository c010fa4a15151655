package odoodb

import (
	"context"
	"fmt"

	"github.com/jackc/pgx/v5"
)

// Relation is what the catalogue says of a table. Its numbers change when what
// they number is dropped and made again, under whatever name.
type Relation struct {
	OID      uint32            `json:"oid"`
	Entry    uint32            `json:"entry,omitempty"` // in the publication; 0 when it is not there
	Columns  map[string]string `json:"columns"`         // name → number and type: "4 numeric"
	readable map[string]bool
}

// Readable reports whether the role may select the column.
func (r *Relation) Readable(column string) bool { return r.readable[column] }

// Relations looks at tables of the schema public; those that are not there are not in it.
func Relations(ctx context.Context, c conn, publication string, tables []string) (map[string]*Relation, error) {
	rows, err := c.Query(ctx, `
		SELECT c.relname, c.oid, coalesce(r.oid, 0)::oid, a.attname, a.attnum || ' ' || format_type(a.atttypid, NULL),
			has_column_privilege(c.oid, a.attnum, 'SELECT')
		FROM pg_class c
		JOIN pg_namespace n ON n.oid = c.relnamespace AND n.nspname = 'public'
		JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
		LEFT JOIN pg_publication p ON p.pubname = $1
		LEFT JOIN pg_publication_rel r ON r.prpubid = p.oid AND r.prrelid = c.oid
		WHERE c.relkind IN ('r', 'p', 'v') AND c.relname = ANY($2)`, publication, tables)
	if err != nil {
		return nil, fmt.Errorf("look at the mapped tables: %w", err)
	}
	found := map[string]*Relation{}
	var table, column, form string
	var oid, entry uint32
	var readable bool
	if _, err := pgx.ForEachRow(rows, []any{&table, &oid, &entry, &column, &form, &readable}, func() error {
		r := found[table]
		if r == nil {
			r = &Relation{OID: oid, Entry: entry, Columns: map[string]string{}, readable: map[string]bool{}}
			found[table] = r
		}
		r.Columns[column], r.readable[column] = form, readable
		return nil
	}); err != nil {
		return nil, fmt.Errorf("look at the mapped tables: %w", err)
	}
	return found, nil
}
