package outbound

import (
	"context"
	"fmt"
	"log/slog"
	"sync"
	"time"

	"github.com/odoobridge/odoobridge/internal/broker"
	"github.com/odoobridge/odoobridge/internal/config"
	"github.com/odoobridge/odoobridge/internal/telemetry"
)

// Defaults of Options.
const (
	DefaultWindow         = 1024
	DefaultWindowBytes    = 32 << 20
	DefaultConfirmTimeout = 30 * time.Second
	DefaultGrace          = 10 * time.Second
)

// Options are what the configuration file does not say. The zero value is
// good.
type Options struct {
	Log            *slog.Logger
	Version        string        // ours, shown in RabbitMQ's list of connections
	WindowBytes    int           // unconfirmed bytes a publisher may have
	ConfirmTimeout time.Duration // without any confirmation, before the channel is given up
	Patience       time.Duration // how long Publish waits for a connection; a second by default
	Grace          time.Duration // how long Close waits for confirmations
	DialTimeout    time.Duration
	Heartbeat      time.Duration
	Absence        *broker.Absence // tells why the broker is not to be had, for all its connections together; nil: each tells for itself
	OnChange       func()          // called when a connection came, went, was blocked or unblocked
	// Allowed is asked before every message. While it returns an error nothing is
	// published: another bridge may be doing so.
	Allowed func() error
}

// Broker is the RabbitMQ of one configuration. It connects when it is asked to
// do something.
type Broker struct {
	dialer    *broker.Dialer
	mode      string // declare, verify or none
	topology  Topology
	publisher publisherOptions
	log       *slog.Logger

	mu         sync.Mutex
	publishers map[*Publisher]struct{}
}

// New reads the configuration and the TLS files it names.
func New(cfg *config.Config, o Options) (*Broker, error) {
	o = o.withDefaults()
	d, err := broker.NewDialer(&cfg.RabbitMQ, broker.Options{Version: o.Version, Timeout: o.DialTimeout, Heartbeat: o.Heartbeat, Absence: o.Absence})
	if err != nil {
		return nil, err
	}
	b := &Broker{
		dialer: d, mode: cfg.RabbitMQ.Topology, topology: Wanted(cfg), log: o.Log,
		publishers: map[*Publisher]struct{}{},
	}
	b.publisher = publisherOptions{
		window: cfg.RabbitMQ.Window, windowBytes: o.WindowBytes,
		confirmTimeout: o.ConfirmTimeout, patience: o.Patience, grace: o.Grace,
		prepare: b.prepare, onChange: o.OnChange, allowed: o.Allowed,
	}
	if b.publisher.window <= 0 {
		b.publisher.window = DefaultWindow
	}
	return b, nil
}

func (o Options) withDefaults() Options {
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	if o.OnChange == nil {
		o.OnChange = func() {}
	}
	if o.WindowBytes <= 0 {
		o.WindowBytes = DefaultWindowBytes
	}
	for _, d := range []struct {
		value    *time.Duration
		fallback time.Duration
	}{
		{&o.ConfirmTimeout, DefaultConfirmTimeout}, {&o.Patience, time.Second}, {&o.Grace, DefaultGrace},
	} {
		if *d.value <= 0 {
			*d.value = d.fallback
		}
	}
	return o
}

// NewPublisher starts a publisher with a connection of its own, so that a queue
// that takes nothing holds back nobody else: RabbitMQ stops reading a
// connection when one channel of it is held up. The name is what operators see.
func (b *Broker) NewPublisher(name string) *Publisher {
	p := newPublisher(appID+" publish "+name, b.dialer.Dial, b.publisher, b.log)
	p.release = func() {
		b.mu.Lock()
		defer b.mu.Unlock()
		delete(b.publishers, p)
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	b.publishers[p] = struct{}{}
	return p
}

// prepare sees to it that the address exists before it is used.
func (b *Broker) prepare(ctx context.Context, conn *broker.Connection, exchange, key string) error {
	p := prober{conn: conn}
	obj := b.topology.address(exchange, key)
	found, err := p.exists(ctx, obj)
	switch {
	case err != nil:
		return fmt.Errorf("look for %s: %w", obj, err)
	case found:
		return nil
	case b.mode != ModeDeclare || !obj.wanted():
		return &ReturnedError{Exchange: exchange, Key: key, Text: "there is no " + obj.String()}
	}
	if err := p.declare(ctx, obj); err != nil {
		return fmt.Errorf("declare %s: %w", obj, err)
	}
	b.log.Info("declared what was missing at the broker", slog.String(telemetry.KeyObject, obj.String()))
	return b.topology.bind(ctx, p, obj)
}
