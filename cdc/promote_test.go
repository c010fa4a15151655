package cdc

import (
	"bytes"
	"context"
	"errors"
	"net"
	"os"
	"path/filepath"
	"syscall"
	"testing"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"

	"github.com/odoobridge/odoobridge/internal/testkit"
)

// promote makes the server begin a new timeline, as a promoted standby does:
// it recovers from an archive that holds nothing more, and goes on by itself.
func promote(t testing.TB, pg *testkit.PG) {
	t.Helper()
	pg.Stop(t, false)
	dir := pg.DataDir(t)
	if err := os.WriteFile(filepath.Join(dir, "recovery.signal"), nil, 0o600); err != nil {
		t.Fatal(err)
	}
	copyOwner(t, filepath.Join(dir, "PG_VERSION"), filepath.Join(dir, "recovery.signal"))
	conf := filepath.Join(dir, "postgresql.conf")
	settings, err := os.ReadFile(conf)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(conf, append(settings, "\nrestore_command = 'false'\n"...), 0o600); err != nil {
		t.Fatal(err)
	}
	pg.Start(t)
	testkit.Eventually(t, patience, func() bool {
		conn, err := pgx.Connect(context.Background(), pg.Superuser())
		if err != nil {
			return false
		}
		defer func() { _ = conn.Close(context.Background()) }()
		recovering := true
		_ = conn.QueryRow(context.Background(), `SELECT pg_is_in_recovery()`).Scan(&recovering)
		return !recovering
	}, func() string { return "the server is still in recovery" })
}

// copyOwner gives a file the owner of another: the server may run as another user.
func copyOwner(t testing.TB, from, to string) {
	t.Helper()
	info, err := os.Stat(from)
	if err != nil {
		t.Fatal(err)
	}
	if st, ok := info.Sys().(*syscall.Stat_t); ok {
		if err := os.Chown(to, int(st.Uid), int(st.Gid)); err != nil {
			t.Fatal(err)
		}
	}
}

// promotedBetween is a connection whose server is promoted between its first question and its second.
type promotedBetween struct {
	net.Conn
	asked   int
	promote func()
}

func (c *promotedBetween) Write(b []byte) (int, error) {
	if bytes.Contains(b, []byte("IDENTIFY_SYSTEM")) || bytes.Contains(b, []byte("pg_is_in_recovery")) {
		if c.asked++; c.asked == 2 {
			c.promote()
		}
	}
	return c.Conn.Write(b)
}

// TestWhatARecoveringServerSaysIsNotTakenForThePrimarys asks a standby who it is while it becomes the primary: until then
// its timeline is the old one and its log ends where it was replayed to, as that of a database that was restored would.
func TestWhatARecoveringServerSaysIsNotTakenForThePrimarys(t *testing.T) {
	standby := testkit.StartPostgres(t).Standby(t)
	cfg, err := pgconn.ParseConfig(standby.Superuser())
	if err != nil {
		t.Fatal(err)
	}
	cfg.RuntimeParams["replication"] = "database"
	cfg.DialFunc = func(ctx context.Context, network, addr string) (net.Conn, error) {
		conn, err := new(net.Dialer).DialContext(ctx, network, addr)
		return &promotedBetween{Conn: conn, promote: func() { standby.Exec(t, standby.Superuser(), `SELECT pg_promote()`) }}, err
	}
	conn, err := pgconn.ConnectConfig(t.Context(), cfg)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = conn.Close(context.Background()) }()
	for {
		id, _, err := identify(t.Context(), &replConn{PgConn: conn})
		if errors.Is(err, errRecovery) {
			continue
		}
		if err != nil || id.Timeline != 2 {
			t.Errorf("the new primary is on timeline %d, %v", id.Timeline, err)
		}
		return
	}
}
