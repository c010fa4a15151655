package testkit

import (
	"context"
	"fmt"
	"os"
	"strconv"
	"strings"
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
	return pg.newDatabase(t, "template0")
}

func (pg *PG) newDatabase(t testing.TB, template string) string {
	t.Helper()
	name := fmt.Sprintf("t%d_%d", os.Getpid(), databases.Add(1))
	if err := pg.createDatabase(context.Background(), name, template); err != nil {
		t.Fatalf("make a database: %v", err)
	}
	t.Cleanup(func() { pg.dropDatabase(t, name) })
	return pg.DSN(name)
}

// createDatabase has the files copied, as servers before 15 do: copying by way of the log, their
// successors' choice, takes half as much work again and leaves megabytes of log for slots to read.
func (pg *PG) createDatabase(ctx context.Context, name, template string) error {
	conn, giveBack, err := pg.admin.borrow(ctx, pg.dsn)
	if err != nil {
		return err
	}
	defer giveBack()
	strategy := ""
	if major, err := strconv.Atoi(strings.FieldsFunc(conn.PgConn().ParameterStatus("server_version"), notDigit)[0]); err == nil && major >= 15 {
		strategy = " STRATEGY file_copy"
	}
	_, err = conn.Exec(ctx, fmt.Sprintf("CREATE DATABASE %s TEMPLATE %s ENCODING 'UTF8'%s", name, template, strategy))
	return err
}

func notDigit(r rune) bool { return r < '0' || r > '9' }

// dropDatabase gives up silently on a server that the test has stopped.
func (pg *PG) dropDatabase(t testing.TB, name string) {
	ctx, cancel := context.WithTimeout(context.Background(), 30*time.Second)
	defer cancel()
	conn, giveBack, err := pg.admin.borrow(ctx, pg.dsn)
	if err != nil {
		return
	}
	defer giveBack()
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
