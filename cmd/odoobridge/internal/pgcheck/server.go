package pgcheck

import (
	"context"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/odoobridge/odoobridge/cmd/odoobridge/internal/check"
	"github.com/odoobridge/odoobridge/internal/clock"
)

// oldest and newest are the releases of PostgreSQL that the bridge is written for.
const (
	oldest = 120000
	newest = 190000
)

// server finds out the version, the settings, and whether this is a standby.
func (c *Checker) server(ctx context.Context) ([]check.Finding, error) {
	var name string
	err := c.conn.QueryRow(ctx, `SELECT current_setting('server_version_num')::int, current_setting('server_version'), pg_is_in_recovery()`).
		Scan(&c.version, &name, &c.standby)
	if err != nil {
		return nil, fmt.Errorf("ask for the version: %w", err)
	}
	rows, err := c.conn.Query(ctx, "SELECT name, setting FROM pg_settings")
	if err != nil {
		return nil, fmt.Errorf("read the settings: %w", err)
	}
	var key, value string
	if _, err := pgx.ForEachRow(rows, []any{&key, &value}, func() error {
		c.settings[key] = value
		return nil
	}); err != nil {
		return nil, fmt.Errorf("read the settings: %w", err)
	}
	return append([]check.Finding{c.versionFinding(name)}, c.standbyFindings()...), nil
}

func (c *Checker) versionFinding(name string) check.Finding {
	switch {
	case c.version < oldest:
		return check.Finding{Severity: check.Fail, Code: "postgres.version", What: "PostgreSQL " + name + " is too old", Remedy: "PostgreSQL 12 or later is needed"}
	case c.version >= newest:
		return check.Finding{Severity: check.Warn, Code: "postgres.version", What: "PostgreSQL " + name + " is newer than what this bridge was made for"}
	}
	return check.Good("postgres.version", "PostgreSQL "+name)
}

func (c *Checker) standbyFindings() []check.Finding {
	if !c.standby {
		return nil
	}
	return []check.Finding{{Severity: check.Fail, Code: "postgres.standby", What: "this server is a standby",
		Why:    "the bridge writes its heartbeat to the log, and makes its slot where Odoo writes",
		Remedy: "point postgres.dsn at the primary; with several hosts in it, add target_session_attrs=read-write"}}
}

func (c *Checker) database(ctx context.Context) ([]check.Finding, error) {
	var name, encoding string
	if err := c.conn.QueryRow(ctx, "SELECT current_database(), current_setting('server_encoding')").Scan(&name, &encoding); err != nil {
		return nil, fmt.Errorf("ask for the database: %w", err)
	}
	if wanted := c.cfg.Odoo.Database; wanted != "" && wanted != name {
		return one(check.Finding{Severity: check.Fail, Code: "postgres.database", What: fmt.Sprintf("postgres.dsn leads to the database %s, odoo.database is %s", name, wanted),
			Remedy: "make them the same: events and commands must be about one database"})
	}
	if encoding != "UTF8" {
		return one(check.Finding{Severity: check.Warn, Code: "postgres.database", What: "database " + name + " has the encoding " + encoding,
			Remedy: "Odoo makes its databases with UTF8; events are UTF-8 in any case"})
	}
	return one(check.Good("postgres.database", "database "+name))
}

func (c *Checker) clock(ctx context.Context) ([]check.Finding, error) {
	before := time.Now()
	var server time.Time
	if err := c.conn.QueryRow(ctx, "SELECT clock_timestamp()").Scan(&server); err != nil {
		return nil, fmt.Errorf("ask for the time: %w", err)
	}
	took := time.Since(before)
	skew := server.Sub(before.Add(took / 2))
	if skew.Abs() > clock.Tolerance+took {
		return one(check.Finding{Severity: check.Warn, Code: "postgres.clock", What: fmt.Sprintf("the server's clock is %s off ours", skew.Round(time.Millisecond)),
			Why: "lags and latencies are measured from the server's commit times", Remedy: "synchronise both clocks (chrony, systemd-timesyncd)"})
	}
	return one(check.Good("postgres.clock", "clocks agree"))
}
