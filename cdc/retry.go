package cdc

import (
	"errors"
	"time"

	"github.com/cenkalti/backoff/v5"
)

// retry says how long to stay away after a session was lost.
type retry struct {
	timing  timing
	backoff *backoff.ExponentialBackOff
	again   bool // the last attempt failed before it streamed
}

func newRetry(t timing) *retry {
	b := backoff.NewExponentialBackOff()
	b.InitialInterval, b.MaxInterval = t.retryFirst, t.retryMax
	b.Multiplier, b.RandomizationFactor = 2, 0.3
	return &retry{timing: t, backoff: b}
}

// succeeded makes the next pause short again.
func (r *retry) succeeded() {
	r.backoff.Reset()
	r.again = false
}

// next is the pause after a session that ended with err. The first one after
// the server ended our walsender is long: Odoo does that before it copies,
// drops or restores its database, which fails if we are back at once.
func (r *retry) next(err error) time.Duration {
	first := !r.again
	r.again = true
	if first && sqlState(err) == adminShutdown {
		return r.timing.killed()
	}
	return r.backoff.NextBackOff()
}

// States of the server's errors that decide what to do.
const (
	adminShutdown      = "57P01"
	objectInUse        = "55006"
	notInState         = "55000"
	undefinedObject    = "42704"
	undefinedFile      = "58P01"
	duplicateObject    = "42710"
	configurationLimit = "53400"
	insufficient       = "42501"
	syntaxError        = "42601"
)

// isTerminal reports whether connecting again cannot help.
func isTerminal(err error) bool {
	if NeedsPerson(err) {
		return true
	}
	var pooler *PoolerError
	if errors.As(err, &pooler) {
		return true
	}
	switch sqlState(err) {
	case insufficient, syntaxError, notInState:
		return true
	}
	return false
}
