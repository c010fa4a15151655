package store

import (
	"context"
	"fmt"
	"math"
)

// Chained is a journal whose entries of one subject lead from each to the one before.
type Chained interface {
	Events(ctx context.Context, after int64, limit int, yield func(Event) bool) error
	EventsOf(ctx context.Context, entity string, key Key, before int64, limit int, yield func(Event) bool) error
}

// History calls yield for what happened to an entity, newest first, beginning with the entry last (of its
// document, or one that is newer), until it returns false, limit is reached or the journal has no more. Each
// entry is found by its number; only for what was written before entries led to one another is the journal read through.
func History(ctx context.Context, j Chained, entity string, key Key, last int64, limit int, yield func(Event) bool) error {
	before := int64(math.MaxInt64)
	for ; limit > 0 && last != 0; limit-- {
		if last == Unlinked {
			return j.EventsOf(ctx, entity, key, before, limit, yield)
		}
		var found *Event
		err := j.Events(ctx, last-1, 1, func(e Event) bool { found = &e; return false })
		switch {
		case err != nil:
			return err
		case found == nil || found.Seq != last:
			return nil // trimmed
		case found.Entity != entity || found.Key != key || found.Previous >= last:
			return fmt.Errorf("journal entry %d of %s %v leads to entry %d, which is another's", before, entity, key, last)
		}
		if !yield(*found) {
			return nil
		}
		before, last = last, found.Previous
	}
	return nil
}
