package journal

import (
	"context"
	"fmt"
	"sync"

	"github.com/odoobridge/odoobridge/internal/store"
)

// events is what the journal needs of the store.
type events interface {
	Events(ctx context.Context, after int64, limit int, yield func(store.Event) bool) error
	JournalBounds(ctx context.Context) (first, last int64, err error)
}

// Journal serves committed events. It is safe for concurrent use.
type Journal struct {
	store  events
	budget int

	mu    sync.Mutex
	tail  []*store.Event // the newest, without gaps
	bytes int
	first int64 // oldest kept in the store
	last  int64 // newest committed
	grown chan struct{}
}

// Open finds out what the store holds. tailBytes bounds the events kept in memory.
func Open(ctx context.Context, s events, tailBytes int) (*Journal, error) {
	first, last, err := s.JournalBounds(ctx)
	if err != nil {
		return nil, fmt.Errorf("find the ends of the journal: %w", err)
	}
	return &Journal{store: s, budget: tailBytes, first: first, last: last, grown: make(chan struct{})}, nil
}

// Bounds returns the first and last sequence number kept; first is last+1 when none is.
func (j *Journal) Bounds() (first, last int64) {
	j.mu.Lock()
	defer j.mu.Unlock()
	return j.first, j.last
}

// Append takes events that the store has just committed, in order.
func (j *Journal) Append(committed []*store.Event) {
	if len(committed) == 0 {
		return
	}
	j.mu.Lock()
	defer j.mu.Unlock()
	for _, e := range committed {
		j.tail = append(j.tail, e)
		j.bytes += weight(e)
	}
	j.advance(committed[len(committed)-1].Seq)
	j.shrink()
}

// Advance says that the store has committed events up to last that were too
// many to keep in memory.
func (j *Journal) Advance(last int64) {
	j.mu.Lock()
	defer j.mu.Unlock()
	if last <= j.last {
		return
	}
	j.tail, j.bytes = nil, 0
	j.advance(last)
}

func (j *Journal) advance(last int64) {
	if j.first == 0 {
		j.first = 1
	}
	j.last = last
	close(j.grown)
	j.grown = make(chan struct{})
}

func (j *Journal) shrink() {
	drop := 0
	for j.bytes > j.budget && drop < len(j.tail) {
		j.bytes -= weight(j.tail[drop])
		drop++
	}
	if drop == 0 {
		return
	}
	clear(j.tail[:drop])
	j.tail = j.tail[drop:]
}

func weight(e *store.Event) int {
	return 300 + len(e.Body) + len(e.Before) + len(e.Subject)
}

// Wait returns once there is an event after the sequence number.
func (j *Journal) Wait(ctx context.Context, after int64) error {
	for {
		j.mu.Lock()
		last, grown := j.last, j.grown
		j.mu.Unlock()
		if last > after {
			return nil
		}
		select {
		case <-grown:
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}

// Read calls yield for up to limit events after the sequence number, in order,
// until it returns false. The events are shared: they must not be changed.
func (j *Journal) Read(ctx context.Context, after int64, limit int, yield func(*store.Event) bool) error {
	if recent, ok := j.recent(after, limit); ok {
		for _, e := range recent {
			if !yield(e) {
				return nil
			}
		}
		return nil
	}
	err := j.store.Events(ctx, after, limit, func(e store.Event) bool { return yield(&e) })
	if err != nil {
		return fmt.Errorf("read the journal after %d: %w", after, err)
	}
	return nil
}

// recent returns what memory holds after the sequence number; ok is false when
// it does not reach back so far.
func (j *Journal) recent(after int64, limit int) (tail []*store.Event, ok bool) {
	j.mu.Lock()
	defer j.mu.Unlock()
	if after >= j.last {
		return nil, true
	}
	if len(j.tail) == 0 || j.tail[0].Seq > after+1 {
		return nil, false
	}
	tail = j.tail[after+1-j.tail[0].Seq:]
	return tail[:min(limit, len(tail))], true
}
