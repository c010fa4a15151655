package testkit

import (
	"context"
	"testing"
)

// Stop stops the server, at once as in a crash or in order.
func (pg *PG) Stop(t testing.TB, immediate bool) {
	t.Helper()
	pg.mustOwn(t)
	if err := pg.server.Stop(immediate); err != nil {
		t.Fatalf("stop PostgreSQL: %v", err)
	}
}

// Start starts a stopped server on the port it had.
func (pg *PG) Start(t testing.TB) {
	t.Helper()
	pg.mustOwn(t)
	if err := pg.server.Start(context.Background()); err != nil {
		t.Fatalf("start PostgreSQL: %v", err)
	}
}

// Restart stops the server in order and starts it again.
func (pg *PG) Restart(t testing.TB) {
	t.Helper()
	pg.Stop(t, false)
	pg.Start(t)
}

// Standby starts a server that follows this one, for the test alone.
func (pg *PG) Standby(t testing.TB) *PG { return pg.copied(t, true) }

// Restored starts a server from a base backup of this one: the same cluster, as of
// now.
func (pg *PG) Restored(t testing.TB) *PG { return pg.copied(t, false) }

func (pg *PG) copied(t testing.TB, standby bool) *PG {
	t.Helper()
	pg.mustOwn(t)
	server, err := pg.server.Copy(context.Background(), standby)
	if err != nil {
		t.Fatalf("copy the server: %v", err)
	}
	c := &PG{server: server, dsn: server.DSN("postgres")}
	t.Cleanup(func() {
		if err := c.close(); err != nil {
			t.Errorf("close the copy: %v", err)
		}
	})
	return c
}

// DataDir is the directory of the cluster.
func (pg *PG) DataDir(t testing.TB) string {
	t.Helper()
	pg.mustOwn(t)
	return pg.server.DataDir()
}

// mustOwn skips a test that would break a server somebody else runs.
func (pg *PG) mustOwn(t testing.TB) {
	t.Helper()
	if pg.server == nil {
		t.Skip("needs a PostgreSQL of its own: ODOOBRIDGE_TEST_POSTGRES is set")
	}
}
