package testkit

import (
	"context"
	"fmt"
	"maps"
	"net/url"
	"os"
	"strings"
	"sync"
	"testing"

	"github.com/jackc/pgx/v5"

	"github.com/odoobridge/odoobridge/internal/devenv"
)

// PG is a PostgreSQL server for tests.
type PG struct {
	server *devenv.Postgres // nil: somebody else's
	dsn    string           // the superuser's, to the database postgres

	admin     admin
	mu        sync.Mutex
	templates map[string]string // by name: the databases that others are copied from
}

// Option changes a setting of a private server.
type Option func(map[string]string)

// WithSetting sets one line of postgresql.conf.
func WithSetting(key, value string) Option {
	return func(settings map[string]string) { settings[key] = value }
}

// sharedPG is one server per set of settings.
var sharedPG struct {
	sync.Mutex
	servers map[string]*PG
}

// Postgres returns the server that all tests of this binary share. Tests that
// pass options share one with those that pass the same.
func Postgres(t testing.TB, opts ...Option) *PG {
	t.Helper()
	sharedPG.Lock()
	defer sharedPG.Unlock()
	settings := settingsOf(opts)
	key := fmt.Sprint(settings) // fmt prints maps in the order of their keys
	if pg, ok := sharedPG.servers[key]; ok {
		return pg
	}
	pg := &PG{dsn: os.Getenv("ODOOBRIDGE_TEST_POSTGRES")}
	if pg.dsn == "" || len(opts) > 0 {
		pg = startPostgres(t, settings)
	}
	OnExit(pg.close)
	if sharedPG.servers == nil {
		sharedPG.servers = map[string]*PG{}
	}
	sharedPG.servers[key] = pg
	return pg
}

// StartPostgres starts a server for this test alone, which may stop, crash and
// start it again.
func StartPostgres(t testing.TB, opts ...Option) *PG {
	t.Helper()
	pg := startPostgres(t, settingsOf(opts))
	t.Cleanup(func() {
		if err := pg.close(); err != nil {
			t.Errorf("close the server: %v", err)
		}
	})
	return pg
}

// quick are settings that tests pay nothing for: the machine never loses its power in
// them, and a process that is killed leaves what it wrote with the kernel. Vacuuming and
// gathering statistics would cost each server a process every few seconds.
var quick = map[string]string{"fsync": "off", "autovacuum": "off"}

func settingsOf(opts []Option) map[string]string {
	settings := maps.Clone(quick)
	for _, opt := range opts {
		opt(settings)
	}
	return settings
}

func startPostgres(t testing.TB, settings map[string]string) *PG {
	t.Helper()
	if testing.Short() {
		t.Skip("starts a PostgreSQL")
	}
	server, err := devenv.StartPostgresFrom(context.Background(), os.Getenv("ODOOBRIDGE_TEST_CLUSTER"), settings)
	if err != nil {
		t.Fatalf("start PostgreSQL: %v", err)
	}
	return &PG{server: server, dsn: server.DSN("postgres")}
}

// Superuser is the DSN of the superuser to the database postgres.
func (pg *PG) Superuser() string { return pg.dsn }

// DSN is the superuser's to another database.
func (pg *PG) DSN(database string) string {
	u, err := url.Parse(pg.dsn)
	if err != nil || u.Scheme == "" {
		return pg.dsn + " dbname=" + database // the other form: key=value
	}
	u.Path = "/" + database
	return u.String()
}

// Addr is the server's TCP address, for a proxy.
func (pg *PG) Addr() string {
	cfg, err := pgx.ParseConfig(pg.dsn)
	if err != nil {
		return ""
	}
	return fmt.Sprintf("%s:%d", cfg.Host, cfg.Port)
}

// Exec runs statements as the superuser in a database.
func (pg *PG) Exec(t testing.TB, dsn, sql string) {
	t.Helper()
	run := pg.run
	if dsn != pg.dsn {
		run = func(ctx context.Context, sql string) error { return runSQL(ctx, dsn, sql) }
	}
	if err := run(context.Background(), sql); err != nil {
		t.Fatalf("%s: %v", firstLine(sql), err)
	}
}

// Connect opens a connection that is closed with the test.
func (pg *PG) Connect(t testing.TB, dsn string) *pgx.Conn {
	t.Helper()
	conn, err := pgx.Connect(context.Background(), dsn)
	if err != nil {
		t.Fatalf("connect: %v", err)
	}
	t.Cleanup(func() { _ = conn.Close(context.Background()) })
	return conn
}

func runSQL(ctx context.Context, dsn, sql string) error {
	conn, err := pgx.Connect(ctx, dsn)
	if err != nil {
		return fmt.Errorf("connect: %w", err)
	}
	defer func() { _ = conn.Close(ctx) }()
	return script(ctx, conn, sql)
}

// run runs statements as the superuser in the database postgres.
func (pg *PG) run(ctx context.Context, sql string) error {
	conn, giveBack, err := pg.admin.borrow(ctx, pg.dsn)
	if err != nil {
		return err
	}
	defer giveBack()
	return script(ctx, conn, sql)
}

// script takes several statements in one go.
func script(ctx context.Context, conn *pgx.Conn, sql string) error {
	_, err := conn.PgConn().Exec(ctx, sql).ReadAll()
	return err
}

// close ends our connection, and the server if it is ours.
func (pg *PG) close() error {
	pg.admin.close()
	if pg.server == nil {
		return nil
	}
	return pg.server.Close()
}

func firstLine(s string) string {
	line, _, _ := strings.Cut(strings.TrimSpace(s), "\n")
	if len(line) > 120 {
		line = line[:120] + "…"
	}
	return line
}
