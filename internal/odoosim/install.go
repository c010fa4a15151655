package odoosim

import (
	"context"
	_ "embed"
	"fmt"
	"slices"

	"github.com/jackc/pgx/v5"
)

//go:embed schema.sql
var schemaSQL string

//go:embed data.sql
var dataSQL string

//go:embed schema_accounting.sql
var accountingSchemaSQL string

//go:embed data_accounting.sql
var accountingDataSQL string

//go:embed to18.sql
var to18SQL string

//go:embed to19.sql
var to19SQL string

// finishSQL stamps the rows as the superuser's and has ids go on after them.
const finishSQL = `DO $$ DECLARE r record; top bigint; BEGIN
	FOR r IN SELECT table_name, bool_or(column_name = 'write_uid') AS stamped, bool_or(column_name = 'id') AS numbered
		FROM information_schema.columns WHERE table_schema = 'public' GROUP BY table_name LOOP
		IF r.stamped THEN
			EXECUTE format('UPDATE %I SET create_uid = 1, write_uid = 1, create_date = now() AT TIME ZONE ''UTC'', write_date = now() AT TIME ZONE ''UTC''', r.table_name);
		END IF;
		IF r.numbered THEN
			EXECUTE format('SELECT max(id) FROM %I', r.table_name) INTO top;
			IF top IS NOT NULL THEN PERFORM setval(pg_get_serial_sequence(r.table_name, 'id'), top); END IF;
		END IF;
	END LOOP;
END $$`

// Install makes the tables and the data of a small shop in an empty database,
// those of Odoo 17.
func Install(ctx context.Context, dsn string) error { return InstallRelease(ctx, dsn, "17.0") }

// InstallRelease makes the same shop with the tables of a release: "17.0", "18.0" or "19.0".
func InstallRelease(ctx context.Context, dsn, release string) error {
	parts := []part{
		{"make the tables", schemaSQL}, {"make the tables of accounting", accountingSchemaSQL},
		{"fill the tables", dataSQL}, {"fill the tables of accounting", accountingDataSQL}, {"number the rows", finishSQL},
	}
	newer := []part{{"make them those of Odoo 18", to18SQL}, {"make them those of Odoo 19", to19SQL}}
	at := slices.Index([]string{"17.0", "18.0", "19.0"}, release)
	if at < 0 {
		return fmt.Errorf("no tables of Odoo %s are known here", release)
	}
	return runParts(ctx, dsn, append(parts, newer[:at]...))
}

// part is a script, and what it does.
type part struct{ what, sql string }

// runParts runs scripts in one transaction.
func runParts(ctx context.Context, dsn string, parts []part) error {
	conn, err := pgx.Connect(ctx, dsn)
	if err != nil {
		return fmt.Errorf("connect to the database: %w", err)
	}
	defer func() { _ = conn.Close(ctx) }()
	return pgx.BeginFunc(ctx, conn, func(tx pgx.Tx) error {
		for _, part := range parts {
			if _, err := tx.Conn().PgConn().Exec(ctx, part.sql).ReadAll(); err != nil {
				return fmt.Errorf("%s: %w", part.what, err)
			}
		}
		return nil
	})
}
