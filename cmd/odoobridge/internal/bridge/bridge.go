package bridge

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/odoobridge/odoobridge/cdc"
	"github.com/odoobridge/odoobridge/internal/config"
	"github.com/odoobridge/odoobridge/internal/telemetry"
	"github.com/odoobridge/odoobridge/outbound"
	"github.com/odoobridge/odoobridge/router/journal"
	"github.com/odoobridge/odoobridge/router/lane"
)

// Options are what Run needs beside the configuration.
type Options struct {
	Version string
	Log     *slog.Logger
	// Resync reads the tables again with a new slot and puts out the difference.
	Resync bool
	// By is who asked for that.
	By string
	// OtherDatabase lets a resync take on a database that is not the one read before.
	OtherDatabase bool
}

// journalTail is how much of the journal is kept in memory.
const journalTail = 16 << 20

// Run is the bridge, from the first connection to the last confirmation. It
// returns nil when ctx ended it. What ends with the loss of the store alone begins
// again, from what is durable.
func Run(ctx context.Context, cfg *config.Config, o Options) (err error) {
	if err := RefuseUnmoved(ctx, cfg); err != nil {
		return err
	}
	h := newHost(cfg, o)
	web, err := telemetry.Listen(cfg.HTTP.Listen, h.metrics, h.health, h.status, o.Log)
	if err != nil {
		return err
	}
	serving, stopServing := context.WithCancel(context.WithoutCancel(ctx))
	defer stopServing()
	var service errgroup.Group
	service.Go(func() error { return web.Serve(serving) })
	defer func() { stopServing(); err = errors.Join(err, service.Wait()) }()
	o.Log.Info("health and metrics are served", "address", web.Addr())
	return h.run(ctx, o)
}

// run is one time round: it opens everything, streams and closes everything.
func (b *bridge) run(ctx context.Context, o Options) (err error) {
	if b.cfg.Store.DSN != "" { // before standing by, however long that takes
		if _, _, err := b.recognise(ctx); err != nil {
			return b.ended(ctx, err)
		}
	}
	defer func() { err = errors.Join(err, b.closeStore()) }()
	if err := b.claimStore(ctx); err != nil {
		return b.ended(ctx, err)
	}
	if err := b.openStore(ctx, o.Resync); err != nil {
		return b.ended(ctx, err)
	}
	b.metrics.Active.Set(1)
	defer b.metrics.Active.Set(0)
	closeControl, err := b.openControl(ctx)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, closeControl()) }()
	closeInbound, err := b.openInbound(ctx, o.Version)
	if err != nil {
		return b.ended(ctx, err)
	}
	defer func() { err = errors.Join(err, closeInbound()) }()
	if err := b.openSource(ctx); err != nil {
		return b.ended(ctx, err)
	}
	defer b.source.Close()
	if b.journal, err = journal.Open(ctx, b.store, journalTail); err != nil {
		return err
	}
	if err := b.openJobs(ctx); err != nil {
		return err
	}
	if err := b.openRouter(ctx); err != nil {
		return b.ended(ctx, err)
	}
	first, err := b.admit(ctx, o)
	if err != nil {
		return b.ended(ctx, err)
	}
	if err := b.openLanes(ctx, o.Version); err != nil {
		return err
	}
	b.mu.Lock()
	b.streaming = true
	b.mu.Unlock()
	b.stage.set("")
	return b.withJobs(ctx, func(ctx context.Context) error { return b.flow(ctx, first) })
}

// flow runs both ends of the river until ctx ends or one of them cannot go on.
// Reading stops first; the lanes then have their grace. first is what has to be done
// before the log can be followed; the lanes deliver meanwhile.
func (b *bridge) flow(ctx context.Context, first step) error {
	delivering, stopDelivering := context.WithCancel(context.WithoutCancel(ctx))
	defer stopDelivering()
	delivered := make(chan error, 1)
	go func() { delivered <- b.lanes.Run(delivering) }()
	if err, over := b.lanesBegin(ctx, delivered); over {
		return err
	}

	working, gctx := errgroup.WithContext(ctx)
	working.Go(func() error { return b.read(gctx, first) })
	working.Go(func() error { return b.care(gctx) })
	working.Go(func() error { return b.watchLease(gctx) })
	working.Go(func() error { return b.runInbound(gctx) })
	working.Go(func() error { return b.waker(gctx) })
	working.Go(func() error { return b.runInFlight(gctx) })
	working.Go(func() error {
		select {
		case err := <-delivered: // before it was told to stop
			delivered <- nil
			return fmt.Errorf("deliver: %w", err)
		case <-gctx.Done():
			return nil
		}
	})
	err := working.Wait()
	if err != nil && ctx.Err() == nil {
		b.log.Error("reading stopped", telemetry.KeyError, err.Error())
	}
	stopDelivering()
	b.log.Info("stopping: what is under way to the broker is waited for", "grace", b.cfg.ShutdownGrace)
	return errors.Join(b.ended(ctx, err), <-delivered)
}

// lanesBegin waits until every lane has found its place in the journal: the
// documents of an initial load are those of this moment, before reading goes
// on. It is over when the lanes ended instead.
func (b *bridge) lanesBegin(ctx context.Context, delivered <-chan error) (err error, over bool) {
	tick := time.NewTicker(5 * time.Millisecond)
	defer tick.Stop()
	for slices.ContainsFunc(b.lanes.Status(), func(s lane.Status) bool { return s.State == lane.Starting }) {
		select {
		case err := <-delivered:
			return err, true
		case <-ctx.Done():
			return nil, false // reading ends at once
		case <-tick.C:
		}
	}
	return nil, false
}

// ended turns the end of ctx into no error.
func (b *bridge) ended(ctx context.Context, err error) error {
	if ctx.Err() != nil {
		return nil
	}
	return err
}

// NeedsPerson reports whether an error will not go away by itself.
func NeedsPerson(err error) bool {
	return cdc.NeedsPerson(err) || errors.As(err, new(*DecisionError)) || isMappingError(err)
}

// DecisionError is something that a person has to decide.
type DecisionError struct{ What, Remedy string }

func (e *DecisionError) Error() string { return fmt.Sprintf("%s. %s", e.What, e.Remedy) }

// openLanes prepares the lanes and their publishers.
func (b *bridge) openLanes(ctx context.Context, version string) (err error) {
	b.broker, err = outbound.New(b.cfg, outbound.Options{
		Log: b.log.With(telemetry.KeyComponent, "outbound"), Version: version, OnChange: func() {}, Grace: b.cfg.ShutdownGrace, Allowed: b.mayAct(), Absence: b.absence,
	})
	if err != nil {
		return err
	}
	source, err := b.eventSource(ctx)
	if err != nil {
		return err
	}
	b.specs = lane.Specs(b.cfg.Channels, b.cfg.RabbitMQ.Firehose)
	b.lanes, err = lane.NewSet(b.specs, lane.Options{
		Source:    source,
		Journal:   b.journal,
		Documents: b.store,
		Cursors:   b.store,
		Publisher: b.publisher,
		Park:      b.jobs.Park, Documented: b.documented,
		Meter: b.meter,
		Log:   b.log.With(telemetry.KeyComponent, "lane"),
		Grace: b.cfg.ShutdownGrace,
	})
	return err
}
