package telemetry

import "github.com/prometheus/client_golang/prometheus"

// Lane is the metrics of one lane.
type Lane struct {
	// PublishSeconds observes the time from commit in Odoo to the broker's confirm.
	PublishSeconds prometheus.Observer
	Unconfirmed    prometheus.Gauge
	Returned       prometheus.Counter
	BacklogEvents  prometheus.Gauge
	BacklogSeconds prometheus.Gauge
	Initial        prometheus.Counter
	Late           prometheus.Counter
	Again          prometheus.Counter
	ParkedTotal    prometheus.Counter
	Parked         prometheus.Gauge
	Resent         prometheus.Counter
	Stopped        prometheus.Counter
	GivenUp        prometheus.Gauge
	// Filtered, Suppressed and Conflated count journal entries that led to no delivery of their own.
	Filtered, Suppressed, Conflated prometheus.Counter
}

type laneVectors struct {
	publishSeconds *prometheus.HistogramVec
	unconfirmed    *prometheus.GaugeVec
	returned       *prometheus.CounterVec
	backlogEvents  *prometheus.GaugeVec
	backlogSeconds *prometheus.GaugeVec
	initial        *prometheus.CounterVec
	late           *prometheus.CounterVec
	again          *prometheus.CounterVec
	parkedTotal    *prometheus.CounterVec
	parked         *prometheus.GaugeVec
	resent         *prometheus.CounterVec
	stopped        *prometheus.CounterVec
	givenUp        *prometheus.GaugeVec
	withheld       *prometheus.CounterVec
}

// publishBuckets reach from a quiet lane on a near broker to a lane that waits for its hour.
var publishBuckets = []float64{.001, .0025, .005, .01, .025, .05, .1, .25, .5, 1, 2.5, 5, 15, 60, 300, 1800, 7200}

func newLaneVectors(r *prometheus.Registry) laneVectors {
	labels := []string{"channel", "lane"}
	gauges := func(name, help string) *prometheus.GaugeVec {
		g := prometheus.NewGaugeVec(prometheus.GaugeOpts{Namespace: namespace, Name: name, Help: help}, labels)
		r.MustRegister(g)
		return g
	}
	v := laneVectors{
		publishSeconds: prometheus.NewHistogramVec(prometheus.HistogramOpts{Namespace: namespace, Name: "publish_seconds",
			Help: "Time from commit in Odoo to the broker's confirm, of every delivery.", Buckets: publishBuckets}, labels),
		unconfirmed:    gauges("publish_unconfirmed", "Messages on their way to the broker that it has not confirmed yet."),
		returned:       counters(r, "publish_returned_total", "Messages that the broker returned because no queue took them.", labels...),
		backlogEvents:  gauges("lane_backlog_events", "Journal entries that the lane has not dealt with yet."),
		backlogSeconds: gauges("lane_backlog_seconds", "Age of the oldest journal entry that the lane has not dealt with; 0 without backlog."),
		initial:        counters(r, "lane_initial_documents_total", "Documents of the initial load that are in the queue.", labels...),
		again:          counters(r, "replay_events_total", "Deliveries of replays and of documents published again that are in the queue.", labels...),
		parkedTotal:    counters(r, "lane_parked_total", "Deliveries put aside because the broker can never take them.", labels...),
		parked:         gauges("lane_parked", "Deliveries put aside that wait for a person: odoobridge parked list."),
		late:           counters(r, "lane_late_deliveries_total", "Deliveries that were confirmed more than ten seconds after the lane's pace made them due.", labels...),
		resent:         counters(r, "publish_resent_total", "Messages sent again because their outcome was unknown.", labels...),
		stopped:        counters(r, "lane_stopped_total", "Times that the lane gave up; its status says why.", labels...),
		givenUp:        gauges("lane_given_up", "1 while the lane has given up and delivers nothing: odoobridge status says why."),
		withheld: counters(r, "lane_withheld_events_total",
			"Journal entries that led to no delivery of their own: filtered (not the lane's business), suppressed (nothing it can see has changed) or conflated (newer ones stood in).",
			"channel", "lane", "reason"),
	}
	r.MustRegister(v.publishSeconds)
	return v
}

// Lane returns the metrics of one lane, which are exported from then on. Keep what it returns.
func (m *Metrics) Lane(channel, lane string) *Lane {
	v := &m.lanes
	return &Lane{
		PublishSeconds: v.publishSeconds.WithLabelValues(channel, lane),
		Unconfirmed:    v.unconfirmed.WithLabelValues(channel, lane),
		Returned:       v.returned.WithLabelValues(channel, lane),
		BacklogEvents:  v.backlogEvents.WithLabelValues(channel, lane),
		BacklogSeconds: v.backlogSeconds.WithLabelValues(channel, lane),
		Initial:        v.initial.WithLabelValues(channel, lane),
		Again:          v.again.WithLabelValues(channel, lane),
		ParkedTotal:    v.parkedTotal.WithLabelValues(channel, lane),
		Parked:         v.parked.WithLabelValues(channel, lane),
		Late:           v.late.WithLabelValues(channel, lane),
		Resent:         v.resent.WithLabelValues(channel, lane),
		Stopped:        v.stopped.WithLabelValues(channel, lane),
		GivenUp:        v.givenUp.WithLabelValues(channel, lane),
		Filtered:       v.withheld.WithLabelValues(channel, lane, "filtered"),
		Suppressed:     v.withheld.WithLabelValues(channel, lane, "suppressed"),
		Conflated:      v.withheld.WithLabelValues(channel, lane, "conflated"),
	}
}
