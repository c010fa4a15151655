package lane

import (
	"context"
	"maps"
	"slices"
	"sync"

	"github.com/odoobridge/odoobridge/internal/store"
)

// fakeStore keeps documents and cursors.
type fakeStore struct {
	mu      sync.Mutex
	docs    map[string]store.Document
	cursors map[string]store.Cursor
	saves   int
	broken  error
	onPage  func(entity string) // called before a page is read
	onSave  func(store.Cursor)  // called with each cursor that is saved
}

func newFakeStore() *fakeStore {
	return &fakeStore{docs: map[string]store.Document{}, cursors: map[string]store.Cursor{}}
}

func (s *fakeStore) Documents(_ context.Context, entity string, after store.Key, limit int, yield func(store.Document) bool) error {
	if s.onPage != nil {
		s.onPage(entity)
	}
	s.mu.Lock()
	var list []store.Document
	for _, d := range s.docs {
		if d.Entity == entity && compareKeys(d.Key, after) > 0 {
			list = append(list, d)
		}
	}
	s.mu.Unlock()
	slices.SortFunc(list, func(a, b store.Document) int { return compareKeys(a.Key, b.Key) })
	for _, d := range list[:min(limit, len(list))] {
		if !yield(d) {
			return nil
		}
	}
	return nil
}

func (s *fakeStore) Cursors(context.Context) ([]store.Cursor, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Collect(maps.Values(s.cursors)), s.broken
}

func (s *fakeStore) SaveCursors(_ context.Context, cursors []store.Cursor) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.broken != nil {
		return s.broken
	}
	s.saves++
	for _, c := range cursors {
		s.cursors[c.Lane] = c
		if s.onSave != nil {
			s.onSave(c)
		}
	}
	return nil
}

func (s *fakeStore) breakWith(err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.broken = err
}

func (s *fakeStore) countSaves() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.saves
}

func (s *fakeStore) cursor(lane string) int64 {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.cursors[lane].Seq
}
