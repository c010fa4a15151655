package lane

import (
	"errors"
	"log/slog"
	"sync/atomic"
	"time"
)

// State is what a lane is at.
type State string

// The states of a lane.
const (
	Starting State = "starting" // has not found its place in the journal
	Loading  State = "loading"  // delivers every document once
	Live     State = "live"     // delivers as events come, or has nothing to deliver
	Waiting  State = "waiting"  // holds events back until its pace says so
	Blocked  State = "blocked"  // cannot deliver, or not read what to deliver; tries again
	Stopped  State = "stopped"  // has ended, or cannot go on: see Err
)

// stuckAfter is how long a delivery may go unconfirmed before its lane is
// called blocked.
const stuckAfter = 5 * time.Second

// Status is how a lane is doing.
type Status struct {
	Channel   string
	Lane      string
	Pace      string
	State     State
	Cursor    int64         // last journal entry that needs no further delivery
	Head      int64         // last entry of the journal
	Backlog   int64         // entries between the two
	Age       time.Duration // of the oldest commit that is not delivered; 0: none
	Held      int           // subjects held back by the lane's pace
	InFlight  int           // handed to the publisher, not confirmed
	Delivered int64         // since the start
	NextFlush time.Time     // zero: nothing is held back
	Unloaded  []string      // entities whose documents the channel was never sent: added later
	Err       error         // the last one; a GapError when the lane cannot go on
	ErrAt     time.Time
}

// status takes the lane's picture.
func (l *lane) status() Status {
	_, head := l.opts.Journal.Bounds()
	now := l.opts.Clock.Now()
	s := Status{Channel: l.spec.Channel, Lane: l.spec.Name, Pace: l.pace.text, Head: head, Delivered: l.delivered.Load()}
	stuck := l.flight.report(&s, now)
	s.Unloaded = l.unloaded()
	l.mu.Lock()
	s.State, s.Err, s.ErrAt = l.phase, l.err, l.errAt
	if !l.flightPlaced() {
		s.Cursor = l.stored.Seq
	}
	l.mu.Unlock()
	s.Backlog = max(0, head-s.Cursor)
	switch {
	case s.State == Stopped:
	case l.blocked.Load(), l.failing.Load(), stuck:
		s.State = Blocked
	case s.State == Live && s.Held > 0 && s.InFlight == 0:
		s.State = Waiting
	}
	return s
}

func (l *lane) flightPlaced() bool {
	_, _, _, ok := l.flight.cursor()
	return ok
}

// report fills in what the flight knows; stuck means that a delivery has been
// waiting for its confirmation for long.
func (f *flight) report(s *Status, now time.Time) (stuck bool) {
	s.Cursor, _, _, _ = f.cursor()
	f.mu.Lock()
	defer f.mu.Unlock()
	s.InFlight, s.Held, s.NextFlush = f.n, f.at.groups, f.at.flush
	oldest := f.at.heldSince
	if f.n > 0 {
		d := f.ring[f.head]
		stuck = now.Sub(d.handed) > stuckAfter
		if d.first != 0 && (oldest.IsZero() || d.commit.Before(oldest)) {
			oldest = d.commit
		}
	}
	if oldest.IsZero() && f.at.read < s.Head {
		oldest = f.at.readTime // the next entry is no older than this one
	}
	if !oldest.IsZero() {
		s.Age = max(0, now.Sub(oldest))
	}
	return stuck
}

func (l *lane) setPhase(s State) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.phase != Stopped {
		l.phase = s
	}
}

// blame notes an error, and logs it when it is the first of its kind.
func (l *lane) blame(flag *atomic.Bool, err error) {
	l.mu.Lock()
	l.err, l.errAt = err, l.opts.Clock.Now()
	l.mu.Unlock()
	first := !flag.Swap(true)
	switch {
	case errors.Is(err, ErrGap):
		l.log.Error("the lane cannot go on", slog.Any("error", err))
	case first:
		l.log.Warn("the lane is held up and tries again", slog.Any("error", err))
	default:
		l.log.Debug("the lane is still held up", slog.Any("error", err))
	}
}

// stuckForGood reports whether the lane has given up: then nothing in the
// journal needs to be kept for it.
func (l *lane) stuckForGood() bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.phase == Stopped && errors.Is(l.err, ErrGap)
}
