package cdc

import (
	"context"
	"sync"
)

// queue holds batches for the handler, up to a number of bytes. When the
// handler comes back it gets everything that collected meanwhile, so that the
// slower it is, the more it can do at once.
type queue struct {
	limit int

	mu      sync.Mutex
	waiting []*batch
	bytes   int // waiting and in the handler's hands

	filled  chan struct{} // holds a token when there may be something to take
	drained chan struct{} // … when there may be room
}

func newQueue(limit int) *queue {
	return &queue{limit: limit, filled: make(chan struct{}, 1), drained: make(chan struct{}, 1)}
}

// push waits for room. A batch larger than the whole queue passes when it is alone.
func (q *queue) push(ctx context.Context, b *batch) error {
	for !q.tryPush(b) {
		select {
		case <-q.drained:
		case <-ctx.Done():
			return context.Cause(ctx)
		}
	}
	signal(q.filled)
	return nil
}

func (q *queue) tryPush(b *batch) bool {
	q.mu.Lock()
	defer q.mu.Unlock()
	if q.bytes > 0 && q.bytes+b.cost > q.limit {
		return false
	}
	q.waiting = append(q.waiting, b)
	q.bytes += b.cost
	return true
}

// pop waits for batches and takes all that are there, into the given slice.
func (q *queue) pop(ctx context.Context, into []*batch) ([]*batch, error) {
	for {
		q.mu.Lock()
		if len(q.waiting) > 0 {
			into = append(into[:0], q.waiting...)
			clear(q.waiting)
			q.waiting = q.waiting[:0]
			q.mu.Unlock()
			return into, nil
		}
		q.mu.Unlock()
		select {
		case <-q.filled:
		case <-ctx.Done():
			return nil, context.Cause(ctx)
		}
	}
}

// done makes room for as many bytes as popped batches took.
func (q *queue) done(bytes int) {
	q.mu.Lock()
	q.bytes -= bytes
	q.mu.Unlock()
	signal(q.drained)
}

// held is how many bytes wait or are being handled.
func (q *queue) held() int {
	q.mu.Lock()
	defer q.mu.Unlock()
	return q.bytes
}

func signal(c chan struct{}) {
	select {
	case c <- struct{}{}:
	default:
	}
}
