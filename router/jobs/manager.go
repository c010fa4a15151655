package jobs

import (
	"context"
	"fmt"
	"log/slog"
	"math"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/odoobridge/odoobridge/internal/store"
	"github.com/odoobridge/odoobridge/router/lane"
)

// lanes is what jobs need of the set of lanes.
type lanes interface {
	Check(id string, x *lane.Extra) error
	Insert(id string, x *lane.Extra) error
	Preview(ctx context.Context, id string, x *lane.Extra, entry func(*store.Event), document func(*store.Document)) error
	Restart(ctx context.Context, id string) error
	Acquaint(id string, sent lane.Load)
	Status() []lane.Status
}

// rows is what jobs need of the store.
type rows interface {
	Cursors(ctx context.Context) ([]store.Cursor, error)
	SaveCursors(ctx context.Context, cursors []store.Cursor) error
	ForgetCursor(ctx context.Context, lane string) error
}

// Options are what a Manager works with.
type Options struct {
	Store   rows
	Journal entries
	Now     func() time.Time
	Log     *slog.Logger
}

// saveEvery is how long progress may go unsaved: what is repeated after a crash.
const saveEvery = 250 * time.Millisecond

// keepEnded is how many jobs that have ended are remembered.
const keepEnded = 50

// Manager keeps the jobs and what is parked. It is safe for concurrent use.
type Manager struct {
	opts  Options
	lanes lanes
	// documents is set while a job sends documents. The router asks in the middle
	// of a store transaction, for whose end those who hold mu may be waiting.
	documents atomic.Bool

	mu     sync.Mutex
	active map[string]*active
	ended  []Job // oldest first
	parked map[string]Parked
}

// active is a job under way.
type active struct {
	job   Job
	extra *lane.Extra
	saved lane.Progress
}

// Open reads what an earlier run has left.
func Open(ctx context.Context, o Options) (*Manager, error) {
	m := &Manager{opts: o, active: map[string]*active{}, parked: map[string]Parked{}}
	list, err := o.Store.Cursors(ctx)
	if err != nil {
		return nil, fmt.Errorf("read the jobs: %w", err)
	}
	for _, c := range list {
		switch {
		case strings.HasPrefix(c.Lane, jobPrefix):
			j, err := readJob(c)
			if err != nil {
				return nil, err
			}
			if j.State == Running {
				m.active[j.ID] = &active{job: *j, extra: j.extra(), saved: j.Progress}
			} else {
				m.ended = append(m.ended, *j)
			}
		case strings.HasPrefix(c.Lane, parkedPrefix):
			p, err := readParked(c)
			if err != nil {
				return nil, err
			}
			m.parked[p.ID] = p
		}
	}
	slices.SortFunc(m.ended, func(a, b Job) int { return a.Began.Compare(b.Began) })
	m.count()
	return m, nil
}

// Attach gives the jobs their lanes. Before it, only what is parked can be asked for.
func (m *Manager) Attach(l lanes) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.lanes = l
	for _, a := range m.active {
		if err := l.Insert(a.job.Order.laneID(), a.extra); err != nil {
			a.fail(err)
		}
	}
}

// Run looks after the jobs until ctx ends, when the lanes have stopped.
func (m *Manager) Run(ctx context.Context) error {
	ticker := time.NewTicker(saveEvery)
	defer ticker.Stop()
	for {
		select {
		case <-ticker.C:
			if err := m.save(ctx); err != nil && ctx.Err() == nil {
				m.opts.Log.Warn("cannot save how far the jobs are: a restart would repeat deliveries", slog.Any("error", err))
			}
		case <-ctx.Done():
			last, cancel := context.WithTimeout(context.WithoutCancel(ctx), 10*time.Second)
			defer cancel()
			return m.save(last)
		}
	}
}

// fail ends a job that its lane cannot do.
func (a *active) fail(err error) {
	a.job.State, a.job.Error = Failed, err.Error()
	a.extra.Cancel()
}

// save writes how far the jobs are, and takes leave of those that have ended.
func (m *Manager) save(ctx context.Context) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	var list []store.Cursor
	var changed []*active
	for _, a := range m.active {
		p := a.extra.Progress()
		a.job.Progress = p
		if p.Over {
			a.conclude(m.opts.Now().UTC())
		}
		if p != a.saved {
			list, changed = append(list, a.job.row(m.opts.Now())), append(changed, a)
		}
	}
	if len(list) == 0 {
		return nil
	}
	if err := m.opts.Store.SaveCursors(ctx, list); err != nil {
		return fmt.Errorf("save how far %d jobs are: %w", len(list), err)
	}
	for _, a := range changed {
		a.saved = a.job.Progress
		if a.job.State == Running {
			continue
		}
		if err := m.leave(ctx, a); err != nil {
			return err
		}
	}
	return nil
}

// conclude says how a job has ended.
func (a *active) conclude(now time.Time) {
	j := &a.job
	j.Ended = now
	switch {
	case j.State != Running: // cancelled, or failed at its beginning
	case j.Err != nil:
		j.State, j.Error = Failed, "what the job still had to send is gone from the journal: "+j.Err.Error()
	case j.Parked != "" && j.Refused > 0:
		j.State, j.Error = Failed, j.Reason
	case j.Parked != "" && j.Delivered == 0:
		j.State, j.Error = Failed, "there was nothing to send: the lane does not take it any more, or what it tells of is gone"
	default:
		j.State = Done
	}
}

// leave does what follows a job's end. Caller holds mu.
func (m *Manager) leave(ctx context.Context, a *active) error {
	j := &a.job
	delete(m.active, j.ID)
	m.count()
	m.opts.Log.Info("a job has ended", slog.String("job", j.ID), slog.String("state", string(j.State)), slog.Int64("events", j.Delivered))
	switch {
	case j.State == Done && j.Parked != "":
		if err := m.forget(ctx, j.Parked); err != nil {
			return err
		}
	case j.State == Done && j.Order.Kind == Publish && j.Order.Key == "":
		m.lanes.Acquaint(j.Order.laneID(), lane.Load{Job: j.ID, Began: j.Began, Ended: j.Ended, From: j.After, Entities: j.Order.Entities})
	}
	m.ended = append(m.ended, *j)
	for len(m.ended) > keepEnded {
		if err := m.opts.Store.ForgetCursor(ctx, jobPrefix+m.ended[0].ID); err != nil {
			return fmt.Errorf("forget an old job: %w", err)
		}
		m.ended = m.ended[1:]
	}
	return nil
}

// Floor is the oldest journal entry that a job has still to send, the greatest
// number when none has.
func (m *Manager) Floor() int64 {
	m.mu.Lock()
	defer m.mu.Unlock()
	floor := int64(math.MaxInt64)
	for _, a := range m.active {
		if a.job.FromEntry > 0 {
			floor = min(floor, max(a.job.FromEntry, a.extra.Progress().Place.Seq+1))
		}
	}
	return floor
}

// ReadsDocuments reports whether a job sends documents from the store. It never waits.
func (m *Manager) ReadsDocuments() bool { return m.documents.Load() }

// count finds out whether a job sends documents. Caller holds mu.
func (m *Manager) count() {
	reads := false
	for _, a := range m.active {
		reads = reads || a.job.FromEntry == 0
	}
	m.documents.Store(reads)
}

// List is every job that runs, and the last that have ended, newest first.
func (m *Manager) List() []Job {
	m.mu.Lock()
	defer m.mu.Unlock()
	list := slices.Clone(m.ended)
	for _, a := range m.active {
		list = append(list, m.picture(a))
	}
	slices.SortFunc(list, func(a, b Job) int { return b.Began.Compare(a.Began) })
	return list
}

// picture is a job with what is known of it right now. Caller holds mu.
func (m *Manager) picture(a *active) Job {
	j := a.job
	j.Progress = a.extra.Progress()
	for _, s := range m.lanes.Status() {
		if s.Channel+"/"+s.Lane == j.Order.laneID() && (s.State == lane.Blocked || s.State == lane.Stopped) {
			j.Paused = "its lane is " + string(s.State)
			if s.Err != nil {
				j.Paused += ": " + s.Err.Error()
			}
		}
	}
	return j
}

// UnknownJobError names a job that is not there.
type UnknownJobError struct{ ID string }

// Error says how to see those that are.
func (e *UnknownJobError) Error() string {
	return fmt.Sprintf("there is no job %s: `odoobridge replay --list` shows them", e.ID)
}

// Get finds a job.
func (m *Manager) Get(id string) (Job, error) {
	for _, j := range m.List() {
		if j.ID == id {
			return j, nil
		}
	}
	return Job{}, &UnknownJobError{id}
}

// Cancel stops a job. What its lane has in flight still arrives.
func (m *Manager) Cancel(ctx context.Context, id string) (Job, error) {
	m.mu.Lock()
	a, running := m.active[id]
	if running {
		a.extra.Cancel()
		if a.job.State == Running {
			a.job.State = Cancelled
		}
	}
	m.mu.Unlock()
	if running {
		if err := m.save(ctx); err != nil {
			return Job{}, err
		}
	}
	return m.Get(id)
}
