package e2e

import (
	"testing"

	"github.com/jackc/pgx/v5"

	"github.com/odoobridge/odoobridge/internal/change"
	"github.com/odoobridge/odoobridge/internal/testkit"
)

// releases are those of which there are recordings.
var releases = []string{"17", "18"}

// restored is a database as a real Odoo left it before the first recording.
func restored(t testing.TB, release string) string {
	t.Helper()
	return testkit.PostgresAlone(t).NewOdoo(t, release)
}

// player plays transactions as psql would.
type player struct {
	t    testing.TB
	conn *pgx.Conn
}

func newPlayer(t testing.TB, dsn string) *player {
	t.Helper()
	return newPlayerOn(t, testkit.PostgresAlone(t), dsn)
}

func newPlayerOn(t testing.TB, pg *testkit.PG, dsn string) *player {
	t.Helper()
	return &player{t: t, conn: pg.Connect(t, dsn)}
}

// freeSlot waits until the server has noticed that nobody reads from the slot any more.
func (p *player) freeSlot(slot string) {
	p.t.Helper()
	testkit.Eventually(p.t, patience, func() bool {
		var active bool
		err := p.conn.QueryRow(p.t.Context(), `SELECT active FROM pg_replication_slots WHERE slot_name = $1`, slot).Scan(&active)
		return err == nil && !active
	}, func() string { return "slot " + slot + " stays in use" })
}

// exec runs a script; what it does outside BEGIN and COMMIT is one transaction.
func (p *player) exec(sql string) {
	p.t.Helper()
	if _, err := p.conn.PgConn().Exec(p.t.Context(), sql).ReadAll(); err != nil {
		p.t.Fatalf("%v\nin %.300s", err, sql)
	}
}

func (p *player) play(r testkit.Recording) {
	p.t.Helper()
	for _, tx := range r.SQL {
		p.exec(tx.String())
	}
}

// end is the end of the server's log now.
func (p *player) end() change.LSN {
	p.t.Helper()
	var text string
	if err := p.conn.QueryRow(p.t.Context(), `SELECT pg_current_wal_lsn()::text`).Scan(&text); err != nil {
		p.t.Fatal(err)
	}
	lsn, err := change.ParseLSN(text)
	if err != nil {
		p.t.Fatal(err)
	}
	return lsn
}

// confirmed is how far the bridge has confirmed the slot.
func (p *player) confirmed(slot string) change.LSN {
	p.t.Helper()
	var text string
	if err := p.conn.QueryRow(p.t.Context(), `SELECT confirmed_flush_lsn::text FROM pg_replication_slots WHERE slot_name = $1`, slot).Scan(&text); err != nil {
		p.t.Fatal(err)
	}
	lsn, err := change.ParseLSN(text)
	if err != nil {
		p.t.Fatal(err)
	}
	return lsn
}
