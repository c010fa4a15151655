package bridge

import (
	"context"
	"encoding/json"
	"fmt"
	"math"
	"slices"
	"time"

	"github.com/odoobridge/odoobridge/inbound/decide"
	"github.com/odoobridge/odoobridge/internal/store"
	"github.com/odoobridge/odoobridge/schema"
	"github.com/odoobridge/odoobridge/schema/odoo"
)

// lookBack is how many of a thing's newest events are looked at: a command that is based on what is
// older is a conflict, whatever changed since.
const lookBack = 1000

// passLimit is how long a command waits for Odoo's log to come by before it is put off.
const passLimit = 10 * time.Second

// documents tells what carries out commands what happened to a thing, as far as it is committed. It lags
// behind Odoo by what the log does, unless it is passed.
type documents struct {
	store interface {
		store.Chained
		Documents(ctx context.Context, entity string, after store.Key, limit int, yield func(store.Document) bool) error
	}
	// documented is the last journal entry that the stored documents show the outcome of.
	documented func() int64
	pass       func(ctx context.Context) error
	now        func() time.Time
}

// Pass implements apply.Documents.
func (d documents) Pass(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, passLimit)
	defer cancel()
	return d.pass(ctx)
}

// Since implements apply.Documents.
func (d documents) Since(ctx context.Context, entity string, key [2]int64, revision int64) (now int64, changes []decide.Change, err error) {
	doc, err := d.newest(ctx, entity, key)
	switch {
	case err != nil:
		return 0, nil, err
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

// Heir implements apply.Documents.
func (d documents) Heir(ctx context.Context, entity string, key [2]int64) (heir int64, err error) {
	doc, err := d.newest(ctx, entity, key)
	if err != nil || doc == nil {
		return 0, err
	}
	if len(doc.Body) == 0 || doc.Body[0] < '1' || doc.Body[0] > '9' {
		return 0, nil
	}
	if err := json.Unmarshal(doc.Body, &heir); err != nil {
		return 0, fmt.Errorf("read into what %s was merged: %w", doc.Subject, err)
	}
	return heir, nil
}

// Deleted implements apply.Documents.
func (d documents) Deleted(ctx context.Context, entity string, key [2]int64) (at time.Time, err error) {
	doc, err := d.newest(ctx, entity, key)
	if err != nil || doc == nil {
		return time.Time{}, err
	}
	err = store.History(ctx, d.store, entity, store.Key(key), doc.Last, 1, func(e store.Event) bool {
		if e.What == "deleted" {
			at = e.Time
		}
		return false
	})
	if err != nil {
		return time.Time{}, fmt.Errorf("read when it was deleted: %w", err)
	}
	return at, nil
}

// newest is a document as the last commit left it, nil when there never was one: as it is stored, or, where it waits in
// memory to be, as the journal has it.
func (d documents) newest(ctx context.Context, entity string, key [2]int64) (doc *store.Document, err error) {
	after := d.documented() // before the document is read: that may only be newer
	err = d.store.Documents(ctx, entity, store.Key{key[0], key[1] - 1}, 1, func(found store.Document) bool {
		if found.Key == store.Key(key) {
			doc = &found
		}
		return false
	})
	if err == nil {
		err = d.store.Events(ctx, after, math.MaxInt32, func(e store.Event) bool {
			if e.Entity == entity && e.Key == store.Key(key) && (doc == nil || e.Seq > doc.Last) {
				doc = &store.Document{Entity: entity, Key: e.Key, Subject: e.Subject, Revision: e.Revision, Last: e.Seq, Body: e.Body}
				if heir := schema.Field(e.Body, odoo.MergedInto); heir != nil {
					doc.Body = heir
				}
			}
			return true
		})
	}
	if err != nil {
		return nil, fmt.Errorf("read the document: %w", err)
	}
	return doc, nil
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
