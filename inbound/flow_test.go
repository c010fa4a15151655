package inbound

import "testing"

func TestTheNumberOfMessagesInHandFollowsTheirSize(t *testing.T) {
	f := newFlow(200, 2<<20)
	if f.now != 128 {
		t.Errorf("begins with %d", f.now)
	}
	if !f.look(1<<20, 2<<20) {
		t.Error("more than the budget is taken")
	}
	if f.set(); f.now != 2 {
		t.Errorf("%d messages of 1 MiB in 2 MiB", f.now)
	}
	for n := range fewest {
		if resize := f.look(2000, 2000); resize != (n == fewest-1) {
			t.Fatalf("message %d: resize %t", n, resize)
		}
	}
	if f.set(); f.now != 200 {
		t.Errorf("%d messages of 2 kB", f.now)
	}
	if f.look(10, 0) {
		t.Error("more than is configured")
	}
	if f.look(100<<20, 0) {
		t.Error("what fits nowhere must be taken alone, to be refused")
	}
	if f.set(); f.now != 1 {
		t.Errorf("%d messages of 100 MiB", f.now)
	}
}
