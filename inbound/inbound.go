package inbound

import (
	"cmp"
	"context"
	"errors"
	"log/slog"
	"sync"
	"sync/atomic"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/odoobridge/odoobridge/inbound/command"
	"github.com/odoobridge/odoobridge/internal/broker"
	"github.com/odoobridge/odoobridge/internal/config"
	"github.com/odoobridge/odoobridge/internal/store"
	"github.com/odoobridge/odoobridge/internal/telemetry"
	"github.com/odoobridge/odoobridge/schema"
)

// Meter is told what happens, to be counted.
type Meter interface {
	// Command counts an answer that is durable. took is the time since the command arrived; own is the bridge's part of it:
	// without Odoo's calls, and without what was before it was taken if it had to wait for its turn.
	Command(channel, name, outcome string, took, own time.Duration)
	// Retried counts an attempt that decided nothing.
	Retried(channel, name string)
	// Panicked counts a command that made the bridge itself fail.
	Panicked(channel, name string)
	// Open is told how many commands are not done, from time to time.
	Open(counts []store.CommandCount)
	// Unsent is told which results wait to be sent, from time to time.
	Unsent(waiting []ResultsWaiting)
	// Connected is told whether commands can be received.
	Connected(up bool)
}

// Options are what New needs.
type Options struct {
	Config   *config.Config
	Ledger   store.Ledger
	Executor command.Executor
	Meter    Meter
	Log      *slog.Logger
	Version  string
	Now      func() time.Time // time.Now by default
	// Held is asked before every result, and when Run is to end. While it returns an error, another bridge may be
	// at work with the same ledger: nothing is published, and a stop has no grace. nil: there can be no other.
	Held func() error
	// ReadsFirst says that the executor changes nothing before its first note has returned: it may begin with a command while that is
	// claimed.
	ReadsFirst bool
	// Grace is how long commands that are being applied when Run is to end may go on; none when zero.
	Grace time.Duration
	// Resend is how long a result waits that no queue took; 15 seconds when zero.
	Resend time.Duration
	// Confirm is how long the broker may take to confirm results, not counting alarms; 30 seconds when zero.
	Confirm time.Duration
	// Absence tells why the broker is not to be had, for all its connections together. nil: each tells for itself.
	Absence *broker.Absence
	// Heartbeat is the broker's; a connection is lost after three without a word. Ten seconds when zero.
	Heartbeat time.Duration
	// Failpoint is called between the steps of a command, for tests that end the process there.
	Failpoint func(point string)
}

// Inbound receives commands, has them carried out and answers.
type Inbound struct {
	cfg       atomic.Pointer[config.Config]
	ledger    store.Ledger
	executor  command.Executor
	meter     Meter
	log       *slog.Logger
	dialer    *broker.Dialer
	now       func() time.Time
	held      func() error
	atWork    time.Duration
	grace     time.Duration
	resend    time.Duration
	confirm   time.Duration
	failpoint func(string)

	nudges map[string]chan struct{} // by workload: something may be due
	answer chan struct{}            // results may be unsent

	mu      sync.Mutex
	queues  map[string]error // why a queue cannot be received from; nil: it can
	telling sync.Mutex       // held from a change of queues until the meter has heard of it: what it hears last is so

	toldResults telemetry.Told // which queues for answers are not as they must be

	deadSeen atomic.Pointer[firstSeen] // the oldest dead letter that waits

	bodies bodies // of the commands that are being carried out
	starts headStarts

	come come // what commands may wait for that came while some were carried out
}

// New prepares the inbound river. Nothing is done before Run.
func New(o Options) (*Inbound, error) {
	d, err := broker.NewDialer(&o.Config.RabbitMQ, broker.Options{Version: o.Version, Heartbeat: o.Heartbeat, Absence: o.Absence})
	if err != nil {
		return nil, err
	}
	i := &Inbound{
		ledger: o.Ledger, executor: o.Executor, meter: o.Meter, log: o.Log, dialer: d, now: o.Now, held: o.Held, failpoint: o.Failpoint,
		nudges: map[string]chan struct{}{}, answer: make(chan struct{}, 1), queues: map[string]error{},
		atWork: o.Config.Odoo.CallTimeout(), grace: o.Grace, resend: cmp.Or(o.Resend, resendAfter), confirm: cmp.Or(o.Confirm, confirmTimeout),
	}
	i.starts.allowed = o.ReadsFirst
	i.cfg.Store(o.Config)
	if i.log == nil {
		i.log = slog.New(slog.DiscardHandler)
	}
	if i.now == nil {
		i.now = time.Now
	}
	if i.held == nil {
		i.held = func() error { return nil }
	}
	if i.failpoint == nil {
		i.failpoint = func(string) {}
	}
	for _, workload := range schema.Workloads() {
		i.nudges[workload] = make(chan struct{}, 1)
	}
	for _, q := range queuesOf(o.Config) {
		i.queues[q.name] = errNotConnected
	}
	return i, nil
}

var errNotConnected = errors.New("not connected yet")

// Run receives, applies and answers until ctx ends, and returns nil then. It fails when the ledger is lost or another
// bridge has it: opening it again is somebody else's. What is being applied when ctx ends
// has its grace to come to an end; what an earlier process was applying goes on where it was, once
// Odoo cannot be at work for it any more.
func (i *Inbound) Run(ctx context.Context) error {
	interrupted, err := i.ledger.Recover(ctx, i.now(), i.now().Add(i.atWork))
	if err != nil {
		return notEnded(ctx, err)
	}
	if interrupted > 0 {
		i.log.Info("commands that were being applied when the bridge ended are looked at again", "commands", interrupted, telemetry.KeyWait, i.atWork)
	}
	// What came while nobody was here, in Odoo or in the configuration, wakes what waits for it.
	if err := i.WakeAll(ctx); err != nil {
		return notEnded(ctx, err)
	}
	group, gctx := errgroup.WithContext(ctx)
	applying, end := i.outlive(gctx)
	defer end()
	i.starts.within = applying
	s := &subscriber{
		dialer: i.dialer, prefetch: i.config().Commands.Prefetch, budget: share(len(queuesOf(i.config()))), log: i.log, changed: i.changed,
		prepare: i.declareCommands,
	}
	for _, q := range queuesOf(i.config()) {
		messages, err := s.Subscribe(gctx, q.name)
		if err != nil {
			return err
		}
		group.Go(func() error { return i.receive(gctx, q, messages) })
	}
	for _, workload := range schema.Workloads() {
		group.Go(func() error { return i.work(gctx, applying, workload) })
	}
	group.Go(func() error { return i.send(gctx) })
	group.Go(func() error { return i.keep(gctx) })
	err = notEnded(ctx, group.Wait())
	return errors.Join(err, s.Close())
}

// notEnded is the error, unless ctx has ended.
func notEnded(ctx context.Context, err error) error {
	if ctx.Err() != nil {
		return nil
	}
	return err
}

func (i *Inbound) config() *config.Config { return i.cfg.Load() }

// Reload takes on another configuration: rights, rules and mappings at once, queues with the next start. Commands
// that wait for a code that is mapped now go on.
func (i *Inbound) Reload(ctx context.Context, cfg *config.Config) error {
	i.cfg.Store(cfg)
	for n := range cfg.Channels {
		channel := &cfg.Channels[n]
		if _, err := i.Wake(ctx, channel.Name, channel.WaitKeys()); err != nil {
			return err
		}
	}
	return nil
}

// nudge tells all workloads that something may be due: keys are shared across them.
func (i *Inbound) nudge() {
	for _, c := range i.nudges {
		poke(c)
	}
}

func poke(c chan struct{}) {
	select {
	case c <- struct{}{}:
	default:
	}
}
