package main

import (
	"context"
	"fmt"
	"strings"

	"github.com/jackc/pgx/v5"
)

// Made rows have ids above this, well away from the demonstration data's.
const (
	firstID     = 1_000_000
	firstIDText = "1000000"
)

// clone adds n rows that are copies of a demonstration row, so that they are
// as wide as real ones, with some columns set: to SQL over g, the row's
// number from 1, and was, the row that is copied. pick chooses that row. A
// column that this Odoo's table does not have is left out.
func clone(ctx context.Context, conn *pgx.Conn, table string, n int, pick string, set map[string]string) error {
	columns, err := columnsOf(ctx, conn, table)
	if err != nil {
		return err
	}
	values := make([]string, len(columns))
	for i, column := range columns {
		values[i] = "was." + column
		if value, ok := set[column]; ok {
			values[i] = value
		}
	}
	sql := fmt.Sprintf(`INSERT INTO %s (%s) SELECT %s FROM (SELECT * FROM %s WHERE %s LIMIT 1) was, generate_series(1, %d) g`,
		table, strings.Join(columns, ", "), strings.Join(values, ", "), table, pick, n)
	tag, err := conn.Exec(ctx, sql)
	if err != nil {
		return fmt.Errorf("make rows of %s: %w", table, err)
	}
	if tag.RowsAffected() != int64(n) {
		return fmt.Errorf("make rows of %s: %d rows of %d; no row to copy where %s", table, tag.RowsAffected(), n, pick)
	}
	return nil
}

func columnsOf(ctx context.Context, conn *pgx.Conn, table string) ([]string, error) {
	rows, err := conn.Query(ctx, `SELECT quote_ident(attname) FROM pg_attribute
		WHERE attrelid = $1::regclass AND attnum > 0 AND NOT attisdropped ORDER BY attnum`, table)
	if err != nil {
		return nil, fmt.Errorf("read the columns of %s: %w", table, err)
	}
	columns, err := pgx.CollectRows(rows, pgx.RowTo[string])
	if err != nil {
		return nil, fmt.Errorf("read the columns of %s: %w", table, err)
	}
	return columns, nil
}
