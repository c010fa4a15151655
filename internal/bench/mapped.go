package main

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/jackc/pgx/v5"

	"github.com/odoobridge/odoobridge/schema/odoo"
)

// release is the Odoo that the tables are of.
const release = "17.0"

// mappedTable is a table that the bridge reads, with the columns it wants.
type mappedTable struct {
	name    string
	columns []string // quoted
}

// mappedTables are those of the mapping that the database has.
func mappedTables(ctx context.Context, conn *pgx.Conn) ([]mappedTable, error) {
	profile, err := odoo.For(release, nil)
	if err != nil {
		return nil, err
	}
	rows, err := conn.Query(ctx, `SELECT relname FROM pg_class WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace`)
	if err != nil {
		return nil, fmt.Errorf("list the tables: %w", err)
	}
	present, err := pgx.CollectRows(rows, pgx.RowTo[string])
	if err != nil {
		return nil, fmt.Errorf("list the tables: %w", err)
	}
	var tables []mappedTable
	for _, t := range profile.Tables {
		if !slices.Contains(present, t.Name) {
			continue
		}
		columns, err := columnsOf(ctx, conn, t.Name)
		if err != nil {
			return nil, err
		}
		mapped := mappedTable{name: t.Name}
		for _, column := range t.Columns {
			// Some columns are those of a later release, or of a module that is not installed.
			name := pgx.Identifier{column.Source}.Sanitize()
			if slices.Contains(columns, name) || slices.Contains(columns, column.Source) {
				mapped.columns = append(mapped.columns, name)
			}
		}
		tables = append(tables, mapped)
	}
	return tables, nil
}

// publish makes the publication as the bridge would, where it has not.
func (db *database) publish(ctx context.Context) error {
	tables, err := mappedTables(ctx, db.conn)
	if err != nil {
		return err
	}
	names := make([]string, len(tables))
	for i, t := range tables {
		names[i] = t.name
	}
	return db.exec(ctx, fmt.Sprintf("CREATE PUBLICATION %s FOR TABLE %s", publication, strings.Join(names, ", ")))
}
