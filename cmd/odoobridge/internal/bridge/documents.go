package bridge

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/odoobridge/odoobridge/inbound/decide"
	"github.com/odoobridge/odoobridge/internal/store"
)

// lookBack is how many of a thing's newest events are looked at: a command that is based on what is
// older is a conflict, whatever changed since.
const lookBack = 1000

// documents tells what carries out commands what happened to a thing, as far as it is committed. It lags
// behind Odoo by what the log does.
type documents struct {
	store interface {
		store.Chained
		Documents(ctx context.Context, entity string, after store.Key, limit int, yield func(store.Document) bool) error
	}
	now func() time.Time
}

// Since implements apply.Documents.
func (d documents) Since(ctx context.Context, entity string, key [2]int64, revision int64) (now int64, changes []decide.Change, err error) {
	var doc *store.Document
	err = d.store.Documents(ctx, entity, store.Key{key[0], key[1] - 1}, 1, func(found store.Document) bool {
		if found.Key == store.Key(key) {
			doc = &found
		}
		return false
	})
	switch {
	case err != nil:
		return 0, nil, fmt.Errorf("read the document: %w", err)
	case doc == nil:
		return 0, nil, nil
	case revision > doc.Revision: // nobody was told that
		return doc.Revision, []decide.Change{{Revision: doc.Revision, Time: d.now()}}, nil
	case revision == doc.Revision:
		return doc.Revision, nil, nil
	}
	err = store.History(ctx, d.store, entity, store.Key(key), doc.Last, lookBack, func(e store.Event) bool {
		if e.Revision <= revision {
			return false
		}
		changes = append(changes, decide.Change{Revision: e.Revision, Fields: e.Changed, Origin: e.Origin, Time: e.Time})
		return true
	})
	if err != nil {
		return 0, nil, fmt.Errorf("read what happened to it: %w", err)
	}
	slices.Reverse(changes)
	return doc.Revision, withForgotten(changes, revision, doc.Revision, d.now()), nil
}

// withForgotten puts a change of any field before what the journal still has, where it does not reach back to
// the revision. It happened before the oldest that is known, when at the latest.
func withForgotten(changes []decide.Change, revision, newest int64, now time.Time) []decide.Change {
	switch {
	case len(changes) == 0:
		return []decide.Change{{Revision: newest, Time: now}}
	case changes[0].Revision > revision+1:
		return slices.Insert(changes, 0, decide.Change{Revision: changes[0].Revision - 1, Time: changes[0].Time})
	}
	return changes
}
