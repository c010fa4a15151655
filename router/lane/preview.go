package lane

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/odoobridge/odoobridge/internal/store"
)

// Check reports whether a lane can do an Extra.
func (s *Set) Check(id string, x *Extra) error {
	_, l := s.find(id)
	switch {
	case l == nil:
		return &UnknownLaneError{id}
	case x.Snapshot && len(l.extraEntities(x)) == 0:
		return fmt.Errorf("lane %s takes every entity: name those whose documents are wanted with --entity", id)
	case l.spec.Entities == nil:
		return nil
	}
	for _, e := range x.Entities {
		if !slices.Contains(l.spec.Entities, e) {
			return fmt.Errorf("lane %s does not take %s: it has %s", id, e, strings.Join(l.spec.Entities, ", "))
		}
	}
	return nil
}

// Preview yields what an Extra would deliver as things are: journal entries, or documents.
func (s *Set) Preview(ctx context.Context, id string, x *Extra, entry func(*store.Event), document func(*store.Document)) error {
	if err := s.Check(id, x); err != nil {
		return err
	}
	_, l := s.find(id)
	if x.Snapshot {
		return l.previewDocuments(ctx, x, document)
	}
	for after := x.From - 1; after < x.To; {
		began := after
		err := l.opts.Journal.Read(ctx, after, int(min(extraEntries, x.To-after)), func(e *store.Event) bool {
			if after = e.Seq; after <= x.To {
				if _, takes := l.takesEntry(x, e); takes {
					entry(e)
				}
			}
			return true
		})
		if err != nil {
			return fmt.Errorf("read journal entries after %d: %w", began, err)
		}
		if after == began {
			break
		}
	}
	return nil
}

func (l *lane) previewDocuments(ctx context.Context, x *Extra, document func(*store.Document)) error {
	for _, entity := range l.extraEntities(x) {
		after, n := store.Key{}, extraDocuments
		for n == extraDocuments {
			n = 0
			err := l.opts.Documents.Documents(ctx, entity, after, extraDocuments, func(d store.Document) bool {
				n++
				after = d.Key
				if l.takesDocument(x, &d) {
					document(&d)
				}
				return true
			})
			if err != nil {
				return fmt.Errorf("read documents of %s: %w", entity, err)
			}
		}
	}
	return nil
}
