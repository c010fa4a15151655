package odoosim

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/jackc/pgx/v5"
)

// Upgrade is what the upgrade of a module, or its installation, does to the tables.
type Upgrade struct {
	Module, Version string   // "stock", "17.0.1.2"
	Renames         []Rename // by the module's migration script, before anything else
	Tables          []string // new ones; their columns are among Columns
	Columns         []Column // new ones
	Types           []Column // columns of another type from now on
	Dropped         []Column // columns that the module has no more; only Table and Name count
	DroppedTables   []string
}

// Column is a column of a table.
type Column struct {
	Table, Name string
	Type        string // PostgreSQL's: "varchar", "int4", "float8", "numeric"
	Default     string // an SQL expression for the rows that there are; "" leaves them NULL
}

// Rename gives a column another name.
type Rename struct{ Table, From, To string }

// Upgrade upgrades a module as "odoo -u" does, while calls are served: it is
// marked, in one transaction; its tables are changed, in a second one; what it
// has no more is dropped CASCADE and the module said to be installed, in a
// third. New columns are filled by SQL, so that no write_date tells of it.
// Calls that begin afterwards know the new tables.
//
// Tables are locked before a transaction sees anything, so that no other gets in its way:
// Odoo's own upgrade fails there, and is run again.
func (s *Server) Upgrade(ctx context.Context, u Upgrade) error {
	steps := []struct {
		what       string
		tables     []string
		statements func(registry) []string
	}{
		{"mark", nil, u.mark},
		{"change the tables for", u.changed(), u.change},
		{"drop what is gone of", u.gone(), func(now registry) []string { return append(u.drop(), u.done(now)...) }},
	}
	for _, step := range steps {
		locked := slices.DeleteFunc(step.tables, func(table string) bool { return (*s.tables.Load())[table] == nil })
		_, err := s.again(ctx, func() (any, error) { return nil, s.alter(ctx, locked, step.statements(*s.tables.Load())) })
		if err != nil {
			return fmt.Errorf("%s module %s: %w", step.what, u.Module, err)
		}
		if err := s.readTables(ctx); err != nil {
			return err
		}
	}
	return nil
}

// alter runs statements in one transaction, on tables that nobody else uses meanwhile.
func (s *Server) alter(ctx context.Context, locked, statements []string) error {
	return pgx.BeginTxFunc(ctx, s.pool, pgx.TxOptions{IsoLevel: pgx.RepeatableRead}, func(tx pgx.Tx) error {
		if len(locked) > 0 {
			statements = append([]string{"LOCK TABLE " + strings.Join(quoteAll(locked), ", ") + " IN ACCESS EXCLUSIVE MODE"}, statements...)
		}
		for _, sql := range statements {
			if _, err := tx.Conn().PgConn().Exec(ctx, sql).ReadAll(); err != nil {
				return fmt.Errorf("%s: %w", sql, err)
			}
		}
		return nil
	})
}

// changed and gone are the tables of the second and the third transaction, in one order for all
// upgrades.
func (u Upgrade) changed() []string {
	tables := map[string]bool{}
	for _, r := range u.Renames {
		tables[r.Table] = true
	}
	for _, c := range slices.Concat(u.Columns, u.Types) {
		tables[c.Table] = true
	}
	return slices.Sorted(maps.Keys(tables))
}

func (u Upgrade) gone() []string {
	tables := map[string]bool{}
	for _, c := range u.Dropped {
		tables[c.Table] = true
	}
	for _, table := range u.DroppedTables {
		tables[table] = true
	}
	return slices.Sorted(maps.Keys(tables))
}

// mark says that the module is about to change, where modules are recorded. One
// that was not there is being installed.
func (u Upgrade) mark(now registry) []string {
	if now["ir_module_module"] == nil {
		return nil
	}
	name := literal(u.Module)
	return []string{
		"UPDATE ir_module_module SET state = 'to upgrade' WHERE name = " + name,
		"INSERT INTO ir_module_module (name, state) SELECT " + name + ", 'to install' WHERE NOT EXISTS (SELECT FROM ir_module_module WHERE name = " + name + ")",
	}
}

func (u Upgrade) done(now registry) []string {
	if now["ir_module_module"] == nil {
		return nil
	}
	return []string{fmt.Sprintf("UPDATE ir_module_module SET state = 'installed', latest_version = %s WHERE name = %s", literal(u.Version), literal(u.Module))}
}

// change are the statements of the module's own transaction.
func (u Upgrade) change(now registry) (statements []string) {
	say := func(format string, args ...any) { statements = append(statements, fmt.Sprintf(format, args...)) }
	for _, r := range u.Renames {
		say("ALTER TABLE %s RENAME COLUMN %s TO %s", quote(r.Table), quote(r.From), quote(r.To))
	}
	for _, table := range u.Tables {
		say("CREATE TABLE %s (id SERIAL NOT NULL, PRIMARY KEY (id))", quote(table))
		for _, c := range []Column{{Name: "create_uid", Type: "int4"}, {Name: "create_date", Type: "timestamp"}, {Name: "write_uid", Type: "int4"}, {Name: "write_date", Type: "timestamp"}} {
			say("ALTER TABLE %s ADD COLUMN %s %s", quote(table), c.Name, c.Type)
		}
	}
	for _, c := range u.Columns {
		say("ALTER TABLE %s ADD COLUMN %s %s", quote(c.Table), quote(c.Name), c.Type)
		if c.Default != "" {
			say("UPDATE %s SET %[2]s = %[3]s WHERE %[2]s IS NULL", quote(c.Table), quote(c.Name), c.Default)
		}
	}
	for _, c := range u.Types {
		if converts(now[c.Table][u.nameBefore(c)], c.Type) {
			say("ALTER TABLE %s ALTER COLUMN %[2]s TYPE %[3]s USING %[2]s::%[3]s", quote(c.Table), quote(c.Name), c.Type)
			continue
		}
		// What cannot be converted is set aside, and begins anew.
		say("ALTER TABLE %s RENAME COLUMN %s TO %s", quote(c.Table), quote(c.Name), quote(c.Name+"_moved0"))
		say("ALTER TABLE %s ADD COLUMN %s %s", quote(c.Table), quote(c.Name), c.Type)
		if c.Default != "" {
			say("UPDATE %s SET %s = %s", quote(c.Table), quote(c.Name), c.Default)
		}
	}
	return statements
}

// nameBefore is what a column is called before the upgrade renames it.
func (u Upgrade) nameBefore(c Column) string {
	for _, r := range u.Renames {
		if r.Table == c.Table && r.To == c.Name {
			return r.From
		}
	}
	return c.Name
}

// converts says whether Odoo has PostgreSQL convert a column: between texts, and
// between numbers with a point.
func converts(from, to string) bool {
	texts, numbers := []string{"character varying", "varchar", "text"}, []string{"integer", "int4", "numeric", "double precision", "float8"}
	return slices.Contains(texts, from) && slices.Contains(texts, to) || slices.Contains(numbers, from) && slices.Contains(numbers[2:], to)
}

func (u Upgrade) drop() (statements []string) {
	for _, c := range u.Dropped {
		statements = append(statements, fmt.Sprintf("ALTER TABLE %s DROP COLUMN IF EXISTS %s CASCADE", quote(c.Table), quote(c.Name)))
	}
	for _, table := range u.DroppedTables {
		statements = append(statements, fmt.Sprintf("DROP TABLE IF EXISTS %s CASCADE", quote(table)))
	}
	return statements
}

func literal(text string) string { return "'" + strings.ReplaceAll(text, "'", "''") + "'" }
