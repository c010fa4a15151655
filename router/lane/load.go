package lane

import (
	"cmp"
	"context"
	"fmt"
	"log/slog"
	"math"
	"slices"
	"sort"

	"github.com/odoobridge/odoobridge/internal/store"
)

const pageDocuments = 256

// begin finds the lane's place in the journal. On the first start ever that is
// the journal's end, after an initial load if the channel wants one; the place is
// saved before anything is delivered, so that a second start knows it was not the first.
func (l *lane) begin(ctx context.Context) error {
	_, last := l.opts.Journal.Bounds()
	seq, load, known := l.resume()
	if !known {
		seq = last
		l.judgesFrom(last, AnewFirst)
		if l.spec.Initial && !l.spec.Firehose {
			load = &loadState{Began: l.opts.Clock.Now().UTC(), Why: LoadFirst, Entities: l.spec.Entities}
		}
	}
	if load != nil {
		load = load.goOn(l.spec.Entities)
	}
	l.at.read = seq
	l.flight.start(l.at, load, l.past())
	if !known && !l.saveFirst(ctx) {
		return nil
	}
	if err := l.checkGap(); err != nil {
		return err
	}
	if load != nil {
		return l.load(ctx, *load, known && !l.anew)
	}
	if known {
		l.mayHaveDelivered(last)
	}
	return nil
}

// mayHaveDelivered marks the entries that an earlier run, or the initial
// load, may have told the channel of: a conflated lane reads them all before it
// delivers, and does not weigh them up against one another.
func (l *lane) mayHaveDelivered(upTo int64) {
	l.uncertain, l.settling = upTo, upTo > l.at.read
}

// saveFirst saves the cursor, however long that takes.
func (l *lane) saveFirst(ctx context.Context) bool {
	for {
		c, _ := l.cursor()
		err := l.opts.Cursors.SaveCursors(ctx, []store.Cursor{c.Cursor})
		if err == nil {
			l.cursorSaved(c)
			return true
		}
		if ctx.Err() != nil {
			return false
		}
		l.retryLater(ctx, fmt.Errorf("save the lane's first cursor: %w", err))
	}
}

// load delivers every document of the lane's entities, as it is when its page
// is read. One that goes on where an earlier run left off covers no journal
// entries: that run may have delivered a document which is gone by now, and the
// entry that says so must not be left out.
func (l *lane) load(ctx context.Context, from loadState, resumed bool) error {
	l.setPhase(Loading)
	l.log.Info("initial load begins", slog.String("entity", from.Entity))
	entities := from.toGo(l.spec.Entities)
	if !slices.Contains(entities, from.Entity) {
		from.progress = progress{}
	}
	if !resumed {
		l.covered = newCoverage()
	}
	for _, entity := range entities {
		if entity != from.Entity {
			from.progress = progress{Entity: entity}
		}
		if !l.loadEntity(ctx, from) {
			return nil
		}
	}
	_, to := l.opts.Journal.Bounds()
	for !l.flight.empty() && ctx.Err() == nil {
		l.clearAll(ctx)
	}
	if ctx.Err() != nil {
		return nil
	}
	l.flight.loaded(to, l.opts.Clock.Now().UTC())
	l.dirty()
	_, last := l.opts.Journal.Bounds()
	l.mayHaveDelivered(last)
	l.log.Info("initial load is complete", slog.Int64("deliveries", l.delivered.Load()))
	return nil
}

// clearAll waits for the next outcome, or sends again what failed.
func (l *lane) clearAll(ctx context.Context) {
	if l.flight.failed() != nil {
		l.recover(ctx)
		return
	}
	select {
	case <-l.flight.settled:
	case <-ctx.Done():
	}
}

// loadEntity pages through one entity and reports whether it got to its end.
func (l *lane) loadEntity(ctx context.Context, from loadState) bool {
	for ctx.Err() == nil {
		if !l.clear(ctx) {
			continue
		}
		if _, last := l.opts.Journal.Bounds(); l.opts.Documented() < last {
			l.sleep(ctx, soon)
			continue
		}
		next, more, err := l.page(ctx, from)
		switch {
		case err != nil && ctx.Err() != nil:
		case err != nil:
			l.retryLater(ctx, err)
		case !more:
			return true
		default:
			l.readable()
			from.progress = next
		}
	}
	return false
}

// page delivers the documents of one page.
func (l *lane) page(ctx context.Context, from loadState) (next progress, more bool, err error) {
	l.batch, l.batchBytes = l.batch[:0], 0
	next = from.progress
	n := 0
	_, last := l.opts.Journal.Bounds() // before the page: it shows at least what these entries say
	err = l.opts.Documents.Documents(ctx, from.Entity, from.After, pageDocuments, func(d store.Document) bool {
		n++
		next.After = d.Key
		if len(d.Body) > 0 && d.Body[0] == '{' && l.filter.takes(d.Body) { // else a tombstone
			env := l.encode.document(&d, from.Began)
			l.put(delivery{msg: l.encode.message(&env, sight{known: true, now: true}), after: next})
		}
		return l.batchBytes < batchBytes
	})
	if err != nil {
		return next, true, fmt.Errorf("read documents of %s: %w", from.Entity, err)
	}
	more = n == pageDocuments || l.batchBytes >= batchBytes
	to := next.After
	if !more {
		to = store.Key{math.MaxInt64, math.MaxInt64}
	}
	l.covered.add(from.Entity, to, last)
	msgs := l.messages(l.batch)
	l.flight.addLoaded(l.batch, next)
	l.publish(msgs)
	return next, more, nil
}

// coverage knows which journal entries the initial load made unnecessary: the
// document of their subject was read after them.
type coverage struct {
	pages map[string][]coveredPage // by entity, in key order
	last  int64
}

type coveredPage struct {
	to    store.Key // last key of the page
	entry int64     // the journal's end before it was read
}

func newCoverage() *coverage { return &coverage{pages: make(map[string][]coveredPage)} }

// add notes the next page of an entity.
func (c *coverage) add(entity string, to store.Key, entry int64) {
	if c == nil {
		return
	}
	c.last = max(c.last, entry)
	list := c.pages[entity]
	if n := len(list); n > 0 && list[n-1].entry == entry {
		list[n-1].to = to
		return
	}
	c.pages[entity] = append(list, coveredPage{to, entry})
}

func (c *coverage) covers(e *store.Event) bool {
	if c == nil || e.Seq > c.last {
		return false
	}
	list := c.pages[e.Entity]
	i := sort.Search(len(list), func(i int) bool { return compareKeys(list[i].to, e.Key) >= 0 })
	return i < len(list) && e.Seq <= list[i].entry
}

func compareKeys(a, b store.Key) int {
	return cmp.Or(cmp.Compare(a[0], b[0]), cmp.Compare(a[1], b[1]))
}
