package inbound

// What a subscription has in hand is bounded by bytes. RabbitMQ counts messages only (basic.qos), so the number is adapted to
// their size.
const (
	// inHand is how many bytes of messages that are not claimed yet the bridge holds, all queues together.
	inHand = 64 << 20
	// leastInHand is each queue's share at least, however many queues there are.
	leastInHand = 2 << 20
	// usualCommand is taken for the size of commands until some have come.
	usualCommand = 16 << 10
	// fewest is how many messages are looked at before the broker may send more at a time.
	fewest = 64
)

// flow says how many messages the broker may send of one queue before they are acknowledged.
type flow struct {
	most    int // as configured
	budget  int // bytes
	now     int // the prefetch in force
	largest int // of the messages looked at since it was set
	seen    int
}

func newFlow(most, budget int) *flow {
	f := &flow{most: most, budget: budget}
	f.now = f.fitting(usualCommand)
	return f
}

// fitting is how many messages of that size the budget has room for: one in any case.
func (f *flow) fitting(size int) int { return min(f.most, max(1, f.budget/max(1, size))) }

// look learns from a message that has come. resize: it does not fit with what is in hand, and fewer must be sent at a time; or they have been small for
// long enough to have more sent.
func (f *flow) look(size, held int) (resize bool) {
	f.largest, f.seen = max(f.largest, size), f.seen+1
	if held > 0 && held+size > f.budget {
		return true
	}
	return f.now < f.most && f.seen >= max(fewest, f.now) && f.fitting(f.largest) >= min(2*f.now, f.most)
}

// set adapts the number to the largest message seen, and begins to look anew.
func (f *flow) set() {
	f.now = f.fitting(f.largest)
	f.largest, f.seen = 0, 0
}
