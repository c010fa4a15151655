package cdc

import (
	"context"
	"fmt"
	"testing"
	"time"

	"github.com/odoobridge/odoobridge/internal/change"
	"github.com/odoobridge/odoobridge/internal/testkit"
)

// wal_sender_timeout passes three times while the handler is stuck and more
// waits than the queue holds; the connection lives.
func TestSlowHandlerKeepsStandbyStatus(t *testing.T) {
	r := newRig(t, testkit.Postgres(t), counterTable, "item")
	from := r.createSlot()
	s := r.newSource(func(c *Config, _ *timing) {
		c.DSN = via(t, r.dsn, "", "wal_sender_timeout", "2s")
		c.StatusInterval = time.Minute // the server's limit must shorten it
		c.QueueBytes = 64 << 10
	})
	var rec recorder
	release := make(chan struct{})
	start(t, s, from, func(ctx context.Context, pieces []change.Piece) error {
		select {
		case <-release:
		case <-ctx.Done():
		}
		return rec.handle(ctx, pieces)
	})
	pid := r.streaming()
	const rows = 100_000
	for i := range 10 {
		r.exec(`INSERT INTO item SELECT n, repeat('x', 100) FROM generate_series($1::int, $2::int) n`, i*rows/10, (i+1)*rows/10-1)
	}
	testkit.Eventually(t, patience, func() bool { return s.Stats().Queued > 0 }, nil)
	var began time.Time
	r.scan(`SELECT clock_timestamp()`, &began)
	testkit.Eventually(t, patience, func() bool {
		var now time.Time
		r.scan(`SELECT clock_timestamp()`, &now)
		return now.Sub(began) > 6*time.Second
	}, nil)
	if now := r.streaming(); now != pid || s.Stats().Reconnects > 0 {
		t.Fatalf("process %d streams, it was %d; %d reconnects", now, pid, s.Stats().Reconnects)
	}
	close(release)
	txs := rec.await(t, 10)
	n := 0
	for _, tx := range txs {
		n += len(tx.Changes)
	}
	if n != rows {
		t.Errorf("%d rows came, want %d", n, rows)
	}
	if now := r.streaming(); now != pid {
		t.Errorf("process %d streams, it was %d", now, pid)
	}
}

// A million row images do not fit in the queue: pieces of a bounded size do.
func TestHugeTransactionIsDeliveredInPieces(t *testing.T) {
	r := newRig(t, testkit.Postgres(t), counterTable, "item")
	from := r.createSlot()
	const rows = 300_000
	r.exec(`INSERT INTO item SELECT n, repeat('x', 50) FROM generate_series(1, $1::int) n`, rows)
	r.exec(`INSERT INTO item VALUES (0, 'after')`)
	s := r.newSource(func(c *Config, _ *timing) { c.QueueBytes = 8 << 20 })
	var seen, pieces int
	var largest int64
	came, done := make(chan int, 1), make(chan struct{})
	start(t, s, from, func(_ context.Context, ps []change.Piece) error {
		largest = max(largest, s.Stats().Queued)
		for _, p := range ps {
			if p.XID == 0 {
				continue
			}
			if seen < rows {
				pieces++
				if p.Last != (seen+len(p.Changes) == rows) {
					return fmt.Errorf("last is %v after %d rows", p.Last, seen+len(p.Changes))
				}
			}
			for _, c := range p.Changes {
				if seen++; seen <= rows && string(c.New[0].Text) != fmt.Sprint(seen) {
					return fmt.Errorf("row %d is %s", seen, c.New[0].Text)
				}
			}
			if seen == rows+1 {
				close(done)
			}
		}
		latest(came, seen)
		return nil
	})
	awaitRows(t, rows+1, came, done)
	if pieces < 5 {
		t.Errorf("it came in %d pieces", pieces)
	}
	if largest > 8<<20 {
		t.Errorf("%d bytes waited, more than the queue's limit", largest)
	}
}

// The connection is lost in the middle of a large transaction, part of which
// was handed over: the rest follows, and nothing comes twice.
func TestLossWithinALargeTransactionGoesOnWhereItWas(t *testing.T) {
	pg := testkit.Postgres(t)
	r := newRig(t, pg, counterTable, "item")
	from := r.createSlot()
	const rows = 120_000 // six pieces; with each connection the server decodes all of it again
	r.exec(`INSERT INTO item SELECT n, repeat('x', 50) FROM generate_series(1, $1::int) n`, rows)
	proxy := testkit.Proxy(t, pg.Addr())
	s := r.newSource(func(c *Config, _ *timing) {
		c.DSN = via(t, r.dsn, proxy.Addr())
		c.QueueBytes = 1 // one batch at a time, so that the cut hits the middle
	})
	var seen, cuts int
	came, done := make(chan int, 1), make(chan struct{})
	start(t, s, from, func(_ context.Context, ps []change.Piece) error {
		for _, p := range ps {
			for _, c := range p.Changes {
				if seen++; string(c.New[0].Text) != fmt.Sprint(seen) {
					return fmt.Errorf("row %d is %s", seen, c.New[0].Text)
				}
			}
			if p.Last && p.XID != 0 {
				close(done)
			} else if cuts < 4 {
				cuts++
				proxy.Cut()
			}
		}
		latest(came, seen)
		return nil
	})
	awaitRows(t, rows, came, done)
	if seen != rows || s.Stats().Reconnects == 0 {
		t.Errorf("%d rows came, with %d reconnects", seen, s.Stats().Reconnects)
	}
}

// latest leaves the newest number in the channel.
func latest(c chan int, n int) {
	select {
	case <-c:
	default:
	}
	c <- n
}

// awaitRows waits until done, as long as more rows come: how long all of them take is the machine's affair.
func awaitRows(t *testing.T, rows int, came <-chan int, done <-chan struct{}) {
	t.Helper()
	for seen := 0; ; {
		select {
		case <-done:
			return
		case seen = <-came:
		case <-time.After(2 * patience):
			t.Fatalf("%d of %d rows came", seen, rows)
		}
	}
}

func TestServerRestartIsSurvived(t *testing.T) {
	pg := testkit.StartPostgres(t)
	r := newRig(t, pg, counterTable, "item")
	from := r.createSlot()
	var rec recorder
	start(t, r.source, from, confirming(r.source, rec.handle))
	r.exec(`INSERT INTO item VALUES (1, 'before')`)
	rec.await(t, 1)
	_ = r.conn.Close(t.Context())
	pg.Restart(t) // in order: the server waits until we confirmed its last record
	r.conn = pg.Connect(t, r.dsn)
	r.exec(`INSERT INTO item VALUES (2, 'after an orderly restart')`)
	rec.await(t, 2)
	_ = r.conn.Close(t.Context())
	pg.Stop(t, true)
	pg.Start(t)
	r.conn = pg.Connect(t, r.dsn)
	r.exec(`INSERT INTO item VALUES (3, 'after a crash')`)
	rec.await(t, 3)
}
