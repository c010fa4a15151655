package lane

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"math"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"golang.org/x/sync/errgroup"
)

// Options are what lanes work with. Journal, Documents, Cursors and Publisher
// are needed; what is left zero of the others has a default.
type Options struct {
	Source    string // CloudEvents source: "odoo/<database uuid>"
	Journal   Journal
	Documents Documents
	Cursors   Cursors
	Publisher PublisherFunc
	// Park keeps what the broker can never take; without it a lane tries for ever.
	Park ParkFunc
	// Documented is the last journal entry that Documents shows the outcome of;
	// without it, all of them.
	Documented func() int64
	Meter      MeterFunc
	Clock      Clock
	Log        *slog.Logger

	Grace            time.Duration // how long a stop waits for confirmations; 10 s
	SaveEvery        time.Duration // how long a cursor that moved may go unsaved; 200 ms
	MaxInFlight      int           // unconfirmed deliveries of a lane; 4096
	MaxInFlightBytes int           // and their size; 8 MiB
	MaxPendingBytes  int           // what a conflated lane holds back, roughly; 32 MiB
}

func (o *Options) fill() {
	if o.Documented == nil {
		o.Documented = func() int64 { return math.MaxInt64 }
	}
	if o.Meter == nil {
		o.Meter = func(string, string) Meter { return noMeter{} }
	}
	if o.Clock == nil {
		o.Clock = SystemClock{}
	}
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	setDefault(&o.Grace, 10*time.Second)
	setDefault(&o.SaveEvery, 200*time.Millisecond)
	setDefault(&o.MaxInFlight, 4096)
	setDefault(&o.MaxInFlightBytes, 8<<20)
	setDefault(&o.MaxPendingBytes, 32<<20)
}

func setDefault[T time.Duration | int](field *T, value T) {
	if *field == 0 {
		*field = value
	}
}

// Set is all lanes of the bridge.
type Set struct {
	opts   Options
	mu     sync.RWMutex // guards lanes once they run
	lanes  []*lane
	saver  *saver
	loaded atomic.Bool // the cursors have been read
}

// NewSet checks the lanes and prepares them; all problems are reported at once.
func NewSet(specs []Spec, opts Options) (*Set, error) {
	s := &Set{opts: opts}
	s.opts.fill()
	s.saver = &saver{opts: &s.opts, moved: make(chan struct{}, 1)}
	seen := make(map[string]bool)
	var problems []error
	for _, spec := range specs {
		l, err := newLane(spec, &s.opts, func() { poke(s.saver.moved) })
		switch {
		case err != nil:
			problems = append(problems, err)
			continue
		case seen[spec.ID()]:
			problems = append(problems, fmt.Errorf("lane %s: there are two of that name", spec.ID()))
		case !spec.Firehose && len(spec.Entities) == 0:
			problems = append(problems, fmt.Errorf("lane %s: no entities", spec.ID()))
		}
		seen[spec.ID()] = true
		s.lanes = append(s.lanes, l)
	}
	if err := errors.Join(problems...); err != nil {
		return nil, err
	}
	s.saver.lanes = s.all
	return s, nil
}

// Run delivers until ctx ends, then lets what is in flight be confirmed, for as long as the grace
// allows, and saves the cursors. It is called once, when the documents of the
// first snapshot are committed. A lane that cannot go on says so in its status;
// the others go on, and so does Run.
func (s *Set) Run(ctx context.Context) error {
	if err := s.restore(ctx); err != nil {
		return err
	}
	var lanes, saving errgroup.Group
	saves, stopSaving := context.WithCancel(ctx)
	defer stopSaving()
	saving.Go(func() error { s.saver.run(saves); return nil })
	for _, l := range s.all() {
		lanes.Go(func() error { l.runAndRestart(ctx); return nil })
	}
	_ = lanes.Wait() // lanes report through their status
	<-ctx.Done()
	stopSaving()
	_ = saving.Wait()
	return s.saver.last(ctx)
}

// restore gives every lane its cursor. Cursors of lanes that are not configured
// are left alone.
func (s *Set) restore(ctx context.Context) error {
	cursors, err := s.opts.Cursors.Cursors(ctx)
	if err != nil {
		return fmt.Errorf("read the lanes' cursors: %w", err)
	}
	byID := make(map[string]*lane, len(s.lanes))
	for _, l := range s.all() {
		byID[l.id] = l
	}
	for _, c := range cursors {
		l, configured := byID[c.Lane]
		if !configured && strings.Contains(c.Lane, ":") {
			continue // a job's, or a parked delivery
		}
		if !configured {
			s.opts.Log.Info("a cursor is kept for a lane that is not configured", slog.String("lane", c.Lane))
			continue
		}
		if err := l.restore(c); err != nil {
			return err
		}
	}
	s.loaded.Store(true)
	return nil
}

// Status is the picture of every lane, in the order given to NewSet.
func (s *Set) Status() []Status {
	lanes := s.all()
	list := make([]Status, len(lanes))
	for i, l := range lanes {
		list[i] = l.status()
	}
	return list
}

// MinCursor is the last journal entry that no lane needs any more, according to
// what is durable. Lanes that have stopped for good are not waited for. It is 0
// as long as that is not known, and the greatest number when there is no lane.
func (s *Set) MinCursor() int64 {
	if !s.loaded.Load() {
		return 0
	}
	oldest := int64(math.MaxInt64)
	for _, l := range s.all() {
		if l.stuckForGood() {
			continue
		}
		seq, _, known := l.resume()
		if !known {
			return 0
		}
		oldest = min(oldest, seq)
	}
	return oldest
}
