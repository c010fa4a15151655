package router

import (
	"context"
	"fmt"
	"strconv"

	"github.com/odoobridge/odoobridge/internal/change"
	"github.com/odoobridge/odoobridge/internal/store"
)

// Beyond these a group is written out before its end, to bound memory.
const (
	spillRows   = 20_000
	spillEvents = 10_000
	spillBytes  = 16 << 20
)

// group is what is to become durable together.
type group struct {
	position     change.LSN
	transactions int
	events       []*store.Event // not yet written
	written      []*store.Event // written, not yet durable; nil once too many
	eventBytes   int
	spilled      bool
	turned       bool // time was taken into account
	changes      int  // rows
	documents    int
	count        int // events
	same, silent int64
	happened     map[happened]int64
	ids          []docID
	batch        store.Batch
}

type happened struct{ entity, what string }

func (g *group) add(e *store.Event) {
	g.events = append(g.events, e)
	g.eventBytes += len(e.Body) + len(e.Before) + 200
	g.count++
	if g.happened == nil {
		g.happened = map[happened]int64{}
	}
	g.happened[happened{e.Entity, e.What}]++
}

func (g *group) reset() {
	*g = group{ids: g.ids, happened: g.happened, batch: g.batch}
	clear(g.happened)
}

// spill writes the group out so far when it has grown large. Nothing of it is durable yet.
func (r *Router) spill(ctx context.Context) error {
	g := &r.group
	if !r.tx.open || g.eventBytes < spillBytes && len(g.events) < spillEvents && g.changes < spillRows && g.documents < spillRows {
		return nil
	}
	if err := r.write(ctx, true); err != nil {
		return err
	}
	g.spilled, g.changes, g.documents = true, 0, 0
	return nil
}

// write adds the group to the store's transaction: through to the tables, or
// as redo lines.
func (r *Router) write(ctx context.Context, through bool) error {
	if err := r.mirror.Err(); err != nil {
		return err
	}
	g := &r.group
	b := &g.batch
	*b = store.Batch{Puts: b.Puts[:0], Deletes: b.Deletes[:0], Documents: b.Documents[:0], Forgotten: b.Forgotten[:0], Events: b.Events[:0]}
	if through {
		r.through(b)
	} else {
		r.logged(b)
	}
	for _, e := range g.events {
		b.Events = append(b.Events, *e)
	}
	if !r.tx.open {
		b.Meta = map[string]string{
			metaPosition: g.position.String(),
			metaSequence: strconv.FormatInt(r.sequence, 10),
		}
		r.noteClock(b.Meta)
		r.noteFlight(b.Meta)
		if err := r.notePoison(b.Meta); err != nil {
			return err
		}
		if through {
			b.Meta[metaCheckpoint] = b.Meta[metaSequence]
		}
	}
	if err := r.Store.Write(ctx, b); err != nil {
		return fmt.Errorf("write to the store: %w", err)
	}
	if !g.spilled {
		g.written = append(g.written, g.events...)
	} else {
		g.written = nil
	}
	g.events, g.eventBytes = g.events[len(g.events):], 0
	return nil
}

// commit makes the group durable, then shows its events and confirms its position.
func (r *Router) commit(ctx context.Context) error {
	g := &r.group
	if g.position <= r.position && !g.turned {
		return r.Store.Commit(ctx) // of nothing, to end what Apply began
	}
	through := g.spilled || r.wantsCheckpoint()
	if err := r.write(ctx, through); err != nil {
		return err
	}
	if err := r.Store.Commit(ctx); err != nil {
		return fmt.Errorf("commit to the store: %w", err)
	}
	r.position = g.position
	r.Held.Durable()
	if through {
		r.redo.checkpoint.Store(r.sequence)
	}
	if g.count > 0 && r.Committed != nil {
		written := g.written
		if len(written) != g.count {
			written = nil
		}
		r.Committed(written, r.sequence)
	}
	if r.Confirm != nil && !r.loading {
		r.Confirm(r.position)
	}
	r.report()
	g.reset()
	return nil
}

func (r *Router) report() {
	g := &r.group
	r.Observe.Transactions(g.transactions)
	r.Observe.Suppressed(suppressedSame, g.same)
	r.Observe.Suppressed(suppressedSilent, g.silent)
	for h, n := range g.happened {
		r.Observe.Event(h.entity, h.what, n)
	}
	r.mirror.TakeCounts(r.observeCounts)
}
