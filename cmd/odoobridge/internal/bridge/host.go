package bridge

import (
	"context"
	"errors"
	"log/slog"
	"sync/atomic"
	"time"

	"github.com/odoobridge/odoobridge/internal/broker"
	"github.com/odoobridge/odoobridge/internal/config"
	"github.com/odoobridge/odoobridge/internal/store"
	"github.com/odoobridge/odoobridge/internal/store/postgres"
	"github.com/odoobridge/odoobridge/internal/telemetry"
	"github.com/odoobridge/odoobridge/outbound"
	"github.com/odoobridge/odoobridge/router/held"
)

// host is what lasts as long as the process: bridges come and go in it with
// the store that they work on.
type host struct {
	cfg     *config.Config
	log     *slog.Logger
	began   time.Time
	metrics *telemetry.Metrics
	health  *telemetry.Health
	absence *broker.Absence // of RabbitMQ
	clocks  *clocks
	current atomic.Pointer[bridge]
	// instance names this process among those that may want a shared store.
	instance string
}

func newHost(cfg *config.Config, o Options) *host {
	h := &host{cfg: cfg, log: o.Log, began: time.Now(), metrics: telemetry.New(o.Version), instance: postgres.NewInstance(),
		absence: broker.NewAbsence(o.Log)}
	h.clocks = newClocks(o.Log, h.metrics.ClockAhead)
	checks := []string{telemetry.HealthStreaming, telemetry.HealthBroker, telemetry.HealthStore, telemetry.HealthSlot}
	if cfg.HasCommands() {
		checks = append(checks, telemetry.HealthCommands)
	}
	h.health = telemetry.NewHealth(checks...)
	h.metrics.Readiness(h.health)
	telemetry.SetFlag(h.metrics.Commands.Connected, !cfg.HasCommands())
	h.begin()
	return h
}

// begin makes the next bridge.
func (h *host) begin() *bridge {
	b := &bridge{host: h, held: held.NewSet(), wakes: newWakes(), publishers: map[string]*outbound.Publisher{}, returned: map[string]uint64{}, topology: errNotSetUp, observer: newObserver(h.metrics)}
	h.current.Store(b)
	return b
}

// run has one bridge after the other until ctx ends or something happens that
// a new beginning does not mend.
func (h *host) run(ctx context.Context, o Options) error {
	again := reconnecting()
	for {
		b, began := h.begin(), time.Now()
		err := b.run(ctx, o)
		if ctx.Err() != nil || !healable(err) {
			return err
		}
		o.Resync = o.Resync && !b.resynced
		if time.Since(began) > time.Minute {
			again.Reset()
		}
		pause := again.NextBackOff()
		h.unready(err)
		h.log.Warn("the store is lost; beginning again from what is durable in it", telemetry.KeyError, err.Error(), telemetry.KeyWait, pause)
		select {
		case <-time.After(pause):
		case <-ctx.Done():
			return nil
		}
	}
}

// healable reports whether err is about the way to the store alone, so that
// opening it again goes on where it is.
func healable(err error) bool {
	return (errors.Is(err, store.ErrLost) || errors.Is(err, store.ErrDeposed)) && !NeedsPerson(err)
}

// unready says that nothing works while there is no store.
func (h *host) unready(err error) {
	for _, check := range []string{telemetry.HealthStreaming, telemetry.HealthBroker, telemetry.HealthSlot} {
		h.health.Set(check, false, "waits for the store")
	}
	h.health.Set(telemetry.HealthStore, false, err.Error())
}

func (h *host) status(ctx context.Context) (any, error) { return h.current.Load().status(ctx) }
