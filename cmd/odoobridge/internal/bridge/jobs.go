package bridge

import (
	"context"
	"errors"
	"math"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/odoobridge/odoobridge/internal/control"
	"github.com/odoobridge/odoobridge/internal/telemetry"
	"github.com/odoobridge/odoobridge/router/jobs"
)

// Names under which the running bridge does what verbs ask for.
const (
	CommandPreview = "jobs/preview" // jobs.Order → jobs.Preview
	CommandStart   = "jobs/start"   // JobRequest → jobs.Job; progress: jobs.Job
	CommandJobs    = "jobs/list"    // → []jobs.Job
	CommandCancel  = "jobs/cancel"  // ID → jobs.Job
	CommandRestart = "lane/restart" // jobs.Order, of which channel and lane count
	CommandParked  = "parked/list"  // → []jobs.Parked
	CommandShow    = "parked/show"  // ID → jobs.Parked
	CommandRetry   = "parked/retry" // ID → jobs.Job; progress: jobs.Job
	CommandDiscard = "parked/discard"
)

// JobRequest asks for a job, to be told of until its end or not.
type JobRequest struct {
	Order  jobs.Order `json:"order"`
	Follow bool       `json:"follow"`
}

// ID names a job or something parked.
type ID struct {
	ID string `json:"id"`
}

func (b *bridge) openJobs(ctx context.Context) (err error) {
	b.jobs, err = jobs.Open(ctx, jobs.Options{
		Store: b.store, Journal: b.journal, Now: time.Now, Log: b.log.With(telemetry.KeyComponent, telemetry.ComponentJobs),
	})
	return err
}

// withJobs does the jobs while flow runs, and notes how far they are when the lanes have stopped.
func (b *bridge) withJobs(ctx context.Context, flow func(context.Context) error) error {
	b.jobs.Attach(b.lanes)
	b.commandJobs()
	b.handleTrace()
	working, stop := context.WithCancel(context.WithoutCancel(ctx))
	defer stop()
	var group errgroup.Group
	group.Go(func() error { return b.jobs.Run(working) })
	err := flow(ctx)
	stop()
	return errors.Join(err, group.Wait())
}

// documented is the last journal entry that the stored documents show the outcome of.
func (b *bridge) documented() int64 {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.router.Checkpointed()
}

// pass returns once all that Odoo had committed is durable here.
func (b *bridge) pass(ctx context.Context) error { return b.source.Pass(ctx) }

// commandJobs registers what verbs may ask of the jobs.
func (b *bridge) commandJobs() {
	handle(b, CommandPreview, func(ctx context.Context, _ *control.Request, o jobs.Order) (any, error) {
		return b.jobs.Preview(ctx, o)
	})
	handle(b, CommandStart, func(ctx context.Context, r *control.Request, q JobRequest) (any, error) {
		j, err := b.jobs.Start(ctx, q.Order)
		if err != nil || !q.Follow {
			return j, err
		}
		return b.follow(ctx, r, j)
	})
	handle(b, CommandJobs, func(context.Context, *control.Request, struct{}) (any, error) { return b.jobs.List(), nil })
	handle(b, CommandCancel, func(ctx context.Context, _ *control.Request, id ID) (any, error) { return b.jobs.Cancel(ctx, id.ID) })
	handle(b, CommandRestart, func(ctx context.Context, _ *control.Request, o jobs.Order) (any, error) {
		return struct{}{}, b.jobs.Restart(ctx, o.Channel, o.Lane)
	})
	handle(b, CommandParked, func(context.Context, *control.Request, struct{}) (any, error) { return b.jobs.Parked(), nil })
	handle(b, CommandShow, func(_ context.Context, _ *control.Request, id ID) (any, error) { return b.jobs.GetParked(id.ID) })
	handle(b, CommandDiscard, func(ctx context.Context, _ *control.Request, id ID) (any, error) {
		return b.jobs.Discard(ctx, id.ID)
	})
	handle(b, CommandRetry, func(ctx context.Context, r *control.Request, id ID) (any, error) {
		j, err := b.jobs.Retry(ctx, id.ID)
		if err != nil {
			return j, err
		}
		return b.follow(ctx, r, j)
	})
}

// handle registers a handler that wants its request read.
func handle[T any](b *bridge, name string, do func(context.Context, *control.Request, T) (any, error)) {
	b.control.Handle(name, func(ctx context.Context, r *control.Request) (any, error) {
		var request T
		if err := r.Into(&request); err != nil {
			return nil, err
		}
		return do(ctx, r, request)
	})
}

// followEvery is how often a verb is told how far its job is.
const followEvery = 250 * time.Millisecond

// follow tells a verb of a job until it has ended.
func (b *bridge) follow(ctx context.Context, r *control.Request, j jobs.Job) (any, error) {
	ticker := time.NewTicker(followEvery)
	defer ticker.Stop()
	for j.State == jobs.Running {
		if err := r.Say(j); err != nil {
			return nil, err
		}
		select {
		case <-ticker.C:
		case <-ctx.Done():
			return nil, ctx.Err()
		}
		var err error
		if j, err = b.jobs.Get(j.ID); err != nil {
			return nil, err
		}
	}
	return j, nil
}

// heldByJobs is the oldest journal entry that a job needs. A store that is about
// to be full comes first: the job then says what it has lost.
func (b *bridge) heldByJobs(ctx context.Context) int64 {
	floor := b.jobs.Floor()
	if f, err := b.fullness(ctx); err == nil && f.share() > jobsShare {
		if first, last := b.journal.Bounds(); floor <= last && floor >= first {
			b.log.Warn("the store is nearly full: the journal is trimmed although a job still needs it")
		}
		return math.MaxInt64
	}
	return floor
}
