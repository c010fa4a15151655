package postgres

import (
	"context"
	"errors"
	"fmt"

	"github.com/jackc/pgx/v5"

	"github.com/odoobridge/odoobridge/internal/store"
)

var errNotRolledBack = errors.New("an earlier write has failed and was not rolled back")

// Write implements store.Store. All of a batch goes to the server at once. It is
// not given up half-way: a server that does not answer ends the lease, which ends it.
func (s *Store) Write(ctx context.Context, b *store.Batch) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.failed != nil {
		return fmt.Errorf("%w: %w", errNotRolledBack, s.failed)
	}
	if err := s.usable(); err != nil {
		return err
	}
	if err := ctx.Err(); err != nil {
		return s.fail(fmt.Errorf("write a batch: %w", err))
	}
	if err := s.checkRoom(ctx, sizeOf(b)); err != nil {
		return s.fail(fmt.Errorf("write a batch: %w", err))
	}
	queue := &pgx.Batch{}
	if !s.writing {
		queue.Queue("BEGIN")
	}
	if err := s.queue(queue, b); err != nil {
		return s.fail(fmt.Errorf("write a batch: %w", err))
	}
	if err := s.send(context.WithoutCancel(ctx), queue, b.Events); err != nil {
		return s.fail(fmt.Errorf("write a batch: %w", s.explain(err)))
	}
	return nil
}

// send executes what was queued, and copies the events if they were too many for that.
func (s *Store) send(ctx context.Context, queue *pgx.Batch, events []store.Event) error {
	if queue.Len() > 0 {
		s.writing = true
		if err := s.w.SendBatch(ctx, queue).Close(); err != nil {
			return err
		}
	}
	if len(events) < manyEvents {
		return nil
	}
	var scratch [256]byte
	s.copy.start()
	for i := range events {
		s.copy.event(&events[i], scratch[:])
	}
	return s.copy.send(ctx, s.w, copyEvents)
}

// sizeOf is about what the batch adds to the store.
func sizeOf(b *store.Batch) (bytes int64) {
	for i := range b.Puts {
		bytes += int64(len(b.Puts[i].Row.Text)) + 64
	}
	for i := range b.Documents {
		bytes += int64(len(b.Documents[i].Body)) + 128
	}
	for i := range b.Events {
		bytes += int64(len(b.Events[i].Body)+len(b.Events[i].Before)) + 256
	}
	return bytes
}

// fail forgets the transaction and remembers that it is gone.
func (s *Store) fail(err error) error {
	s.failed = errors.Join(err, s.rollback())
	return s.failed
}

// Commit implements store.Store.
func (s *Store) Commit(ctx context.Context) error {
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
	if err := s.usable(); err != nil {
		return s.fail(err)
	}
	queue := &pgx.Batch{}
	s.fence(queue)
	queue.Queue("COMMIT")
	if err := s.w.SendBatch(context.WithoutCancel(ctx), queue).Close(); err != nil {
		return s.fail(fmt.Errorf("commit: %w", s.explain(err)))
	}
	s.writing = false
	return nil
}

// Rollback implements store.Store.
func (s *Store) Rollback() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.failed = nil
	if s.closed || !s.writing {
		return nil
	}
	return s.rollback()
}

// rollback ends the transaction. With its connection it has ended by itself.
func (s *Store) rollback() error {
	if !s.writing {
		return nil
	}
	s.writing = false
	if s.w.IsClosed() {
		return nil
	}
	ctx := context.Background()
	if s.w.PgConn().TxStatus() != 'I' {
		if _, err := s.w.Exec(ctx, "ROLLBACK"); err != nil {
			return fmt.Errorf("roll back: %w", s.explain(err))
		}
	}
	return s.loadEntities(ctx)
}
