package cdc

import (
	"context"
	"fmt"
	"log/slog"
	"sync/atomic"
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
