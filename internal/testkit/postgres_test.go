package testkit

import (
	"context"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
)

func TestADroppedDatabaseTakesItsConnectionsAndSlotsAlong(t *testing.T) {
	pg := Postgres(t)
	var held *pgx.Conn
	t.Run("uses it", func(t *testing.T) {
		dsn := pg.NewDatabase(t)
		pg.Exec(t, dsn, "SELECT pg_create_logical_replication_slot('left_behind', 'pgoutput')")
		var err error
		if held, err = pgx.Connect(context.Background(), dsn); err != nil {
			t.Fatal(err)
		}
	})
	defer func() { _ = held.Close(context.Background()) }()
	admin := pg.Connect(t, pg.Superuser())
	var slots, databases int
	err := admin.QueryRow(context.Background(), `SELECT (SELECT count(*) FROM pg_replication_slots WHERE slot_name = 'left_behind'),
		(SELECT count(*) FROM pg_database WHERE datname = $1)`, held.Config().Database).Scan(&slots, &databases)
	if err != nil {
		t.Fatal(err)
	}
	if slots != 0 || databases != 0 {
		t.Errorf("left: %d slots, %d databases", slots, databases)
	}
}

func TestSettingsGetAServerOfTheirOwn(t *testing.T) {
	special := Postgres(t, WithSetting("max_slot_wal_keep_size", "32MB"))
	if again := Postgres(t, WithSetting("max_slot_wal_keep_size", "32MB")); again != special {
		t.Error("the same settings got another server")
	}
	if special == Postgres(t) {
		t.Error("settings got the shared server")
	}
	var size string
	if err := special.Connect(t, special.Superuser()).QueryRow(context.Background(), "SHOW max_slot_wal_keep_size").Scan(&size); err != nil {
		t.Fatal(err)
	}
	if size != "32MB" {
		t.Errorf("max_slot_wal_keep_size = %s", size)
	}
}

func TestCommittedRowsSurviveACrashAndARestart(t *testing.T) {
	pg := StartPostgres(t)
	dsn := pg.NewDatabase(t)
	pg.Exec(t, dsn, "CREATE TABLE kept AS SELECT 1 AS one")
	pg.Stop(t, true)
	if conn, err := pgx.Connect(context.Background(), dsn); err == nil {
		_ = conn.Close(context.Background())
		t.Fatal("a stopped server takes connections")
	}
	pg.Start(t)
	pg.Restart(t)
	var one int
	if err := pg.Connect(t, dsn).QueryRow(context.Background(), "SELECT one FROM kept").Scan(&one); err != nil || one != 1 {
		t.Errorf("read %d, %v", one, err)
	}
}

func TestEventuallyStopsWaitingWhenTheConditionHolds(t *testing.T) {
	asked := 0
	Eventually(t, time.Minute, func() bool { asked++; return asked == 3 }, nil)
	if asked != 3 {
		t.Errorf("asked %d times", asked)
	}
}
