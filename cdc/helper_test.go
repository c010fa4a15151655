package cdc

import (
	"context"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/odoobridge/odoobridge/internal/change"
	"github.com/odoobridge/odoobridge/internal/testkit"
)

const patience = 30 * time.Second

var names atomic.Int64

// rig is a database with a published table, a slot and a source.
type rig struct {
	t      testing.TB
	pg     *testkit.PG
	dsn    string // straight to the server
	conn   *pgx.Conn
	source *Source
	slot   string
}

// newRig makes a database with the given tables, all published.
func newRig(t testing.TB, pg *testkit.PG, schema string, tables ...string) *rig {
	t.Helper()
	r := &rig{t: t, pg: pg, dsn: pg.NewDatabase(t), slot: fmt.Sprintf("s%d_%d", time.Now().UnixNano()%1e6, names.Add(1))}
	r.conn = pg.Connect(t, r.dsn)
	r.exec(schema)
	r.exec(CreatePublicationSQL("pub", tables))
	r.source = r.newSource(func(*Config, *timing) {})
	return r
}

const counterTable = `CREATE TABLE item (id bigint PRIMARY KEY, v text)`

// quick shortens what tests would wait for.
func quick(t *timing) {
	t.killedMin, t.killedMax = 20*time.Millisecond, 40*time.Millisecond
	t.retryFirst, t.retryMax = 5*time.Millisecond, 100*time.Millisecond
	t.standbyPoll, t.slotPoll = 10*time.Millisecond, 20*time.Millisecond
	t.idleEvery = 10 * time.Millisecond
}

func (r *rig) newSource(configure func(*Config, *timing)) *Source {
	r.t.Helper()
	cfg := Config{DSN: r.dsn, Slot: r.slot, Publication: "pub", StatusInterval: 20 * time.Millisecond, Logger: slog.New(slog.DiscardHandler)}
	if testing.Verbose() {
		cfg.Logger = slog.New(slog.NewTextHandler(r.t.Output(), nil))
	}
	tm := defaultTiming
	quick(&tm)
	configure(&cfg, &tm)
	s, err := New(cfg)
	if err != nil {
		r.t.Fatal(err)
	}
	s.timing = tm
	r.t.Cleanup(s.Close)
	return s
}

// createSlot creates the slot and returns where it begins.
func (r *rig) createSlot() change.LSN {
	r.t.Helper()
	snap, err := r.source.CreateSlot(r.t.Context())
	if err != nil {
		r.t.Fatal(err)
	}
	snap.Close()
	return snap.LSN
}

func (r *rig) exec(sql string, args ...any) {
	r.t.Helper()
	if _, err := r.conn.Exec(context.Background(), sql, args...); err != nil {
		r.t.Fatalf("%s: %v", sql, err)
	}
}

func (r *rig) scan(sql string, into ...any) {
	r.t.Helper()
	if err := r.conn.QueryRow(context.Background(), sql).Scan(into...); err != nil {
		r.t.Fatalf("%s: %v", sql, err)
	}
}

// confirmedOnServer is what the server believes to be durable.
func (r *rig) confirmedOnServer() change.LSN {
	r.t.Helper()
	var s string
	r.scan(`SELECT confirmed_flush_lsn::text FROM pg_replication_slots WHERE slot_name = '`+r.slot+`'`, &s)
	lsn, err := change.ParseLSN(s)
	if err != nil {
		r.t.Fatal(err)
	}
	return lsn
}

func (r *rig) currentWAL() change.LSN {
	r.t.Helper()
	var s string
	r.scan(`SELECT pg_current_wal_lsn()::text`, &s)
	lsn, err := change.ParseLSN(s)
	if err != nil {
		r.t.Fatal(err)
	}
	return lsn
}

// running is a Stream on its own goroutine.
type running struct {
	t      testing.TB
	cancel context.CancelFunc
	done   chan struct{}
	err    error
}

// start streams until the test or stop ends it.
func start(t testing.TB, s *Source, from change.LSN, handle Handler) *running {
	t.Helper()
	ctx, cancel := context.WithCancel(context.Background())
	r := &running{t: t, cancel: cancel, done: make(chan struct{})}
	go func() {
		defer close(r.done)
		if r.err = s.Stream(ctx, from, handle); r.err != nil {
			t.Logf("the stream ended: %v", r.err)
		}
	}()
	t.Cleanup(func() {
		cancel()
		<-r.done
	})
	return r
}

// stop ends the stream, which must end without error.
func (r *running) stop() {
	r.t.Helper()
	r.cancel()
	<-r.done
	if r.err != nil {
		r.t.Fatalf("Stream: %v", r.err)
	}
}

// wait returns the error with which the stream ends by itself.
func (r *running) wait() error {
	r.t.Helper()
	select {
	case <-r.done:
		return r.err
	case <-time.After(patience):
		r.t.Fatal("the stream goes on")
		return nil
	}
}

// got is a change as a test keeps it: copied.
type got struct {
	XID      uint32
	Kind     change.Kind
	Table    string
	Columns  []string
	Old, New []string // "∅" NULL, "…" unchanged
}

// tx is a transaction put together from its pieces.
type tx struct {
	XID     uint32
	End     change.LSN
	Changes []got
	Pieces  int
}

// recorder is a handler that keeps everything and checks the rules of pieces.
type recorder struct {
	mu    sync.Mutex
	txs   []tx
	idles []change.LSN
	open  tx
	last  change.LSN
	fault string
	calls int
}

func (r *recorder) handle(_ context.Context, pieces []change.Piece) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.calls++
	for i := range pieces {
		r.piece(&pieces[i])
	}
	return nil
}

func (r *recorder) piece(p *change.Piece) {
	if p.XID == 0 {
		if r.open.Pieces > 0 || !p.Last || p.End <= r.last || len(p.Changes) > 0 {
			r.fault = fmt.Sprintf("idle advance to %s after %s", p.End, r.last)
		}
		r.idles, r.last = append(r.idles, p.End), p.End
		return
	}
	if r.open.Pieces > 0 && r.open.XID != p.XID {
		r.fault = fmt.Sprintf("a piece of %d within %d", p.XID, r.open.XID)
	}
	r.open.XID = p.XID
	r.open.Pieces++
	for _, c := range p.Changes {
		g := got{XID: p.XID, Kind: c.Kind, Table: c.Relation.Name, Old: texts(c.Old), New: texts(c.New)}
		for _, col := range c.Relation.Columns {
			g.Columns = append(g.Columns, col.Name)
		}
		r.open.Changes = append(r.open.Changes, g)
	}
	if p.Last {
		if p.End <= r.last {
			r.fault = fmt.Sprintf("transaction %d ends at %s after %s", p.XID, p.End, r.last)
		}
		r.open.End, r.last = p.End, p.End
		r.txs = append(r.txs, r.open)
		r.open = tx{}
	} else if p.End != 0 {
		r.fault = "a piece that is not the last has an end"
	}
}

func texts(values []change.Value) []string {
	var out []string
	for _, v := range values {
		switch v.State {
		case change.Null:
			out = append(out, "∅")
		case change.Unchanged:
			out = append(out, "…")
		default:
			out = append(out, string(v.Text))
		}
	}
	return out
}

// all returns the transactions so far, and fails the test if a rule was broken.
func (r *recorder) all(t testing.TB) []tx {
	t.Helper()
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.fault != "" {
		t.Fatal(r.fault)
	}
	return append([]tx(nil), r.txs...)
}

func (r *recorder) count() int {
	r.mu.Lock()
	defer r.mu.Unlock()
	return len(r.txs)
}

func (r *recorder) end() change.LSN {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.last
}

// await waits for n transactions.
func (r *recorder) await(t testing.TB, n int) []tx {
	t.Helper()
	testkit.Eventually(t, patience, func() bool { return r.count() >= n }, func() string {
		return fmt.Sprintf("%d of %d transactions came", r.count(), n)
	})
	return r.all(t)
}

// confirming wraps a handler: what it took is durable.
func confirming(s *Source, handle Handler) Handler {
	return func(ctx context.Context, pieces []change.Piece) error {
		if err := handle(ctx, pieces); err != nil {
			return err
		}
		for i := len(pieces) - 1; i >= 0; i-- {
			if pieces[i].Last {
				s.Confirm(pieces[i].End)
				break
			}
		}
		return nil
	}
}

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
