package pgcheck

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"

	"github.com/odoobridge/odoobridge/cmd/odoobridge/internal/check"
	"github.com/odoobridge/odoobridge/cmd/odoobridge/internal/dba"
)

func (c *Checker) parse() (*pgx.ConnConfig, error) {
	cfg, err := pgx.ParseConfig(c.cfg.Postgres.DSN.Reveal())
	if err != nil {
		// pgx shows the string without its password, and no more of it than needed.
		return nil, errors.New("postgres.dsn cannot be read as a connection string")
	}
	cfg.ConnectTimeout = 5 * time.Second
	cfg.RuntimeParams["application_name"] = "odoobridge check"
	cfg.DefaultQueryExecMode = pgx.QueryExecModeExec // nothing is kept on the server
	return cfg, nil
}

func (c *Checker) open(ctx context.Context) (*pgx.Conn, error) {
	cfg, err := c.parse()
	if err != nil {
		return nil, err
	}
	return pgx.ConnectConfig(ctx, cfg)
}

func (c *Checker) connect(ctx context.Context) ([]check.Finding, error) {
	cfg, err := c.parse()
	if err == nil {
		c.conn, err = pgx.ConnectConfig(ctx, cfg)
	}
	if err != nil {
		c.unreachable = true
		f := check.Finding{Severity: check.Fail, Code: "postgres.connect", What: connectionTrouble(err)}
		f.Remedy, f.SQL = connectionRemedy(err, cfg)
		return one(f)
	}
	c.role = cfg.User
	return one(check.Good("postgres.connect", fmt.Sprintf("%s@%s:%d/%s", cfg.User, cfg.Host, cfg.Port, cfg.Database)))
}

// connectionTrouble is the error without pgx's preamble, which repeats the address.
func connectionTrouble(err error) string {
	var refused *pgconn.PgError
	if errors.As(err, &refused) {
		return refused.Message
	}
	var connecting *pgconn.ConnectError
	if errors.As(err, &connecting) {
		return strings.TrimSpace(strings.ReplaceAll(connecting.Error(), "\n\t", " "))
	}
	return err.Error()
}

func connectionRemedy(err error, cfg *pgx.ConnConfig) (string, []string) {
	var refused *pgconn.PgError
	if !errors.As(err, &refused) || cfg == nil {
		return "is the server up, is the address in postgres.dsn right, and does a firewall let it through?", nil
	}
	role := dba.Quote(cfg.User)
	switch {
	case refused.Code == "28P01": // invalid_password
		return "wrong password, or no such role: `odoobridge setup` prints the SQL that makes it; a password is set with", []string{`\password ` + role}
	case refused.Code == "28000" && strings.Contains(refused.Message, "is not permitted to log in"):
		return "let it log in", []string{"ALTER ROLE " + role + " LOGIN"}
	case refused.Code == "28000" && strings.Contains(refused.Message, "does not exist"):
		return "`odoobridge setup` prints the SQL that makes the role", nil
	case refused.Code == "28000": // invalid_authorization_specification: pg_hba.conf
		return fmt.Sprintf("add a line to pg_hba.conf and reload: host  %s  %s  <address of the bridge>/32  scram-sha-256", cfg.Database, cfg.User),
			[]string{"SELECT pg_reload_conf()"}
	case refused.Code == "3D000": // invalid_catalog_name
		return "is the database's name in postgres.dsn right?", nil
	case refused.Code == "42501": // insufficient_privilege: CONNECT
		return "let it connect", []string{"GRANT CONNECT ON DATABASE " + dba.Quote(cfg.Database) + " TO " + role}
	case refused.Code == "53300": // too_many_connections
		return "the role's connections, or all of the server's, are used up; is another bridge running?", []string{"ALTER ROLE " + role + " CONNECTION LIMIT 16"}
	}
	return "is the address in postgres.dsn right?", nil
}

// pooler compares the process id that the protocol told with the one that SQL
// tells: a pooler invents its own.
func (c *Checker) pooler(ctx context.Context) ([]check.Finding, error) {
	var pid uint32
	if err := c.conn.QueryRow(ctx, "SELECT pg_backend_pid()").Scan(&pid); err != nil {
		return nil, fmt.Errorf("ask for the server process: %w", err)
	}
	if pid == c.conn.PgConn().PID() {
		return one(check.Good("postgres.pooler", "reached directly, without a pooler"))
	}
	return one(check.Finding{Severity: check.Fail, Code: "postgres.pooler", What: "there is a connection pooler (PgBouncer, Pgpool) between us and PostgreSQL",
		Why: "replication does not go through a pooler", Remedy: "point postgres.dsn at PostgreSQL itself: its own host and port"})
}

// replicationConnection opens what the bridge streams over: pg_hba.conf and the role's attribute decide.
func (c *Checker) replicationConnection(ctx context.Context) ([]check.Finding, error) {
	cfg, err := c.parse()
	if err != nil {
		return nil, err
	}
	cfg.RuntimeParams["replication"] = "database"
	conn, err := pgconn.ConnectConfig(ctx, &cfg.Config)
	if err == nil {
		defer func() { _ = conn.Close(context.WithoutCancel(ctx)) }()
		_, err = conn.Exec(ctx, "IDENTIFY_SYSTEM").ReadAll()
	}
	if err == nil {
		return one(check.Good("postgres.replication", "a replication connection opens"))
	}
	f := check.Finding{Severity: check.Fail, Code: "postgres.replication", What: "no replication connection: " + connectionTrouble(err)}
	var refused *pgconn.PgError
	switch {
	case errors.As(err, &refused) && (refused.Code == "42501" || strings.Contains(refused.Message, "must be superuser or replication role")):
		f.Remedy, f.SQL = "give the role the attribute", []string{"ALTER ROLE " + dba.Quote(c.role) + " REPLICATION"}
	case errors.As(err, &refused) && strings.Contains(refused.Message, "unsupported startup parameter"):
		f.Remedy = "a pooler refuses it: point postgres.dsn at PostgreSQL itself"
	default:
		f.Remedy, f.SQL = connectionRemedy(err, cfg)
	}
	return one(f)
}
