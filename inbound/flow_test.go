package inbound

import (
	"testing"

	"github.com/odoobridge/odoobridge/schema"
)

func TestTheNumberOfMessagesInHandFollowsTheirSize(t *testing.T) {
	f := newFlow(200, 4<<20)
	if f.now != 200 {
		t.Errorf("begins with %d", f.now)
	}
	if f.exceeds(100<<10, 4<<20-100<<10) || !f.exceeds(100<<10, 4<<20-100<<10+1) {
		t.Error("the budget is not kept")
	}
	if f.narrow(100 << 10); f.now != 4 {
		t.Errorf("%d messages, of which each may have 1 MiB, in 4 MiB", f.now)
	}
	if f.exceeds(schema.MaxCommand, (f.now-1)*schema.MaxCommand) {
		t.Error("no command that is allowed may narrow it again")
	}
	if f.exceeds(100<<20, 0) {
		t.Error("what fits nowhere must be taken alone, to be refused")
	}
	if f.narrow(100 << 20); f.now != 1 {
		t.Errorf("%d messages of 100 MiB", f.now)
	}
	if f.open(); f.now != 200 {
		t.Errorf("opens with %d", f.now)
	}
	if f = newFlow(200, leastInHand); f.now != leastInHand/usualCommand {
		t.Errorf("a small share begins with %d", f.now)
	}
}

func TestQueuesShareWhatIsInHand(t *testing.T) {
	for queues, want := range map[int]int{0: 16 << 20, 1: 16 << 20, 4: 16 << 20, 8: 8 << 20, 32: 2 << 20, 100: 2 << 20} {
		if got := share(queues); got != want {
			t.Errorf("%d queues: %d", queues, got)
		}
	}
}
