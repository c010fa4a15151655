package router

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/odoobridge/odoobridge/internal/change"
	"github.com/odoobridge/odoobridge/internal/store"
	"github.com/odoobridge/odoobridge/router/mirror"
	"github.com/odoobridge/odoobridge/schema/odoo"
)

// transaction is what is known of the one being applied.
type transaction struct {
	open    bool
	touched map[docID]struct{}
	writers map[int64]struct{} // Odoo users that wrote a row of it
	heirs   map[docID][]odoo.Key
}

// manyHeirs are as good as any number: nothing was merged into them.
const manyHeirs = 8

// inherits notes to whom something passed.
func (t *transaction) inherits(from docID, to odoo.Key) {
	if have := t.heirs[from]; len(have) < manyHeirs && !slices.Contains(have, to) {
		t.heirs[from] = append(have, to)
	}
}

func (t *transaction) reset() {
	t.open = false
	if t.touched == nil || len(t.touched) > 10_000 {
		t.touched = map[docID]struct{}{}
		t.writers = map[int64]struct{}{}
		t.heirs = map[docID][]odoo.Key{}
		return
	}
	clear(t.touched)
	clear(t.writers)
	clear(t.heirs)
}

// Apply takes pieces of transactions in order. When it returns, every
// transaction that was completed is durable and confirmed.
func (r *Router) Apply(ctx context.Context, pieces []change.Piece) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.heard = r.Clock.Now()
	if r.failed != nil {
		return r.failed
	}
	if len(pieces) > smallGroup {
		// Reads within a transaction need not open and close one of their own.
		if err := r.Store.Write(ctx, &store.Batch{}); err != nil {
			return r.abandon(err)
		}
	}
	for i := range pieces {
		if err := r.applyPiece(ctx, &pieces[i]); err != nil {
			return r.abandon(err)
		}
	}
	if r.tx.open {
		return nil
	}
	if n := len(pieces); n > 0 && pieces[n-1].XID == 0 {
		if err := r.idle(ctx); err != nil {
			return r.abandon(err)
		}
	}
	if err := r.commit(ctx); err != nil {
		return r.abandon(err)
	}
	return nil
}

// abandon forgets everything that is not durable. What is in memory is then
// ahead of the store, so the router is of no more use.
func (r *Router) abandon(cause error) error {
	r.failed = errors.Join(cause, r.Store.Rollback())
	return r.failed
}

func (r *Router) applyPiece(ctx context.Context, p *change.Piece) error {
	if !r.tx.open && p.Last && p.End <= r.position {
		return nil // already durable
	}
	if !r.tx.open && !p.Last {
		// A large transaction: what came before it need not wait for its end.
		if err := r.commit(ctx); err != nil {
			return err
		}
	}
	if !r.tx.open {
		if err := r.begins(ctx, p); err != nil {
			return err
		}
	}
	r.tx.open = true
	for i := range p.Changes {
		if err := r.mirror.Apply(&p.Changes[i]); err != nil {
			return fmt.Errorf("apply a change of %s in transaction %d: %w", p.Changes[i].Relation.Name, p.XID, err)
		}
	}
	r.touch()
	if p.Last {
		if err := r.finish(ctx, p); err != nil {
			return err
		}
	}
	return r.spill(ctx)
}

// touch notes which documents the rows changed by this piece may alter, which
// users wrote them, and what passed from one entity to another.
func (r *Router) touch() {
	entity := 0
	note := func(key odoo.Key) { r.tx.touched[docID{entity, key}] = struct{}{} }
	r.mirror.TakeChanges(func(c mirror.Change) {
		r.group.changes++
		r.redo.row(&c)
		r.agenda.follow(&c, r.mirror.Now())
		r.minds(&c)
		odoo.Writers(c.Table, c.Old, c.New, func(uid int64) { r.tx.writers[uid] = struct{}{} })
		for _, t := range r.touches[c.Table.ID] {
			entity = t.entity
			t.touch(r.mirror, c.Old, c.New, note)
		}
		for _, p := range r.passes[c.Table.ID] {
			p.passes(c.Old, c.New, func(from, to odoo.Key) { r.tx.inherits(docID{p.entity, from}, to) })
		}
	})
}

// origin is the channel that caused the transaction: the only one that wrote in it.
func (r *Router) origin() string {
	origin := ""
	for uid := range r.tx.writers {
		channel := r.OriginOf(uid)
		switch {
		case channel == "" || channel == origin:
		case origin == "":
			origin = channel
		default:
			return ""
		}
	}
	return origin
}

// finish builds the touched documents once, at the transaction's end, and
// turns differences into events.
func (r *Router) finish(ctx context.Context, p *change.Piece) error {
	r.group.position = p.End
	if p.XID != 0 {
		r.group.transactions++
	}
	if p.XID != 0 {
		r.tryAgain()
	}
	r.takeIn()
	if len(r.tx.touched) > 0 {
		commit := commitInfo{Epoch: r.epoch, Timeline: p.Timeline, LSN: p.End, XID: p.XID, Time: p.CommitTime, Origin: r.origin()}
		if err := r.compareTouched(ctx, &commit); err != nil {
			return err
		}
	}
	r.tx.reset()
	return r.mirror.Err()
}

// compareTouched compares levels last, and finds out then which they are: an order that is seen
// confirmed touches its own.
func (r *Router) compareTouched(ctx context.Context, commit *commitInfo) error {
	isLevel := func(id docID) bool { return id.entity == r.flight.level }
	ids, known := r.inOrder(), len(r.tx.touched)
	levels := slices.IndexFunc(ids, isLevel)
	if levels < 0 {
		levels = len(ids)
	}
	if err := r.compareAll(ctx, commit, ids[:levels]); err != nil {
		return err
	}
	if len(r.tx.touched) > known {
		ids = r.inOrder()
		levels = slices.IndexFunc(ids, isLevel)
	}
	return r.compareAll(ctx, commit, ids[levels:])
}

func (r *Router) compareAll(ctx context.Context, commit *commitInfo, ids []docID) error {
	for _, id := range ids {
		if err := r.compare(commit, id); err != nil {
			return err
		}
		if err := r.spill(ctx); err != nil {
			return err
		}
	}
	return nil
}

// inOrder sorts what was touched, so that a replay numbers events alike.
func (r *Router) inOrder() []docID {
	ids := r.group.ids[:0]
	for id := range r.tx.touched {
		ids = append(ids, id)
	}
	slices.SortFunc(ids, func(a, b docID) int {
		return cmp.Or(cmp.Compare(a.entity, b.entity), cmp.Compare(a.key[0], b.key[0]), cmp.Compare(a.key[1], b.key[1]))
	})
	r.group.ids = ids
	return ids
}
