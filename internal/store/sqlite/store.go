package sqlite

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"sync"
	"sync/atomic"

	"github.com/odoobridge/odoobridge/internal/store"
	"github.com/odoobridge/odoobridge/internal/store/sqlite/capi"
)

// Store keeps everything in one SQLite database.
type Store struct {
	options Options
	file    string
	log     *slog.Logger
	lock    *os.File
	tables  []*table
	Reader  // of what is committed, on connections of its own
	room    func(dir string) (free, total int64, err error)

	// turn is held by who has a transaction open on the writer's connection:
	// Write until Commit or Rollback, all others for one call.
	turn chan struct{}

	mu       sync.Mutex // the writer's connection, and what follows
	w        *capi.Conn
	full     bool             // the writer's connection syncs at every commit
	entities map[string]int64 // numbers of the names in table entity
	writing  bool             // Write has the turn
	failed   error            // of a Write or Commit; its transaction is gone
	places   []place          // scratch
	closed   bool

	frames      atomic.Int64 // pages in the write-ahead log
	wake        chan struct{}
	checkpoints sync.WaitGroup
	done        chan struct{}
	closing     sync.Once
	closeErr    error
}

var _ store.Store = (*Store)(nil)

// take waits for the turn.
func (s *Store) take(ctx context.Context) error {
	select {
	case <-s.done:
		return store.ErrClosed
	default:
	}
	select {
	case s.turn <- struct{}{}:
		return nil
	case <-s.done:
		return store.ErrClosed
	case <-ctx.Done():
		return ctx.Err()
	}
}

func (s *Store) give() { <-s.turn }

// transact runs fn in a transaction of its own, when no other is open. One that
// is not synced may be lost by a power cut, with others like it, but never in part.
func (s *Store) transact(ctx context.Context, synced bool, fn func() error) error {
	if err := s.take(ctx); err != nil {
		return err
	}
	defer s.give()
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.closed {
		return store.ErrClosed
	}
	if err := s.begin(synced); err != nil {
		return err
	}
	if err := fn(); err != nil {
		return errors.Join(s.explain(err), s.rollback())
	}
	return s.commit()
}

func (s *Store) begin(synced bool) error {
	if s.full != synced && !s.options.Temporary {
		level := "NORMAL"
		if synced {
			level = "FULL"
		}
		if err := s.w.Exec("PRAGMA synchronous=" + level); err != nil {
			return err
		}
		s.full = synced
	}
	if err := run(s.w, "BEGIN IMMEDIATE"); err != nil {
		return fmt.Errorf("begin a transaction: %w", s.explain(err))
	}
	return nil
}

func (s *Store) commit() error {
	if err := run(s.w, "COMMIT"); err != nil {
		return errors.Join(fmt.Errorf("commit: %w", s.explain(err)), s.rollback())
	}
	s.noteFrames()
	return nil
}

// rollback ends the transaction, unless SQLite has done so by itself.
func (s *Store) rollback() error {
	if s.w.InTransaction() {
		if err := run(s.w, "ROLLBACK"); err != nil {
			return fmt.Errorf("roll back: %w", err)
		}
	}
	return s.loadEntities()
}

func run(c *capi.Conn, sql string) error {
	q, err := c.Prep(sql)
	if err != nil {
		return err
	}
	return q.Run()
}
