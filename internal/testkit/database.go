package testkit

import (
	"context"
	"fmt"
	"os"
	"sync/atomic"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
)

var databases atomic.Int64

// NewDatabase makes an empty UTF-8 database and returns the superuser's DSN to
// it. When the test is over it goes, with its connections and slots.
func (pg *PG) NewDatabase(t testing.TB) string {
	t.Helper()
	name := fmt.Sprintf("t%d_%d", os.Getpid(), databases.Add(1))
	pg.Exec(t, pg.dsn, "CREATE DATABASE "+name+" TEMPLATE template0 ENCODING 'UTF8'")
	t.Cleanup(func() { pg.dropDatabase(t, name) })
	return pg.DSN(name)
}

// dropDatabase gives up silently on a server that the test has stopped.
func (pg *PG) dropDatabase(t testing.TB, name string) {
	ctx, cancel := context.WithTimeout(context.Background(), 30*time.Second)
	defer cancel()
	conn, err := pgx.Connect(ctx, pg.dsn)
	if err != nil {
		return
	}
	defer func() { _ = conn.Close(ctx) }()
	if err := dropSlots(ctx, conn, name); err != nil {
		t.Errorf("drop the slots of %s: %v", name, err)
	}
	if _, err := conn.Exec(ctx, "DROP DATABASE IF EXISTS "+name+" WITH (FORCE)"); err != nil {
		t.Errorf("drop %s: %v", name, err)
	}
}

// dropSlots ends the database's walsenders until no slot is held any more.
func dropSlots(ctx context.Context, conn *pgx.Conn, database string) error {
	const (
		end  = `SELECT pg_terminate_backend(active_pid) FROM pg_replication_slots WHERE database = $1 AND active_pid IS NOT NULL`
		drop = `SELECT pg_drop_replication_slot(slot_name) FROM pg_replication_slots WHERE database = $1 AND active_pid IS NULL`
		left = `SELECT count(*) FROM pg_replication_slots WHERE database = $1`
	)
	for {
		if _, err := conn.Exec(ctx, end, database); err != nil {
			return err
		}
		// Between the check and the drop somebody may have taken it: once more.
		_, dropErr := conn.Exec(ctx, drop, database)
		var n int
		if err := conn.QueryRow(ctx, left, database).Scan(&n); err != nil {
			return err
		}
		if n == 0 {
			return nil
		}
		select {
		case <-ctx.Done():
			return fmt.Errorf("%d slots are left: %w", n, dropErr)
		case <-time.After(20 * time.Millisecond):
		}
	}
}
