package cdc

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"strings"
	"time"

	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/pgproto3"
)

// sessionSettings make every connection print values in the same way, so that
// a row of the snapshot and the same row from the log have the same text.
var sessionSettings = map[string]string{
	"client_encoding":    "UTF8",
	"DateStyle":          "ISO, MDY",
	"IntervalStyle":      "postgres",
	"TimeZone":           "UTC",
	"extra_float_digits": "3",
	"bytea_output":       "hex",
}

// unlimited lifts what the role or database may have set to end long commands.
const unlimited = `SET statement_timeout = 0; SET lock_timeout = 0; SET idle_in_transaction_session_timeout = 0`

// connConfig is the configuration of a connection of ours.
func (s *Source) connConfig() (*pgconn.Config, error) {
	cc, err := pgconn.ParseConfig(s.cfg.DSN)
	if err != nil {
		return nil, fmt.Errorf("connection string: %w", err)
	}
	for name, value := range sessionSettings {
		cc.RuntimeParams[name] = value
	}
	if s.cfg.Application != "" {
		cc.RuntimeParams["application_name"] = s.cfg.Application
	}
	if cc.RuntimeParams["application_name"] == "" {
		cc.RuntimeParams["application_name"] = "odoobridge"
	}
	if cc.ConnectTimeout == 0 {
		cc.ConnectTimeout = s.timing.connect
	}
	dialer := &net.Dialer{KeepAlive: 30 * time.Second}
	cc.DialFunc = dialer.DialContext
	return cc, nil
}

// connect opens an ordinary connection.
func (s *Source) connect(ctx context.Context) (*pgconn.PgConn, error) {
	cc, err := s.connConfig()
	if err != nil {
		return nil, err
	}
	conn, err := pgconn.ConnectConfig(ctx, cc)
	if err != nil {
		return nil, connectError(err)
	}
	return conn, nil
}

// replConn is a connection in replication mode and the frames that come over it.
type replConn struct {
	*pgconn.PgConn
	wire *wire
}

// close ends the connection at once; the server notices and frees the slot.
func (c *replConn) close() {
	ctx, cancel := context.WithTimeout(context.Background(), time.Second)
	defer cancel()
	_ = c.PgConn.Close(ctx)
}

// connectReplication opens a connection that understands replication commands
// and SQL.
func (s *Source) connectReplication(ctx context.Context) (*replConn, error) {
	cc, err := s.connConfig()
	if err != nil {
		return nil, err
	}
	cc.RuntimeParams["replication"] = "database"
	c := &replConn{}
	cc.BuildFrontend = func(r io.Reader, w io.Writer) *pgproto3.Frontend {
		c.wire = newWire(r) // the last one belongs to the attempt that succeeded
		return pgproto3.NewFrontend(c.wire, w)
	}
	if c.PgConn, err = pgconn.ConnectConfig(ctx, cc); err != nil {
		return nil, connectError(err)
	}
	if err := s.prepareReplication(ctx, c); err != nil {
		c.close()
		return nil, err
	}
	return c, nil
}

func (s *Source) prepareReplication(ctx context.Context, c *replConn) error {
	ctx, cancel := context.WithTimeout(ctx, s.timing.query)
	defer cancel()
	if err := c.Exec(ctx, unlimited).Close(); err != nil {
		return fmt.Errorf("lift the time limits of the replication connection: %w", err)
	}
	if serverVersion(c.PgConn) >= 140000 {
		if err := c.Exec(ctx, `SET idle_session_timeout = 0`).Close(); err != nil {
			return fmt.Errorf("lift the idle limit of the replication connection: %w", err)
		}
	}
	return refusePooler(ctx, c.PgConn)
}

// refusePooler recognises a pooler by the process id: the one announced when
// connecting is the pooler's invention, the other that of the server.
func refusePooler(ctx context.Context, conn *pgconn.PgConn) error {
	rows, err := queryText(ctx, conn, `SELECT pg_backend_pid()`)
	if err != nil {
		return fmt.Errorf("ask for the server process: %w", err)
	}
	if len(rows) == 1 && rows[0][0] != fmt.Sprint(conn.PID()) {
		return &PoolerError{Evidence: "the connection was announced as process " + fmt.Sprint(conn.PID()) +
			" but is served by process " + rows[0][0]}
	}
	return nil
}

// connectError names the pooler when its refusal is recognisable: PgBouncer
// does not know the start-up parameter "replication", or not all of ours.
func connectError(err error) error {
	var pgErr *pgconn.PgError
	if errors.As(err, &pgErr) {
		text := strings.ToLower(pgErr.Message)
		if strings.Contains(text, "unsupported startup parameter") || strings.Contains(text, "pgbouncer") {
			return &PoolerError{Evidence: fmt.Sprintf("it refused the connection with %q", pgErr.Message)}
		}
	}
	return fmt.Errorf("connect to PostgreSQL: %w", err)
}

// serverVersion is the server's version as server_version_num has it, from
// what it announced: "15.4 (Debian …)" is 150000 plus the minor release.
func serverVersion(conn *pgconn.PgConn) int {
	var major, minor int
	// Beta releases have no minor number: Sscanf then leaves it at 0.
	_, _ = fmt.Sscanf(conn.ParameterStatus("server_version"), "%d.%d", &major, &minor)
	return major*10000 + minor
}

// queryText runs one statement by the simple protocol, which a replication
// connection understands too. NULL is the empty string.
func queryText(ctx context.Context, conn *pgconn.PgConn, sql string) ([][]string, error) {
	results, err := conn.Exec(ctx, sql).ReadAll()
	if err != nil {
		return nil, err
	}
	if len(results) == 0 {
		return nil, nil
	}
	last := results[len(results)-1]
	rows := make([][]string, len(last.Rows))
	for i, row := range last.Rows {
		rows[i] = make([]string, len(row))
		for j, v := range row {
			rows[i][j] = string(v)
		}
	}
	return rows, nil
}

// sqlState is the code of a server's error, or "".
func sqlState(err error) string {
	var pgErr *pgconn.PgError
	if errors.As(err, &pgErr) {
		return pgErr.Code
	}
	return ""
}
