package telemetry

import (
	"sync"
	"time"
)

// The checks that readiness is made of.
const (
	HealthStreaming = "streaming"        // transactions arrive from PostgreSQL
	HealthBroker    = "broker_confirmed" // the broker confirms what is published
	HealthStore     = "store_writable"
	HealthSlot      = "slot_healthy"
	HealthCommands  = "commands_received" // only where a channel may send commands
)

// Health holds the latest verdict of each check.
type Health struct {
	mu     sync.Mutex
	now    func() time.Time
	checks []Verdict
	stands bool
}

// Verdict is what a check last said.
type Verdict struct {
	Name   string    `json:"name"`
	OK     bool      `json:"ok"`
	Reason string    `json:"reason,omitempty"`
	Since  time.Time `json:"since"` // when OK last changed
}

// NewHealth expects verdicts of the named checks: each is not ok until it says otherwise.
func NewHealth(names ...string) *Health {
	h := &Health{now: time.Now}
	for _, name := range names {
		h.checks = append(h.checks, Verdict{Name: name, Reason: "has not started yet", Since: h.now()})
	}
	return h
}

// Set notes a check's verdict. The reason says why it is not ok, or what is being done.
func (h *Health) Set(name string, ok bool, reason string) {
	h.mu.Lock()
	defer h.mu.Unlock()
	for i := range h.checks {
		c := &h.checks[i]
		if c.Name != name {
			continue
		}
		if c.OK != ok {
			c.OK, c.Since = ok, h.now()
		}
		c.Reason = reason
		return
	}
	h.checks = append(h.checks, Verdict{Name: name, OK: ok, Reason: reason, Since: h.now()})
}

// StandBy says that this bridge waits for another one to end. It is ready for
// that, whatever the checks say, which are about one that is at work.
func (h *Health) StandBy(stands bool) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.stands = stands
}

// StandsBy reports whether this bridge waits for another one to end.
func (h *Health) StandsBy() bool {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.stands
}

// Ready reports whether every check is ok, or the bridge stands by, and all verdicts in the order in which they were named.
func (h *Health) Ready() (bool, []Verdict) {
	h.mu.Lock()
	defer h.mu.Unlock()
	ready := true
	for _, c := range h.checks {
		ready = ready && c.OK
	}
	return ready || h.stands, append([]Verdict(nil), h.checks...)
}
