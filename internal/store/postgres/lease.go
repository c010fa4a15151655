package postgres

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"

	"github.com/odoobridge/odoobridge/internal/store"
)

// Keys of this package's log records.
const (
	logHolder  = "holder"
	logSilence = "silence"
	logPID     = "pid"
	logError   = "error"
	logTables  = "tables"
)

// Lease is the right to the store, held by a lock on a connection of its own.
// It ends when that connection does.
type Lease struct {
	Term   int64  // of the holder table
	Former string // instance of the holder before, which did not give the store up by itself; "" otherwise
	Waited bool   // another process had the store when we came

	claim    Claim
	conn     *pgx.Conn
	dialer   *dialer
	visiting bool // not as a holder: what is written of the former one stays

	mu    sync.Mutex
	alive time.Time // when the last ping was sent that was answered
	cause error     // why it is lost
	lost  chan struct{}

	stop    context.CancelFunc
	pinging sync.WaitGroup
	closing sync.Once
}

// begin keeps showing the server that we are alive.
func (l *Lease) begin() {
	ctx, cancel := context.WithCancel(context.Background())
	l.stop, l.alive = cancel, time.Now()
	l.pinging.Go(func() {
		for {
			if err := l.ping(ctx); err != nil {
				if ctx.Err() == nil {
					l.end(fmt.Errorf("the session that holds the store ended: %w", explain(err)))
				}
				return
			}
		}
	})
}

// ping shows that we are alive, then listens for the end of the connection
// until the next one is due.
func (l *Lease) ping(ctx context.Context) error {
	sent := time.Now()
	asking, cancel := context.WithTimeout(context.WithoutCancel(ctx), l.claim.timing.pingTime)
	defer cancel()
	if _, err := l.conn.Exec(asking, "SELECT 1"); err != nil {
		return err
	}
	l.mu.Lock()
	l.alive = sent
	l.mu.Unlock()
	listening, done := context.WithTimeout(ctx, l.claim.timing.ping)
	defer done()
	if _, err := l.conn.WaitForNotification(listening); err != nil && !pgconn.Timeout(err) {
		return err
	}
	return ctx.Err()
}

// end gives the lease up as lost and breaks every connection of the store, so
// that whoever waits on one need not find out by himself.
func (l *Lease) end(err error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.cause == nil {
		l.cause = err
		close(l.lost)
	}
	l.dialer.breakAll()
}

// Lost is closed when the lease has ended without our doing. Cause says why.
func (l *Lease) Lost() <-chan struct{} { return l.lost }

// Cause is why the lease was lost; nil while it is held.
func (l *Lease) Cause() error {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.cause
}

// Held is nil as long as nobody else can have taken the store over: until six
// seconds after the last sign of life that the server answered. Nothing may
// be published without it. A process that was stopped, or a machine that slept,
// finds its lease over when it comes back; both clocks are asked, as one of
// them may have slept too.
func (l *Lease) Held() error {
	l.mu.Lock()
	alive, cause := l.alive, l.cause
	l.mu.Unlock()
	if cause != nil {
		return cause
	}
	now := time.Now()
	if age := max(now.Sub(alive), now.Round(0).Sub(alive.Round(0))); age > l.claim.timing.lease {
		return fmt.Errorf("%w, or may have: its server was last heard of %s ago", store.ErrDeposed, age.Round(time.Millisecond))
	}
	return nil
}

// Close gives the store up, so that a stand-by may have it at once.
func (l *Lease) Close() (err error) {
	l.closing.Do(func() {
		l.stop()
		l.pinging.Wait()
		if !l.visiting && l.Cause() == nil && !l.conn.IsClosed() {
			ctx, cancel := context.WithTimeout(context.Background(), l.claim.timing.pingTime)
			defer cancel()
			if _, failed := l.conn.Exec(ctx, release, l.Term); failed != nil {
				err = fmt.Errorf("release the store: %w", failed)
			}
		}
		err = errors.Join(err, l.closeConn())
	})
	return err
}

func (l *Lease) closeConn() error {
	ctx, cancel := context.WithTimeout(context.Background(), time.Second)
	defer cancel()
	if err := l.conn.Close(ctx); err != nil && l.Cause() == nil {
		return fmt.Errorf("close the store's lock: %w", err)
	}
	return nil
}
