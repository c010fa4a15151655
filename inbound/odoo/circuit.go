package odoo

import (
	"errors"
	"sync"
	"time"

	"github.com/sony/gobreaker/v2"
)

// State is how the way to Odoo is.
type State struct {
	Open   bool          // calls are not made
	Reason Kind          // of the call that opened it: not_sent, ambiguous, denied or limited
	Since  time.Time     // of opening
	After  time.Duration // until one call is tried
}

// circuit keeps calls back while Odoo cannot be reached. What Odoo itself answers is
// no failure, however often it refuses.
type circuit struct {
	breaker *gobreaker.TwoStepCircuitBreaker[struct{}]
	now     func() time.Time
	pause   time.Duration
	changed func(State)

	mu      sync.Mutex
	reason  Kind
	since   time.Time // of opening; zero while closed
	limited time.Time // until then Odoo asked for silence
}

func newCircuit(failures uint32, pause time.Duration, now func() time.Time, changed func(State)) *circuit {
	c := &circuit{now: now, pause: pause, changed: changed}
	c.breaker = gobreaker.NewTwoStepCircuitBreaker[struct{}](gobreaker.Settings{
		Name: "odoo", MaxRequests: 1, Timeout: pause,
		ReadyToTrip:   func(counts gobreaker.Counts) bool { return counts.ConsecutiveFailures >= failures },
		OnStateChange: func(_ string, _, to gobreaker.State) { c.turned(to) },
	})
	return c
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
		report(failure(err))
	}, nil
}

// failure is an error that speaks of the way to Odoo, not of the call.
func failure(err error) error {
	if IsKind(err, NotSent, Ambiguous, Denied) {
		return err
	}
	return nil
}

func (c *circuit) note(err error) {
	var e *Error
	if !errors.As(err, &e) {
		return
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	switch e.Kind {
	case Limited:
		c.limited = c.now().Add(e.After)
		c.reason = e.Kind
	case NotSent, Ambiguous, Denied:
		c.reason = e.Kind
	}
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
		return State{Open: true, Reason: Limited, Since: now, After: silence}
	}
	if c.since.IsZero() {
		return State{}
	}
	// While a call tries whether Odoo is back, its time limit decides: look again soon.
	return State{Open: true, Reason: c.reason, Since: c.since, After: max(c.since.Add(c.pause).Sub(now), time.Second)}
}
