package bridge

import (
	"context"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/odoobridge/odoobridge/inbound/decide"
	"github.com/odoobridge/odoobridge/internal/store"
)

// kept is a store that holds one document, and of its events those from a revision on.
type kept struct {
	doc  store.Document
	from int64
}

func (k kept) Documents(_ context.Context, entity string, after store.Key, _ int, yield func(store.Document) bool) error {
	if entity == k.doc.Entity && (after[0] < k.doc.Key[0] || after[0] == k.doc.Key[0] && after[1] < k.doc.Key[1]) {
		yield(k.doc)
	}
	return nil
}

var morning = time.Date(2026, 11, 23, 7, 0, 0, 0, time.UTC)

// event is the one of a revision; entries are numbered by tens.
func (k kept) event(revision int64) store.Event {
	e := store.Event{
		Seq: 10 * revision, Entity: k.doc.Entity, Key: k.doc.Key, Revision: revision, Previous: 10 * (revision - 1), Origin: "shopify",
		Changed: []string{"email"}, Time: morning.Add(time.Duration(revision) * time.Minute),
	}
	if revision == 1 {
		e.Changed = nil
	}
	return e
}

func (k kept) Events(_ context.Context, after int64, _ int, yield func(store.Event) bool) error {
	if revision := after/10 + 1; revision >= k.from && revision <= k.doc.Revision {
		yield(k.event(revision))
	}
	return nil
}

// late is a store whose document waits in memory: the journal has what it will be.
type late struct {
	kept
	events []store.Event
}

func (l late) Events(_ context.Context, after int64, _ int, yield func(store.Event) bool) error {
	for _, e := range l.events {
		if e.Seq > after && !yield(e) {
			break
		}
	}
	return nil
}

// TestWhatWaitsInMemoryToBeStoredIsKnown asks for documents of which the journal tells more than their table.
func TestWhatWaitsInMemoryToBeStoredIsKnown(t *testing.T) {
	k := kept{store.Document{Entity: "customer", Key: store.Key{7}, Revision: 5, Last: 50, Body: []byte(`{}`)}, 1}
	changed := k.event(6)
	merged := k.event(7)
	merged.What, merged.Changed, merged.Body = "merged", nil, []byte(`{"name":"A","merged_into":9}`)
	d := documents{late{k, []store.Event{k.event(5), changed, {Seq: 65, Entity: "order", Key: store.Key{7}, Revision: 99}, merged}}, func() int64 { return 50 }, nil, func() time.Time { return morning }}
	revision, changes, err := d.Since(t.Context(), "customer", [2]int64{7}, 5)
	if err != nil || revision != 7 || len(changes) != 2 || changes[1].Fields != nil {
		t.Errorf("%d, %+v, %v", revision, changes, err)
	}
	if heir, err := d.Heir(t.Context(), "customer", [2]int64{7}); heir != 9 || err != nil {
		t.Errorf("in memory: %d, %v", heir, err)
	}
	if at, err := d.Deleted(t.Context(), "customer", [2]int64{7}); !at.IsZero() || err != nil {
		t.Errorf("one that was merged was deleted at %s, %v", at, err)
	}
	gone := merged
	gone.What, gone.Body = "deleted", []byte(`{"name":"A"}`)
	d.store = late{k, []store.Event{gone}}
	if at, err := d.Deleted(t.Context(), "customer", [2]int64{7}); !at.Equal(gone.Time) || err != nil {
		t.Errorf("deleted at %s, %v; want %s", at, err, gone.Time)
	}
	d.store = kept{k.doc, 9} // which the journal has forgotten
	if at, err := d.Deleted(t.Context(), "customer", [2]int64{7}); !at.IsZero() || err != nil {
		t.Errorf("forgotten: %s, %v", at, err)
	}
	for body, want := range map[string]int64{`{"name":"A"}`: 0, `null`: 0, `9`: 9} {
		k.doc.Body = []byte(body)
		d.store = late{k, nil}
		if heir, err := d.Heir(t.Context(), "customer", [2]int64{7}); heir != want || err != nil {
			t.Errorf("%s: %d, %v", body, heir, err)
		}
	}
	if heir, err := d.Heir(t.Context(), "customer", [2]int64{8}); heir != 0 || err != nil {
		t.Errorf("of nobody: %d, %v", heir, err)
	}
}

func (k kept) EventsOf(context.Context, string, store.Key, int64, int, func(store.Event) bool) error {
	return nil
}

func TestWhatHappenedSinceARevisionIsKnownOrTakenForAnything(t *testing.T) {
	now := morning.Add(24 * time.Hour)
	email := func(revision int64) decide.Change {
		return decide.Change{Revision: revision, Fields: []string{"email"}, Origin: "shopify", Time: morning.Add(time.Duration(revision) * time.Minute)}
	}
	for name, c := range map[string]struct {
		from, basedOn int64
		key           [2]int64
		now           int64
		want          []decide.Change
	}{
		"the newest":                     {1, 5, [2]int64{7, 1}, 5, nil},
		"one before":                     {1, 4, [2]int64{7, 1}, 5, []decide.Change{email(5)}},
		"three before":                   {1, 2, [2]int64{7, 1}, 5, []decide.Change{email(3), email(4), email(5)}},
		"older than the journal":         {4, 2, [2]int64{7, 1}, 5, []decide.Change{{Revision: 3, Time: email(4).Time}, email(4), email(5)}},
		"as old as the journal":          {4, 3, [2]int64{7, 1}, 5, []decide.Change{email(4), email(5)}},
		"nothing is in the journal":      {6, 2, [2]int64{7, 1}, 5, []decide.Change{{Revision: 5, Time: now}}},
		"a revision that never was told": {1, 6, [2]int64{7, 1}, 5, []decide.Change{{Revision: 5, Time: now}}},
		"no such document":               {1, 4, [2]int64{7, 0}, 0, nil},
		"another document comes next":    {1, 4, [2]int64{6, 9}, 0, nil},
	} {
		t.Run(name, func(t *testing.T) {
			d := documents{kept{store.Document{Entity: "customer", Key: store.Key{7, 1}, Revision: 5, Last: 50}, c.from}, func() int64 { return 50 }, nil, func() time.Time { return now }}
			revision, changes, err := d.Since(t.Context(), "customer", c.key, c.basedOn)
			if err != nil || revision != c.now {
				t.Errorf("at revision %d, want %d: %v", revision, c.now, err)
			}
			if diff := cmp.Diff(c.want, changes); diff != "" {
				t.Error(diff)
			}
		})
	}
}
