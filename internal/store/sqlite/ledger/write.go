package ledger

import (
	"context"
	"errors"
	"fmt"
	"syscall"

	"github.com/odoobridge/odoobridge/internal/store"
	"github.com/odoobridge/odoobridge/internal/store/sqlite/capi"
)

// op is what a call wants to be done by the writing goroutine. do may be run again, in
// another transaction, when a neighbour in its group failed.
type op struct {
	do     func(*capi.Conn) error
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
func (l *Ledger) durably(ctx context.Context, do func(*capi.Conn) error) error {
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
// its own, so that what is wrong with one does not fail the others.
func (l *Ledger) group(group []*op) {
	errs, err := l.transact(group)
	if err != nil && len(group) > 1 {
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
	if grows {
		if err := l.checkRoom(); err != nil {
			return nil, err
		}
	}
	if err := l.begin(synced); err != nil {
		return nil, l.explain(err)
	}
	refused = make([]error, len(group))
	for i, o := range group {
		err := o.do(l.w)
		var r refusal
		if errors.As(err, &r) {
			refused[i] = r.error
			continue
		}
		if err != nil {
			return nil, errors.Join(l.explain(err), l.rollback())
		}
	}
	if err := exec(l.w, "COMMIT"); err != nil {
		return nil, errors.Join(fmt.Errorf("commit: %w", l.explain(err)), l.rollback())
	}
	return refused, nil
}

func (l *Ledger) begin(synced bool) error {
	if l.synced != synced {
		level := "NORMAL"
		if synced {
			level = "FULL"
		}
		if err := l.w.Exec("PRAGMA synchronous=" + level); err != nil {
			return err
		}
		l.synced = synced
	}
	return exec(l.w, "BEGIN IMMEDIATE")
}

func (l *Ledger) rollback() error {
	if !l.w.InTransaction() {
		return nil
	}
	return exec(l.w, "ROLLBACK")
}

// explain makes store.ErrFull of what SQLite says when there is no room.
func (l *Ledger) explain(err error) error {
	var e *capi.Error
	if errors.As(err, &e) && e.Full() {
		return fmt.Errorf("%w: the ledger's disk has no room left: %w", store.ErrFull, err)
	}
	return err
}

const defaultReserve = 64 << 20

// checkRoom refuses to take more while there is still room to settle what was taken.
func (l *Ledger) checkRoom() error {
	reserve := l.options.Reserve
	if reserve < 0 {
		return nil
	}
	var st syscall.Statfs_t
	if err := syscall.Statfs(l.options.Path, &st); err != nil {
		return fmt.Errorf("ask for the free space of %s: %w", l.options.Path, err)
	}
	size := int64(st.Bsize)                                     //nolint:unconvert // its type differs by platform
	free, total := int64(st.Bavail)*size, int64(st.Blocks)*size //nolint:gosec,unconvert // disks are smaller
	if reserve == 0 {
		reserve = min(defaultReserve, total/50)
	}
	if free < reserve {
		return fmt.Errorf("%w: the disk of %s has %d MiB left, and %d MiB are to stay free", store.ErrFull, l.options.Path, free>>20, reserve>>20)
	}
	return nil
}
