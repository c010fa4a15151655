package telemetry

import (
	"runtime"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
)

const namespace = "odoobridge"

// Metrics is everything that is counted and measured.
type Metrics struct {
	registry *prometheus.Registry

	// Replication.
	ReplicationLagBytes   prometheus.Gauge
	ReplicationLagSeconds prometheus.Gauge
	SlotRetainedWALBytes  prometheus.Gauge
	SlotSafeWALBytes      prometheus.Gauge
	SlotActive            prometheus.Gauge
	Transactions          prometheus.Counter
	rowChanges            *prometheus.CounterVec
	rowChangesSuppressed  *prometheus.CounterVec

	events            *prometheus.CounterVec
	DocumentsPoisoned prometheus.Gauge

	// Broker.
	RabbitMQConnected prometheus.Gauge
	RabbitMQBlocked   prometheus.Gauge

	StoreBytes      prometheus.Gauge
	StoreLimitBytes prometheus.Gauge
	StoreFull       prometheus.Gauge

	Commands   *Commands
	Active     prometheus.Gauge
	ClockAhead *prometheus.GaugeVec

	lanes laneVectors
}

// New makes the registry with every metric in it.
func New(version string) *Metrics {
	r := prometheus.NewRegistry()
	m := &Metrics{
		registry:              r,
		ReplicationLagBytes:   gauge(r, "replication_lag_bytes", "Write-ahead log between the server's end and what is durable here."),
		ReplicationLagSeconds: gauge(r, "replication_lag_seconds", "Time from commit in Odoo to durable here, of the last transaction."),
		SlotRetainedWALBytes:  gauge(r, "slot_retained_wal_bytes", "Write-ahead log that the server keeps for the slot."),
		SlotSafeWALBytes:      gauge(r, "slot_safe_wal_bytes", "Write-ahead log that may still be written before the slot is in danger of being lost; -1 when the server sets no limit."),
		SlotActive:            gauge(r, "slot_active", "1 while the slot is in use."),
		Transactions:          counter(r, "transactions_total", "Transactions applied."),
		rowChanges:            counters(r, "row_changes_total", "Row changes read from the write-ahead log.", "table", "kind"),
		rowChangesSuppressed:  counters(r, "row_changes_suppressed_total", "Row changes that led to no event, by reason.", "reason"),
		events:                counters(r, "events_total", "Events appended to the journal.", "entity", "what"),
		DocumentsPoisoned:     gauge(r, "documents_poisoned", "Documents that cannot be built from their rows; channels have them as they were: odoobridge status names them."),
		RabbitMQConnected:     gauge(r, "rabbitmq_connected", "1 while there is a connection to the broker."),
		RabbitMQBlocked:       gauge(r, "rabbitmq_blocked", "1 while the broker blocks publishers (memory or disk alarm)."),
		StoreBytes:            gauge(r, "store_bytes", "What the store occupies."),
		StoreLimitBytes:       gauge(r, "store_limit_bytes", "What the store may have (store.max_size), or what its disk has room for when that is less."),
		StoreFull:             gauge(r, "store_full", "1 while nothing is read because the store takes no more; lanes go on, and Odoo's server keeps its log."),
		Active:                gauge(r, "active", "1 while this bridge has the store: of several with one store, exactly one should."),
		ClockAhead:            prometheus.NewGaugeVec(prometheus.GaugeOpts{Namespace: namespace, Name: "clock_ahead_seconds", Help: "By how much another machine's clock is ahead of this one's for certain; negative when it is behind. Odoo's has whole seconds."}, []string{"of"}),
		Commands:              newCommands(r),
		lanes:                 newLaneVectors(r),
	}
	m.SlotSafeWALBytes.Set(-1)
	r.MustRegister(m.ClockAhead)
	buildInfo(r, version)
	r.MustRegister(collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}))
	return m
}

// Gatherer gives the metrics to whoever exports them.
func (m *Metrics) Gatherer() prometheus.Gatherer { return m.registry }

// RowChanges counts changes of one kind ("insert", "update", …) to one table. Keep what it returns.
func (m *Metrics) RowChanges(table, kind string) prometheus.Counter {
	return m.rowChanges.WithLabelValues(table, kind)
}

// RowChangesSuppressed counts changes that led to no event, for one reason. Keep what it returns.
func (m *Metrics) RowChangesSuppressed(reason string) prometheus.Counter {
	return m.rowChangesSuppressed.WithLabelValues(reason)
}

// Events counts events of one type. Keep what it returns.
func (m *Metrics) Events(entity, what string) prometheus.Counter {
	return m.events.WithLabelValues(entity, what)
}

// Readiness shows whether the bridge is ready.
func (m *Metrics) Readiness(h *Health) {
	m.registry.MustRegister(prometheus.NewGaugeFunc(prometheus.GaugeOpts{Namespace: namespace, Name: "ready", Help: "1 while the bridge is ready, as /readyz says it, or ready as a stand-by."}, func() float64 {
		if ready, _ := h.Ready(); ready {
			return 1
		}
		return 0
	}))
}

// SetFlag sets a gauge that is 1 or 0.
func SetFlag(g prometheus.Gauge, on bool) {
	if on {
		g.Set(1)
		return
	}
	g.Set(0)
}

func buildInfo(r *prometheus.Registry, version string) {
	g := prometheus.NewGauge(prometheus.GaugeOpts{Namespace: namespace, Name: "build_info",
		Help:        "Always 1; what was built, and with what.",
		ConstLabels: prometheus.Labels{"version": version, "go_version": runtime.Version()}})
	g.Set(1)
	r.MustRegister(g)
}

func gauge(r *prometheus.Registry, name, help string) prometheus.Gauge {
	g := prometheus.NewGauge(prometheus.GaugeOpts{Namespace: namespace, Name: name, Help: help})
	r.MustRegister(g)
	return g
}

func counter(r *prometheus.Registry, name, help string) prometheus.Counter {
	c := prometheus.NewCounter(prometheus.CounterOpts{Namespace: namespace, Name: name, Help: help})
	r.MustRegister(c)
	return c
}

func counters(r *prometheus.Registry, name, help string, labels ...string) *prometheus.CounterVec {
	c := prometheus.NewCounterVec(prometheus.CounterOpts{Namespace: namespace, Name: name, Help: help}, labels)
	r.MustRegister(c)
	return c
}
