package lane

import (
	"errors"
	"fmt"
)

// ErrGap is what a GapError is.
var ErrGap = errors.New("journal entries that a lane has not delivered are gone")

// GapError stops a lane: going on would be a gap that its channel cannot see.
type GapError struct {
	Lane     string
	Missing  int64 // the first entry it needs
	First    int64 // the first and the last entry that are there
	Last     int64
	Restored bool // the journal ends before the lane's cursor
}

// Error says what is missing, why, and what to do.
func (e *GapError) Error() string {
	const plan = "plan: find out why it fell behind (odoobridge status) and give the journal more room " +
		"(store.retention, store.max_size); then make it begin anew from now on, with every document as it is: " +
		"odoobridge publish --all --after-gap --channel and --lane of it"
	if e.Restored {
		return fmt.Sprintf("lane %s stopped: it has delivered up to journal entry %d, but the journal ends at %d, "+
			"as after restoring an older copy of the store; %s", e.Lane, e.Missing-1, e.Last, plan)
	}
	return fmt.Sprintf("lane %s stopped: it needs journal entry %d, but retention has left only %d to %d; %s",
		e.Lane, e.Missing, e.First, e.Last, plan)
}

// Is makes a GapError an ErrGap.
func (e *GapError) Is(target error) bool { return target == ErrGap }
