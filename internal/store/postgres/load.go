package postgres

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"

	"github.com/odoobridge/odoobridge/internal/store"
	"github.com/odoobridge/odoobridge/internal/store/internal/describe"
)

// loader fills one table by COPY. Each piece is a transaction of its own, on
// whichever connection is free, and is not synced: until the end, the mark in "layout"
// says that the table is not to be trusted. Key and indexes are built last.
type loader struct {
	store *Store
	table *table
	rows  []store.Row // not written yet
	bytes int
	over  bool
	copy  copyRows // scratch
}

// A piece has at least so many rows or bytes, but for the last.
const (
	loadRows  = 10_000
	loadBytes = 1 << 20
)

var errWriting = errors.New("writes wait for their Commit")

// Load implements store.Store.
func (s *Store) Load(ctx context.Context, number int) (store.Loader, error) {
	t := s.tables[number]
	s.mu.Lock()
	writing := s.writing
	s.mu.Unlock()
	err := errWriting
	if !writing {
		err = s.transact(ctx, func(tx pgx.Tx) error { return clearTable(ctx, tx, t, true) })
	}
	if err != nil {
		return nil, fmt.Errorf("begin to load table %s: %w", t.Name, err)
	}
	return &loader{store: s, table: t}, nil
}

// transact runs fn in a transaction of the pool, fenced.
func (s *Store) transact(ctx context.Context, fn func(pgx.Tx) error) error {
	c, err := s.borrow(ctx)
	if err != nil {
		return err
	}
	defer c.Release()
	err = pgx.BeginFunc(ctx, c, func(tx pgx.Tx) error {
		if _, err := tx.Exec(ctx, "SELECT fence($1)", s.lease.Term); err != nil {
			return err
		}
		return fn(tx)
	})
	return s.explain(err)
}

// Add implements store.Loader.
func (l *loader) Add(ctx context.Context, rows []store.Row) error {
	if l.over {
		return fmt.Errorf("load table %s: the load is over", l.table.Name)
	}
	for i := range rows {
		if err := describe.CheckRow(&l.table.Table, &rows[i]); err != nil {
			return err
		}
		l.bytes += len(rows[i].Text)
	}
	l.rows = append(l.rows, rows...)
	if len(l.rows) < loadRows && l.bytes < loadBytes {
		return nil
	}
	return l.flush(ctx)
}

func (l *loader) flush(ctx context.Context) error {
	if len(l.rows) == 0 {
		return nil
	}
	err := l.store.checkRoom(ctx, int64(l.bytes+64*len(l.rows)))
	if err == nil {
		l.encode()
		err = l.store.transact(ctx, func(tx pgx.Tx) error {
			if _, err := tx.Exec(ctx, notSynced); err != nil {
				return err
			}
			sql := fmt.Sprintf("COPY %s (%s) FROM STDIN BINARY", l.table.name, strings.Join(l.table.columns, ", "))
			return l.copy.send(ctx, tx.Conn(), sql)
		})
	}
	if err != nil {
		return fmt.Errorf("load rows into table %s: %w", l.table.Name, err)
	}
	clear(l.rows)
	l.rows, l.bytes = l.rows[:0], 0
	return nil
}

// encode puts the rows in the order of keys, and of those with the same key the last alone.
func (l *loader) encode() {
	byKey := func(a, b store.Row) int {
		return cmp.Or(cmp.Compare(a.Key[0], b.Key[0]), cmp.Compare(a.Key[1], b.Key[1]))
	}
	if !slices.IsSortedFunc(l.rows, byKey) {
		slices.SortStableFunc(l.rows, byKey)
	}
	l.copy.start()
	for i := range l.rows {
		if i+1 == len(l.rows) || l.rows[i].Key != l.rows[i+1].Key {
			l.appendRow(&l.rows[i])
		}
	}
}

func (l *loader) appendRow(row *store.Row) {
	c := &l.copy
	c.row(len(l.table.columns))
	c.int8(row.Key[0])
	if l.table.two {
		c.int8(row.Key[1])
	}
	for _, place := range l.table.own {
		if row.Indexed[place] == store.NoIndex {
			c.null()
		} else {
			c.int8(row.Indexed[place])
		}
	}
	c.text(storable(row.Text))
}

const uniqueViolation = "23505"

// Finish implements store.Loader.
func (l *loader) Finish(ctx context.Context) error {
	if l.over {
		return fmt.Errorf("finish loading table %s: the load is over", l.table.Name)
	}
	if err := l.flush(ctx); err != nil {
		return err
	}
	err := l.store.transact(ctx, func(tx pgx.Tx) error { return l.index(ctx, tx, "") })
	if refused := (*pgconn.PgError)(nil); errors.As(err, &refused) && refused.Code == uniqueViolation {
		err = l.store.transact(ctx, func(tx pgx.Tx) error { return l.index(ctx, tx, l.table.dedupe+";") })
	}
	if err != nil {
		return fmt.Errorf("finish loading table %s: %w", l.table.Name, err)
	}
	l.over = true
	return nil
}

func (l *loader) index(ctx context.Context, tx pgx.Tx, before string) error {
	if err := script(ctx, tx, before+l.table.indexes); err != nil {
		return err
	}
	_, err := tx.Exec(ctx, "UPDATE layout SET loading = false WHERE name = $1", l.table.Name)
	return err
}

// Abort implements store.Loader.
func (l *loader) Abort() error {
	if l.over {
		return nil
	}
	l.over, l.rows = true, nil
	ctx := context.Background()
	err := l.store.transact(ctx, func(tx pgx.Tx) error { return makeTable(ctx, tx, l.table) })
	if err != nil && !errors.Is(err, store.ErrClosed) {
		return fmt.Errorf("empty table %s after a load that failed: %w", l.table.Name, err)
	}
	return nil
}
