package telemetry

import (
	"errors"
	"fmt"
	"testing"
)

func TestEachReasonOfATroubleIsToldOnce(t *testing.T) {
	var told Told
	if told.Over() {
		t.Error("trouble before there was any")
	}
	refused, reset := errors.New("refused"), "read tcp 127.0.0.1:%d->127.0.0.1:5672: connection reset by peer"
	for i, step := range []struct {
		reason error
		first  bool
	}{
		{refused, true}, {refused, false}, {fmt.Errorf(reset, 40001), true}, {refused, false}, {fmt.Errorf(reset, 40002), false},
	} {
		if first := told.First(step.reason); first != step.first {
			t.Errorf("step %d, %v: %v", i, step.reason, first)
		}
	}
	if !told.Over() || !told.First(refused) {
		t.Error("a trouble that has ended is told anew when it comes back")
	}
	for n := range 10 * reasonsKept {
		if !told.First(fmt.Errorf("another %d", n)) {
			t.Error("another reason is told")
		}
	}
	if len(told.reasons) > reasonsKept {
		t.Errorf("%d reasons are kept", len(told.reasons))
	}
}
