package cdc

import (
	"context"
	"os"
	"path/filepath"
	"syscall"
	"testing"

	"github.com/jackc/pgx/v5"

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
