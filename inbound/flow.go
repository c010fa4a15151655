package inbound

import "github.com/odoobridge/odoobridge/schema"

// What a subscription has in hand is bounded by bytes. RabbitMQ counts messages only (basic.qos), so the number is adapted to
// their size.
const (
	// inHand is how many bytes of messages that are not claimed yet the bridge holds, all queues together.
	inHand = 64 << 20
	// mostInHand is each queue's share at most: more brings nothing, since one claim takes all that is in hand.
	mostInHand = 16 << 20
	// leastInHand is each queue's share at least, however many queues there are.
	leastInHand = 2 << 20
	// usualCommand is taken for the size of commands until larger ones have come.
	usualCommand = 16 << 10
)

// share is how many bytes of one of so many queues are in hand at most.
func share(queues int) int { return min(mostInHand, max(leastInHand, inHand/max(1, queues))) }

// flow says how many messages the broker may send of one queue before they are acknowledged.
type flow struct {
	most   int // as configured
	budget int // bytes
	now    int // the prefetch in force
}

func newFlow(most, budget int) *flow {
	f := &flow{most: most, budget: budget}
	f.open()
	return f
}

// open takes commands to be of the usual size.
func (f *flow) open() { f.now = f.fitting(usualCommand) }

// exceeds says whether a message does not fit with what is in hand. What fits nowhere is taken alone, to be refused.
func (f *flow) exceeds(size, held int) bool { return held > 0 && held+size > f.budget }

// narrow makes room for the largest commands there may be at once, and for the message that came if it is larger yet. A second
// narrowing would break the order of a quorum queue: what came back and is not given out again yet goes behind what comes back then.
func (f *flow) narrow(size int) { f.now = min(f.now, f.fitting(max(size, schema.MaxCommand))) }

// fitting is how many messages of that size the budget has room for: one in any case.
func (f *flow) fitting(size int) int { return min(f.most, max(1, f.budget/max(1, size))) }
