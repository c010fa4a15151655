package trace

import (
	"context"
	"time"

	"github.com/odoobridge/odoobridge/internal/store"
	"github.com/odoobridge/odoobridge/router"
	"github.com/odoobridge/odoobridge/router/jobs"
	"github.com/odoobridge/odoobridge/router/lane"
)

// journal is what of a store is read.
type journal interface {
	store.Chained
	Documents(ctx context.Context, entity string, after store.Key, limit int, yield func(store.Document) bool) error
	DocumentsNamed(ctx context.Context, subject string) ([]store.Document, error)
	JournalBounds(ctx context.Context) (first, last int64, err error)
	Passed(ctx context.Context, lane string, entries []int64) ([]store.Passing, error)
}

// commands is what of a ledger is read.
type commands interface {
	Commands(ctx context.Context, f store.CommandFilter) ([]store.Command, error)
	Audit(ctx context.Context, f store.AuditFilter) ([]store.AuditEntry, error)
	Results(ctx context.Context, seq int64) ([]store.Result, error)
	Steps(ctx context.Context, seq int64) ([]store.Step, error)
	Bound(ctx context.Context, externalID string) (store.Binding, bool, error)
}

// Lane is how far a lane is.
type Lane struct {
	Spec  lane.Spec
	Seq   int64       // its cursor
	Moved time.Time   // when it was saved
	Known bool        // it has one
	Note  string      // why it does not get on, "" when it does
	Rules *lane.Rules // since when it judges as it does; nil: not known
	Loads []lane.Load // when its channel was sent every document, oldest first
}

// Sources are what a trace is made of.
type Sources struct {
	Store    journal
	Commands commands // nil: there is no ledger
	Channels []string // that may send commands
	Lanes    []Lane
	Parked   []jobs.Parked
	Jobs     []jobs.Job
	Poisoned []router.Poisoned
	Readings []Reading
	Unmoved  string // file of a ledger that is not among these; "" for none
	// Checkpoint is the last entry whose document is in its own table.
	Checkpoint int64
	Now        time.Time
}

// LanesOf joins lanes with their cursors.
func LanesOf(specs []lane.Spec, cursors []store.Cursor) (lanes []Lane, err error) {
	at := map[string]store.Cursor{}
	for _, c := range cursors {
		at[c.Lane] = c
	}
	for _, s := range specs {
		c, known := at[s.ID()]
		l := Lane{Spec: s, Seq: c.Seq, Moved: c.Updated, Known: known}
		if l.Rules, err = lane.RulesIn(c); err != nil {
			return nil, err
		}
		if l.Loads, err = lane.LoadsIn(c); err != nil {
			return nil, err
		}
		lanes = append(lanes, l)
	}
	return lanes, nil
}

// Request is what is asked for.
type Request struct {
	Key     string    `json:"key"`
	Channel string    `json:"channel,omitempty"` // only its commands and lanes
	Since   time.Time `json:"since,omitzero"`
	Events  int       `json:"events,omitempty"` // so many of each thing at most, the newest; 0: 100
}

const (
	defaultEvents = 100
	mostCommands  = 200 // about one key
	mostOrders    = 20  // of a customer, and that an invoice is for
)
