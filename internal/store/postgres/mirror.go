package postgres

import (
	"context"
	"errors"
	"fmt"

	"github.com/jackc/pgx/v5"

	"github.com/odoobridge/odoobridge/internal/store"
)

// Row implements store.Mirror.
func (s *Store) Row(table int, key store.Key) (text string, found bool, err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if err := s.usable(); err != nil {
		return "", false, err
	}
	t := s.tables[table]
	arguments := []any{key[0]}
	switch {
	case t.two:
		arguments = append(arguments, key[1])
	case key[1] != 0:
		return "", false, nil
	}
	err = s.w.QueryRow(context.Background(), t.get, arguments...).Scan(&text)
	switch {
	case errors.Is(err, pgx.ErrNoRows):
		return "", false, nil
	case err != nil:
		return "", false, fmt.Errorf("read row %v of %s: %w", key, t.Name, s.explain(err))
	}
	return restored(text), true, nil
}

// Find implements store.Mirror.
func (s *Store) Find(table, index int, value int64, yield func(store.Key, string) bool) error {
	if value == store.NoIndex {
		return nil
	}
	t := s.tables[table]
	if err := s.rows(yield, t.find[index], value); err != nil {
		return fmt.Errorf("find rows of %s by %s: %w", t.Name, t.Indexes[index], err)
	}
	return nil
}

// Scan implements store.Mirror.
func (s *Store) Scan(table int, yield func(store.Key, string) bool) error {
	t := s.tables[table]
	if err := s.rows(yield, t.scan); err != nil {
		return fmt.Errorf("read the rows of %s: %w", t.Name, err)
	}
	return nil
}

// rows reads on the writer's connection, which sees what is not committed.
func (s *Store) rows(yield func(store.Key, string) bool, query string, arguments ...any) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if err := s.usable(); err != nil {
		return err
	}
	rows, err := s.w.Query(context.Background(), query, arguments...)
	if err != nil {
		return s.explain(err)
	}
	defer rows.Close()
	for rows.Next() {
		var key store.Key
		var text string
		if err := rows.Scan(&key[0], &key[1], &text); err != nil {
			return s.explain(err)
		}
		if !yield(key, restored(text)) {
			return nil
		}
	}
	return s.explain(rows.Err())
}

// Meta implements store.Store.
func (s *Store) Meta(ctx context.Context, name string) (value string, found bool, err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if err := s.usable(); err != nil {
		return "", false, err
	}
	err = s.w.QueryRow(context.WithoutCancel(ctx), getMeta, name).Scan(&value)
	switch {
	case errors.Is(err, pgx.ErrNoRows):
		return "", false, nil
	case err != nil:
		return "", false, fmt.Errorf("read meta %s: %w", name, s.explain(err))
	}
	return restored(value), true, nil
}
