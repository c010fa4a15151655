package trace

import "time"

// Trace is what happened to a key.
type Trace struct {
	Key    string    `json:"key"`
	At     time.Time `json:"at"` // when it was asked for
	Things []Thing   `json:"things"`
	Lines  []Line    `json:"lines"` // oldest first
	Notes  []string  `json:"notes,omitempty"`
	// Unmoved is a ledger that was not moved to the shared store: nothing is told of the commands in it.
	Unmoved string `json:"unmoved_ledger,omitempty"`
}

// Thing is a document that the trace is about, as it is now.
type Thing struct {
	Subject  string            `json:"subject"`
	Why      string            `json:"why"`
	Revision int64             `json:"revision"`
	LSN      string            `json:"lsn"` // of the commit that gave it its present form
	State    map[string]string `json:"state,omitempty"`
	Gone     bool              `json:"gone,omitempty"`
	Poisoned string            `json:"poisoned,omitempty"` // why it cannot be built; channels have it as it was
}

// Kinds of lines.
const (
	KindEvent   = "event"   // journalled, and what became of it on each lane
	KindCommand = "command" // received; and what it is at now
	KindAttempt = "attempt" // one that decided nothing, or what put the command back in line
	KindAudit   = "audit"   // who did what to a command
	KindResult  = "result"  // answered to the channel
	KindJob     = "job"     // sent, or to be sent, once more by replay, publish or parked retry
	KindReading = "reading" // tables of Odoo were read as they were: a resync, a take-up, or the first time
	KindLoad    = "load"    // every document was sent to a lane's channel, as it is sent to a new one
)

// Line is one thing that happened.
type Line struct {
	Time  time.Time `json:"time"`
	Kind  string    `json:"kind"`
	What  string    `json:"what"`  // order.confirmed; order.place received; applied
	About string    `json:"about"` // a subject, or the command's channel and id
	Why   string    `json:"why"`
	*Event
	*Command
	Job     *Job         `json:"job,omitempty"`
	Reading *ReadingLine `json:"reading,omitempty"`
	Load    *LoadLine    `json:"load,omitempty"`
}

// Job is what a line of a job says beside.
type Job struct {
	ID    string    `json:"id"`
	Lane  string    `json:"lane"`
	State string    `json:"state"`
	Ended time.Time `json:"ended,omitzero"`
	Error string    `json:"error,omitempty"`
}

// Event is what a line of an event says beside.
type Event struct {
	Entry    int64      `json:"entry"`
	LSN      string     `json:"lsn"`
	ID       string     `json:"event"`
	Revision int64      `json:"revision"`
	Origin   string     `json:"origin,omitempty"`
	Resync   bool       `json:"resync,omitempty"`
	Changed  []string   `json:"changed,omitempty"` // names of fields
	Lanes    []Delivery `json:"lanes,omitempty"`
}

// Delivery is what became of an event on a lane.
type Delivery struct {
	Lane string `json:"lane"` // "<channel>/<lane>"
	Fate string `json:"fate"`
	Note string `json:"note,omitempty"`
	// After and By are between when the broker confirmed it, with everything before it on the lane; not there where that is
	// not known. A lane that holds events back is known by the latest moment alone.
	After time.Time `json:"confirmed_after,omitzero"`
	By    time.Time `json:"confirmed_by,omitzero"`
	// Place is the last entry that the lane needs no more, and Moved when it got there: of what it has not delivered yet.
	Place int64     `json:"lane_at,omitempty"`
	Moved time.Time `json:"lane_since,omitzero"`
}

// Fates of an event on a lane.
const (
	Delivered = "delivered" // the broker has confirmed it
	Covered   = "covered"   // likewise, by itself or as one with later ones of its subject
	Waiting   = "waiting"   // not yet read, or not yet confirmed
	Held      = "held"      // for the lane's pace
	Parked    = "parked"    // the broker can never take it
	Before    = "before"    // it was past when the lane began
)

// Command is what a line about a command says beside.
type Command struct {
	Channel string `json:"channel"`
	ID      string `json:"id"`
	Name    string `json:"command"`
	Actor   string `json:"actor,omitempty"`
	State   string `json:"state,omitempty"` // of the command now
	Odoo    string `json:"odoo,omitempty"`  // the record that it made or changed
	Detail  string `json:"detail,omitempty"`

	// Of an attempt.
	Attempt  int       `json:"attempt,omitempty"`
	Class    string    `json:"class,omitempty"` // of the error; code of what is waited for
	WaitsFor []string  `json:"waits_for,omitempty"`
	Next     time.Time `json:"next,omitzero"` // when it was to be tried again
}
