package bridge

import (
	"context"
	"errors"
	"log/slog"
	"sync"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/odoobridge/odoobridge/internal/clock"
	"github.com/odoobridge/odoobridge/internal/telemetry"
)

// clocksAgree is how far clocks may be apart for the trouble to be over.
const clocksAgree = time.Second

// Whose clocks are compared with this machine's.
const (
	clockOfPostgreSQL = "PostgreSQL"
	clockOfOdoo       = "Odoo"
)

const (
	clockReason = "what comes too late, which change is the latest, when a lane's hour has come and how old events are: all of it is decided by comparing times of several machines"
	clockRemedy = "synchronise the clocks of this machine and of that one (chrony, systemd-timesyncd); `odoobridge check` compares them"
)

// clocks says once that clocks differ, and once that they do not any more.
type clocks struct {
	log   *slog.Logger
	ahead *prometheus.GaugeVec

	mu    sync.Mutex
	told  map[string]*telemetry.Told
	shown map[string]time.Duration // those that are off, by how much

	last   time.Time // of looking at this machine's own
	jumped func(last, now time.Time) time.Duration
}

func newClocks(log *slog.Logger, ahead *prometheus.GaugeVec) *clocks {
	return &clocks{log: log, ahead: ahead, told: map[string]*telemetry.Told{}, shown: map[string]time.Duration{}, jumped: jumped}
}

// heard is told by how much somebody's clock is ahead of this machine's for certain; negative when it is behind.
func (c *clocks) heard(of string, ahead time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.ahead.WithLabelValues(of).Set(ahead.Seconds())
	told := c.told[of]
	if told == nil {
		told = new(telemetry.Told)
		c.told[of] = told
	}
	switch {
	case ahead.Abs() > clock.Tolerance:
		c.shown[of] = ahead
		if told.First(errors.New("off")) {
			c.log.Warn("the clock of "+of+"'s machine is not this machine's", telemetry.KeyAhead, ahead.Round(time.Millisecond),
				telemetry.KeyReason, clockReason, telemetry.KeyRemedy, clockRemedy)
		}
	case ahead.Abs() <= clocksAgree:
		delete(c.shown, of)
		if told.Over() {
			c.log.Info("the clock of " + of + "'s machine agrees with this machine's again")
		}
	}
}

// look says when this machine's clock was set meanwhile, by more than clocks may be apart.
func (c *clocks) look() {
	c.mu.Lock()
	defer c.mu.Unlock()
	last, now := c.last, time.Now()
	c.last = now
	if last.IsZero() {
		return
	}
	if jump := c.jumped(last, now); jump.Abs() > clock.Tolerance {
		c.log.Warn("this machine's clock has jumped: it was set, or the machine stood still", telemetry.KeyAhead, jump.Round(time.Millisecond),
			telemetry.KeyReason, clockReason, telemetry.KeyRemedy, "have the clock adjusted gradually (chrony, systemd-timesyncd); `odoobridge check` compares it with the others")
	}
}

// jumped is how much more the clock on the wall has moved than the monotonic one.
func jumped(last, now time.Time) time.Duration {
	return now.Round(0).Sub(last.Round(0)) - now.Sub(last)
}

// off are the clocks that differ, for status.
func (c *clocks) off() (list []ClockStatus) {
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, of := range []string{clockOfPostgreSQL, clockOfOdoo} {
		if ahead, is := c.shown[of]; is {
			list = append(list, ClockStatus{Of: of, AheadSeconds: ahead.Seconds()})
		}
	}
	return list
}

// ClockStatus is a clock that is not this machine's.
type ClockStatus struct {
	Of           string  `json:"of"`            // PostgreSQL, Odoo
	AheadSeconds float64 `json:"ahead_seconds"` // negative: behind
}

// compareClocks asks PostgreSQL for the time. That it cannot be asked is told elsewhere.
func (b *bridge) compareClocks(ctx context.Context) error {
	if ahead, err := b.source.ClockAhead(ctx); err == nil {
		b.clocks.heard(clockOfPostgreSQL, ahead)
	}
	return nil
}
