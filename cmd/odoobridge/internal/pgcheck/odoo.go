package pgcheck

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"

	"github.com/odoobridge/odoobridge/cmd/odoobridge/internal/check"
	"github.com/odoobridge/odoobridge/cmd/odoobridge/internal/dba"
	"github.com/odoobridge/odoobridge/cmd/odoobridge/internal/odoodb"
	"github.com/odoobridge/odoobridge/schema/odoo"
)

// release finds out which Odoo this is and chooses the mapping.
func (c *Checker) release(ctx context.Context) ([]check.Finding, error) {
	if c.noSchema {
		return nil, &check.SkipError{Reason: "the role may not use the schema, see above"}
	}
	facts, err := odoodb.Read(ctx, c.conn)
	if err != nil {
		return nil, err
	}
	c.facts = facts
	release, why, err := odoo.Detect(facts.Columns, facts.BaseVersion)
	if err != nil {
		return one(check.Finding{Severity: check.Fail, Code: "odoo.release", What: err.Error(), Remedy: "is it the right database?"})
	}
	if c.profile, err = odoo.For(release, c.cfg.ExtraColumns); err != nil {
		return one(check.Finding{Severity: check.Fail, Code: "odoo.release", What: err.Error(), Remedy: "see extra_columns in the configuration"})
	}
	return one(check.Good("odoo.release", fmt.Sprintf("Odoo %s (%s)", release, why)))
}

// Release is the release of the tables, once that was asked; "" when it is not known.
func (c *Checker) Release() string {
	if c.profile == nil {
		return ""
	}
	return c.profile.Release
}

// HasLogin says whether Odoo has a user of that login, archived or not; known is false when that cannot be told.
func (c *Checker) HasLogin(ctx context.Context, login string) (there, known bool) {
	if c.unreachable || c.conn == nil || c.conn.IsClosed() || c.facts.Columns["res_users"] == nil {
		return false, false
	}
	found, err := odoodb.Users(ctx, c.conn, []string{login})
	_, there = found[login]
	return there, err == nil
}

func (c *Checker) mapped() error {
	if c.profile == nil {
		return &check.SkipError{Reason: "no mapping for this database, see above"}
	}
	return nil
}

// columns wants every mapped column to be there.
func (c *Checker) columns(context.Context) ([]check.Finding, error) {
	if err := c.mapped(); err != nil {
		return nil, err
	}
	if err := odoo.Check(c.profile, c.facts.Columns); err != nil {
		return one(check.Finding{Severity: check.Fail, Code: "odoo.columns", What: err.Error(),
			Why: "a document without it would be wrong", Remedy: "is a module missing, or was a column removed? Odoo with Sales and Inventory is needed"})
	}
	tables, columns := 0, 0
	for _, t := range c.wanted() {
		tables++
		columns += len(t.Columns)
	}
	return one(check.Good("odoo.columns", fmt.Sprintf("all %d mapped columns of %d tables are there", columns, tables)))
}

// wanted is what the mapping reads of tables that are there.
func (c *Checker) wanted() []dba.Table {
	return slices.DeleteFunc(dba.Tables(c.profile), func(t dba.Table) bool { return c.facts.Columns[t.Name] == nil })
}

func (c *Checker) grants(ctx context.Context) ([]check.Finding, error) {
	if err := c.mapped(); err != nil {
		return nil, err
	}
	denied, err := c.denied(ctx)
	if err != nil {
		return nil, err
	}
	var tables, sql []string
	for _, t := range append(c.wanted(), dba.Extra()...) {
		var missing []string
		for _, column := range t.Columns {
			if denied[t.Name+"."+column] {
				missing = append(missing, column)
			}
		}
		if len(missing) > 0 && !slices.Contains(tables, t.Name) {
			tables = append(tables, t.Name)
			sql = append(sql, dba.Grant(c.role, t.Name, missing).SQL)
		}
	}
	if len(tables) == 0 {
		return one(check.Good("odoo.grants", "the role may read all of them"))
	}
	return one(check.Finding{Severity: check.Fail, Code: "odoo.grants", What: fmt.Sprintf("role %s may not read mapped columns of %s", c.role, strings.Join(tables, ", ")),
		Why: "the first start copies them", Remedy: "let it read them, and nothing else", SQL: sql})
}

// denied lists the columns that the role may not read.
func (c *Checker) denied(ctx context.Context) (map[string]bool, error) {
	rows, err := c.conn.Query(ctx, `SELECT c.relname || '.' || a.attname FROM pg_class c
		JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
		WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'p')
			AND NOT (has_schema_privilege('public', 'USAGE') AND has_column_privilege(c.oid, a.attnum, 'SELECT'))`)
	if err != nil {
		return nil, fmt.Errorf("ask for the privileges: %w", err)
	}
	names, err := pgx.CollectRows(rows, pgx.RowTo[string])
	if err != nil {
		return nil, fmt.Errorf("ask for the privileges: %w", err)
	}
	denied := map[string]bool{}
	for _, name := range names {
		denied[name] = true
	}
	return denied, nil
}

// identity wants to know which database this is, and that it is no copy.
func (c *Checker) identity(ctx context.Context) ([]check.Finding, error) {
	const code = "odoo.identity"
	if c.facts.Columns == nil {
		return nil, &check.SkipError{Reason: "the tables could not be looked at"}
	}
	switch {
	case c.facts.Neutralized:
		return one(check.Finding{Severity: check.Fail, Code: "odoo.neutralized", What: "database.is_neutralized is set: this is a copy made for tests",
			Why: "its events must not reach productive channels", Remedy: "point postgres.dsn at the productive database"})
	case c.facts.UUID != "":
		return one(check.Good(code, "database.uuid "+c.facts.UUID))
	case c.facts.Columns["ir_config_parameter"] == nil:
		return one(check.Finding{Severity: check.Fail, Code: code, What: "there is no table ir_config_parameter: this is no database of Odoo", Remedy: "is it the right database?"})
	}
	readable, err := c.canReadIdentity(ctx)
	if err != nil {
		return nil, err
	}
	if readable {
		return one(check.Finding{Severity: check.Fail, Code: code, What: "ir_config_parameter has no database.uuid", Why: "events name the database that they are from",
			Remedy: "Odoo writes it when it starts on the database for the first time: start Odoo once"})
	}
	return one(check.Finding{Severity: check.Fail, Code: code, What: "role " + c.role + " may not read database.uuid", Why: "events name the database that they are from; a copy is told from it",
		Remedy: "let it read the two rows that it needs; the table itself holds secrets", SQL: dba.IdentitySQL(c.role, c.facts.Columns[dba.IdentityView] != nil)})
}

func (c *Checker) canReadIdentity(ctx context.Context) (bool, error) {
	source := "ir_config_parameter"
	if c.facts.Columns[dba.IdentityView] != nil {
		source = dba.IdentityView
	}
	var readable bool
	err := c.conn.QueryRow(ctx, "SELECT has_column_privilege($1, 'key', 'SELECT') AND has_column_privilege($1, 'value', 'SELECT')", "public."+source).Scan(&readable)
	if err != nil {
		return false, fmt.Errorf("ask for the privilege to read %s: %w", source, err)
	}
	return readable, nil
}

// logins wants each channel's Odoo user to exist.
func (c *Checker) logins(ctx context.Context) ([]check.Finding, error) {
	var logins []string
	for _, channel := range c.cfg.Channels {
		if channel.OdooLogin != "" {
			logins = append(logins, channel.OdooLogin)
		}
	}
	if len(logins) == 0 {
		return one(check.Good("odoo.logins", "no channel has an odoo_login: events carry no origin"))
	}
	nameless := c.nameless()
	if c.facts.Columns["res_users"] == nil {
		return nil, &check.SkipError{Reason: "there is no table res_users, or it cannot be seen"}
	}
	found, err := odoodb.Users(ctx, c.conn, logins)
	var refused *pgconn.PgError
	if errors.As(err, &refused) && refused.Code == "42501" {
		return nil, &check.SkipError{Reason: "the role may not read res_users, see the grants"}
	}
	if err != nil {
		return nil, err
	}
	missing := slices.DeleteFunc(logins, func(login string) bool { _, there := found[login]; return there })
	if len(missing) > 0 {
		return one(check.Finding{Severity: check.Fail, Code: "odoo.logins", What: "Odoo has no user with the login " + strings.Join(missing, ", "),
			Why: "what a channel did itself could not be told from what others did", Remedy: "create the user in Odoo (Settings, Users), or correct odoo_login"})
	}
	return one(check.Good("odoo.logins", "the channels' users exist"+nameless))
}

// nameless says of which channels' commands nobody can tell afterwards whose doing it was.
func (c *Checker) nameless() string {
	var channels []string
	for i := range c.cfg.Channels {
		if channel := &c.cfg.Channels[i]; len(channel.Commands) > 0 && !c.cfg.KnowsOwn(channel) {
			channels = append(channels, channel.Name)
		}
	}
	if len(channels) == 0 {
		return ""
	}
	return fmt.Sprintf("; commands of %s are carried out as %s, and what they change carries no origin (odoo_api_key gives a channel a user of its own)",
		strings.Join(channels, ", "), c.cfg.Odoo.Login)
}
