package cdc

import (
	"errors"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5/pgconn"

	"github.com/odoobridge/odoobridge/internal/change"
	"github.com/odoobridge/odoobridge/internal/testkit"
)

// What each release can be asked; no server but one is at hand, so this holds the text.
func TestSlotQueryAsksOnlyWhatTheReleaseKnows(t *testing.T) {
	news := map[string]int{"wal_status": 13, "safe_wal_size": 13, "two_phase": 14, "conflicting": 16,
		"invalidation_reason": 17, "failover": 17, "synced": 17, "inactive_since": 17}
	for major := 12; major <= 17; major++ {
		sql := slotQuery(major*10000+3, "s")
		for column, since := range news {
			if got := strings.Contains(sql, column); got != (major >= since) {
				t.Errorf("PostgreSQL %d is asked for %s: %v", major, column, got)
			}
		}
	}
}

func TestCreateCommandByRelease(t *testing.T) {
	permanent, temporary := &Source{cfg: Config{Slot: "s"}}, &Source{cfg: Config{Slot: "s", Temporary: true}}
	for _, c := range []struct {
		source  *Source
		version int
		want    string
	}{
		{permanent, 120009, "CREATE_REPLICATION_SLOT s LOGICAL pgoutput EXPORT_SNAPSHOT"},
		{permanent, 150004, "CREATE_REPLICATION_SLOT s LOGICAL pgoutput (SNAPSHOT 'export')"},
		{permanent, 170002, "CREATE_REPLICATION_SLOT s LOGICAL pgoutput (SNAPSHOT 'export', FAILOVER true)"},
		{temporary, 170002, "CREATE_REPLICATION_SLOT s TEMPORARY LOGICAL pgoutput (SNAPSHOT 'export')"},
		{temporary, 140001, "CREATE_REPLICATION_SLOT s TEMPORARY LOGICAL pgoutput EXPORT_SNAPSHOT"},
	} {
		if got := c.source.createCommand(c.version); got != c.want {
			t.Errorf("%d: %q, want %q", c.version, got, c.want)
		}
	}
}

// A promotion keeps the log up to where it happened: positions before go on,
// with the ids they had; a position beyond was never there.
func TestPromotionIsFollowed(t *testing.T) {
	h, err := parseHistory("1\t0/3000000\tno recovery target specified\n\n2\t0/5000000\tbefore 2026-01-01\n")
	if err != nil {
		t.Fatal(err)
	}
	hist := history{current: 3, past: h}
	for lsn, want := range map[change.LSN]int32{0x2000000: 1, 0x3000000: 1, 0x3000001: 2, 0x5000000: 2, 0x6000000: 3} {
		if got := hist.at(lsn); got != want {
			t.Errorf("%s was written on timeline %d, not %d", lsn, want, got)
		}
	}
	id := Identity{SystemID: "7", Timeline: 3, Database: "odoo", DatabaseOID: 5}
	old := id
	old.Timeline = 1
	slot := SlotState{Exists: true, Plugin: "pgoutput", Database: "odoo", ConfirmedFlush: 0x2000000}
	if err := comparePosition("s", Position{old, 0x2FFFFFF}, id, 0x7000000, hist, slot); err != nil {
		t.Errorf("a position that the new primary has: %v", err)
	}
	var behind *ServerBehindError
	if err := comparePosition("s", Position{old, 0x3000001}, id, 0x7000000, hist, slot); !errors.As(err, &behind) {
		t.Errorf("a position beyond the promotion: %v", err)
	}
}

func TestPromotedServerIsRecognised(t *testing.T) {
	pg := testkit.StartPostgres(t)
	r := newRig(t, pg, counterTable, "item")
	from := r.createSlot()
	id, err := r.source.Identify(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	var rec recorder
	run := start(t, r.source, from, confirming(r.source, rec.handle))
	r.exec(`INSERT INTO item VALUES (1, 'first timeline')`)
	rec.await(t, 1)
	_ = r.conn.Close(t.Context())
	promote(t, pg)
	r.conn = pg.Connect(t, r.dsn)
	r.exec(`INSERT INTO item VALUES (2, 'second timeline')`)
	rec.await(t, 2)
	run.stop()
	now, err := r.source.CheckPosition(t.Context(), Position{id, r.source.Confirmed()})
	var behind *ServerBehindError
	if !errors.As(err, &behind) {
		t.Errorf("a position beyond the end of its timeline: %v", err)
	}
	now, err = r.source.CheckPosition(t.Context(), Position{now, r.source.Confirmed()})
	if err != nil || now.Timeline != 2 {
		t.Errorf("after the promotion: timeline %d, %v", now.Timeline, err)
	}
}

func TestAServerWithoutLogicalLogIsToldOfWithTheRemedy(t *testing.T) {
	s, err := New(Config{DSN: "postgres://nobody@127.0.0.1/none", Slot: "s", Publication: "p"})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	// As PostgreSQL 15 says it, and 18.
	for _, text := range []string{"logical decoding requires wal_level >= logical", `logical decoding requires "wal_level" >= "logical"`} {
		err := s.createError(&pgconn.PgError{Code: notInState, Message: text})
		if !NeedsPerson(err) || !strings.Contains(err.Error(), "ALTER SYSTEM SET wal_level = 'logical'") {
			t.Errorf("%q: %v", text, err)
		}
	}
}
