package telemetry

import (
	"time"

	"github.com/prometheus/client_golang/prometheus"
)

// Commands is what is counted of commands.
type Commands struct {
	total      *prometheus.CounterVec
	seconds    *prometheus.HistogramVec
	own        *prometheus.HistogramVec
	retries    *prometheus.CounterVec
	panics     *prometheus.CounterVec
	waiting    *prometheus.GaugeVec
	oldest     *prometheus.GaugeVec
	exceptions *prometheus.GaugeVec
	unsent     *prometheus.GaugeVec
	unsentAge  *prometheus.GaugeVec
	odoo       *prometheus.HistogramVec

	Connected   prometheus.Gauge
	OdooCircuit prometheus.Gauge
	OdooCalls   prometheus.Gauge
	LedgerBytes prometheus.Gauge
}

// commandBuckets reach from an answer out of the ledger to a command that waited for a person.
var commandBuckets = []float64{.005, .01, .025, .05, .1, .25, .5, 1, 2.5, 5, 10, 30, 60, 300, 3600, 86400}

// ownBuckets reach from a disk that syncs at once to one that hardly does.
var ownBuckets = []float64{.00025, .0005, .00075, .001, .00125, .0015, .00175, .002, .00225, .0025, .003, .004, .005, .0075, .01, .025, .05, .1, .25, 1}

func newCommands(r *prometheus.Registry) *Commands {
	c := &Commands{
		total: counters(r, "commands_total", "Answers to commands, by outcome.", "channel", "command", "outcome"),
		seconds: prometheus.NewHistogramVec(prometheus.HistogramOpts{Namespace: namespace, Name: "command_seconds",
			Help: "Time from a command's arrival to its answer in the outbox.", Buckets: commandBuckets}, []string{"channel", "command"}),
		own: prometheus.NewHistogramVec(prometheus.HistogramOpts{Namespace: namespace, Name: "command_own_seconds",
			Help: "The bridge's own part of that, syncs of its disk included: without calls to Odoo, and without what was before the command was taken if it had to wait for its turn.", Buckets: ownBuckets}, []string{"channel", "command"}),
		retries:    counters(r, "command_retries_total", "Attempts that decided nothing and are made again.", "channel", "command"),
		panics:     counters(r, "command_panics_total", "Attempts that the bridge itself failed at: a fault of the bridge. A command that does so three times is parked as bridge_fault.", "channel", "command"),
		waiting:    prometheus.NewGaugeVec(prometheus.GaugeOpts{Namespace: namespace, Name: "commands_waiting", Help: "Commands that are not decided: received, waiting or being applied."}, []string{"channel", "workload", "state"}),
		oldest:     prometheus.NewGaugeVec(prometheus.GaugeOpts{Namespace: namespace, Name: "commands_oldest_seconds", Help: "Age of the oldest command that is not decided; 0 without one."}, []string{"channel", "workload"}),
		exceptions: prometheus.NewGaugeVec(prometheus.GaugeOpts{Namespace: namespace, Name: "exceptions_open", Help: "Parked commands that a person or a rule must decide, by reason."}, []string{"channel", "code"}),
		unsent:     prometheus.NewGaugeVec(prometheus.GaugeOpts{Namespace: namespace, Name: "results_waiting", Help: "Answers to commands that no queue has taken yet; dead letters have no channel."}, []string{"channel"}),
		unsentAge:  prometheus.NewGaugeVec(prometheus.GaugeOpts{Namespace: namespace, Name: "results_waiting_seconds", Help: "Age of the oldest answer that no queue has taken yet; absent without one."}, []string{"channel"}),
		odoo: prometheus.NewHistogramVec(prometheus.HistogramOpts{Namespace: namespace, Name: "odoo_call_seconds",
			Help: "Time of calls to Odoo's API, by result: ok, or the kind of error.", Buckets: prometheus.DefBuckets}, []string{"model", "method", "result"}),
		Connected:   gauge(r, "commands_connected", "1 while commands of every channel that may send any can be received."),
		OdooCircuit: gauge(r, "odoo_circuit_open", "1 while Odoo's API does not answer, or refuses a user's key, and calls are held back for a while."),
		OdooCalls:   gauge(r, "odoo_calls_in_flight", "Calls to Odoo's API that are being made, looked at now and then; at most odoo.max_in_flight."),
		LedgerBytes: gauge(r, "ledger_bytes", "What the ledger of commands occupies."),
	}
	r.MustRegister(c.seconds, c.own, c.waiting, c.oldest, c.exceptions, c.unsent, c.unsentAge, c.odoo)
	return c
}

// Answered counts an answer. own is the bridge's part of what it took.
func (c *Commands) Answered(channel, command, outcome string, took, own time.Duration) {
	c.total.WithLabelValues(channel, command, outcome).Inc()
	c.seconds.WithLabelValues(channel, command).Observe(took.Seconds())
	c.own.WithLabelValues(channel, command).Observe(own.Seconds())
}

// Retried counts an attempt that decided nothing.
func (c *Commands) Retried(channel, command string) {
	c.retries.WithLabelValues(channel, command).Inc()
}

// Panicked counts an attempt at which the bridge itself failed.
func (c *Commands) Panicked(channel, command string) {
	c.panics.WithLabelValues(channel, command).Inc()
}

// Expect shows zero panics of a channel's commands, and of what is none, so that the first one is an increase.
func (c *Commands) Expect(channel string, commands []string) {
	if len(commands) == 0 {
		return
	}
	c.panics.WithLabelValues(channel, "unknown").Add(0)
	for _, name := range commands {
		c.panics.WithLabelValues(channel, name).Add(0)
	}
}

// Called measures a call to Odoo.
func (c *Commands) Called(model, method, result string, took time.Duration) {
	c.odoo.WithLabelValues(model, method, result).Observe(took.Seconds())
}

// OpenCommands is how many commands of a kind are not done.
type OpenCommands struct {
	Channel, Workload, State string
	Code                     string // of parked ones
	Count                    int64
	Oldest                   time.Duration
}

// SetOpen replaces what is known of commands that are not done.
func (c *Commands) SetOpen(list []OpenCommands) {
	c.waiting.Reset()
	c.oldest.Reset()
	c.exceptions.Reset()
	oldest := map[[2]string]time.Duration{}
	for _, o := range list {
		if o.State == "parked" {
			c.exceptions.WithLabelValues(o.Channel, o.Code).Add(float64(o.Count))
			continue
		}
		c.waiting.WithLabelValues(o.Channel, o.Workload, o.State).Add(float64(o.Count))
		key := [2]string{o.Channel, o.Workload}
		oldest[key] = max(oldest[key], o.Oldest)
	}
	for key, age := range oldest {
		c.oldest.WithLabelValues(key[0], key[1]).Set(age.Seconds())
	}
}

// UnsentResults is how many answers to a channel wait to be sent.
type UnsentResults struct {
	Channel string
	Count   int64
	Oldest  time.Duration
}

// SetUnsent replaces what is known of answers that wait to be sent.
func (c *Commands) SetUnsent(list []UnsentResults) {
	c.unsent.Reset()
	c.unsentAge.Reset()
	for _, u := range list {
		c.unsent.WithLabelValues(u.Channel).Set(float64(u.Count))
		c.unsentAge.WithLabelValues(u.Channel).Set(u.Oldest.Seconds())
	}
}

// show makes a series of each, so that the reference has them all.
func (c *Commands) show() {
	c.Answered("channel", "command", "outcome", 0, 0)
	c.Retried("channel", "command")
	c.Panicked("channel", "command")
	c.Called("model", "method", "result", 0)
	c.SetUnsent([]UnsentResults{{Channel: "channel"}})
	c.SetOpen([]OpenCommands{{Channel: "channel", Workload: "workload", State: "received"}, {Channel: "channel", State: "parked", Code: "code"}})
}
