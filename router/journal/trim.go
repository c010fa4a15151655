package journal

import (
	"context"
	"fmt"
	"time"
)

// trimmer is what trimming needs of the store.
type trimmer interface {
	TrimJournal(ctx context.Context, upTo int64, olderThan time.Time) (removed int64, err error)
	Size(ctx context.Context) (int64, error)
	JournalBounds(ctx context.Context) (first, last int64, err error)
}

// Retention is how long and how much is kept.
type Retention struct {
	Age     time.Duration
	MaxSize int64 // of the whole store, bytes; 0 is no limit
}

// pressure is the share of MaxSize at which delivered events go before their age.
const pressure = 0.8

// Trim removes events older than the retention and, when the store nears its
// size, events that every lane has delivered: delivered is the lowest cursor of all lanes. Events after upTo stay in any case.
func (j *Journal) Trim(ctx context.Context, s trimmer, r Retention, now time.Time, delivered, upTo int64) (removed int64, err error) {
	_, last := j.Bounds()
	last = min(last, upTo)
	removed, err = s.TrimJournal(ctx, last, now.Add(-r.Age))
	if err != nil {
		return removed, fmt.Errorf("trim the journal by age: %w", err)
	}
	size, err := s.Size(ctx)
	if err != nil {
		return removed, fmt.Errorf("measure the store: %w", err)
	}
	if r.MaxSize > 0 && float64(size) > pressure*float64(r.MaxSize) {
		more, err := s.TrimJournal(ctx, min(delivered, last), now)
		removed += more
		if err != nil {
			return removed, fmt.Errorf("trim the journal by size: %w", err)
		}
	}
	first, _, err := s.JournalBounds(ctx)
	if err != nil {
		return removed, fmt.Errorf("find the ends of the journal: %w", err)
	}
	j.mu.Lock()
	defer j.mu.Unlock()
	j.first = max(j.first, first)
	return removed, nil
}
