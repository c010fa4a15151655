package store

import "time"

// Passing is when a lane passed a journal entry: its cursor was before it at After, and at or beyond it
// at By. After is never later than that was, By never earlier; they are zero where nothing is known.
//
// The places of a cursor are kept when another one is saved in their stead, the last of each second and the first that
// there was: so By is at most a second, and what the cursor was saved late, after the truth. After is zero for what a lane
// passed before places were kept.
type Passing struct {
	Entry     int64
	After, By time.Time
}
