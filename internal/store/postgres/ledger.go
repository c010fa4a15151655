package postgres

import (
	"context"
	"fmt"
	"maps"

	"github.com/jackc/pgx/v5/pgxpool"

	"github.com/odoobridge/odoobridge/internal/store"
	"github.com/odoobridge/odoobridge/internal/store/internal/commands"
)

// OpenLedger opens the ledger of commands, which is in the store's schema and under its lease: a
// process that was deposed claims, takes and settles nothing more. It is closed before the store.
func (s *Store) OpenLedger() (store.Ledger, error) {
	t, err := s.ledgerTables()
	var l *commands.Ledger
	if err == nil {
		if l, err = commands.Open(t); err != nil {
			t.pool.Close()
		}
	}
	if err != nil {
		return nil, fmt.Errorf("open the ledger in schema %s: %w", s.lease.claim.Schema, s.explain(err))
	}
	return l, nil
}

// ledgerPlans are settings of the ledger's connections. Every statement of the ledger finds what it looks for by an index. A
// plan that reads a whole table instead, made while the table was small, would be kept while a burst makes it large.
var ledgerPlans = map[string]string{
	"enable_seqscan": "off", "enable_bitmapscan": "off", "enable_hashjoin": "off", "enable_mergejoin": "off", "plan_cache_mode": "force_generic_plan",
}

// ledgerConns is how many connections a ledger has: one that writes, and some that read.
const ledgerConns = 3

func (s *Store) ledgerTables() (ledgerTables, error) {
	cfg, err := s.poolConfig()
	if err != nil {
		return ledgerTables{}, err
	}
	maps.Copy(cfg.ConnConfig.RuntimeParams, ledgerPlans)
	cfg.MaxConns = ledgerConns
	pool, err := pgxpool.NewWithConfig(context.Background(), cfg)
	if err != nil {
		return ledgerTables{}, fmt.Errorf("connect: %w", err)
	}
	return ledgerTables{ledgerReadings{ledgerSource{s, pool}}, s, pool}, nil
}

// ledgerSource gives the ledger's connections.
type ledgerSource struct {
	store *Store
	pool  *pgxpool.Pool
}

func (l ledgerSource) borrow(ctx context.Context) (*pgxpool.Conn, error) {
	if l.store.isClosed() {
		return nil, store.ErrClosed
	}
	c, err := l.pool.Acquire(ctx)
	return c, l.explain(err)
}

func (l ledgerSource) explain(err error) error { return l.store.explain(err) }

// ledgerTables are the ledger's part of a store.
type ledgerTables struct {
	ledgerReadings
	store *Store
	pool  *pgxpool.Pool
}

// ledgerBytes is what a claim is expected to need at most.
const ledgerBytes = 1 << 20

// Transact implements commands.Database. It is always synced: what a server that
// crashes loses of a command that was begun, a successor on another machine could not know.
// It is not given up half-way: a server that does not answer ends the lease, which ends it.
func (t ledgerTables) Transact(grows bool, do func(commands.Conn) error) error {
	ctx := context.Background()
	if grows {
		if err := t.store.checkRoom(ctx, ledgerBytes); err != nil {
			return err
		}
	}
	c, err := t.borrow(ctx)
	if err != nil {
		return err
	}
	defer c.Release()
	l := &ledgerConn{ctx: ctx, c: c.Conn()}
	return t.explain(l.transact(t.store.lease.Term, do))
}

// Sync implements commands.Database: every commit is on the server's disk.
func (t ledgerTables) Sync() error { return nil }

// Ahead implements commands.Database: a server writes no whole pages to keep a transaction, and each takes the network's time.
func (t ledgerTables) Ahead() bool { return false }

// ledgerReadings read what is committed of a ledger.
type ledgerReadings struct{ source }

// Read implements commands.Readings.
func (r ledgerReadings) Read(ctx context.Context, do func(commands.Conn) error) error {
	c, err := r.borrow(ctx)
	if err != nil {
		return err
	}
	defer c.Release()
	l := &ledgerConn{ctx: ctx, c: c.Conn()}
	err = do(l)
	if err == nil {
		err = l.Flush()
	}
	return r.explain(err)
}

// Ledger looks into the ledger of commands, whoever has the store.
func (r *Reader) Ledger() *commands.Reader {
	l := commands.NewReader(ledgerReadings{r})
	return &l
}

// Boot implements commands.Database: no mark is ever lost.
func (t ledgerTables) Boot() string { return "synced" }

const measureLedger = `SELECT coalesce(sum(pg_total_relation_size(t::regclass)), 0)::bigint
	FROM unnest(ARRAY['command', 'key', 'wait', 'note', 'step', 'said', 'result', 'audit', 'binding']) t`

// Size implements commands.Database.
func (t ledgerTables) Size(ctx context.Context) (size int64, err error) {
	err = t.Read(ctx, func(c commands.Conn) error {
		return c.Send(measureLedger, func(r commands.Row) error { size = r.ColumnInt(0); return nil })
	})
	return size, err
}

// Close implements commands.Database. The tables go with the store.
func (t ledgerTables) Close() error {
	t.pool.Close()
	return nil
}
