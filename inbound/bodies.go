package inbound

import (
	"sync"

	"github.com/odoobridge/odoobridge/internal/store"
)

// mostBodies is how many bytes of commands are carried out at a time, all workloads together, before a workload takes no more than one lot
// at a time (store.TakenBytes, and one command). Only large commands are held up by it, and are no later for it: what is read early waits for its
// turn at Odoo in memory.
const mostBodies = 8 << 20

// bodies counts the bytes of the commands that are being carried out.
type bodies struct {
	mu      sync.Mutex
	held    int
	changed chan struct{} // closed when there is less; nil while nobody waits
}

func bytesOf(taken ...store.Taken) (n int) {
	for _, t := range taken {
		n += len(t.Body) + len(t.Edited)
	}
	return n
}

// isLot says that no more was taken because it is large.
func isLot(taken []store.Taken) bool { return bytesOf(taken...) >= store.TakenBytes }

func (b *bodies) take(n int) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.held += n
}

func (b *bodies) give(n int) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.held -= n
	if b.changed != nil {
		close(b.changed)
		b.changed = nil
	}
}

// room says whether more may be taken.
func (b *bodies) room() bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.held < mostBodies
}

// less is closed when there is less than now.
func (b *bodies) less() <-chan struct{} {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.changed == nil {
		b.changed = make(chan struct{})
	}
	return b.changed
}
