package postgres

import (
	"context"
	"errors"
	"fmt"
	"hash/fnv"
	"log/slog"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/odoobridge/odoobridge/internal/store"
)

// Claim is what a process wants: the store for itself.
type Claim struct {
	DSN      string
	Schema   string // of its own in the database; made if it is not there
	Instance string // names this process among all that may want the store; NewInstance makes one
	// Waiting is called when another process has the store, and again when that
	// changes. Acquire then waits until it is free. Without it, Acquire fails with store.ErrInUse.
	Waiting func(Holder)
	Logger  *slog.Logger

	timing timing
}

// Holder is the process that has the store, as far as that can be told.
type Holder struct {
	Host   string
	PID    int // on that host
	Since  time.Time
	Silent time.Duration // since the server last heard of it
}

func (h Holder) String() string {
	if h.Host == "" {
		return "another bridge"
	}
	return fmt.Sprintf("the bridge on %s (process %d, since %s)", h.Host, h.PID, h.Since.UTC().Format(time.RFC3339))
}

// timing are the durations of taking over; see doc.go for how they hang together.
type timing struct {
	ping     time.Duration // how often the holder shows that it is alive
	pingTime time.Duration // how long the server may take to answer; then the connection counts as dead
	lease    time.Duration // how long after a ping that was answered the holder may publish
	silence  time.Duration // how long a holder may be silent before it is deposed
	poll     time.Duration // how often a stand-by tries
	look     time.Duration // how often it looks at the holder
	ending   time.Duration // how long the former holder's connections may take to end
}

var defaultTiming = timing{
	ping: time.Second, pingTime: 8 * time.Second, lease: 6 * time.Second, silence: 10 * time.Second,
	poll: 250 * time.Millisecond, look: 2 * time.Second, ending: 30 * time.Second,
}

// lockClass is the first number of our advisory locks ("odoo"); the second
// stands for the schema.
const lockClass = 0x6f646f6f

func (c *Claim) lockKey() int32 {
	h := fnv.New32a()
	_, _ = h.Write([]byte(c.Schema))
	return int32(h.Sum32()) //nolint:gosec // any number will do
}

const (
	tryLock = "SELECT pg_try_advisory_lock($1, $2)"
	// The two numbers of an advisory lock are columns of the type oid, which has no sign.
	findHolder = `SELECT l.pid, coalesce(a.application_name, ''), coalesce(extract(epoch FROM clock_timestamp() - a.state_change), 0)::float8
		FROM pg_locks l JOIN pg_stat_activity a ON a.pid = l.pid
		WHERE l.locktype = 'advisory' AND l.granted AND l.objsubid = 2 AND l.classid = $1::bigint::oid AND l.objid = $2::bigint::oid
		AND l.database = (SELECT oid FROM pg_database WHERE datname = current_database())`
	readHolder = `SELECT host, pid, since FROM holder WHERE id = 1`
	endBackend = `SELECT pg_terminate_backend($1::bigint::integer)`
)

// Acquire takes the store, waiting for it if the claim says so. A holder that
// the server has not heard of for ten seconds is deposed.
func Acquire(ctx context.Context, claim Claim) (*Lease, error) {
	if claim.timing == (timing{}) {
		claim.timing = defaultTiming
	}
	if claim.Logger == nil {
		claim.Logger = slog.New(slog.DiscardHandler)
	}
	d := newDialer()
	cfg, err := claim.connConfig(d)
	if err != nil {
		return nil, err
	}
	conn, err := pgx.ConnectConfig(ctx, cfg)
	if err != nil {
		return nil, fmt.Errorf("connect to the store: %w", explain(err))
	}
	l := &Lease{claim: claim, conn: conn, dialer: d, lost: make(chan struct{})}
	if err := l.acquire(ctx); err != nil {
		return nil, errors.Join(explain(err), l.closeConn())
	}
	l.begin()
	return l, nil
}

func (l *Lease) acquire(ctx context.Context) error {
	if err := prepareSession(ctx, l.conn); err != nil {
		return err
	}
	if err := l.await(ctx); err != nil {
		return err
	}
	if err := migrate(ctx, l.conn, l.claim.Schema); err != nil {
		return err
	}
	return l.takeOver(ctx)
}

// await gets the lock.
func (l *Lease) await(ctx context.Context) error {
	var lastLook time.Time
	var told Holder
	for {
		var got bool
		if err := l.conn.QueryRow(ctx, tryLock, int32(lockClass), l.claim.lockKey()).Scan(&got); err != nil {
			return fmt.Errorf("lock the store: %w", err)
		}
		if got {
			return nil
		}
		if now := time.Now(); now.Sub(lastLook) >= l.claim.timing.look {
			lastLook = now
			h, err := l.lookAtHolder(ctx)
			if err != nil {
				return err
			}
			if l.claim.Waiting == nil {
				return fmt.Errorf("%w: %s has it", store.ErrInUse, h)
			}
			if !l.Waited || h.Host != told.Host || h.PID != told.PID {
				l.claim.Waiting(h)
				told = h
			}
			l.Waited = true
		}
		select {
		case <-time.After(l.claim.timing.poll):
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}

// lookAtHolder finds out who has the lock, and ends a session that is silent, or was our own.
func (l *Lease) lookAtHolder(ctx context.Context) (h Holder, err error) {
	var pid uint32
	var name string
	var silent float64
	err = l.conn.QueryRow(ctx, findHolder, int64(lockClass), int64(uint32(l.claim.lockKey()))).Scan(&pid, &name, &silent) //nolint:gosec // the same bits
	if errors.Is(err, pgx.ErrNoRows) {
		return h, nil // it has just gone
	}
	if err != nil {
		return h, fmt.Errorf("ask who has the store: %w", err)
	}
	var known bool
	if err := l.conn.QueryRow(ctx, "SELECT to_regclass('holder') IS NOT NULL").Scan(&known); err != nil {
		return h, fmt.Errorf("ask who has the store: %w", err)
	}
	if known {
		if err := l.conn.QueryRow(ctx, readHolder).Scan(&h.Host, &h.PID, &h.Since); err != nil {
			return h, fmt.Errorf("ask who has the store: %w", err)
		}
	}
	h.Silent = time.Duration(silent * float64(time.Second))
	own := name == applicationPrefix+l.claim.Instance
	if own || h.Silent > l.claim.timing.silence && l.claim.Waiting != nil {
		l.claim.Logger.Warn("the session that holds the store is silent, or was our own; it is ended", logHolder, h.String(), logSilence, h.Silent, logPID, pid)
		if _, err := l.conn.Exec(ctx, endBackend, int64(pid)); err != nil {
			return h, fmt.Errorf("end the session of %s: %w", h, err)
		}
	}
	return h, nil
}
