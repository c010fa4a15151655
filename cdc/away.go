package cdc

import (
	"fmt"
	"math/rand/v2"
	"sync"
	"time"
)

// away keeps all of the source's connections off the server for a while. Odoo ends
// every session of its database before it copies, drops or restores it, and its command fails
// when one of them is back at once, be it only to ask how the slot is.
type away struct {
	mu    sync.Mutex
	until time.Time
}

func (a *away) stay(d time.Duration) {
	a.mu.Lock()
	defer a.mu.Unlock()
	if until := time.Now().Add(d); until.After(a.until) {
		a.until = until
	}
}

func (a *away) left() time.Duration {
	a.mu.Lock()
	defer a.mu.Unlock()
	return max(0, time.Until(a.until))
}

// AwayError reports that the server is left alone for a while, because it ended a connection.
type AwayError struct{ For time.Duration }

func (e *AwayError) Error() string {
	return fmt.Sprintf("the server ended our connections; it is left alone for another %s", e.For.Round(100*time.Millisecond))
}

// Away is nil, or the *AwayError that says for how long no connection should be made.
func (s *Source) Away() error {
	if left := s.away.left(); left > 0 {
		return &AwayError{For: left}
	}
	return nil
}

// Ended takes the error of any connection to the server: if the server ended it on
// somebody's order, all stay away for a while.
func (s *Source) Ended(err error) {
	if sqlState(err) == adminShutdown && s.away.left() == 0 {
		s.away.stay(s.timing.killed())
	}
}

// killed is how long to stay away once the server ended a connection.
func (t timing) killed() time.Duration {
	return t.killedMin + rand.N(t.killedMax-t.killedMin+1)
}
