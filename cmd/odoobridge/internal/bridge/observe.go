package bridge

import (
	"sync"
	"time"

	"github.com/ThreeDotsLabs/watermill/message"
	"github.com/prometheus/client_golang/prometheus"

	"github.com/odoobridge/odoobridge/internal/telemetry"
	"github.com/odoobridge/odoobridge/router/lane"
)

// observer counts what the router does. The router calls it from one goroutine.
type observer struct {
	metrics *telemetry.Metrics
	kept    map[[3]string]prometheus.Counter
}

func newObserver(m *telemetry.Metrics) *observer {
	return &observer{metrics: m, kept: map[[3]string]prometheus.Counter{}}
}

func (o *observer) counter(key [3]string, make func(a, b string) prometheus.Counter) prometheus.Counter {
	c, found := o.kept[key]
	if !found {
		c = make(key[1], key[2])
		o.kept[key] = c
	}
	return c
}

func (o *observer) Transactions(n int) { o.metrics.Transactions.Add(float64(n)) }

func (o *observer) RowChanges(table, kind string, n int64) {
	o.counter([3]string{"row", table, kind}, o.metrics.RowChanges).Add(float64(n))
}

func (o *observer) Suppressed(reason string, n int64) {
	if n == 0 {
		return
	}
	o.counter([3]string{"same", reason}, func(reason, _ string) prometheus.Counter {
		return o.metrics.RowChangesSuppressed(reason)
	}).Add(float64(n))
}

func (o *observer) Event(entity, what string, n int64) {
	o.counter([3]string{"event", entity, what}, o.metrics.Events).Add(float64(n))
}

// laneMeters keeps the metrics of each lane.
type laneMeters struct {
	mu    sync.Mutex
	lanes map[string]*telemetry.Lane
}

func (m *laneMeters) of(metrics *telemetry.Metrics, channel, name string) *telemetry.Lane {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.lanes == nil {
		m.lanes = map[string]*telemetry.Lane{}
	}
	id := channel + "/" + name
	if m.lanes[id] == nil {
		m.lanes[id] = metrics.Lane(channel, name)
	}
	return m.lanes[id]
}

// laneMeter counts what a lane does.
type laneMeter struct{ m *telemetry.Lane }

func (b *bridge) meter(channel, name string) lane.Meter {
	return laneMeter{b.meters.of(b.metrics, channel, name)}
}

func (l laneMeter) Confirmed(since time.Duration) { l.m.PublishSeconds.Observe(since.Seconds()) }
func (l laneMeter) Loaded()                       { l.m.Initial.Inc() }
func (l laneMeter) Again()                        { l.m.Again.Inc() }
func (l laneMeter) Parked()                       { l.m.ParkedTotal.Inc() }
func (l laneMeter) Late()                         { l.m.Late.Inc() }
func (l laneMeter) Filtered(n int)                { l.m.Filtered.Add(float64(n)) }
func (l laneMeter) Suppressed(n int)              { l.m.Suppressed.Add(float64(n)) }
func (l laneMeter) Conflated(n int)               { l.m.Conflated.Add(float64(n)) }
func (l laneMeter) Resent(n int)                  { l.m.Resent.Add(float64(n)) }
func (l laneMeter) Stopped()                      { l.m.Stopped.Inc() }

// publisher makes the publisher that one lane uses.
func (b *bridge) publisher(spec lane.Spec) (message.Publisher, error) {
	p := b.broker.NewPublisher(spec.ID())
	b.mu.Lock()
	defer b.mu.Unlock()
	b.publishers[spec.ID()] = p
	return p, nil
}
