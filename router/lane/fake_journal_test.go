package lane

import (
	"context"
	"sync"

	"github.com/odoobridge/odoobridge/internal/store"
)

// fakeJournal keeps events in memory, as the journal does near its head.
type fakeJournal struct {
	mu     sync.Mutex
	first  int64
	events []*store.Event
	more   chan struct{}
	broken error
}

func newFakeJournal() *fakeJournal { return &fakeJournal{first: 1, more: make(chan struct{})} }

func (j *fakeJournal) append(events ...*store.Event) {
	j.mu.Lock()
	defer j.mu.Unlock()
	for _, e := range events {
		e.Seq = j.first + int64(len(j.events))
		j.events = append(j.events, e)
	}
	close(j.more)
	j.more = make(chan struct{})
}

func (j *fakeJournal) trim(upTo int64) {
	j.mu.Lock()
	defer j.mu.Unlock()
	j.events = j.events[upTo-j.first+1:]
	j.first = upTo + 1
}

func (j *fakeJournal) breakWith(err error) {
	j.mu.Lock()
	defer j.mu.Unlock()
	j.broken = err
}

func (j *fakeJournal) Read(_ context.Context, after int64, limit int, yield func(*store.Event) bool) error {
	j.mu.Lock()
	if err := j.broken; err != nil {
		j.mu.Unlock()
		return err
	}
	from := max(0, after+1-j.first)
	list := j.events[min(from, int64(len(j.events))):]
	j.mu.Unlock()
	for _, e := range list[:min(limit, len(list))] {
		if !yield(e) {
			return nil
		}
	}
	return nil
}

func (j *fakeJournal) Wait(ctx context.Context, after int64) error {
	for {
		j.mu.Lock()
		more, last := j.more, j.first+int64(len(j.events))-1
		j.mu.Unlock()
		if last > after {
			return nil
		}
		select {
		case <-more:
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}

func (j *fakeJournal) Bounds() (first, last int64) {
	j.mu.Lock()
	defer j.mu.Unlock()
	if j.first == 1 && len(j.events) == 0 {
		return 0, 0
	}
	return j.first, j.first + int64(len(j.events)) - 1
}
