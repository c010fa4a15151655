package bridge

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/signal"
	"sync"
	"syscall"
	"time"

	"github.com/odoobridge/odoobridge/inbound"
	"github.com/odoobridge/odoobridge/inbound/inflight"
	"github.com/odoobridge/odoobridge/internal/config"
	"github.com/odoobridge/odoobridge/internal/store"
	"github.com/odoobridge/odoobridge/internal/telemetry"
)

// commands is the inbound river: there only where a channel may send commands.
type commands struct {
	river    *inbound.Inbound
	ledger   store.Ledger
	users    *users
	inFlight *inflight.Tracker // nil where no lane asks
}

// openInbound opens the ledger and joins it with the executor. What it returns closes the ledger.
func (b *bridge) openInbound(ctx context.Context, version string) (closeInbound func() error, err error) {
	if !b.cfg.HasCommands() {
		return func() error { return nil }, nil
	}
	log := b.log.With(telemetry.KeyComponent, telemetry.ComponentInbound)
	l, err := b.openLedger(ctx, log)
	if err != nil {
		return nil, err
	}
	executor, err := b.executor(l)
	if err != nil {
		return nil, errors.Join(err, l.Close())
	}
	tracker, followed, err := b.trackOrders(ctx, l)
	if err != nil {
		return nil, errors.Join(err, l.Close())
	}
	river, err := inbound.New(inbound.Options{
		Config: b.cfg, Ledger: followed, Executor: executor, Meter: commandMeter{b}, Log: log, Version: version, Held: b.mayAct(), ReadsFirst: true, Absence: b.absence,
		Grace: b.cfg.ShutdownGrace / 2, // lanes have theirs afterwards
	})
	if err != nil {
		return nil, errors.Join(err, l.Close())
	}
	for i := range b.cfg.Channels {
		b.metrics.Commands.Expect(b.cfg.Channels[i].Name, b.cfg.Channels[i].Commands)
	}
	b.commands = &commands{river: river, ledger: l, users: executor, inFlight: tracker}
	b.handleCommands()
	return l.Close, nil
}

// runInbound carries out commands until ctx ends. The configuration's rules are read again on SIGHUP.
func (b *bridge) runInbound(ctx context.Context) error {
	if b.commands == nil {
		return nil
	}
	done := make(chan error, 1)
	go func() { done <- b.commands.river.Run(ctx) }()
	var greeting sync.WaitGroup
	greeting.Go(func() {
		b.commands.users.greet(ctx)
		b.commands.users.look(ctx)
	})
	defer greeting.Wait()
	hangups := make(chan os.Signal, 1)
	signal.Notify(hangups, syscall.SIGHUP)
	defer signal.Stop(hangups)
	for {
		select {
		case err := <-done:
			if err != nil {
				return fmt.Errorf("commands: %w", err)
			}
			return nil
		case <-hangups:
			if err := b.reload(ctx); err != nil {
				b.log.Error("the configuration is not taken on: the old one counts on", telemetry.KeyError, err.Error())
			}
		}
	}
}

// reload reads the file again and takes on what is about commands. The rest waits for the next start.
func (b *bridge) reload(ctx context.Context) error {
	cfg, err := config.Load(b.cfg.File, os.LookupEnv)
	if err != nil {
		return err
	}
	b.commands.users.reload(cfg)
	if b.commands.inFlight != nil {
		b.commands.inFlight.Reload(cfg)
	}
	if err := b.commands.river.Reload(ctx, cfg); err != nil {
		return err
	}
	b.log.Info("the rules and mappings of commands were read again", telemetry.KeyPath, b.cfg.File)
	return nil
}

// commandMeter counts what happens to commands.
type commandMeter struct{ b *bridge }

func (m commandMeter) Command(channel, name, outcome string, took, own time.Duration) {
	m.b.metrics.Commands.Answered(channel, name, outcome, took, own)
}

func (m commandMeter) Retried(channel, name string) { m.b.metrics.Commands.Retried(channel, name) }

func (m commandMeter) Panicked(channel, name string) { m.b.metrics.Commands.Panicked(channel, name) }

func (m commandMeter) Connected(up bool) {
	telemetry.SetFlag(m.b.metrics.Commands.Connected, up)
	reason := ""
	if err := m.b.commands.river.Ready(); err != nil {
		reason = err.Error()
	}
	m.b.health.Set(telemetry.HealthCommands, up, reason)
}

func (m commandMeter) Unsent(waiting []inbound.ResultsWaiting) {
	var list []telemetry.UnsentResults
	for _, w := range waiting {
		list = append(list, telemetry.UnsentResults{Channel: w.Channel, Count: w.Count, Oldest: time.Since(w.Oldest)})
	}
	m.b.metrics.Commands.SetUnsent(list)
}

func (m commandMeter) Open(counts []store.CommandCount) {
	var open []telemetry.OpenCommands
	for _, c := range counts {
		open = append(open, telemetry.OpenCommands{Channel: c.Channel, Workload: c.Workload, State: string(c.State), Code: c.Code, Count: c.Count, Oldest: time.Since(c.Oldest)})
	}
	m.b.metrics.Commands.SetOpen(open)
	if size, err := m.b.commands.ledger.Size(context.Background()); err == nil {
		m.b.metrics.Commands.LedgerBytes.Set(float64(size))
	}
}
