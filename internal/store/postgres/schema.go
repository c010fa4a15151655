package postgres

import (
	"context"
	_ "embed"
	"errors"
	"fmt"

	"github.com/jackc/pgx/v5"

	"github.com/odoobridge/odoobridge/internal/store"
	"github.com/odoobridge/odoobridge/internal/store/internal/describe"
)

//go:embed schema.sql
var schemaV1 string

//go:embed schema_2.sql
var schemaV2 string

//go:embed schema_3.sql
var schemaV3 string

//go:embed schema_4.sql
var schemaV4 string

//go:embed schema_5.sql
var schemaV5 string

//go:embed schema_6.sql
var schemaV6 string

// migrations lead from one version of the schema to the next; the table
// "migration" says which were done. What has been released never changes.
var migrations = []string{schemaV1, schemaV2, schemaV3, schemaV4, schemaV5, schemaV6}

const (
	countMigrations = `SELECT to_regclass('migration') IS NOT NULL,
		(SELECT count(*) FROM pg_class WHERE relnamespace = $1::text::regnamespace)`
	makeMigration = `CREATE TABLE migration (version integer PRIMARY KEY, at timestamptz NOT NULL DEFAULT now());
		COMMENT ON TABLE migration IS 'The versions of this schema, a store of odoobridge, and when each was made.'`
)

// migrate brings the schema to this program's version, each step in a transaction.
func migrate(ctx context.Context, c *pgx.Conn, schema string) error {
	if err := makeSchema(ctx, c, schema); err != nil {
		return err
	}
	var known bool
	var relations, version int
	if err := c.QueryRow(ctx, countMigrations, describe.Quote(schema)).Scan(&known, &relations); err != nil {
		return fmt.Errorf("look into schema %s: %w", schema, err)
	}
	switch {
	case !known && relations > 0:
		return fmt.Errorf("schema %s has tables, but is not a store of the bridge", schema)
	case !known:
		if _, err := c.PgConn().Exec(ctx, makeMigration).ReadAll(); err != nil {
			return fmt.Errorf("begin a store in schema %s: %w", schema, err)
		}
	}
	if err := c.QueryRow(ctx, "SELECT coalesce(max(version), 0) FROM migration").Scan(&version); err != nil {
		return fmt.Errorf("read the version of schema %s: %w", schema, err)
	}
	if version > len(migrations) {
		return fmt.Errorf("%w: it has schema version %d, this program knows versions up to %d", store.ErrNewer, version, len(migrations))
	}
	for ; version < len(migrations); version++ {
		script := fmt.Sprintf("BEGIN; %s; INSERT INTO migration (version) VALUES (%d); COMMIT", migrations[version], version+1)
		if _, err := c.PgConn().Exec(ctx, script).ReadAll(); err != nil {
			err = fmt.Errorf("bring the schema to version %d: %w", version+1, err)
			_, undone := c.Exec(ctx, "ROLLBACK")
			return errors.Join(err, undone)
		}
	}
	return nil
}

// makeSchema makes the schema if it is not there: asking first, so that a role
// need not have the right when a DBA has made it.
func makeSchema(ctx context.Context, c *pgx.Conn, schema string) error {
	var there bool
	if err := c.QueryRow(ctx, "SELECT EXISTS (SELECT FROM pg_namespace WHERE nspname = $1)", schema).Scan(&there); err != nil || there {
		return err
	}
	if _, err := c.Exec(ctx, "CREATE SCHEMA "+describe.Quote(schema)); err != nil {
		return fmt.Errorf("make schema %s: %w", schema, err)
	}
	return nil
}
