package lane

import (
	"context"
)

// await sees to the outcomes in order until ctx ends. It goes no further than
// a message that was nacked until that one is sent again.
func (f *flight) await(ctx context.Context, confirmed func(delivery)) {
	for ctx.Err() == nil {
		m, again := f.oldest()
		if m == nil {
			select {
			case <-f.added:
			case <-ctx.Done():
			}
			continue
		}
		select {
		case <-m.Acked():
			if d, removed := f.confirm(m); removed {
				confirmed(d)
			}
		case <-m.Nacked():
			f.fail(errNacked)
			select {
			case <-again:
			case <-ctx.Done():
			}
		case <-again:
		case <-ctx.Done():
		}
	}
}

// poke leaves a note in a channel of capacity 1 unless there is one.
func poke(c chan struct{}) {
	select {
	case c <- struct{}{}:
	default:
	}
}
