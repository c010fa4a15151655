package readers

import (
	"context"
	"errors"
	"fmt"

	"github.com/odoobridge/odoobridge/internal/store"
	"github.com/odoobridge/odoobridge/internal/store/sqlite/capi"
)

// Options say how the connections are opened.
type Options struct {
	Conns int
	Cache int // bytes for each
	// ReadOnly opens the file so that nothing at all is written to it; else the connections
	// may do what any connection of the file's owner does when it ends.
	ReadOnly bool
}

// Readers are the connections of a file, opened when first needed.
type Readers struct {
	file string
	opts Options
	free chan *capi.Conn // nil stands for one not opened yet
	done chan struct{}
}

// New opens nothing yet.
func New(file string, o Options) *Readers {
	r := &Readers{file: file, opts: o, free: make(chan *capi.Conn, o.Conns), done: make(chan struct{})}
	for range o.Conns {
		r.free <- nil
	}
	return r
}

// Do runs fn with a connection that nobody else uses. It is store.ErrClosed after Close.
func (r *Readers) Do(ctx context.Context, fn func(*capi.Conn) error) error {
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
		opened, err := r.open()
		if err != nil {
			return fmt.Errorf("open a connection to read: %w", err)
		}
		c = opened
	}
	return fn(c)
}

func (r *Readers) open() (*capi.Conn, error) {
	open := capi.Open
	if r.opts.ReadOnly {
		open = capi.OpenReadOnly
	}
	c, err := open(r.file, capi.Patience)
	if err != nil {
		return nil, err
	}
	if err := c.Exec(fmt.Sprintf("PRAGMA query_only=1; PRAGMA cache_size=-%d", r.opts.Cache>>10)); err != nil {
		return nil, errors.Join(err, c.Close())
	}
	return c, nil
}

// Close waits for the readings that go on, and ends all connections.
func (r *Readers) Close() error {
	close(r.done)
	var errs []error
	for range cap(r.free) {
		if c := <-r.free; c != nil {
			errs = append(errs, c.Close())
		}
	}
	return errors.Join(errs...)
}
