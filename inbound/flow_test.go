package inbound

import "testing"

func TestTheNumberOfMessagesInHandFollowsTheirSize(t *testing.T) {
	f := newFlow(200, 2<<20)
	if f.now != 128 {
		t.Errorf("begins with %d", f.now)
	}
	if over, _ := f.look(1<<20, 2<<20); !over {
		t.Error("more than the budget is taken")
	}
	if f.set(); f.now != 2 {
		t.Errorf("%d messages of 1 MiB in 2 MiB", f.now)
	}
	for n := range fewest {
		over, more := f.look(2000, 2000)
		if over || more != (n == fewest-1) {
			t.Fatalf("message %d: over %t, more %t", n, over, more)
		}
	}
	if f.set(); f.now != 200 {
		t.Errorf("%d messages of 2 kB", f.now)
	}
	if _, more := f.look(10, 0); more {
		t.Error("more than is configured")
	}
	if over, _ := f.look(100<<20, 0); over {
		t.Error("what fits nowhere must be taken alone, to be refused")
	}
	if f.set(); f.now != 1 {
		t.Errorf("%d messages of 100 MiB", f.now)
	}
}
