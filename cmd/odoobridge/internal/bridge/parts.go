package bridge

import (
	"sync"
	"sync/atomic"

	"github.com/cenkalti/backoff/v5"

	"github.com/odoobridge/odoobridge/cdc"
	"github.com/odoobridge/odoobridge/cmd/odoobridge/internal/trace"
	"github.com/odoobridge/odoobridge/internal/control"
	"github.com/odoobridge/odoobridge/internal/store"
	"github.com/odoobridge/odoobridge/internal/store/postgres"
	"github.com/odoobridge/odoobridge/outbound"
	"github.com/odoobridge/odoobridge/router"
	"github.com/odoobridge/odoobridge/router/held"
	"github.com/odoobridge/odoobridge/router/jobs"
	"github.com/odoobridge/odoobridge/router/journal"
	"github.com/odoobridge/odoobridge/router/lane"
)

// bridge is the rooms and what joins them, for as long as its store lasts.
type bridge struct {
	*host

	lease    *postgres.Lease // of a shared store; nil where the store is this machine's
	store    store.Store
	control  *control.Server
	commands *commands // nil where no channel may send any
	held     *held.Set // what channels have in flight
	wakes    *wakes    // for commands that wait
	source   *cdc.Source
	journal  *journal.Journal
	broker   *outbound.Broker
	lanes    *lane.Set
	jobs     *jobs.Manager
	origins  origins
	stage    stage
	meters   laneMeters
	observer *observer
	specs    []lane.Spec

	resynced    bool            // what a resync was asked for is done
	reading     trace.Reading   // why tables are being read; the reading goroutine's
	toldWaiting []string        // of what the log has said that it waits
	filling     atomic.Bool     // the store is nearly full, and that has been said
	full        atomic.Bool     // the store took no write, and none has become durable since
	room        backoff.BackOff // until it is asked again

	mu        sync.Mutex
	streaming bool   // everything above is there
	holder    string // of the shared store, for which we stand by
	// found is what of the database is mirrored, and router what mirrors it: both are
	// replaced when tables come or go. known is the shape in which the mirror's rows were read.
	found  survey
	known  shape
	router *router.Router
	// publishers are those of the lanes; returned is how much of their counts is in the metrics.
	publishers map[string]*outbound.Publisher
	returned   map[string]uint64
	topology   error // why the queues are not as they must be
}
