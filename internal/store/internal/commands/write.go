package commands

import (
	"context"
	"errors"

	"github.com/odoobridge/odoobridge/internal/store"
)

// op is what a call wants to be done by the writing goroutine. do may be run again, in
// another transaction, when a neighbour in its group failed.
type op struct {
	do     func(Conn) error
	synced bool // must be durable
	grows  bool // needs room on the disk
	done   chan error
}

// groupSize bounds how many calls share a transaction.
const groupSize = 256

// submit has the operation done and waits for it. After the context has ended it may
// be done all the same.
func (l *Ledger) submit(ctx context.Context, o *op) error {
	o.done = make(chan error, 1)
	select {
	case l.ops <- o:
	case <-l.done:
		return store.ErrClosed
	case <-ctx.Done():
		return ctx.Err()
	}
	select {
	case err := <-o.done:
		return err
	case <-ctx.Done():
		return ctx.Err()
	}
}

// durably is submit for what must be durable when it returns.
func (l *Ledger) durably(ctx context.Context, do func(Conn) error) error {
	return l.submit(ctx, &op{do: do, synced: true})
}

// write does operations, in groups of what has come together, until Close.
func (l *Ledger) write() {
	for {
		select {
		case <-l.done:
			return
		case first := <-l.ops:
			l.group(l.gather(first))
		}
	}
}

func (l *Ledger) gather(first *op) []*op {
	group := []*op{first}
	for len(group) < groupSize {
		select {
		case o := <-l.ops:
			group = append(group, o)
		default:
			return group
		}
	}
	return group
}

// group does operations in one transaction. When it fails, each is done in one of
// its own, so that what is wrong with one does not fail the others. When its connection was lost, nothing is done
// again: the transaction may have been committed.
func (l *Ledger) group(group []*op) {
	errs, err := l.transact(group)
	if err != nil && len(group) > 1 && !errors.Is(err, store.ErrLost) && !errors.Is(err, store.ErrDeposed) {
		for _, o := range group {
			l.group([]*op{o})
		}
		return
	}
	for i, o := range group {
		if err != nil {
			o.done <- err
			continue
		}
		o.done <- errs[i]
	}
}

// refusal is an error that an operation returns before it has written anything: the
// transaction goes on.
type refusal struct{ error }

func (r refusal) Unwrap() error { return r.error }

// transact returns what each operation refused with, and an error if nothing was done.
func (l *Ledger) transact(group []*op) (refused []error, err error) {
	synced, grows := false, false
	for _, o := range group {
		synced, grows = synced || o.synced, grows || o.grows
	}
	refused = make([]error, len(group))
	err = l.db.Transact(synced, grows, func(c Conn) error {
		for i, o := range group {
			err := o.do(c)
			var r refusal
			if errors.As(err, &r) {
				refused[i] = r.error
				continue
			}
			if err != nil {
				return err
			}
		}
		return nil
	})
	return refused, err
}
