package lane

import (
	"context"
	"sync"
	"time"

	"github.com/ThreeDotsLabs/watermill/message"
)

// delivery is one message on its way, and what it stands for.
type delivery struct {
	msg     *message.Message
	first   int64    // oldest journal entry it stands for; 0: a document of the initial load
	last    int64    // and the newest
	after   progress // how far the initial load is once this document is delivered
	commit  time.Time
	due     time.Time
	handed  time.Time // when it was last given to the publisher
	payload int
	extra   *Extra // what it belongs to beside the live flow; first is 0 then, too
	place   Place  // how far that is once it is delivered
}

// flight holds what was handed to the publisher and is not known to be in the
// queue, oldest first. A delivery leaves it when it and all before it
// are confirmed; so after a failure the oldest one left is where to go back to,
// and the lane's cursor is always before it.
//
// The sender adds, resends and waits for room; the acker waits for outcomes
// and removes. Payloads are kept until then, so their bytes are bounded.
type flight struct {
	maxCount, maxBytes int

	mu      sync.Mutex
	ring    []delivery // circular
	head, n int
	bytes   int
	failure error           // not nil from the first unknown outcome until all is sent again
	moved   bool            // a delivery was confirmed since the last failure
	wanted  bool            // the sender waits for room
	again   chan struct{}   // closed when every delivery has got a new message
	try     context.Context // of the messages handed over since then: ends with the first failure
	giveUp  context.CancelFunc
	at      position   // what the lane has looked at beyond what is in flight
	load    *loadState // how far the initial load is, as confirmed; nil: complete
	loads   []*Load    // those that have ended
	placed  bool       // the lane has found its place in the journal

	added   chan struct{} // capacity 1: there may be something to wait for
	news    chan struct{} // capacity 1: there may be room, or a failure
	settled chan struct{} // capacity 1: nothing may be in flight, or not any more with success
}

// position is where a lane stands in the journal.
type position struct {
	read      int64     // last entry that was looked at
	readTime  time.Time // and its commit
	held      int64     // oldest entry held back by the lane's pace; 0: none
	heldSince time.Time // and its commit
	flush     time.Time // when what is held back is due
	groups    int       // how many subjects are held back
}

func newFlight(maxCount, maxBytes int) *flight {
	f := &flight{
		maxCount: maxCount, maxBytes: maxBytes,
		ring:    make([]delivery, 64),
		again:   make(chan struct{}),
		added:   make(chan struct{}, 1),
		news:    make(chan struct{}, 1),
		settled: make(chan struct{}, 1),
	}
	f.try, f.giveUp = context.WithCancel(context.Background())
	return f
}

// add puts deliveries in flight and moves the lane's position, in one step, so
// that no cursor computed in between skips what was held back.
func (f *flight) add(batch []delivery, at position) {
	f.mu.Lock()
	for i := range batch {
		batch[i].msg.SetContext(f.try)
		f.push(batch[i])
	}
	f.at = at
	f.mu.Unlock()
	if len(batch) > 0 {
		poke(f.added)
	}
}

// addLoaded does the same for a page of the initial load.
func (f *flight) addLoaded(batch []delivery, page progress) {
	f.mu.Lock()
	for i := range batch {
		batch[i].msg.SetContext(f.try)
		f.push(batch[i])
	}
	if f.n == 0 {
		f.load.progress = page
	}
	f.mu.Unlock()
	if len(batch) > 0 {
		poke(f.added)
	}
}

// start sets the lane's place before anything is in flight.
func (f *flight) start(at position, load *loadState, past []*Load) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.at, f.placed = at, true
	for _, l := range f.loads { // of a job that ended before the lane began
		past = remember(past, l)
	}
	f.loads = past
	if load != nil {
		f.load = new(loadState) // it moves on; the caller's stays
		*f.load = *load
	}
}

// loaded notes that the initial load is complete. No cursor in between has both, or neither.
func (f *flight) loaded(to int64, now time.Time) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.loads = remember(f.loads, f.load.ended(f.at.read, to, now))
	f.load = nil
}

func (f *flight) push(d delivery) {
	if f.n == len(f.ring) {
		grown := make([]delivery, 2*len(f.ring))
		k := copy(grown, f.ring[f.head:])
		copy(grown[k:], f.ring[:f.head])
		f.ring, f.head = grown, 0
	}
	f.ring[(f.head+f.n)%len(f.ring)] = d
	f.n++
	f.bytes += d.payload
}

// oldest returns the message whose outcome decides what happens next, and
// the channel that is closed when another message takes its place.
func (f *flight) oldest() (m *message.Message, again <-chan struct{}) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.n == 0 {
		return nil, f.again
	}
	return f.ring[f.head].msg, f.again
}

// confirm removes the oldest delivery if it still is the one with that message.
func (f *flight) confirm(m *message.Message) (d delivery, removed bool) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.n == 0 || f.ring[f.head].msg != m {
		return d, false
	}
	d = f.ring[f.head]
	f.ring[f.head] = delivery{}
	f.head = (f.head + 1) % len(f.ring)
	f.n--
	f.bytes -= d.payload
	f.moved = true
	if d.first == 0 && f.load != nil {
		f.load.progress = d.after
	}
	if f.n == 0 {
		poke(f.settled)
	}
	if f.wanted && f.hasRoom() {
		f.wanted = false
		poke(f.news)
	}
	return d, true
}

// fail notes that the outcome of what is in flight is unknown. It ends the
// messages' context, so that a Publish under way does not send what comes later before what
// has to be sent again.
func (f *flight) fail(err error) {
	f.mu.Lock()
	if f.failure == nil {
		f.failure = err
	}
	f.giveUp()
	f.mu.Unlock()
	poke(f.news)
	poke(f.settled)
}

// failed returns the failure that has not been made good yet.
func (f *flight) failed() error {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.failure
}

// progressed reports whether anything was confirmed since it was last asked.
func (f *flight) progressed() bool {
	f.mu.Lock()
	defer f.mu.Unlock()
	moved := f.moved
	f.moved = false
	return moved
}

// renew gives every delivery a new message with the same id and content and
// returns them in order.
func (f *flight) renew(now time.Time) []*message.Message {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.giveUp()
	f.try, f.giveUp = context.WithCancel(context.Background())
	msgs := make([]*message.Message, f.n)
	for i := range msgs {
		d := &f.ring[(f.head+i)%len(f.ring)]
		d.msg, d.handed = d.msg.Copy(), now
		d.msg.SetContext(f.try)
		msgs[i] = d.msg
	}
	f.failure = nil
	close(f.again)
	f.again = make(chan struct{})
	return msgs
}

// room reports whether another batch may be put in flight. If not, news
// tells when it may.
func (f *flight) room() bool {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.wanted = !f.hasRoom()
	return !f.wanted
}

func (f *flight) hasRoom() bool { return f.n < f.maxCount && f.bytes < f.maxBytes }

func (f *flight) empty() bool {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.n == 0
}
