package odoodb

import (
	"context"
	"errors"
	"fmt"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
)

// Facts are what Odoo's database says about itself.
type Facts struct {
	BaseVersion string                       // of the module base: "17.0.1.3"; "" when it cannot be read
	Columns     map[string]map[string]string // table → column → type
	UUID        string                       // database.uuid; "" when it cannot be read
	Neutralized bool                         // a copy that must not talk to the outside
}

// conn is what is needed of a connection.
type conn interface {
	Query(ctx context.Context, sql string, args ...any) (pgx.Rows, error)
	QueryRow(ctx context.Context, sql string, args ...any) pgx.Row
}

// Read gathers the facts.
func Read(ctx context.Context, c conn) (Facts, error) {
	var f Facts
	var err error
	if f.Columns, err = columns(ctx, c); err != nil {
		return f, err
	}
	if f.BaseVersion, err = baseVersion(ctx, c, f.Columns); err != nil {
		return f, err
	}
	f.UUID, f.Neutralized, err = identity(ctx, c, f.Columns)
	return f, err
}

// columns reads the catalogue itself: information_schema hides what the role
// may not read, and that is for check to say, not to guess.
func columns(ctx context.Context, c conn) (map[string]map[string]string, error) {
	rows, err := c.Query(ctx, `
		SELECT c.relname, a.attname, format_type(a.atttypid, NULL)
		FROM pg_attribute a
		JOIN pg_class c ON c.oid = a.attrelid AND c.relkind IN ('r', 'p', 'v')
		JOIN pg_namespace n ON n.oid = c.relnamespace AND n.nspname = 'public'
		WHERE a.attnum > 0 AND NOT a.attisdropped`)
	if err != nil {
		return nil, fmt.Errorf("read the tables' columns: %w", err)
	}
	found := map[string]map[string]string{}
	var table, column, kind string
	_, err = pgx.ForEachRow(rows, []any{&table, &column, &kind}, func() error {
		if found[table] == nil {
			found[table] = map[string]string{}
		}
		found[table][column] = kind
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("read the tables' columns: %w", err)
	}
	return found, nil
}

func baseVersion(ctx context.Context, c conn, columns map[string]map[string]string) (string, error) {
	if columns["ir_module_module"] == nil {
		return "", nil
	}
	var version *string
	err := c.QueryRow(ctx, `SELECT latest_version FROM ir_module_module WHERE name = 'base'`).Scan(&version)
	switch {
	case errors.Is(err, pgx.ErrNoRows) || denied(err) || err == nil && version == nil:
		return "", nil
	case err != nil:
		return "", fmt.Errorf("read the version of Odoo: %w", err)
	}
	return *version, nil
}

func identity(ctx context.Context, c conn, columns map[string]map[string]string) (uuid string, neutralized bool, err error) {
	source := "ir_config_parameter"
	if columns["odoobridge_identity"] != nil {
		source = "odoobridge_identity"
	} else if columns[source] == nil {
		return "", false, nil
	}
	rows, err := c.Query(ctx, `SELECT key, coalesce(value, '') FROM `+source+
		` WHERE key IN ('database.uuid', 'database.is_neutralized')`)
	if err != nil {
		return "", false, fmt.Errorf("read the database's identity: %w", err)
	}
	var key, value string
	_, err = pgx.ForEachRow(rows, []any{&key, &value}, func() error {
		switch key {
		case "database.uuid":
			uuid = value
		case "database.is_neutralized":
			neutralized = value != "" && value != "False" && value != "false" && value != "0"
		}
		return nil
	})
	if denied(err) {
		return "", false, nil
	}
	if err != nil {
		return "", false, fmt.Errorf("read the database's identity: %w", err)
	}
	return uuid, neutralized, nil
}

// Users returns the ids of the Odoo users with these logins; those that do not
// exist are not in it.
func Users(ctx context.Context, c conn, logins []string) (map[string]int64, error) {
	found := map[string]int64{}
	if len(logins) == 0 {
		return found, nil
	}
	rows, err := c.Query(ctx, `SELECT id::bigint, login FROM res_users WHERE login = ANY($1)`, logins)
	if err != nil {
		return nil, fmt.Errorf("look up the channels' Odoo users: %w", err)
	}
	var id int64
	var login string
	if _, err := pgx.ForEachRow(rows, []any{&id, &login}, func() error {
		found[login] = id
		return nil
	}); err != nil {
		return nil, fmt.Errorf("look up the channels' Odoo users: %w", err)
	}
	return found, nil
}

func denied(err error) bool {
	var pg *pgconn.PgError
	return errors.As(err, &pg) && pg.Code == "42501" // insufficient_privilege
}
