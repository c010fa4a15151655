package sqlite

import (
	"context"
	"errors"
	"fmt"

	"github.com/odoobridge/odoobridge/internal/store"
)

var errNotRolledBack = errors.New("an earlier write has failed and was not rolled back")

// Write implements store.Store.
func (s *Store) Write(ctx context.Context, b *store.Batch) error {
	if err := s.enter(ctx); err != nil {
		return err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.closed {
		return store.ErrClosed
	}
	err := ctx.Err()
	if err == nil {
		err = s.checkRoom()
	}
	if err == nil && !s.w.InTransaction() {
		err = s.begin(true)
	}
	if err == nil {
		err = s.explain(s.apply(b))
	}
	if err != nil {
		return s.fail(fmt.Errorf("write a batch: %w", err))
	}
	return nil
}

// enter takes the turn for Write, if it does not have it.
func (s *Store) enter(ctx context.Context) error {
	s.mu.Lock()
	failed, writing := s.failed, s.writing
	s.mu.Unlock()
	switch {
	case failed != nil:
		return fmt.Errorf("%w: %w", errNotRolledBack, failed)
	case writing:
		return nil
	}
	if err := s.take(ctx); err != nil {
		return err
	}
	s.mu.Lock()
	s.writing = true
	s.mu.Unlock()
	return nil
}

// fail forgets the transaction and remembers that it is gone.
func (s *Store) fail(err error) error {
	s.failed = errors.Join(err, s.rollback())
	s.leave()
	return s.failed
}

func (s *Store) leave() {
	s.writing = false
	s.give()
}

// Commit implements store.Store. It is not given up half-way: its end is near.
func (s *Store) Commit(context.Context) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	switch {
	case s.closed:
		return store.ErrClosed
	case s.failed != nil:
		return fmt.Errorf("%w: %w", errNotRolledBack, s.failed)
	case !s.writing:
		return nil
	}
	s.failed = s.commit()
	s.leave()
	return s.failed
}

// Rollback implements store.Store.
func (s *Store) Rollback() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.failed = nil
	if s.closed || !s.writing {
		return nil
	}
	err := s.rollback()
	s.leave()
	return err
}
