package clock

import "time"

// Tolerance is how far clocks may be apart before that is told: times of commands are compared with Odoo's, and lags are
// measured from PostgreSQL's.
const Tolerance = 2 * time.Second

// Ahead is by how much another clock is ahead of ours for certain, which told the time between began and ended, rounded down to its
// step: negative when it is behind, 0 when it may be the same. The monotonic clock does not count.
func Ahead(began, ended, told time.Time, step time.Duration) time.Duration {
	switch ahead, behind := told.Sub(ended.Round(0)), began.Round(0).Sub(told.Add(step)); {
	case ahead > 0:
		return ahead
	case behind > 0:
		return -behind
	}
	return 0
}
