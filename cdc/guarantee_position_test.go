package cdc

import (
	"context"
	"errors"
	"fmt"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/odoobridge/odoobridge/internal/change"
	"github.com/odoobridge/odoobridge/internal/testkit"
)

// The first regression test: what a keepalive says is not confirmed while a
// transaction is in the handler's hands, and that transaction comes again
// after a crash.
func TestKeepaliveWithWorkInFlightIsNotConfirmed(t *testing.T) {
	r := newRig(t, testkit.Postgres(t), counterTable+`; CREATE TABLE other (id bigint)`, "item")
	from := r.createSlot()
	var rec recorder
	run := start(t, r.source, from, rec.handle) // never confirms
	r.exec(`INSERT INTO item VALUES (1, 'in flight')`)
	first := rec.await(t, 1)[0]

	var beyond change.LSN
	for beyond < first.End+4<<20 {
		r.exec(`INSERT INTO other SELECT generate_series(1, 20000)`)
		beyond = r.currentWAL()
	}
	testkit.Eventually(t, patience, func() bool { return r.source.Stats().ServerWAL >= first.End+1<<20 },
		func() string { return "no keepalive beyond the transaction came" })
	r.awaitReport()
	if got := r.confirmedOnServer(); got != from {
		t.Fatalf("the server has %s confirmed with work in flight, not %s", got, from)
	}
	if len(rec.idles) > 0 {
		t.Fatalf("an idle advance to %s came with work in flight", rec.idles[0])
	}
	run.stop()
	if got := r.confirmedOnServer(); got != from {
		t.Fatalf("the end of the stream confirmed %s, not %s", got, from)
	}

	var again recorder
	start(t, r.newSource(func(*Config, *timing) {}), from, again.handle)
	if diff := cmp.Diff(first, again.await(t, 1)[0]); diff != "" {
		t.Errorf("after the crash (-first +again):\n%s", diff)
	}
}

// awaitReport waits until the server has had three more status reports.
func (r *rig) awaitReport() {
	r.t.Helper()
	var last string
	for range 3 {
		testkit.Eventually(r.t, patience, func() bool {
			var at string
			r.scan(`SELECT coalesce(max(reply_time)::text, '') FROM pg_stat_replication JOIN pg_replication_slots ON active_pid = pid
				WHERE slot_name = '`+r.slot+`'`, &at)
			fresh := at != "" && at != last
			last = at
			return fresh
		}, func() string { return "no status report came" })
	}
}

func TestFlushPositionIsNeverAheadOfConfirm(t *testing.T) {
	r := newRig(t, testkit.Postgres(t), counterTable+`; CREATE TABLE other (id bigint)`, "item")
	from := r.createSlot()
	var calls atomic.Int64
	handle := func(_ context.Context, pieces []change.Piece) error {
		if calls.Add(1)%3 == 0 { // what came in between stays in flight
			r.source.Confirm(pieces[len(pieces)-1].End)
		}
		return nil
	}
	start(t, r.source, from, handle)
	seen := map[change.LSN]bool{}
	patient := time.Now().Add(patience)
	for i := 0; i < 400 || len(seen) < 3 && time.Now().Before(patient); i++ {
		r.exec(`INSERT INTO item VALUES ($1, 'x')`, i)
		if i%10 == 0 {
			r.exec(`INSERT INTO other SELECT generate_series(1, 1000)`)
		}
		var flushed, written, applied string
		r.scan(`SELECT coalesce(min(flush_lsn), '0/0')::text, coalesce(min(write_lsn), '0/0')::text, coalesce(min(replay_lsn), '0/0')::text
			FROM pg_stat_replication JOIN pg_replication_slots ON active_pid = pid WHERE slot_name = '`+r.slot+`'`, &flushed, &written, &applied)
		onServer := r.confirmedOnServer()
		confirmed := r.source.Confirmed() // read last: it only grows
		for _, s := range []string{flushed, written, applied, onServer.String()} {
			if lsn, _ := change.ParseLSN(s); lsn > confirmed && confirmed != 0 {
				t.Fatalf("the server was told %s, confirmed is %s", lsn, confirmed)
			}
		}
		seen[onServer] = true
	}
	if len(seen) < 3 {
		t.Errorf("the position moved %d times only: the test saw nothing", len(seen))
	}
}

// A position that was handed to nobody cannot be confirmed.
func TestConfirmBeyondWhatWasHandedOverIsRefused(t *testing.T) {
	r := newRig(t, testkit.Postgres(t), counterTable, "item")
	from := r.createSlot()
	var rec recorder
	run := start(t, r.source, from, rec.handle)
	r.exec(`INSERT INTO item VALUES (1, 'x')`)
	end := rec.await(t, 1)[0].End
	r.source.Confirm(end + 1)
	if got := r.source.Confirmed(); got != from {
		t.Errorf("confirmed is %s, want %s", got, from)
	}
	r.source.Confirm(end)
	run.stop()
	if got := r.confirmedOnServer(); got != end {
		t.Errorf("the server has %s confirmed, want %s", got, end)
	}
}

// Rows of one COPY share positions, and a long transaction has rows before
// earlier commits: from the end of any transaction on, exactly those after it come.
func TestCommitEndLSNOnly(t *testing.T) {
	r := newRig(t, testkit.Postgres(t), counterTable, "item")
	from := r.createSlot()
	r.exec(`INSERT INTO item SELECT n, 'multi' FROM generate_series(1, 500) n`)
	long, err := r.pg.Connect(t, r.dsn).Begin(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if _, err := long.Exec(t.Context(), `INSERT INTO item VALUES (1000, 'long, first row')`); err != nil {
		t.Fatal(err)
	}
	r.exec(`INSERT INTO item VALUES (1001, 'short')`)
	r.exec(`INSERT INTO item VALUES (1002, 'short')`)
	if _, err := long.Exec(t.Context(), `INSERT INTO item VALUES (1003, 'long, last row')`); err != nil {
		t.Fatal(err)
	}
	if err := long.Commit(t.Context()); err != nil {
		t.Fatal(err)
	}
	r.exec(`INSERT INTO item VALUES (1004, 'after')`)

	var whole recorder
	run := start(t, r.source, from, whole.handle)
	all := whole.await(t, 5)
	run.stop()
	if got := len(all[3].Changes); got != 2 {
		t.Fatalf("the fourth transaction has %d changes: not the long one", got)
	}
	for i := range all[:4] {
		var rest recorder
		source := r.newSource(func(*Config, *timing) {})
		run := start(t, source, all[i].End, rest.handle)
		got := rest.await(t, len(all)-i-1)
		run.stop()
		source.Close()
		if diff := cmp.Diff(all[i+1:], got); diff != "" {
			t.Errorf("from the end of transaction %d (-want +got):\n%s", i, diff)
		}
	}
}

// The cluster writes, our tables are idle: the server need not keep the log.
func TestIdleSlotAdvances(t *testing.T) {
	pg := testkit.Postgres(t)
	r := newRig(t, pg, counterTable, "item")
	from := r.createSlot()
	var rec recorder
	start(t, r.source, from, confirming(r.source, rec.handle))
	other := pg.Connect(t, pg.NewDatabase(t))
	if _, err := other.Exec(t.Context(), `CREATE TABLE noise AS SELECT generate_series(1, 50000)`); err != nil {
		t.Fatal(err)
	}
	target := r.currentWAL()
	testkit.Eventually(t, patience, func() bool { return r.confirmedOnServer() >= target },
		func() string { return fmt.Sprintf("the slot is at %s, the log at %s", r.confirmedOnServer(), target) })
	if n := rec.count(); n > 0 {
		t.Errorf("%d transactions came, of another database", n)
	}
	r.exec(`INSERT INTO item VALUES (1, 'x')`)
	rec.await(t, 1)
}

func TestRolledBackSavepointsLeaveNothing(t *testing.T) {
	r := newRig(t, testkit.Postgres(t), counterTable, "item")
	from := r.createSlot()
	var rec recorder
	start(t, r.source, from, rec.handle)
	r.exec(`BEGIN; INSERT INTO item VALUES (0, 'gone'); ROLLBACK`)
	r.exec(`BEGIN; INSERT INTO item VALUES (1, 'stays');
		SAVEPOINT a; INSERT INTO item VALUES (2, 'gone'); SAVEPOINT b; INSERT INTO item VALUES (3, 'gone'); RELEASE b; ROLLBACK TO a;
		INSERT INTO item VALUES (4, 'stays'); SAVEPOINT c; INSERT INTO item VALUES (5, 'stays'); RELEASE c; COMMIT`)
	var ids []string
	for _, c := range rec.await(t, 1)[0].Changes {
		ids = append(ids, c.New[0])
	}
	if diff := cmp.Diff([]string{"1", "4", "5"}, ids); diff != "" {
		t.Errorf("rows (-want +got):\n%s", diff)
	}
}

func TestHandlerErrorEndsTheStream(t *testing.T) {
	r := newRig(t, testkit.Postgres(t), counterTable, "item")
	from := r.createSlot()
	boom := errors.New("boom")
	run := start(t, r.source, from, func(context.Context, []change.Piece) error { return boom })
	r.exec(`INSERT INTO item VALUES (1, 'x')`)
	if err := run.wait(); !errors.Is(err, boom) {
		t.Errorf("Stream: %v", err)
	}
	if got := r.confirmedOnServer(); got != from {
		t.Errorf("the server has %s confirmed, want %s", got, from)
	}
}
