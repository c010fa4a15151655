package sqlite

import (
	_ "embed"
	"errors"
	"fmt"

	"github.com/odoobridge/odoobridge/internal/store"
	"github.com/odoobridge/odoobridge/internal/store/sqlite/capi"
)

// applicationID marks a database file as a store of the bridge ("odoo").
const applicationID = 0x6f646f6f

//go:embed schema.sql
var schemaV1 string

//go:embed schema_2.sql
var schemaV2 string

//go:embed schema_3.sql
var schemaV3 string

//go:embed schema_4.sql
var schemaV4 string

// migrations lead from one version of the schema to the next; the file's
// user_version counts those that were done. What has been released never changes.
var migrations = []string{schemaV1, schemaV2, schemaV3, schemaV4}

// migrate brings the file to this program's schema, each step in a transaction.
func migrate(c *capi.Conn) error {
	app, err := number(c, "PRAGMA application_id")
	if err != nil {
		return err
	}
	version, err := number(c, "PRAGMA user_version")
	if err != nil {
		return err
	}
	tables, err := number(c, "SELECT count(*) FROM sqlite_schema")
	if err != nil {
		return err
	}
	switch {
	case app != applicationID && (tables > 0 || version > 0):
		return errors.New("it is an SQLite database, but not a store of the bridge")
	case version > int64(len(migrations)):
		return fmt.Errorf("%w: it has schema version %d, this program knows versions up to %d", store.ErrNewer, version, len(migrations))
	}
	for ; version < int64(len(migrations)); version++ {
		script := fmt.Sprintf("BEGIN IMMEDIATE; %s; PRAGMA application_id = %d; PRAGMA user_version = %d; COMMIT",
			migrations[version], applicationID, version+1)
		if err := c.Exec(script); err != nil {
			if c.InTransaction() {
				err = errors.Join(err, c.Exec("ROLLBACK"))
			}
			return fmt.Errorf("bring the schema to version %d: %w", version+1, err)
		}
	}
	return nil
}

// number runs a statement that returns one number; NULL or no row is 0.
func number(c *capi.Conn, sql string) (n int64, err error) {
	s, err := c.Prepare(sql)
	if err != nil {
		return 0, err
	}
	defer s.Finalize()
	found, err := s.Step()
	if err != nil {
		return 0, fmt.Errorf("%s: %w", sql, err)
	}
	if found {
		n = s.ColumnInt(0)
	}
	return n, nil
}
