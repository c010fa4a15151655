package postgres

import (
	"context"
	"fmt"
	"strings"
	"sync"

	"github.com/jackc/pgx/v5"

	"github.com/odoobridge/odoobridge/internal/store"
	"github.com/odoobridge/odoobridge/internal/store/internal/commands"
)

// OpenLedger opens the ledger of commands, which is in the store's schema and under its lease: a
// process that was deposed claims, takes and settles nothing more. It is closed before the store.
func (s *Store) OpenLedger() (store.Ledger, error) {
	l, err := commands.Open(ledgerTables{ledgerReadings{s}, s})
	if err != nil {
		return nil, fmt.Errorf("open the ledger in schema %s: %w", s.lease.claim.Schema, err)
	}
	return l, nil
}

// ledgerTables are the ledger's part of a store.
type ledgerTables struct {
	ledgerReadings
	store *Store
}

// ledgerBytes is what a claim is expected to need at most.
const ledgerBytes = 1 << 20

// Transact implements commands.Database. It is always synced: what a server that
// crashes loses of a command that was begun, a successor on another machine could not know.
// It is not given up half-way: a server that does not answer ends the lease, which ends it.
func (t ledgerTables) Transact(_, grows bool, do func(commands.Conn) error) error {
	ctx := context.Background()
	if grows {
		if err := t.store.checkRoom(ctx, ledgerBytes); err != nil {
			return err
		}
	}
	return t.store.transact(ctx, func(tx pgx.Tx) error { return do(ledgerConn{ctx, tx.Conn()}) })
}

// ledgerReadings read what is committed of a ledger.
type ledgerReadings struct{ source }

// Read implements commands.Readings.
func (r ledgerReadings) Read(ctx context.Context, do func(commands.Conn) error) error {
	c, err := r.borrow(ctx)
	if err != nil {
		return err
	}
	defer c.Release()
	return r.explain(do(ledgerConn{ctx, c.Conn()}))
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
		return c.Query(measureLedger, func(r commands.Row) error { size = r.ColumnInt(0); return nil })
	})
	return size, err
}

// Close implements commands.Database. The tables go with the store.
func (t ledgerTables) Close() error { return nil }

// ledgerConn runs the ledger's statements, which number their parameters as SQLite does.
type ledgerConn struct {
	ctx context.Context
	c   *pgx.Conn
}

// Query implements commands.Conn.
func (l ledgerConn) Query(sql string, row func(commands.Row) error, args ...any) error {
	for i, arg := range args {
		if text, ok := arg.(string); ok {
			args[i] = storable(text)
		}
	}
	rows, err := l.c.Query(l.ctx, dollars(sql), args...)
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
		values, err := rows.Values()
		if err != nil {
			return err
		}
		if err := row(ledgerRow(values)); err != nil {
			return err
		}
	}
	return rows.Err()
}

// translated are the statements as PostgreSQL numbers their parameters.
var translated sync.Map

func dollars(sql string) string {
	if known, ok := translated.Load(sql); ok {
		return known.(string)
	}
	with := strings.ReplaceAll(sql, "?", "$")
	translated.Store(sql, with)
	return with
}

// ledgerRow is a row of the ledger's types: numbers, texts and bytes.
type ledgerRow []any

// ColumnInt implements commands.Row.
func (r ledgerRow) ColumnInt(i int) int64 {
	switch v := r[i].(type) {
	case int64:
		return v
	case int32:
		return int64(v)
	}
	return 0
}

// ColumnText implements commands.Row.
func (r ledgerRow) ColumnText(i int) string {
	text, _ := r[i].(string)
	return restored(text)
}

// ColumnBytes implements commands.Row.
func (r ledgerRow) ColumnBytes(i int) []byte {
	bytes, _ := r[i].([]byte)
	return bytes
}
