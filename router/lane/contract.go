package lane

import (
	"context"
	"time"

	"github.com/ThreeDotsLabs/watermill/message"

	"github.com/odoobridge/odoobridge/internal/store"
)

// Journal is the ordered log of events that lanes follow. It is read by many
// lanes at once.
type Journal interface {
	// Read calls yield for committed entries after the given sequence number,
	// in order, until it returns false or limit is reached. An event is read
	// only, and valid until yield returns.
	Read(ctx context.Context, after int64, limit int, yield func(*store.Event) bool) error
	// Wait blocks until a committed entry after the given one exists.
	Wait(ctx context.Context, after int64) error
	// Bounds returns the first and the last committed entry that are kept:
	// 0, 0 when nothing was ever written, n+1, n when all up to n is trimmed.
	Bounds() (first, last int64)
}

// Documents pages through the committed documents of an entity, in key order.
type Documents interface {
	Documents(ctx context.Context, entity string, after store.Key, limit int, yield func(store.Document) bool) error
}

// Cursors keeps how far each lane has got. Saving may be slow: it never
// happens on a lane's way.
type Cursors interface {
	Cursors(ctx context.Context) ([]store.Cursor, error)
	SaveCursors(ctx context.Context, cursors []store.Cursor) error
}

// PublisherFunc makes the publisher that one lane alone uses and closes.
//
// Publish hands messages over in order and returns once they are in the
// publisher's window. Each message is acked when the broker has confirmed it
// and nacked when its outcome is unknown. When Publish fails, or one message is
// nacked, all that are outstanding will be nacked, and the lane sends them
// again. Until it does, nothing newer may be published: so a Publish that goes on after a
// failure fails when the context of its first message has ended. Close makes a
// Publish that waits for room return.
type PublisherFunc func(spec Spec) (message.Publisher, error)

// Meter counts what a lane does. Its methods are called on the lane's hot path
// from several goroutines.
type Meter interface {
	Confirmed(sinceCommit time.Duration) // a delivery is in the queue; time since the oldest commit it stands for
	Loaded()                             // a document of the initial load is in the queue
	Again()                              // a delivery of a replay, or of documents published again, is in the queue
	Parked()                             // a delivery that the broker can never take was put aside
	Late()                               // a delivery was confirmed more than LateAfter after it was due
	Filtered(events int)                 // none of the lane's business: another entity, or outside its where
	Suppressed(events int)               // the channel's own doing, or nothing the lane can see has changed
	Conflated(events int)                // newer events stood in for these
	Resent(deliveries int)               // sent again because their outcome was unknown
	Stopped()                            // the lane gave up; see its status
}

// MeterFunc makes the meter of one lane.
type MeterFunc func(channel, lane string) Meter

// LateAfter is how long after it was due a delivery may be confirmed before it
// counts as late. An instant or urgent one is due at its commit.
const LateAfter = 10 * time.Second

type noMeter struct{}

func (noMeter) Confirmed(time.Duration) {}
func (noMeter) Loaded()                 {}
func (noMeter) Again()                  {}
func (noMeter) Parked()                 {}
func (noMeter) Late()                   {}
func (noMeter) Filtered(int)            {}
func (noMeter) Suppressed(int)          {}
func (noMeter) Conflated(int)           {}
func (noMeter) Resent(int)              {}
func (noMeter) Stopped()                {}
