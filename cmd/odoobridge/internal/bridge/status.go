package bridge

import (
	"context"
	"time"

	"github.com/odoobridge/odoobridge/internal/telemetry"
	"github.com/odoobridge/odoobridge/router"
	"github.com/odoobridge/odoobridge/router/held"
	"github.com/odoobridge/odoobridge/router/jobs"
	"github.com/odoobridge/odoobridge/router/lane"
)

// Status is the whole picture, as /status serves it and `odoobridge status` shows it.
type Status struct {
	Ready       bool                `json:"ready"`
	Checks      []telemetry.Verdict `json:"checks"`
	Doing       string              `json:"doing,omitempty"` // before it streams
	Since       time.Time           `json:"since"`
	Odoo        OdooStatus          `json:"odoo"`
	Replication ReplicationStatus   `json:"replication"`
	Store       StoreStatus         `json:"store"`
	Journal     JournalStatus       `json:"journal"`
	Lanes       []LaneStatus        `json:"lanes"`
	// Commands are those that are not done, by channel and workload; absent where no channel may send any.
	Commands []CommandStatus `json:"commands,omitempty"`
	// API says whether Odoo can be called; absent where no channel may send commands.
	API *APIStatus `json:"odoo_api,omitempty"`
	// Clocks are those that are not this machine's.
	Clocks []ClockStatus `json:"clocks_off,omitempty"`
	// InFlight are orders that Odoo does not count yet; absent where there are none.
	InFlight *InFlightStatus `json:"orders_in_flight,omitempty"`
	// Results are answers to commands that no queue has taken yet.
	Results []ResultStatus `json:"results_waiting,omitempty"`
	Jobs    []jobs.Job     `json:"jobs"` // that run
	// Poisoned are documents that cannot be built from their rows: channels have them as they were.
	Poisoned []router.Poisoned `json:"poisoned,omitempty"`
}

// OdooStatus says which Odoo is read.
type OdooStatus struct {
	Release  string `json:"release"`
	Database string `json:"database"`
	UUID     string `json:"uuid"`
	// Waiting are tables and columns ("table.column") that a module has brought and that
	// cannot be read before they are published and granted.
	Waiting []string `json:"waiting,omitempty"`
}

// ReplicationStatus says how far reading is.
type ReplicationStatus struct {
	Slot         string    `json:"slot"`
	Connected    bool      `json:"connected"`
	CatchingUp   bool      `json:"catching_up"`
	Position     string    `json:"position"` // durable here and confirmed
	ServerWAL    string    `json:"server_wal"`
	LagBytes     int64     `json:"lag_bytes"`
	Transactions int64     `json:"transactions"`
	Changes      int64     `json:"changes"`
	Reconnects   int64     `json:"reconnects"`
	LastHeard    time.Time `json:"last_heard,omitzero"`
}

// StoreStatus says where the bridge remembers, and whether it is its turn.
type StoreStatus struct {
	Kind   string `json:"kind"`             // sqlite, postgres
	State  string `json:"state"`            // starting, standby, active
	Holder string `json:"holder,omitempty"` // for which a stand-by waits
}

// JournalStatus says what the journal holds.
type JournalStatus struct {
	First      int64 `json:"first"`
	Last       int64 `json:"last"`
	StoreBytes int64 `json:"store_bytes"`
	// StoreLimit is what the store may have, or its disk has room for; 0 where that is not known.
	StoreLimit int64 `json:"store_limit_bytes"`
}

// LaneStatus says how a lane is doing.
type LaneStatus struct {
	Channel    string     `json:"channel"`
	Lane       string     `json:"lane"`
	Pace       string     `json:"pace"`
	State      lane.State `json:"state"`
	Backlog    int64      `json:"backlog_events"`
	AgeSeconds float64    `json:"backlog_seconds"`
	Held       int        `json:"held"`
	InFlight   int        `json:"in_flight"`
	Delivered  int64      `json:"delivered"`
	NextFlush  time.Time  `json:"next_flush,omitzero"`
	Parked     int        `json:"parked,omitempty"`
	Unloaded   []string   `json:"unloaded_entities,omitempty"` // added later: the channel has not got what was there
	Error      string     `json:"error,omitempty"`
}

// InFlightStatus says what lanes with `inflight` take off.
type InFlightStatus struct {
	Orders int `json:"orders"`
	// Whole are kits that are not taken off their components.
	Whole []held.Whole `json:"kits_not_taken_apart,omitempty"`
}

func (b *bridge) isStreaming() bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.streaming
}

// status is served while the bridge starts, too: what is not there yet is left out.
func (b *bridge) status(ctx context.Context) (any, error) {
	ready, checks := b.health.Ready()
	s := Status{Ready: ready, Checks: checks, Since: b.began.UTC(), Doing: b.stage.get(), Store: b.storeStatus(), Lanes: []LaneStatus{}, Jobs: []jobs.Job{}}
	if !b.isStreaming() {
		return s, nil
	}
	b.mu.Lock()
	found := b.found
	b.mu.Unlock()
	s.Odoo = OdooStatus{Release: found.profile.Release, Database: b.stage.database(), UUID: found.facts.UUID, Waiting: found.waiting}
	stats := b.source.Stats()
	s.Replication = ReplicationStatus{
		Slot: b.cfg.Postgres.Slot, Connected: stats.Connected, CatchingUp: stats.CatchingUp,
		Position: stats.Confirmed.String(), ServerWAL: stats.ServerWAL.String(),
		LagBytes:     max(0, int64(stats.ServerWAL)-int64(stats.Confirmed)),
		Transactions: stats.Transactions, Changes: stats.Changes, Reconnects: stats.Reconnects, LastHeard: stats.LastHeard.UTC(),
	}
	s.Journal.First, s.Journal.Last = b.journal.Bounds()
	full, err := b.fullness(ctx)
	if err != nil {
		return nil, err
	}
	s.Journal.StoreBytes, s.Journal.StoreLimit = full.used, full.limit
	if s.Commands, err = b.commandStatus(ctx); err != nil {
		return nil, err
	}
	if s.Results, err = b.resultStatus(ctx); err != nil {
		return nil, err
	}
	s.API = b.apiStatus()
	s.Clocks = b.clocks.off()
	s.InFlight = b.inFlightStatus()
	s.Poisoned = b.poisoned()
	parked := b.jobs.ParkedCounts()
	for _, l := range b.lanes.Status() {
		s.Lanes = append(s.Lanes, laneStatus(l, parked[l.Channel+"/"+l.Lane]))
	}
	for _, j := range b.jobs.List() {
		if j.State == jobs.Running {
			s.Jobs = append(s.Jobs, j)
		}
	}
	return s, nil
}

func laneStatus(l lane.Status, parked int) LaneStatus {
	s := LaneStatus{
		Channel: l.Channel, Lane: l.Lane, Pace: l.Pace, State: l.State, Backlog: l.Backlog, AgeSeconds: l.Age.Seconds(),
		Held: l.Held, InFlight: l.InFlight, Delivered: l.Delivered, NextFlush: l.NextFlush,
		Parked: parked, Unloaded: l.Unloaded,
	}
	if l.Err != nil {
		s.Error = l.Err.Error()
	}
	return s
}

// poisoned are the documents that cannot be built now.
func (b *bridge) poisoned() []router.Poisoned {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.router.Poisoned()
}
