package config

import (
	"cmp"
	"time"
)

// Config is the whole configuration, with every default filled in.
type Config struct {
	Postgres      Postgres
	Odoo          Odoo
	RabbitMQ      RabbitMQ
	Store         Store
	HTTP          HTTP
	Log           Log
	ShutdownGrace time.Duration       // how long a stop may take to drain
	Channels      []Channel           // in the order of the file
	ExtraColumns  map[string][]string // by table
	Ownership     map[string]any      // entity or entity.field → channel, channels in order, or place → channel
	Conflicts     map[string]string   // entity → reject | park | owner | latest
	Commands      Commands
	Audit         Audit

	// Warnings are what loads but will not do what its author may expect.
	Warnings Errors
	// File is where the configuration was read from, "" for the environment alone.
	File string
	// SecretFiles are the files that secrets were read from, by setting ("odoo.api_key"): what
	// stands there later counts without this configuration being read again.
	SecretFiles map[string]string
}

// Postgres says where Odoo's database is and what the bridge is called there.
type Postgres struct {
	DSN             Secret
	Slot            string
	Publication     string
	Heartbeat       time.Duration // how often pg_logical_emit_message proves the way; 0 never
	StatusInterval  time.Duration // how often the position is reported to the server
	SnapshotWorkers int
	Resync          string        // "manual" or "auto"
	WatchInterval   time.Duration // how often publication and tables are looked at
}

// Odoo says where Odoo's API is.
type Odoo struct {
	URL         string
	Database    string
	Login       string
	APIKey      Secret
	MaxInFlight int
	Rate        float64 // calls a second
	CAFile      string
	CertFile    string
	KeyFile     string
	// LimitTimeReal is Odoo's own limit_time_real: when it ends a call that takes too long.
	LimitTimeReal time.Duration
}

// Odoo's limit_time_real where nothing else is said, and what a call may take beyond it: its way there and back, and the
// worker's end.
const (
	limitTimeReal = 120 * time.Second
	callMargin    = 30 * time.Second
)

// CallTimeout is how long a call of Odoo is waited for, a little longer than Odoo itself goes on with it. After that long
// Odoo is also done with a call whose answer never came, and what is read back stays true.
func (o *Odoo) CallTimeout() time.Duration {
	return cmp.Or(o.LimitTimeReal, limitTimeReal) + callMargin
}

// RabbitMQ says where the broker is and how events reach it.
type RabbitMQ struct {
	URL       Secret
	Topology  string // declare | verify | none
	QueueType string // quorum | classic
	Window    int    // unconfirmed messages a lane may have
	Firehose  bool   // also publish every event to the exchange odoo.events
	CAFile    string
	CertFile  string
	KeyFile   string
}

// Store says where the bridge remembers, and how much.
type Store struct {
	Path           string
	DSN            Secret        // of a shared store; "" for one in Path
	Schema         string        // of the shared store
	InOdooDatabase bool          // the shared store may be in Odoo's own database
	Retention      time.Duration // of the journal
	MaxSize        int64         // bytes
	Cache          int64         // bytes of hot rows and documents kept in memory
}

// HTTP says where health and metrics are served.
type HTTP struct{ Listen string }

// Log says what is logged, and how.
type Log struct {
	Level  string // debug | info | warn | error
	Format string // auto | text | json
}

// Channel is one system that hears of Odoo.
type Channel struct {
	Name       string
	OdooLogin  string
	OdooAPIKey Secret // of the user OdooLogin; "": commands are carried out as Odoo.Login
	Initial    string // publish | skip
	Lanes      []Lane
	Commands   []string

	// What follows is about commands.
	RabbitMQUser    string   // whom the broker must vouch for; "": not asked
	Company         int64    // Odoo's id; 0: the company of the bridge's user
	Warehouses      []string // short names that commands may name, the first is the default; none: all
	Mapping         Mapping
	Order           OrderRules
	Customer        CustomerRules
	PaymentInvoices string // prepay | invoice: what a payment for an order without invoice does
	NegativeStock   string // park | allow
	NotOwned        string // leave | reject: fields that the channel does not own
}

// Lane is one queue of a channel.
type Lane struct {
	Name     string
	Entities []string
	Where    map[string][]string // field → any of these values
	Fields   []string            // nil: all
	Pace     Pace
	Own      string // deliver | drop: what the channel itself caused
	Promise  string // free | safe | forecast: what available of a stock level is; "" as Odoo has it
	Buffer   string // decimal: held back of what is promised
	Floor    string // decimal: never promised less
	InFlight string // none | own | all: whose orders in flight are taken off
}

// Pace says when a lane delivers. Exactly one of Conflate and Schedule is set,
// or neither: instant.
type Pace struct {
	Conflate time.Duration
	Schedule string // five-field cron
	TimeZone string // IANA name for Schedule; UTC by default
	Urgent   []string
}

// Queue is the name of the lane's queue.
func (c *Channel) Queue(lane string) string { return "channel." + c.Name + "." + lane }
