package inbound

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/odoobridge/odoobridge/internal/broker"
)

func TestOneReasonIsToldOnceUntilThereWasAConnection(t *testing.T) {
	ctx, cancel := context.WithCancel(context.Background())
	cancel() // waits for nothing
	now, ago := time.Now().Add(time.Hour), time.Now().Add(-time.Hour)
	refused, away := fmt.Errorf("%w: user", broker.ErrRefused), errors.New("away")
	pause, told := reconnecting(), 0
	for i, step := range []struct {
		began  time.Time
		reason error
		told   int
	}{{now, away, 1}, {now, away, 1}, {now, refused, 2}, {ago, refused, 2}, {now, away, 2}, {ago, away, 3}, {now, away, 3}} {
		pause.after(ctx, step.began, step.reason, func(time.Duration) { told++ })
		if told != step.told {
			t.Errorf("step %d: told %d times, not %d", i, told, step.told)
		}
	}
}
