package postgres

import (
	"context"
	"fmt"
	"maps"
	"net"
	"sync"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/odoobridge/odoobridge/internal/store/internal/describe"
)

// connectTime is how long a connection may take to come about.
const connectTime = 10 * time.Second

// sessionSettings are what every connection of the store works with. The
// server gives up on a client that is silent for eleven seconds.
var sessionSettings = map[string]string{
	"client_encoding":                     "UTF8",
	"TimeZone":                            "UTC",
	"jit":                                 "off",
	"statement_timeout":                   "0",
	"lock_timeout":                        "60s",
	"idle_in_transaction_session_timeout": "0",
	"tcp_keepalives_idle":                 "5",
	"tcp_keepalives_interval":             "2",
	"tcp_keepalives_count":                "3",
}

// applicationPrefix and the instance are the name of a process's connections.
const applicationPrefix = "odoobridge:"

// ApplicationName is what connections of the instance are called on a server.
func ApplicationName(instance string) string { return applicationPrefix + instance }

// WhichDatabase names the database that a connection string leads to, so that
// two that lead to the same one can be told from their names alone.
func WhichDatabase(ctx context.Context, dsn string) (string, error) {
	ctx, cancel := context.WithTimeout(ctx, connectTime)
	defer cancel()
	c, err := pgx.Connect(ctx, dsn)
	if err != nil {
		return "", fmt.Errorf("connect to find out which database this is: %w", explain(err))
	}
	defer c.Close(context.WithoutCancel(ctx)) //nolint:errcheck // nothing depends on a parting word
	var name string
	err = c.QueryRow(ctx, "SELECT system_identifier || '/' || current_database() FROM pg_control_system()").Scan(&name)
	if err != nil {
		return "", fmt.Errorf("find out which database this is: %w", explain(err))
	}
	return name, nil
}

// dialer opens connections and can break all of them at once.
type dialer struct {
	net.Dialer
	mu     sync.Mutex
	open   map[net.Conn]struct{}
	broken bool
}

func newDialer() *dialer {
	alive := net.KeepAliveConfig{Enable: true, Idle: 5 * time.Second, Interval: 2 * time.Second, Count: 3}
	return &dialer{Dialer: net.Dialer{KeepAliveConfig: alive}, open: map[net.Conn]struct{}{}}
}

func (d *dialer) dial(ctx context.Context, network, address string) (net.Conn, error) {
	c, err := d.DialContext(ctx, network, address)
	if err != nil {
		return nil, err
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.broken {
		_ = c.Close()
		return nil, net.ErrClosed
	}
	d.open[c] = struct{}{}
	return &tracked{Conn: c, dialer: d}, nil
}

// breakAll ends every connection under whoever waits on it, and lets no new one come about.
func (d *dialer) breakAll() {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.broken = true
	for c := range d.open {
		_ = c.Close()
	}
	clear(d.open)
}

type tracked struct {
	net.Conn
	dialer *dialer
}

func (t *tracked) Close() error {
	t.dialer.mu.Lock()
	delete(t.dialer.open, t.Conn)
	t.dialer.mu.Unlock()
	return t.Conn.Close()
}

// connConfig is how a process connects to its store.
func (c *Claim) connConfig(d *dialer) (*pgx.ConnConfig, error) {
	cfg, err := pgx.ParseConfig(c.DSN)
	if err != nil {
		return nil, fmt.Errorf("connection string of the store: %w", err)
	}
	maps.Copy(cfg.RuntimeParams, sessionSettings)
	cfg.RuntimeParams["application_name"] = applicationPrefix + c.Instance
	cfg.RuntimeParams["search_path"] = describe.Quote(c.Schema)
	if cfg.ConnectTimeout == 0 {
		cfg.ConnectTimeout = connectTime
	}
	cfg.DialFunc = d.dial
	return cfg, nil
}

// prepareSession sets what depends on the server: an idle limit that older
// servers do not know, and that a commit is on disk when it returns.
func prepareSession(ctx context.Context, c *pgx.Conn) error {
	const settings = `SELECT set_config(name, CASE name WHEN 'synchronous_commit' THEN 'on' ELSE '0' END, false)
		FROM pg_settings WHERE name IN ('idle_session_timeout', 'transaction_timeout') OR name = 'synchronous_commit' AND setting = 'off'`
	rows, err := c.Query(ctx, settings)
	if err != nil {
		return fmt.Errorf("prepare the connection: %w", err)
	}
	rows.Close()
	if err := rows.Err(); err != nil {
		return fmt.Errorf("prepare the connection: %w", err)
	}
	var pid uint32
	if err := c.QueryRow(ctx, "SELECT pg_backend_pid()").Scan(&pid); err != nil {
		return fmt.Errorf("ask for the server process: %w", err)
	}
	if pid != c.PgConn().PID() {
		return fmt.Errorf("a connection pooler stands between us and the store's server: the connection was announced as process %d but is "+
			"served by process %d. The lock on the store needs a connection of its own: give the server's own host and port in store.dsn", c.PgConn().PID(), pid)
	}
	return nil
}
