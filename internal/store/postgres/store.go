package postgres

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"sync"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"github.com/odoobridge/odoobridge/internal/store"
)

// Store keeps everything in one schema of a PostgreSQL database.
type Store struct {
	options Options
	lease   *Lease
	reading // of what is committed
	log     *slog.Logger
	tables  []*table
	pool    *pgxpool.Pool // sees what is committed, and writes in short transactions of its own
	room    room

	mu       sync.Mutex // the writer's connection, and what follows
	w        *pgx.Conn
	entities map[string]int32 // numbers of the names in table entity
	writing  bool             // Write has begun a transaction
	failed   error            // of a Write or Commit; its transaction is gone
	closed   bool
	copy     copyRows // scratch

	closing  sync.Once
	closeErr error
}

var _ store.Store = (*Store)(nil)

// Lost is closed when the store cannot be used any more until it is opened
// again: another bridge has it, or its server is out of reach.
func (s *Store) Lost() <-chan struct{} { return s.lease.Lost() }

// Cause says why Lost was closed.
func (s *Store) Cause() error { return s.lease.Cause() }

// Held is nil as long as nobody else can have taken the store over.
func (s *Store) Held() error { return s.lease.Held() }

// explain gives an error its meaning. Errors of connections that were broken
// because the lease was lost say why it was.
func (s *Store) explain(err error) error {
	err = explain(err)
	if cause := s.lease.Cause(); cause != nil && errors.Is(err, store.ErrLost) {
		return fmt.Errorf("%w: %w", err, cause)
	}
	return err
}

// usable is nil unless the store is closed. The caller holds mu.
func (s *Store) usable() error {
	switch {
	case s.closed:
		return store.ErrClosed
	case s.w.IsClosed():
		if cause := s.lease.Cause(); cause != nil {
			return fmt.Errorf("%w: %w", store.ErrLost, cause)
		}
		return store.ErrLost
	}
	return nil
}

func (s *Store) isClosed() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.closed
}

// borrow takes a connection of the pool; give it back with Release.
func (s *Store) borrow(ctx context.Context) (*pgxpool.Conn, error) {
	if s.isClosed() {
		return nil, store.ErrClosed
	}
	c, err := s.pool.Acquire(ctx)
	if err != nil && s.isClosed() {
		return nil, store.ErrClosed // while waiting
	}
	return c, s.explain(err)
}

// atOnce runs statements as one transaction of the pool, fenced.
func (s *Store) atOnce(ctx context.Context, queue func(*pgx.Batch)) error {
	c, err := s.borrow(ctx)
	if err != nil {
		return err
	}
	defer c.Release()
	b := &pgx.Batch{}
	queue(b)
	s.fence(b)
	// Between one Sync and the next, PostgreSQL makes all of it one transaction.
	return s.explain(c.SendBatch(ctx, b).Close())
}

// fence makes the transaction fail when the store is not ours any more.
func (s *Store) fence(b *pgx.Batch) { b.Queue("SELECT fence($1)", s.lease.Term) }
