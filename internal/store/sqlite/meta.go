package sqlite

import (
	"context"
	"fmt"
)

const (
	getMeta = "SELECT value FROM meta WHERE name=?1"
	putMeta = "REPLACE INTO meta (name, value) VALUES (?,?)"
)

// Meta implements store.Store.
func (s *Store) Meta(_ context.Context, name string) (value string, found bool, err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	q, err := s.prep(getMeta)
	if err != nil {
		return "", false, err
	}
	defer q.Reset()
	q.Text(1, name)
	if found, err = q.Step(); err != nil {
		return "", false, fmt.Errorf("read meta %s: %w", name, err)
	}
	if found {
		value = q.ColumnText(0)
	}
	return value, found, nil
}

func (s *Store) putMeta(name, value string) error {
	q, err := s.w.Prep(putMeta)
	if err != nil {
		return err
	}
	q.Text(1, name)
	q.Text(2, value)
	return q.Run()
}
