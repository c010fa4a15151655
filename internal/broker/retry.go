package broker

import (
	"time"

	"github.com/cenkalti/backoff/v5"
)

// Steady is how long a connection has lived that counts as one. One that was lost sooner counts as another failure, so that
// a broker which takes connections only to drop them is left alone too.
const Steady = time.Second

// Reconnecting is the pauses between connections: they begin short and grow while the broker is away.
func Reconnecting() *backoff.ExponentialBackOff {
	pauses := &backoff.ExponentialBackOff{
		InitialInterval: 100 * time.Millisecond, MaxInterval: 5 * time.Second, Multiplier: 1.7, RandomizationFactor: 0.3,
	}
	pauses.Reset()
	return pauses
}
