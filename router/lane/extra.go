package lane

import (
	"sync"
	"time"

	"github.com/odoobridge/odoobridge/internal/store"
)

// Extra is what a lane delivers beside that which the journal brings: journal
// entries again, or documents as they are now. The lane's own sender puts it
// between the live deliveries, at its rate and only a little at a time, so that what happens now
// does not wait for it, and so that no older document can follow a newer one.
type Extra struct {
	ID       string   // the header "replay" of its deliveries
	Snapshot bool     // documents, instead of journal entries
	Entities []string // nil: all that the lane takes
	Key      string   // of one subject; "": all
	Rate     float64  // deliveries a second
	From, To int64    // journal entries, both included
	Began    time.Time

	mu       sync.Mutex
	read     Place // how far it is read
	progress Progress
	inFlight int
	next     time.Time // not before then
}

// Place is how far an Extra is: the journal entry, or the document, after which to go on.
type Place struct {
	Seq    int64     `json:"seq,omitempty"`
	Entity string    `json:"entity,omitempty"`
	After  store.Key `json:"after,omitzero"`
}

// Progress is what has become of an Extra so far.
type Progress struct {
	Place     Place  `json:"place"` // all up to it is in the queue, or need not be
	Delivered int64  `json:"delivered"`
	Refused   int64  `json:"refused,omitempty"` // deliveries that the broker can never take
	Reason    string `json:"reason,omitempty"`  // of the last one
	Over      bool   `json:"-"`                 // there is no more
	Err       error  `json:"-"`                 // why there is no more
}

// Resume makes the Extra go on where an earlier run left off. It is called
// before it is given to a lane.
func (x *Extra) Resume(p Progress) {
	x.read, x.progress = p.Place, p
}

// Progress is how far the Extra is.
func (x *Extra) Progress() Progress {
	x.mu.Lock()
	defer x.mu.Unlock()
	return x.progress
}

// Cancel stops the Extra; what is in flight still arrives.
func (x *Extra) Cancel() { x.end(nil) }

// turn is how many deliveries go out at once, and how many may be unconfirmed
// beside what the lane itself has in flight.
func (x *Extra) turn() int { return max(1, min(64, int(x.Rate/20))) }

// patience is how long an Extra gives way to a lane that is behind.
const patience = time.Second

// ready reports whether it is the Extra's turn, and when to ask again if not;
// zero is when a delivery of it is confirmed.
func (x *Extra) ready(now time.Time, busy bool) (bool, time.Time) {
	x.mu.Lock()
	defer x.mu.Unlock()
	switch {
	case x.progress.Over || x.read == over || x.inFlight >= 4*x.turn():
		return false, time.Time{}
	case now.Before(x.next):
		return false, x.next
	case busy && now.Before(x.next.Add(patience)):
		return false, x.next.Add(patience)
	}
	return true, now
}

// place is how far the Extra is read.
func (x *Extra) place() Place {
	x.mu.Lock()
	defer x.mu.Unlock()
	return x.read
}

// sent notes a turn: what was put in flight, how far it reads, and when the next one is.
func (x *Extra) sent(n int, at Place, now time.Time) {
	x.mu.Lock()
	defer x.mu.Unlock()
	x.inFlight += n
	x.read = at
	x.next = now.Add(time.Duration(float64(n) / x.Rate * float64(time.Second)))
	x.settle()
}

// wait puts the Extra's next turn off.
func (x *Extra) wait(until time.Time) {
	x.mu.Lock()
	defer x.mu.Unlock()
	x.next = until
}

// confirmed notes that a delivery is in the queue.
func (x *Extra) confirmed(at Place) {
	x.mu.Lock()
	defer x.mu.Unlock()
	x.inFlight--
	x.progress.Delivered++
	x.progress.Place = at
	x.settle()
}

// refuse notes that the broker can never take a delivery.
func (x *Extra) refuse(at Place, reason error) {
	x.mu.Lock()
	defer x.mu.Unlock()
	x.inFlight--
	x.progress.Refused++
	x.progress.Place, x.progress.Reason = at, reason.Error()
	x.settle()
}

// settle moves the place past what was read and led to no delivery. Caller holds mu.
func (x *Extra) settle() {
	if x.inFlight == 0 {
		x.progress.Place = x.read
		x.progress.Over = x.progress.Over || x.read == over
	}
}

// end stops the Extra with an error, or without one when it was cancelled.
func (x *Extra) end(err error) {
	x.mu.Lock()
	defer x.mu.Unlock()
	if x.progress.Over {
		return
	}
	x.progress.Over, x.progress.Err = true, err
}

// over is the place behind everything.
var over = Place{Seq: -1}

// wants reports whether a subject is among those asked for.
func (x *Extra) wants(entity, subject string) bool {
	return x.Key == "" || subject == entity+"/"+x.Key
}
