package sqlite

import (
	"context"
	"errors"
	"fmt"

	"github.com/odoobridge/odoobridge/internal/store"
	"github.com/odoobridge/odoobridge/internal/store/sqlite/capi"
)

// readers are the connections that see only what is committed, opened when
// first needed.
type readers struct {
	file string
	free chan *capi.Conn // nil stands for one not opened yet
	done chan struct{}
}

func newReaders(file string, n int) *readers {
	r := &readers{file: file, free: make(chan *capi.Conn, n), done: make(chan struct{})}
	for range n {
		r.free <- nil
	}
	return r
}

// do runs fn with a statement of a connection that nobody else uses.
func (r *readers) do(ctx context.Context, sql string, fn func(*capi.Stmt) error) error {
	var c *capi.Conn
	select {
	case c = <-r.free:
	case <-r.done:
		return store.ErrClosed
	case <-ctx.Done():
		return ctx.Err()
	}
	defer func() { r.free <- c }()
	select {
	case <-r.done:
		return store.ErrClosed
	default:
	}
	if c == nil {
		opened, err := openReader(r.file)
		if err != nil {
			return fmt.Errorf("open a connection to read: %w", err)
		}
		c = opened
	}
	q, err := c.Prep(sql)
	if err != nil {
		return err
	}
	defer q.Reset()
	return fn(q)
}

func openReader(file string) (*capi.Conn, error) {
	c, err := capi.Open(file, patience)
	if err != nil {
		return nil, err
	}
	if err := c.Exec(fmt.Sprintf("PRAGMA query_only=1; PRAGMA cache_size=-%d", readerCache>>10)); err != nil {
		return nil, errors.Join(err, c.Close())
	}
	return c, nil
}

// close waits for the readings that go on, and ends all connections.
func (r *readers) close() error {
	close(r.done)
	var errs []error
	for range cap(r.free) {
		if c := <-r.free; c != nil {
			errs = append(errs, c.Close())
		}
	}
	return errors.Join(errs...)
}
