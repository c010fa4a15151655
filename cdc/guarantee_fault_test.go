package cdc

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/url"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/jackc/pgx/v5/pgconn"

	"github.com/odoobridge/odoobridge/internal/testkit"
)

// via is the DSN through a proxy, with more settings.
func via(t testing.TB, dsn, addr string, settings ...string) string {
	t.Helper()
	u, err := url.Parse(dsn)
	if err != nil {
		t.Fatal(err)
	}
	if addr != "" {
		u.Host = addr
	}
	q := u.Query()
	for i := 0; i < len(settings); i += 2 {
		q.Set(settings[i], settings[i+1])
	}
	u.RawQuery = q.Encode()
	return u.String()
}

// disconnections counts the sessions that were lost.
type disconnections struct {
	mu     sync.Mutex
	errs   []error
	pauses []time.Duration
}

func (d *disconnections) hook(err error, pause time.Duration) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.errs, d.pauses = append(d.errs, err), append(d.pauses, pause)
}

func (d *disconnections) await(t testing.TB, n int) ([]error, []time.Duration) {
	t.Helper()
	testkit.Eventually(t, patience, func() bool { d.mu.Lock(); defer d.mu.Unlock(); return len(d.errs) >= n },
		func() string { return "the connection was not lost" })
	d.mu.Lock()
	defer d.mu.Unlock()
	return append([]error(nil), d.errs...), append([]time.Duration(nil), d.pauses...)
}

const ourWalsender = `SELECT active_pid FROM pg_replication_slots WHERE active AND slot_name = '%s'`

// streaming waits until the slot is in use and returns the server's process.
func (r *rig) streaming() (pid int32) {
	r.t.Helper()
	testkit.Eventually(r.t, patience, func() bool {
		return r.conn.QueryRow(context.Background(), fmt.Sprintf(ourWalsender, r.slot)).Scan(&pid) == nil
	}, func() string { return "the slot is not in use" })
	return pid
}

func TestTerminatedWalsenderReconnects(t *testing.T) {
	r := newRig(t, testkit.Postgres(t), counterTable, "item")
	from := r.createSlot()
	var lost disconnections
	s := r.newSource(func(c *Config, tm *timing) {
		c.Hooks.Disconnected = lost.hook
		tm.killedMin, tm.killedMax = 300*time.Millisecond, 400*time.Millisecond
	})
	var rec recorder
	start(t, s, from, confirming(s, rec.handle))
	r.exec(`INSERT INTO item VALUES (1, 'before')`)
	rec.await(t, 1)
	r.exec(fmt.Sprintf(`SELECT pg_terminate_backend(%d)`, r.streaming()))
	errs, pauses := lost.await(t, 1)
	if sqlState(errs[0]) != adminShutdown {
		t.Errorf("the stream ended with %v", errs[0])
	}
	// Odoo must get its maintenance done before we are back.
	if pauses[0] < 300*time.Millisecond || pauses[0] > 400*time.Millisecond {
		t.Errorf("the first pause after a termination is %s", pauses[0])
	}
	r.exec(`INSERT INTO item VALUES (2, 'after')`)
	if txs := rec.await(t, 2); txs[1].Changes[0].New[0] != "2" {
		t.Errorf("after the reconnect came %v", txs[1])
	}
}

func TestFirstPauseAfterTerminationIsFiveToTenSeconds(t *testing.T) {
	killed := error(&pgconn.PgError{Code: adminShutdown})
	seen := map[time.Duration]bool{}
	for range 200 {
		r := newRetry(defaultTiming)
		p := r.next(killed)
		if p < 5*time.Second || p > 10*time.Second {
			t.Fatalf("pause of %s", p)
		}
		seen[p] = true
		if p := r.next(killed); p > time.Second {
			t.Fatalf("the second pause is %s", p)
		}
	}
	if len(seen) < 100 {
		t.Error("the pause has no jitter")
	}
	r := newRetry(defaultTiming)
	if p := r.next(errors.New("connection reset")); p > time.Second {
		t.Errorf("after a network error the first pause is %s", p)
	}
}

func TestCutConnectionReconnects(t *testing.T) {
	pg := testkit.Postgres(t)
	r := newRig(t, pg, counterTable, "item")
	from := r.createSlot()
	proxy := testkit.Proxy(t, pg.Addr())
	s := r.newSource(func(c *Config, _ *timing) { c.DSN = via(t, r.dsn, proxy.Addr()) })
	var rec recorder
	start(t, s, from, confirming(s, rec.handle))
	for i := range 10 {
		r.exec(`INSERT INTO item VALUES ($1, 'x')`, i)
		rec.await(t, i+1)
		proxy.Cut()
	}
	if got := s.Stats().Reconnects; got < 9 {
		t.Errorf("%d reconnects", got)
	}
}

// While the server is away its absence is told once, with what to do, and not at every attempt; when it goes away again, again.
func TestThatTheServerIsAwayIsToldOnce(t *testing.T) {
	pg := testkit.Postgres(t)
	r := newRig(t, pg, counterTable, "item")
	from := r.createSlot()
	proxy := testkit.Proxy(t, pg.Addr())
	var lost disconnections
	var log testkit.Log
	s := r.newSource(func(c *Config, _ *timing) {
		c.DSN = via(t, r.dsn, proxy.Addr())
		c.Hooks.Disconnected = lost.hook
		c.Logger = slog.New(slog.NewTextHandler(&log, nil))
	})
	var rec recorder
	start(t, s, from, confirming(s, rec.handle))
	attempts := 0
	for absence := 1; absence <= 2; absence++ {
		r.exec(`INSERT INTO item VALUES ($1, 'x')`, absence)
		rec.await(t, 2*absence-1)
		proxy.Refuse()
		proxy.Cut()
		attempts += 6
		reasons, _ := lost.await(t, attempts)
		proxy.Accept()
		r.exec(`INSERT INTO item VALUES ($1, 'x')`, -absence)
		rec.await(t, 2*absence)
		attempts = len(reasons)
	}
	absences := strings.Split(log.String(), "msg=streaming")
	if len(absences) < 3 {
		t.Fatalf("streamed %d times", len(absences)-1)
	}
	for _, absence := range absences[1 : len(absences)-1] {
		told := map[string]int{}
		for _, line := range strings.Split(absence, "\n") {
			if _, reason, is := strings.Cut(line, "connecting again"); is {
				_, reason, _ = strings.Cut(reason, "error=")
				reason, remedy, _ := strings.Cut(reason, "pause=")
				if told[port.ReplaceAllString(reason, "")]++; !strings.Contains(remedy, "remedy=") {
					t.Errorf("no remedy: %s", line)
				}
			}
		}
		for reason, times := range told {
			if times > 1 {
				t.Errorf("told %d times: %s", times, reason)
			}
		}
		if len(told) == 0 {
			t.Error("an absence was not told")
		}
	}
}

// port is what differs between attempts.
var port = regexp.MustCompile(`:\d+->`)

// A link that is dead without a word is noticed, and the walsender that the
// server still believes in is ended, for it holds the slot.
func TestHalfOpenConnectionReconnects(t *testing.T) {
	pg := testkit.Postgres(t)
	r := newRig(t, pg, counterTable, "item")
	from := r.createSlot()
	// The way that dies stays half-open for the server; a second one is there.
	proxy, second := testkit.Proxy(t, pg.Addr()), testkit.Proxy(t, pg.Addr())
	var lost disconnections
	s := r.newSource(func(c *Config, tm *timing) {
		c.DSN = via(t, r.dsn, proxy.Addr()+","+second.Addr(), "wal_sender_timeout", "0") // the server will never notice
		c.Hooks.Disconnected = lost.hook
		tm.silenceAsk, tm.silenceLimit = 300*time.Millisecond, 300*time.Millisecond
		tm.connect, tm.query = time.Second, time.Second
	})
	var rec recorder
	start(t, s, from, confirming(s, rec.handle))
	r.exec(`INSERT INTO item VALUES (1, 'before')`)
	rec.await(t, 1)
	stale := r.streaming()
	proxy.Stall()
	r.exec(`INSERT INTO item VALUES (2, 'while the link is dead')`)
	errs, _ := lost.await(t, 1)
	var silence *SilenceError
	if !errors.As(errs[0], &silence) {
		t.Fatalf("the stream ended with %v", errs[0])
	}
	rec.await(t, 2)
	if now := r.streaming(); now == stale {
		t.Errorf("process %d still holds the slot", stale)
	}
}

// The answer to START_REPLICATION is lost: whoever asked does not know that the server has begun, and the server does not know that
// nobody listens. At the very first start, too, that process is known as ours and ended; it is no other bridge to give way to.
func TestAConnectionLostWhileStreamingBeginsLeavesTheSlotToNobody(t *testing.T) {
	pg := testkit.Postgres(t)
	r := newRig(t, pg, counterTable, "item")
	from := r.createSlot()
	proxy, second := testkit.Proxy(t, pg.Addr()), testkit.Proxy(t, pg.Addr())
	proxy.StallAfter("START_REPLICATION")
	var waited []int32
	s := r.newSource(func(c *Config, tm *timing) {
		c.DSN = via(t, r.dsn, proxy.Addr()+","+second.Addr(), "wal_sender_timeout", "0")
		c.Hooks.Waiting = func(h Holder) { waited = append(waited, h.PID) }
		tm.connect, tm.query = time.Second, time.Second
	})
	var rec recorder
	running := start(t, s, from, confirming(s, rec.handle))
	r.exec(`INSERT INTO item VALUES (1, 'in the slot')`)
	rec.await(t, 1)
	running.stop()
	if len(waited) > 0 {
		t.Errorf("our own processes %v were waited for as another bridge's", waited)
	}
}

// Silence is no reason to reconnect while the server answers when asked.
func TestQuietServerIsAskedNotLeft(t *testing.T) {
	r := newRig(t, testkit.Postgres(t), counterTable, "item")
	from := r.createSlot()
	s := r.newSource(func(c *Config, tm *timing) {
		c.DSN = via(t, r.dsn, "", "wal_sender_timeout", "0") // no keepalives of its own
		tm.silenceAsk, tm.silenceLimit = 50*time.Millisecond, 10*time.Second
	})
	var rec recorder
	start(t, s, from, rec.handle)
	r.streaming()
	var heard []time.Time
	testkit.Eventually(t, patience, func() bool {
		if at := s.Stats().LastHeard; len(heard) == 0 || at.After(heard[len(heard)-1]) {
			heard = append(heard, at)
		}
		return len(heard) > 5
	}, func() string { return "the server was not heard of" })
	if n := s.Stats().Reconnects; n > 0 {
		t.Errorf("%d reconnects", n)
	}
}
