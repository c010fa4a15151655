package storecheck

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/odoobridge/odoobridge/cmd/odoobridge/internal/check"
	"github.com/odoobridge/odoobridge/internal/config"
	"github.com/odoobridge/odoobridge/internal/store/postgres"
)

// shared are all that there is to ask of a shared store's database.
func shared(cfg *config.Config) []check.Question {
	s := &server{cfg: cfg}
	return []check.Question{{Code: "store.dsn", Timeout: 30 * time.Second, Ask: s.ask}}
}

// server is the shared store's.
type server struct {
	cfg  *config.Config
	conn *pgx.Conn
}

const storeCode = "store.dsn"

// ask connects once and finds everything out.
func (s *server) ask(ctx context.Context) ([]check.Finding, error) {
	conn, err := pgx.Connect(ctx, s.cfg.Store.DSN.Reveal())
	if err != nil {
		return []check.Finding{{Severity: check.Fail, Code: storeCode, What: fmt.Sprintf("the store's database cannot be reached: %v", err),
			Remedy: "correct store.dsn, or make role and database there: CREATE ROLE odoobridge LOGIN; CREATE DATABASE odoobridge OWNER odoobridge"}}, nil
	}
	defer conn.Close(context.WithoutCancel(ctx)) //nolint:errcheck // nothing depends on a parting word
	s.conn = conn
	findings := []check.Finding{check.Good(storeCode, "the store's database answers")}
	for _, look := range []func(context.Context) (check.Finding, error){s.apart, s.pooler, s.schema, s.durable, s.holder} {
		f, err := look(ctx)
		if err != nil {
			return findings, err
		}
		findings = append(findings, f)
	}
	return findings, nil
}

// apart wants another database than Odoo's.
func (s *server) apart(ctx context.Context) (check.Finding, error) {
	const code = "store.apart"
	ours, err := postgres.WhichDatabase(ctx, s.cfg.Store.DSN.Reveal())
	if err != nil {
		return check.Finding{}, err
	}
	odoo, err := postgres.WhichDatabase(ctx, s.cfg.Postgres.DSN.Reveal())
	if err != nil {
		return check.Finding{Severity: check.Warn, Code: code, What: "whether the store is apart from Odoo's database is not known: that cannot be reached",
			Remedy: "see postgres.connect"}, nil
	}
	const why = "what the bridge remembers makes write-ahead log; on Odoo's server the bridge has to read past it, and it is lost with that server"
	cluster, _, _ := strings.Cut(odoo, "/")
	switch {
	case ours == odoo && !s.cfg.Store.InOdooDatabase:
		return check.Finding{Severity: check.Fail, Code: code, What: "store.dsn leads to Odoo's own database", Why: why,
			Remedy: "use a database of its own, better on another server; or insist with store.in_odoo_database: true"}, nil
	case ours == odoo:
		return check.Finding{Severity: check.Warn, Code: code, What: "the store is in Odoo's own database, as store.in_odoo_database asks", Why: why}, nil
	case strings.HasPrefix(ours, cluster+"/"):
		return check.Finding{Severity: check.Warn, Code: code, What: "the store is on the same PostgreSQL server as Odoo's database", Why: why,
			Remedy: "use another server where you can"}, nil
	}
	return check.Good(code, "the store is on another server than Odoo's database"), nil
}

// pooler wants the server itself: the lock on the store is a session's.
func (s *server) pooler(ctx context.Context) (check.Finding, error) {
	const code = "store.pooler"
	var pid uint32
	if err := s.conn.QueryRow(ctx, "SELECT pg_backend_pid()").Scan(&pid); err != nil {
		return check.Finding{}, err
	}
	if pid != s.conn.PgConn().PID() {
		return check.Finding{Severity: check.Fail, Code: code, What: "a connection pooler stands in front of the store's server",
			Why: "the lock that says who has the store needs a connection of its own", Remedy: "give the server's own host and port in store.dsn"}, nil
	}
	return check.Good(code, "no pooler stands in front of it"), nil
}

// schema wants the store's schema to be there, or the right to make it.
func (s *server) schema(ctx context.Context) (check.Finding, error) {
	const code = "store.schema"
	name := s.cfg.Store.Schema
	var there, mayMake, mayUse bool
	err := s.conn.QueryRow(ctx, `SELECT n.oid IS NOT NULL, has_database_privilege(current_database(), 'CREATE'),
		coalesce(has_schema_privilege(n.oid, 'CREATE'), false)
		FROM (SELECT (SELECT oid FROM pg_namespace WHERE nspname = $1) AS oid) n`, name).Scan(&there, &mayMake, &mayUse)
	switch {
	case err != nil:
		return check.Finding{}, err
	case !there && !mayMake:
		return check.Finding{Severity: check.Fail, Code: code, What: fmt.Sprintf("schema %s is not there, and the role may not make it", name),
			Remedy: "as an administrator of that database:", SQL: []string{fmt.Sprintf(`CREATE SCHEMA "%s" AUTHORIZATION "%s";`, name, s.conn.Config().User)}}, nil
	case there && !mayUse:
		return check.Finding{Severity: check.Fail, Code: code, What: fmt.Sprintf("the role may not make tables in schema %s", name),
			Remedy: "as an administrator of that database:", SQL: []string{fmt.Sprintf(`ALTER SCHEMA "%s" OWNER TO "%s";`, name, s.conn.Config().User)}}, nil
	case !there:
		return check.Good(code, fmt.Sprintf("schema %s will be made", name)), nil
	}
	return check.Good(code, fmt.Sprintf("schema %s is there", name)), nil
}

// durable wants a commit to be on disk when it returns.
func (s *server) durable(ctx context.Context) (check.Finding, error) {
	const code = "store.durable"
	var fsync, synchronous, standbys string
	var recovering bool
	err := s.conn.QueryRow(ctx, `SELECT current_setting('fsync'), current_setting('synchronous_commit'), current_setting('synchronous_standby_names'),
		pg_is_in_recovery()`).Scan(&fsync, &synchronous, &standbys, &recovering)
	switch {
	case err != nil:
		return check.Finding{}, err
	case recovering:
		return check.Finding{Severity: check.Fail, Code: code, What: "store.dsn leads to a stand-by server, which takes no writes",
			Remedy: "name all hosts and ask for the right one: postgres://user@a:5432,b:5432/odoobridge?target_session_attrs=read-write"}, nil
	case fsync == "off":
		return check.Finding{Severity: check.Fail, Code: code, What: "fsync is off on the store's server",
			Why: "positions are confirmed to Odoo's server once they are durable here; a power cut would lose what was confirmed", Remedy: "ALTER SYSTEM SET fsync = on, then restart it"}, nil
	case synchronous == "off":
		return check.Finding{Severity: check.Warn, Code: code, What: "synchronous_commit is off for the role; the bridge turns it on for itself",
			SQL: []string{"ALTER ROLE CURRENT_USER RESET synchronous_commit;"}}, nil
	case standbys == "":
		return check.Good(code, "commits are on that server's disk when they return; on no second server (synchronous_standby_names is empty)"), nil
	}
	return check.Good(code, "commits are on disk, and on the server's stand-by, when they return"), nil
}

// holder says who is at work.
func (s *server) holder(ctx context.Context) (check.Finding, error) {
	const code = "store.holder"
	var known bool
	table := pgx.Identifier{s.cfg.Store.Schema, "holder"}.Sanitize()
	if err := s.conn.QueryRow(ctx, "SELECT to_regclass($1) IS NOT NULL", table).Scan(&known); err != nil || !known {
		return check.Good(code, "no store yet: the first start reads Odoo's tables into it"), err
	}
	var host string
	var pid int
	var since time.Time
	var released bool
	err := s.conn.QueryRow(ctx, "SELECT host, pid, since, released IS NOT NULL FROM "+table).Scan(&host, &pid, &since, &released)
	if err != nil || released {
		return check.Good(code, "no bridge has the store now"), err
	}
	return check.Good(code, fmt.Sprintf("the bridge on %s (process %d) took it at %s", host, pid, since.UTC().Format(time.RFC3339))), nil
}
