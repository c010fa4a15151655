package lane

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"sync/atomic"
	"time"

	"github.com/ThreeDotsLabs/watermill/message"
	"github.com/cenkalti/backoff/v5"
	"golang.org/x/sync/errgroup"
)

var errNacked = errors.New("the broker did not confirm a message: its outcome is unknown")

// lane is one lane at work. Three goroutines of its own share it: the sender (send and
// what it calls), the acker (flight.await) and the watcher of the journal's end.
type lane struct {
	spec   Spec
	id     string
	topic  string
	pace   pace
	filter filter
	encode encoder
	opts   *Options
	meter  Meter
	log    *slog.Logger

	publisher message.Publisher
	flight    *flight
	asked     bool       // the watcher was asked and has not answered
	ask       chan int64 // tell when there is an entry after this one
	answer    chan error
	resend    *backoff.ExponentialBackOff
	reread    *backoff.ExponentialBackOff

	// The sender's own.
	at         position
	batch      []delivery
	batchBytes int
	held       *pending
	uncertain  int64    // entries up to it may have been delivered by an earlier run
	settling   bool     // they are not all read yet: nothing is delivered
	flushTo    int64    // groups that began up to this entry are to go out
	target     int64    // the journal's end when they became due; 0: not due
	jumpers    []*group // go out first
	covered    *coverage
	anew       bool // the lane begins again after a gap: its load covers what it shows

	extras extras

	successor chan *lane // takes its place after a gap
	dirty     func()     // the cursor may have moved
	delivered atomic.Int64
	blocked   atomic.Bool // deliveries failed, and none was confirmed since
	failing   atomic.Bool // the journal or the store could not be read

	mu     sync.Mutex // guards what follows
	phase  State
	err    error // the last one
	errAt  time.Time
	stored storedCursor
	// entities are those that the channel has, or was to have, the documents of.
	entities []string
	rules    *Rules // what entries are judged by
}

func newLane(s Spec, o *Options, dirty func()) (*lane, error) {
	p, err := newPace(s.Pace)
	if err != nil {
		return nil, fmt.Errorf("lane %s: %w", s.ID(), err)
	}
	promise, err := newPromise(s)
	if err != nil {
		return nil, fmt.Errorf("lane %s: %w", s.ID(), err)
	}
	if promise != nil {
		o = promise.promised(o)
	}
	return &lane{
		spec:   s,
		id:     s.ID(),
		topic:  s.Topic(),
		pace:   p,
		filter: newFilter(s),
		encode: encoder{source: o.Source, fields: s.Fields, where: len(s.Where) > 0, firehose: s.Firehose},
		opts:   o,
		meter:  o.Meter(s.Channel, s.Name),
		log:    o.Log.With(slog.String("lane", s.ID())),
		flight: newFlight(o.MaxInFlight, o.MaxInFlightBytes),
		ask:    make(chan int64),
		answer: make(chan error),
		resend: newBackOff(),
		reread: newBackOff(),
		held:   newPending(),
		dirty:  dirty,

		successor: make(chan *lane, 1),
		entities:  s.Entities,
		phase:     Starting,
	}, nil
}

func newBackOff() *backoff.ExponentialBackOff {
	return &backoff.ExponentialBackOff{
		InitialInterval: 100 * time.Millisecond, MaxInterval: 8 * time.Second,
		Multiplier: 2, RandomizationFactor: 0.2,
	}
}

// run delivers until ctx ends or the lane cannot go on, then waits for what is
// in flight, for as long as the grace allows. A lane that cannot go on says so in
// its status and is no failure of the others.
func (l *lane) run(ctx context.Context) {
	if !l.open(ctx) {
		return
	}
	work, stop := context.WithCancel(ctx)
	acks, stopAcks := context.WithCancel(context.WithoutCancel(ctx))
	defer stop()
	defer stopAcks()
	var group errgroup.Group
	sent := make(chan struct{})
	group.Go(func() error { l.flight.await(acks, l.confirmed); return nil })
	group.Go(func() error { l.watch(work); return nil })
	group.Go(func() error { defer close(sent); l.stopped(work, l.send(work)); return nil })

	select {
	case <-ctx.Done():
	case <-sent:
	}
	stop()
	l.drain(sent)
	stopAcks()
	l.flight.giveUp()
	if err := l.publisher.Close(); err != nil {
		l.log.Warn("cannot close a lane's publisher", slog.Any("error", err))
	}
	_ = group.Wait() // its functions return nil
	l.setPhase(Stopped)
	l.dirty()
}

// open makes the publisher, however long that takes.
func (l *lane) open(ctx context.Context) bool {
	for {
		p, err := l.opts.Publisher(l.spec)
		if err == nil {
			l.publisher = p
			return true
		}
		l.blame(&l.blocked, fmt.Errorf("make the publisher: %w", err))
		if !l.sleep(ctx, l.resend.NextBackOff()) {
			l.setPhase(Stopped)
			return false
		}
	}
}

// drain waits until the sender has returned and everything in flight is
// confirmed or has failed, or the grace is over. Nothing is sent again.
func (l *lane) drain(sent <-chan struct{}) {
	grace := l.opts.Clock.NewTimer(l.opts.Grace)
	defer grace.Stop()
	for sent != nil || !(l.flight.empty() || l.flight.failed() != nil) {
		select {
		case <-sent:
			sent = nil
		case <-l.flight.settled:
		case <-grace.C():
			return
		}
	}
}

// confirmed counts a delivery that is in the queue.
func (l *lane) confirmed(d delivery) {
	l.delivered.Add(1)
	switch {
	case d.extra != nil:
		d.extra.confirmed(d.place)
		l.meter.Again()
		poke(l.flight.news)
	case d.first == 0:
		l.meter.Loaded()
	default:
		now := l.opts.Clock.Now()
		l.meter.Confirmed(now.Sub(d.commit))
		if now.Sub(d.due) > LateAfter {
			l.meter.Late()
		}
	}
	if l.blocked.Load() && l.flight.failed() == nil {
		l.blocked.Store(false)
		l.log.Info("the lane delivers again")
	}
	l.dirty()
}

// stopped notes why the sender returned.
func (l *lane) stopped(ctx context.Context, err error) {
	if err == nil || ctx.Err() != nil {
		return
	}
	l.blame(&l.failing, err)
	l.meter.Stopped()
	l.setPhase(Stopped)
}

// sleep waits and reports whether there is any point in going on.
func (l *lane) sleep(ctx context.Context, d time.Duration) bool {
	t := l.opts.Clock.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C():
		return true
	case <-ctx.Done():
		return false
	}
}
