package sqlite

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/odoobridge/odoobridge/internal/store"
	"github.com/odoobridge/odoobridge/internal/store/internal/describe"
)

// loader fills one table. Its transactions are short, so that loaders of other
// tables and the lanes' cursors get their turns, and are synced only at the end: until then the
// mark in "layout" says that the table is not to be trusted.
type loader struct {
	store *Store
	table *table
	rows  []store.Row // not written yet
	bytes int
	over  bool
}

// A transaction of a loader takes at least so many rows or bytes, but for the last.
const (
	loadRows  = 4096
	loadBytes = 1 << 20
)

// fillRows is how many rows one statement adds.
const fillRows = 32

var errWriting = errors.New("writes wait for their Commit")

// Load implements store.Store.
func (s *Store) Load(ctx context.Context, number int) (store.Loader, error) {
	t := s.tables[number]
	s.mu.Lock()
	writing := s.writing
	s.mu.Unlock()
	err := errWriting
	if !writing {
		err = s.transact(ctx, true, func() error { return clearTable(s.w, t, true) })
	}
	if err != nil {
		return nil, fmt.Errorf("begin to load table %s: %w", t.Name, err)
	}
	return &loader{store: s, table: t}, nil
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
	byKey := func(a, b store.Row) int {
		return cmp.Or(cmp.Compare(a.Key[0], b.Key[0]), cmp.Compare(a.Key[1], b.Key[1]))
	}
	if !slices.IsSortedFunc(l.rows, byKey) {
		slices.SortStableFunc(l.rows, byKey)
	}
	err := l.store.transact(ctx, false, func() error {
		if err := l.store.checkRoom(); err != nil {
			return err
		}
		return l.insert()
	})
	if err != nil {
		return fmt.Errorf("load rows into table %s: %w", l.table.Name, err)
	}
	clear(l.rows)
	l.rows, l.bytes = l.rows[:0], 0
	return nil
}

func (l *loader) insert() error {
	for rest := l.rows; len(rest) > 0; {
		n := fillRows
		if len(rest) < n {
			n = 1
		}
		q, err := l.store.w.Prep(l.table.fill(n))
		if err != nil {
			return err
		}
		for i, place := 0, 1; i < n; i++ {
			place = l.table.bind(q, place, &rest[i])
		}
		if err := q.Run(); err != nil {
			return err
		}
		rest = rest[n:]
	}
	return nil
}

// Finish implements store.Loader.
func (l *loader) Finish(ctx context.Context) error {
	if l.over {
		return fmt.Errorf("finish loading table %s: the load is over", l.table.Name)
	}
	if err := l.flush(ctx); err != nil {
		return err
	}
	err := l.store.transact(ctx, true, func() error {
		if err := makeIndexes(l.store.w, l.table); err != nil {
			return err
		}
		return l.unmark()
	})
	if err != nil {
		return fmt.Errorf("finish loading table %s: %w", l.table.Name, err)
	}
	l.over = true
	return nil
}

func (l *loader) unmark() error {
	q, err := l.store.w.Prep("UPDATE layout SET loading=0 WHERE name=?1")
	if err != nil {
		return err
	}
	q.Text(1, l.table.Name)
	return q.Run()
}

// Abort implements store.Loader.
func (l *loader) Abort() error {
	if l.over {
		return nil
	}
	l.over, l.rows = true, nil
	err := l.store.transact(context.Background(), true, func() error { return makeTable(l.store.w, l.table) })
	if err != nil && !errors.Is(err, store.ErrClosed) {
		return fmt.Errorf("empty table %s after a load that failed: %w", l.table.Name, err)
	}
	return nil
}
