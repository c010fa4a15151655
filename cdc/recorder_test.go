package cdc

import (
	"context"
	"fmt"
	"sync"
	"testing"

	"github.com/odoobridge/odoobridge/internal/change"
	"github.com/odoobridge/odoobridge/internal/testkit"
)

// got is a change as a test keeps it: copied.
type got struct {
	XID      uint32
	Kind     change.Kind
	Table    string
	Columns  []string
	Old, New []string // "∅" NULL, "…" unchanged
}

// tx is a transaction put together from its pieces.
type tx struct {
	XID     uint32
	End     change.LSN
	Changes []got
	Pieces  int
}

// recorder is a handler that keeps everything and checks the rules of pieces.
type recorder struct {
	mu    sync.Mutex
	txs   []tx
	idles []change.LSN
	open  tx
	last  change.LSN
	fault string
	calls int
}

func (r *recorder) handle(_ context.Context, pieces []change.Piece) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.calls++
	for i := range pieces {
		r.piece(&pieces[i])
	}
	return nil
}

func (r *recorder) piece(p *change.Piece) {
	if p.XID == 0 {
		if r.open.Pieces > 0 || !p.Last || p.End <= r.last || len(p.Changes) > 0 {
			r.fault = fmt.Sprintf("idle advance to %s after %s", p.End, r.last)
		}
		r.idles, r.last = append(r.idles, p.End), p.End
		return
	}
	if r.open.Pieces > 0 && r.open.XID != p.XID {
		r.fault = fmt.Sprintf("a piece of %d within %d", p.XID, r.open.XID)
	}
	r.open.XID = p.XID
	r.open.Pieces++
	for _, c := range p.Changes {
		g := got{XID: p.XID, Kind: c.Kind, Table: c.Relation.Name, Old: texts(c.Old), New: texts(c.New)}
		for _, col := range c.Relation.Columns {
			g.Columns = append(g.Columns, col.Name)
		}
		r.open.Changes = append(r.open.Changes, g)
	}
	if p.Last {
		if p.End <= r.last {
			r.fault = fmt.Sprintf("transaction %d ends at %s after %s", p.XID, p.End, r.last)
		}
		r.open.End, r.last = p.End, p.End
		r.txs = append(r.txs, r.open)
		r.open = tx{}
	} else if p.End != 0 {
		r.fault = "a piece that is not the last has an end"
	}
}

func texts(values []change.Value) []string {
	var out []string
	for _, v := range values {
		switch v.State {
		case change.Null:
			out = append(out, "∅")
		case change.Unchanged:
			out = append(out, "…")
		default:
			out = append(out, string(v.Text))
		}
	}
	return out
}

// all returns the transactions so far, and fails the test if a rule was broken.
func (r *recorder) all(t testing.TB) []tx {
	t.Helper()
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.fault != "" {
		t.Fatal(r.fault)
	}
	return append([]tx(nil), r.txs...)
}

func (r *recorder) count() int {
	r.mu.Lock()
	defer r.mu.Unlock()
	return len(r.txs)
}

func (r *recorder) end() change.LSN {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.last
}

// await waits for n transactions.
func (r *recorder) await(t testing.TB, n int) []tx {
	t.Helper()
	testkit.Eventually(t, patience, func() bool { return r.count() >= n }, func() string {
		return fmt.Sprintf("%d of %d transactions came", r.count(), n)
	})
	return r.all(t)
}

// confirming wraps a handler: what it took is durable.
func confirming(s *Source, handle Handler) Handler {
	return func(ctx context.Context, pieces []change.Piece) error {
		if err := handle(ctx, pieces); err != nil {
			return err
		}
		for i := len(pieces) - 1; i >= 0; i-- {
			if pieces[i].Last {
				s.Confirm(pieces[i].End)
				break
			}
		}
		return nil
	}
}
