package devenv

import (
	"context"
	"fmt"
	"time"
)

// await polls until ready says so. It ends early when the server died.
func await(ctx context.Context, p *process, what, logPath string, ready func(context.Context) bool) error {
	ctx, cancel := context.WithTimeout(ctx, startTimeout)
	defer cancel()
	tick := time.NewTicker(50 * time.Millisecond)
	defer tick.Stop()
	for !ready(ctx) {
		select {
		case <-p.done:
			return fmt.Errorf("%s ended while starting (%v); its log ends with:\n%s", what, p.err, tail(logPath))
		case <-ctx.Done():
			return fmt.Errorf("wait for %s: %w; its log ends with:\n%s", what, context.Cause(ctx), tail(logPath))
		case <-tick.C:
		}
	}
	return nil
}
