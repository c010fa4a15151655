package bridge

import (
	"log/slog"
	"slices"
	"sync"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/odoobridge/odoobridge/inbound/odoo"
	"github.com/odoobridge/odoobridge/internal/telemetry"
)

// heldCalls says in the log and in the metric that calls to Odoo are held back, and whose.
type heldCalls struct {
	log   *slog.Logger
	gauge prometheus.Gauge

	mu   sync.Mutex
	open map[string]bool // the way to Odoo, and each user's key
}

func newHeldCalls(log *slog.Logger, gauge prometheus.Gauge) *heldCalls {
	return &heldCalls{log: log, gauge: gauge, open: map[string]bool{}}
}

// way is told of the circuit that all users share.
func (h *heldCalls) way(s odoo.State) {
	h.turn("way", s.Open, string(s.Reason), "none is needed: commands wait and are tried again; look at Odoo if this stays")
}

// refused is told whether Odoo refuses the user of a channel; "" is the bridge's own.
func (h *heldCalls) refused(channel string) func(bool) {
	var whose []any
	if channel != "" {
		whose = []any{telemetry.KeyChannel, channel}
	}
	return func(now bool) {
		h.turn("key of "+channel, now, string(odoo.Denied), "put a valid login and API key where the configuration has them; commands wait", whose...)
	}
}

// turn logs once, however often a circuit tries whether it may close.
func (h *heldCalls) turn(which string, open bool, reason, remedy string, whose ...any) {
	h.mu.Lock()
	defer h.mu.Unlock()
	switch {
	case open == h.open[which]:
		return
	case open:
		h.open[which] = true
		h.log.Warn("calls to Odoo are held back for a while", append(slices.Clone(whose), telemetry.KeyReason, reason, telemetry.KeyRemedy, remedy)...)
	default:
		delete(h.open, which)
		h.log.Info("calls to Odoo are made again", whose...)
	}
	telemetry.SetFlag(h.gauge, len(h.open) > 0)
}
