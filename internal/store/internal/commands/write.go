package commands

import (
	"context"
	"errors"
	"slices"

	"github.com/odoobridge/odoobridge/internal/store"
)

// step is a part of an operation. It sends statements, and returns what is to be done once their answers are there; nil
// when that is all. Steps of other operations may run between two steps, but not within one.
type step func(Conn) (next step, err error)

// op is what a call wants to be done by the writing goroutine. It may be begun again, in
// another transaction, when a neighbour in its group failed.
type op struct {
	step    step
	synced  bool              // must be durable
	calls   int64             // the command whose claim must be durable; 0: none
	claimed func() []int64    // commands that it has claimed; nil: none
	arrived []string          // their workloads
	grows   bool              // needs room on the disk
	first   bool              // others of its group must see what it does
	takes   bool              // must see what others of its group have claimed
	last    bool              // must not be done between the steps of others
	settles *store.Settlement // what it settles; nil: nothing
	done    chan error
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

// alone is submit for what asks as it goes, and is rare. It is durable.
func (l *Ledger) alone(ctx context.Context, do func(Conn) error) error {
	return l.submit(ctx, &op{step: func(c Conn) (step, error) { return nil, do(c) }, synced: true, last: true})
}

// write does operations, in groups of what has come together, until Close.
func (l *Ledger) write() {
	for {
		select {
		case <-l.done:
			return
		case first := <-l.ops:
			group := l.gather(first)
			l.group(append(group, l.offers.answered(group)...))
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
	if alone(group) && l.db.Ahead() && l.ahead(group[0]) {
		return
	}
	var errs map[*op]error
	err := l.durable.broken()
	if err == nil {
		errs, err = l.transact(group)
	}
	if err != nil && len(group) > 1 && !errors.Is(err, store.ErrLost) && !errors.Is(err, store.ErrDeposed) {
		for _, o := range group {
			l.group([]*op{o})
		}
		return
	}
	if err != nil {
		for _, o := range group {
			o.done <- err
		}
		return
	}
	l.durable.commit(group, errs, 0)
}

// refusal is an error that an operation returns before it has written anything: the
// transaction goes on.
type refusal struct{ error }

func (r refusal) Unwrap() error { return r.error }

// transact returns what operations refused with, and an error if nothing was done.
func (l *Ledger) transact(group []*op) (refused map[*op]error, err error) {
	grows := false
	var together, taking, last []*op
	for _, o := range group {
		grows = grows || o.grows
		switch {
		case o.last:
			last = append(last, o)
		case o.takes:
			taking = append(taking, o)
		default:
			together = append(together, o)
		}
	}
	slices.SortStableFunc(together, func(a, b *op) int {
		switch {
		case a.first == b.first:
			return 0
		case a.first:
			return -1
		}
		return 1
	})
	err = l.db.Transact(grows, func(c Conn) error {
		refused = map[*op]error{}
		clear(l.settled)
		if err := inSteps(c, together, refused); err != nil {
			return err
		}
		if err := inSteps(c, taking, refused); err != nil {
			return err
		}
		for _, o := range last {
			if err := inSteps(c, []*op{o}, refused); err != nil {
				return err
			}
		}
		return nil
	})
	return refused, err
}

// inSteps takes the first step of each operation, then the second of each, and so on: however many there are, their
// statements go out together, and their answers are waited for together.
func inSteps(c Conn, ops []*op, refused map[*op]error) error {
	next := make(map[*op]step, len(ops))
	for _, o := range ops {
		next[o] = o.step
	}
	for {
		for _, o := range ops {
			take := next[o]
			if take == nil {
				continue
			}
			delete(next, o)
			following, err := take(c)
			var r refusal
			switch {
			case errors.As(err, &r):
				refused[o] = r.error
			case err != nil:
				return err
			case following != nil:
				next[o] = following
			}
		}
		if len(next) == 0 {
			return nil
		}
		if err := c.Flush(); err != nil {
			return err
		}
	}
}
