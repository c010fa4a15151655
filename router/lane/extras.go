package lane

import (
	"context"
	"fmt"
	"slices"
	"sync"
	"time"

	"github.com/odoobridge/odoobridge/internal/store"
	"github.com/odoobridge/odoobridge/schema"
)

// extras are those that a lane has to do, in the order in which they came.
type extras struct {
	mu   sync.Mutex
	list []*Extra
}

func (s *extras) add(x *Extra) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.list = append(s.list, x)
}

// due returns the one whose turn it is and, if there is none, when that may be.
// Each gives way to those that have waited longer.
func (s *extras) due(now time.Time, busy bool) (x *Extra, next time.Time) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.list = slices.DeleteFunc(s.list, func(x *Extra) bool { return x.Progress().Over })
	for i, x := range s.list {
		ready, at := x.ready(now, busy)
		if ready {
			s.list = append(slices.Delete(s.list, i, i+1), x)
			return x, now
		}
		if !at.IsZero() && (next.IsZero() || at.Before(next)) {
			next = at
		}
	}
	return nil, next
}

// extraEntries and extraDocuments bound what is looked at in one turn, and
// extraLag how far the lane may be behind while documents are inserted.
const (
	extraEntries   = 1024
	extraDocuments = 512
	extraLag       = 4096
)

// soon is how long an Extra waits that cannot be served right now.
const soon = 50 * time.Millisecond

// insert takes the next few deliveries of an Extra whose turn it is. A lane that
// is busy with live events is left alone as long as patience allows.
func (l *lane) insert(ctx context.Context, busy bool) (worked bool, err error) {
	now := l.opts.Clock.Now()
	x, _ := l.extras.due(now, busy)
	if x == nil || l.settling {
		return false, nil
	}
	l.batch, l.batchBytes = l.batch[:0], 0
	at, blocked, err := x.place(), false, error(nil)
	if x.Snapshot {
		at, blocked, err = l.insertDocuments(ctx, x, at)
	} else {
		at, err = l.insertEntries(ctx, x, at)
	}
	if err != nil {
		return false, err
	}
	if blocked {
		x.wait(now.Add(soon))
		return false, nil
	}
	x.sent(len(l.batch), at, now)
	if len(l.batch) > 0 {
		l.hand(l.batch)
	}
	return true, nil
}

// insertEntries takes the next journal entries that an Extra asks for.
func (l *lane) insertEntries(ctx context.Context, x *Extra, at Place) (Place, error) {
	at.Seq = max(at.Seq, x.From-1)
	missing := false
	err := l.opts.Journal.Read(ctx, at.Seq, int(min(extraEntries, x.To-at.Seq)), func(e *store.Event) bool {
		if e.Seq != at.Seq+1 {
			missing = true
			return false
		}
		at.Seq = e.Seq
		l.insertEntry(x, e, at)
		return len(l.batch) < x.turn() && l.batchBytes < batchBytes
	})
	if err != nil {
		return at, fmt.Errorf("read journal entries again after %d: %w", at.Seq, err)
	}
	first, last := l.opts.Journal.Bounds()
	switch {
	case missing || at.Seq < first-1:
		x.end(&GapError{Lane: l.id, Missing: at.Seq + 1, First: first, Last: last})
	case at.Seq >= x.To:
		at = over
	}
	return at, nil
}

func (l *lane) insertEntry(x *Extra, e *store.Event, at Place) {
	if s, takes := l.takesEntry(x, e); takes {
		env := l.encode.envelope(e)
		l.putExtra(x, &env, s, at)
	}
}

// takesEntry reports whether an entry is asked for and one that the lane delivers.
func (l *lane) takesEntry(x *Extra, e *store.Event) (sight, bool) {
	if !x.wants(e.Entity, e.Subject) || x.Entities != nil && !slices.Contains(x.Entities, e.Entity) {
		return sight{}, false
	}
	s, v := l.filter.judge(e)
	return s, v == pass && !(l.spec.DropOwn && e.Origin == l.spec.Channel)
}

// takesDocument reports whether a document is asked for, there, and in the lane's view.
func (l *lane) takesDocument(x *Extra, d *store.Document) bool {
	return x.wants(d.Entity, d.Subject) && len(d.Body) > 0 && d.Body[0] == '{' && l.filter.takes(d.Body)
}

func (l *lane) putExtra(x *Extra, env *schema.Event, s sight, at Place) {
	msg := l.encode.message(env, s)
	msg.Metadata[schema.HeaderReplay] = x.ID
	l.put(delivery{msg: msg, extra: x, place: at})
}

// insertDocuments takes the next documents. One is put in flight only when the
// lane has looked at every event of its subject, and holds none back: what the lane delivers of it
// afterwards is newer, and what it delivered before is not.
func (l *lane) insertDocuments(ctx context.Context, x *Extra, at Place) (next Place, blocked bool, err error) {
	_, last := l.opts.Journal.Bounds()
	if l.at.read < last || l.opts.Documented() < last {
		return at, true, nil
	}
	entities := l.extraEntities(x)
	if at.Entity == "" {
		at.Entity = entities[0]
	}
	limit := x.turn()
	if x.Key != "" {
		limit = extraDocuments
	}
	var page []store.Document
	err = l.opts.Documents.Documents(ctx, at.Entity, at.After, limit, func(d store.Document) bool {
		page = append(page, d)
		return true
	})
	if err != nil {
		return at, false, fmt.Errorf("read documents of %s: %w", at.Entity, err)
	}
	ahead, err := l.ahead(ctx)
	if ahead == nil || err != nil {
		return at, true, err
	}
	for i := range page {
		delivered, isAhead := ahead[page[i].Subject]
		if isAhead && !delivered {
			return at, i == 0, nil // again when the lane has looked at it
		}
		at.After = page[i].Key
		if !isAhead {
			l.insertDocument(x, &page[i], at)
		}
	}
	if len(page) == limit {
		return at, false, nil
	}
	if i := slices.Index(entities, at.Entity); i >= 0 && i < len(entities)-1 {
		return Place{Entity: entities[i+1]}, false, nil
	}
	return over, false, nil
}

func (l *lane) extraEntities(x *Extra) []string {
	if x.Entities != nil {
		return x.Entities
	}
	return l.spec.Entities
}

// insertDocument leaves out what is gone, out of view, or about to be told by
// the lane itself.
func (l *lane) insertDocument(x *Extra, d *store.Document, at Place) {
	if !l.takesDocument(x, d) {
		return
	}
	if g := l.held.bySubject[d.Subject]; g != nil {
		g.uncertain = true // it is delivered even if it comes to nothing
		return
	}
	env := l.encode.document(d, x.Began)
	env.ID += "-" + x.ID
	l.putExtra(x, &env, sight{known: true, now: true}, at)
}

// ahead are the subjects of entries that the lane has not looked at, and whether it
// is sure to deliver one of them, and with it the whole newer document; nil when these are too many.
func (l *lane) ahead(ctx context.Context) (map[string]bool, error) {
	_, last := l.opts.Journal.Bounds()
	subjects := map[string]bool{}
	if last-l.at.read > extraLag {
		return nil, nil
	}
	if last == l.at.read {
		return subjects, nil
	}
	err := l.opts.Journal.Read(ctx, l.at.read, int(last-l.at.read), func(e *store.Event) bool {
		_, v := l.filter.judge(e)
		own := l.spec.DropOwn && e.Origin == l.spec.Channel
		subjects[e.Subject] = subjects[e.Subject] || v == pass && !own && l.pace.instant()
		return true
	})
	if err != nil {
		return nil, fmt.Errorf("read the journal after entry %d: %w", l.at.read, err)
	}
	return subjects, nil
}
