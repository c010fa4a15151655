package bridge

import (
	"sync"

	"github.com/odoobridge/odoobridge/cdc"
	"github.com/odoobridge/odoobridge/cmd/odoobridge/internal/odoodb"
	"github.com/odoobridge/odoobridge/internal/control"
	"github.com/odoobridge/odoobridge/internal/store"
	"github.com/odoobridge/odoobridge/internal/store/postgres"
	"github.com/odoobridge/odoobridge/outbound"
	"github.com/odoobridge/odoobridge/router"
	"github.com/odoobridge/odoobridge/router/journal"
	"github.com/odoobridge/odoobridge/router/lane"
	"github.com/odoobridge/odoobridge/schema/odoo"
)

// bridge is the rooms and what joins them, for as long as its store lasts.
type bridge struct {
	*host

	facts   odoodb.Facts
	profile *odoo.Profile
	lease   *postgres.Lease // of a shared store; nil where the store is this machine's
	store   store.Store
	control *control.Server
	source  *cdc.Source
	router  *router.Router
	journal *journal.Journal
	broker  *outbound.Broker
	lanes   *lane.Set
	origins origins
	stage   stage
	meters  laneMeters
	specs   []lane.Spec

	mu        sync.Mutex
	streaming bool   // everything above is there
	holder    string // of the shared store, for which we stand by
	// publishers are those of the lanes; returned is how much of their counts is in the metrics.
	publishers map[string]*outbound.Publisher
	returned   map[string]uint64
	topology   error // why the queues are not as they must be
}

// Names under which the store remembers whose log it has read.
const (
	metaSystem   = "system_identifier"
	metaTimeline = "timeline"
	metaDatabase = "database"
	metaOID      = "database_oid"
	metaUUID     = "database_uuid"
	metaRelease  = "odoo_release"
	metaSlot     = "slot"
)
