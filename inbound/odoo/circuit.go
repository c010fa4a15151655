package odoo

import (
	"errors"
	"slices"
	"sync"
	"time"

	"github.com/sony/gobreaker/v2"
)

// State is whether calls are made, and why not.
type State struct {
	Open   bool          // calls are not made
	Reason Kind          // of the call that opened it: not_sent, ambiguous, denied or limited
	Since  time.Time     // of opening
	After  time.Duration // until one call is tried
	Course
}

// Course is how the calls of late have gone, of those that tell something about it.
type Course struct {
	Answered time.Time // when Odoo last answered; zero: not yet
	Tried    time.Time // when it last failed to
	Failing  time.Time // the first of the calls that have failed since; zero when the last one was answered
	Failures int       // how many those are
	Err      error     // of the last of them; it holds no values
}

// circuit keeps calls back while failures of its kinds come one after the other. What Odoo
// answers to a call is no failure, however often it refuses.
type circuit struct {
	breaker *gobreaker.TwoStepCircuitBreaker[struct{}]
	kinds   []Kind
	now     func() time.Time
	pause   time.Duration
	changed func(State)

	mu      sync.Mutex
	reason  Kind
	since   time.Time // of opening; zero while closed
	course  Course
	limited time.Time // until then Odoo asked for silence
}

func newCircuit(o *Options, changed func(State), kinds ...Kind) *circuit {
	c := &circuit{kinds: kinds, now: o.Now, pause: o.Pause, changed: changed}
	c.breaker = gobreaker.NewTwoStepCircuitBreaker[struct{}](gobreaker.Settings{
		Name: "odoo", MaxRequests: 1, Timeout: o.Pause,
		ReadyToTrip:   func(counts gobreaker.Counts) bool { return counts.ConsecutiveFailures >= o.Failures },
		IsSuccessful:  func(err error) bool { return !IsKind(err, kinds...) },
		IsExcluded:    c.tellsNothing,
		OnStateChange: func(_ string, _, to gobreaker.State) { c.turned(to) },
	})
	return c
}

// tellsNothing says of an error that it is no news of what this circuit is about: the call was not
// made, or never came as far.
func (c *circuit) tellsNothing(err error) bool {
	if IsKind(err, c.kinds...) {
		return false
	}
	return IsKind(err, Stopped, Paused, Limited, NotSent, Ambiguous)
}

// allow lets a call through, or says when to come again.
func (c *circuit) allow() (done func(error), err error) {
	if wait := c.silence(); wait > 0 {
		return nil, &Error{Kind: Paused, After: wait}
	}
	report, err := c.breaker.Allow()
	if err != nil {
		return nil, &Error{Kind: Paused, After: c.state().After}
	}
	return func(err error) {
		c.note(err)
		report(err)
	}, nil
}

func (c *circuit) note(err error) {
	var e *Error
	ours := errors.As(err, &e)
	c.mu.Lock()
	defer c.mu.Unlock()
	switch {
	case ours && e.Kind == Limited:
		c.limited = c.now().Add(e.After)
		c.failed(e)
	case ours && slices.Contains(c.kinds, e.Kind):
		c.reason = e.Kind
		c.failed(e)
	case !c.tellsNothing(err):
		c.course = Course{Answered: c.now()}
	}
}

// failed keeps of an error what may be shown.
func (c *circuit) failed(e *Error) {
	now := c.now()
	if c.course.Failing.IsZero() {
		c.course.Failing = now
	}
	c.course.Tried = now
	c.course.Failures++
	c.course.Err = &Error{Kind: e.Kind, Call: e.Call, Name: e.Name, Status: e.Status, After: e.After, Err: e.Err}
}

func (c *circuit) silence() time.Duration {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.limited.Sub(c.now())
}

func (c *circuit) turned(to gobreaker.State) {
	c.mu.Lock()
	switch {
	case to == gobreaker.StateClosed:
		c.since = time.Time{}
	case to == gobreaker.StateOpen:
		c.since = c.now()
	}
	c.mu.Unlock()
	if c.changed != nil && to != gobreaker.StateHalfOpen {
		c.changed(c.state())
	}
}

func (c *circuit) state() State {
	c.mu.Lock()
	defer c.mu.Unlock()
	now := c.now()
	if silence := c.limited.Sub(now); silence > 0 {
		return State{Open: true, Reason: Limited, Since: now, After: silence, Course: c.course}
	}
	if c.since.IsZero() {
		return State{Course: c.course}
	}
	// While a call tries whether Odoo is back, its time limit decides: look again soon.
	return State{Open: true, Reason: c.reason, Since: c.since, After: max(c.since.Add(c.pause).Sub(now), time.Second), Course: c.course}
}
