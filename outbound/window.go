package outbound

import (
	"sync"

	"github.com/ThreeDotsLabs/watermill/message"
)

// confirmation is the broker's word on one message. *amqp.DeferredConfirmation
// is one; it also settles, unacked, when the channel ends.
type confirmation interface {
	Done() <-chan struct{}
	Acked() bool
}

// entry is one message on its way.
type entry struct {
	msg           *message.Message
	confirm       confirmation
	exchange, key string
	size          int
}

// window holds the messages whose outcome is not known, oldest first. One
// goroutine adds, one removes; so the order of outcomes is that of publishing,
// in whatever order confirms come.
type window struct {
	maxCount, maxBytes int

	mu      sync.Mutex
	ring    []entry // circular, grows up to maxCount
	head, n int
	bytes   int
	shut    bool
	wanted  bool          // somebody waits for room
	added   chan struct{} // capacity 1: there is a first entry, or no more will come
	room    chan struct{} // capacity 1: there may be room
}

func newWindow(maxCount, maxBytes int) *window {
	return &window{
		maxCount: maxCount, maxBytes: maxBytes,
		ring:  make([]entry, min(maxCount, 64)),
		added: make(chan struct{}, 1),
		room:  make(chan struct{}, 1),
	}
}

// fits reports whether a message of that size may be sent now. An empty window
// takes any. If not, room tells when it may.
func (w *window) fits(size int) bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.wanted = w.n > 0 && (w.n >= w.maxCount || w.bytes+size > w.maxBytes)
	return !w.wanted
}

// push adds the newest, unless the window is shut.
func (w *window) push(e entry) bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.shut {
		return false
	}
	if w.n == len(w.ring) {
		w.grow()
	}
	w.ring[(w.head+w.n)%len(w.ring)] = e
	w.n++
	w.bytes += e.size
	if w.n == 1 {
		poke(w.added)
	}
	return true
}

func (w *window) grow() {
	ring := make([]entry, 2*len(w.ring))
	k := copy(ring, w.ring[w.head:])
	copy(ring[k:], w.ring[:w.head])
	w.ring, w.head = ring, 0
}

// front is the oldest.
func (w *window) front() (entry, bool) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.n == 0 {
		return entry{}, false
	}
	return w.ring[w.head], true
}

// pop removes the oldest.
func (w *window) pop() {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.bytes -= w.ring[w.head].size
	w.ring[w.head] = entry{}
	w.head = (w.head + 1) % len(w.ring)
	w.n--
	if w.wanted {
		poke(w.room)
	}
}

// shutDown lets no more in.
func (w *window) shutDown() {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.shut = true
	poke(w.added)
}

// isShut reports whether no more will come.
func (w *window) isShut() bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.shut
}

// count is how many there are.
func (w *window) count() int {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.n
}

// poke leaves a note in a channel of capacity 1 unless there is one.
func poke(c chan struct{}) {
	select {
	case c <- struct{}{}:
	default:
	}
}
