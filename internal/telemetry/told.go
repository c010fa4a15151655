package telemetry

import (
	"regexp"
	"sync"
)

// reasonsKept bounds what Told remembers. Trouble that changes its reason more often is told again.
const reasonsKept = 16

// Told remembers which reasons of a trouble were told, so that what is tried again and again is told once for each of them and
// not at every attempt. The zero value has told nothing. It may be used by many at the same time.
type Told struct {
	mu      sync.Mutex
	reasons map[string]struct{}
}

// ephemeral is what differs from one attempt to the next of the same trouble: the port that the attempt was made from.
var ephemeral = regexp.MustCompile(`\S+:\d+->`)

// First reports whether the reason is to be told: it was not since the trouble began.
func (t *Told) First(reason error) bool {
	key := ephemeral.ReplaceAllString(reason.Error(), "")
	t.mu.Lock()
	defer t.mu.Unlock()
	if _, known := t.reasons[key]; known {
		return false
	}
	if t.reasons == nil || len(t.reasons) >= reasonsKept {
		t.reasons = map[string]struct{}{}
	}
	t.reasons[key] = struct{}{}
	return true
}

// Over ends the trouble: what comes next is told anew. It reports whether there was any.
func (t *Told) Over() bool {
	t.mu.Lock()
	defer t.mu.Unlock()
	was := len(t.reasons) > 0
	t.reasons = nil
	return was
}
