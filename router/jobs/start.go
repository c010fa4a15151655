package jobs

import (
	"context"
	"fmt"
	"log/slog"
	"math"
	"time"

	"github.com/odoobridge/odoobridge/internal/store"
	"github.com/odoobridge/odoobridge/router/lane"
)

// Preview is what a job would send, if nothing changed.
type Preview struct {
	Order   Order            `json:"order"`
	Events  int64            `json:"events"`
	Types   map[string]int64 `json:"types"`
	First   *Mark            `json:"first,omitempty"` // of a replay
	Last    *Mark            `json:"last,omitempty"`
	Seconds float64          `json:"seconds"` // at its rate
}

// Preview looks at what an order would send.
func (m *Manager) Preview(ctx context.Context, o Order) (Preview, error) {
	j, err := m.prepare(ctx, o)
	if err != nil {
		return Preview{}, err
	}
	p := Preview{Order: j.Order, Types: map[string]int64{}}
	err = m.lanes.Preview(ctx, o.laneID(), j.extra(), func(e *store.Event) {
		p.Events++
		p.Types[e.Entity+"."+e.What]++
		mark := markOf(e)
		if p.First == nil {
			p.First = mark
		}
		p.Last = mark
	}, func(d *store.Document) {
		p.Events++
		p.Types[d.Entity+".snapshot"]++
	})
	p.Seconds = float64(p.Events) / j.Order.Rate
	return p, err
}

// prepare checks an order and finds out what it means.
func (m *Manager) prepare(ctx context.Context, o Order) (*Job, error) {
	if o.Rate == 0 {
		o.Rate = DefaultRate
	}
	if o.Rate < 0.1 || o.Rate > 1_000_000 || math.IsNaN(o.Rate) {
		return nil, &UsageError{"the rate is in deliveries a second, 0.1 to 1000000"}
	}
	j := &Job{Order: o, Began: m.opts.Now().UTC().Truncate(time.Microsecond), State: Running}
	if err := m.lanes.Check(o.laneID(), &lane.Extra{Snapshot: o.Kind == Publish, Entities: o.Entities}); err != nil {
		return nil, err
	}
	if o.Kind == Publish {
		_, j.After = m.opts.Journal.Bounds()
	}
	if o.Kind == Replay {
		from, to, err := resolve(ctx, m.opts.Journal, o.From, o.To, m.opts.Now())
		if err != nil {
			return nil, err
		}
		if from > to {
			return nil, &UsageError{fmt.Sprintf("there is no event from %s to %s", o.From, orNow(o.To))}
		}
		j.FromEntry, j.ToEntry = from, to
	}
	return j, nil
}

func orNow(to string) string {
	if to == "" {
		return "now"
	}
	return to
}

// Start begins a job. It is durable when Start returns.
func (m *Manager) Start(ctx context.Context, o Order) (Job, error) {
	j, err := m.prepare(ctx, o)
	if err != nil {
		return Job{}, err
	}
	return m.begin(ctx, j)
}

func (m *Manager) begin(ctx context.Context, j *Job) (Job, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.name(j)
	// Before it is durable, so that nothing it needs is trimmed meanwhile.
	a := &active{job: *j, extra: j.extra()}
	m.active[j.ID] = a
	m.count()
	if err := m.opts.Store.SaveCursors(ctx, []store.Cursor{j.row(m.opts.Now())}); err != nil {
		delete(m.active, j.ID)
		m.count()
		return Job{}, fmt.Errorf("note the job: %w", err)
	}
	if err := m.lanes.Insert(j.Order.laneID(), a.extra); err != nil {
		a.fail(err)
		return Job{}, err
	}
	m.opts.Log.Info("a job begins", slog.String("job", j.ID), slog.String("lane", j.Order.laneID()))
	return *j, nil
}

// name gives a job an id that no other has: kind, moment, and a number where two begin in one second. Caller holds mu.
func (m *Manager) name(j *Job) {
	base := string(j.Order.Kind) + "-" + j.Began.Format("20060102T150405Z")
	j.ID = base
	for n := 2; m.taken(j.ID); n++ {
		j.ID = fmt.Sprintf("%s-%d", base, n)
	}
}

func (m *Manager) taken(id string) bool {
	if m.active[id] != nil {
		return true
	}
	for i := range m.ended {
		if m.ended[i].ID == id {
			return true
		}
	}
	return false
}

// Restart makes a lane that a gap has stopped begin anew, with every document as it is now.
func (m *Manager) Restart(ctx context.Context, channel, name string) error {
	return m.lanes.Restart(ctx, channel+"/"+name)
}
