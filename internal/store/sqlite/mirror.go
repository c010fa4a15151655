package sqlite

import (
	"fmt"

	"github.com/odoobridge/odoobridge/internal/store"
	"github.com/odoobridge/odoobridge/internal/store/sqlite/capi"
)

// Row implements store.Mirror.
func (s *Store) Row(table int, key store.Key) (text string, found bool, err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	t := s.tables[table]
	q, err := s.prep(t.get)
	if err != nil {
		return "", false, err
	}
	defer q.Reset()
	q.Int(1, key[0])
	switch {
	case t.two:
		q.Int(2, key[1])
	case key[1] != 0:
		return "", false, nil
	}
	if found, err = q.Step(); err != nil {
		return "", false, fmt.Errorf("read row %v of %s: %w", key, t.Name, err)
	}
	if found {
		text = q.ColumnText(0)
	}
	return text, found, nil
}

// Find implements store.Mirror.
func (s *Store) Find(table, index int, value int64, yield func(store.Key, string) bool) error {
	if value == store.NoIndex {
		return nil
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	t := s.tables[table]
	q, err := s.prep(t.find[index])
	if err != nil {
		return err
	}
	q.Int(1, value)
	if err := rows(q, yield); err != nil {
		return fmt.Errorf("find rows of %s by %s: %w", t.Name, t.Indexes[index], err)
	}
	return nil
}

// Scan implements store.Mirror.
func (s *Store) Scan(table int, yield func(store.Key, string) bool) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	t := s.tables[table]
	q, err := s.prep(t.scan)
	if err != nil {
		return err
	}
	if err := rows(q, yield); err != nil {
		return fmt.Errorf("read the rows of %s: %w", t.Name, err)
	}
	return nil
}

func rows(q *capi.Stmt, yield func(store.Key, string) bool) error {
	defer q.Reset()
	for {
		row, err := q.Step()
		if err != nil || !row {
			return err
		}
		if !yield(store.Key{q.ColumnInt(0), q.ColumnInt(1)}, q.ColumnText(2)) {
			return nil
		}
	}
}

// prep prepares a statement of the writer's connection, which sees what is not committed.
func (s *Store) prep(sql string) (*capi.Stmt, error) {
	if s.closed {
		return nil, store.ErrClosed
	}
	return s.w.Prep(sql)
}
