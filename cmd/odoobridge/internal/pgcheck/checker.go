package pgcheck

import (
	"context"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/odoobridge/odoobridge/cdc"
	"github.com/odoobridge/odoobridge/cmd/odoobridge/internal/check"
	"github.com/odoobridge/odoobridge/cmd/odoobridge/internal/odoodb"
	"github.com/odoobridge/odoobridge/internal/config"
	"github.com/odoobridge/odoobridge/schema/odoo"
)

// Checker asks one server.
type Checker struct {
	cfg    *config.Config
	source *cdc.Source

	// Slow is how long a transaction may be open before it is named, and
	// SlotWait how long the temporary slot may wait for such. Tests shorten them.
	Slow, SlotWait time.Duration

	// Remembers, if set, asks the bridge's store about its slot.
	Remembers func(context.Context) Memory

	conn        *pgx.Conn
	unreachable bool
	noSchema    bool // the role may not look into the schema

	version  int
	standby  bool
	role     string
	settings map[string]string
	facts    odoodb.Facts
	profile  *odoo.Profile
}

// New returns a checker. It does not connect. Close it.
func New(cfg *config.Config) (*Checker, error) {
	source, err := cdc.New(cdc.Config{DSN: cfg.Postgres.DSN.Reveal(), Slot: cfg.Postgres.Slot, Publication: cfg.Postgres.Publication})
	if err != nil {
		return nil, fmt.Errorf("prepare to look at PostgreSQL: %w", err)
	}
	return &Checker{cfg: cfg, source: source, settings: map[string]string{}, Slow: time.Minute, SlotWait: 10 * time.Second}, nil
}

// Close ends the connections.
func (c *Checker) Close() {
	c.source.Close()
	if c.conn != nil {
		ctx, cancel := context.WithTimeout(context.Background(), time.Second)
		defer cancel()
		_ = c.conn.Close(ctx)
	}
}

// Questions are all that there is to ask, in an order in which later ones may
// use what earlier ones found.
func (c *Checker) Questions() []check.Question {
	return []check.Question{
		{Code: "postgres.connect", Ask: c.connect},
		{Code: "postgres.pooler", Ask: c.needs(c.pooler)},
		{Code: "postgres.version", Ask: c.needs(c.server)},
		{Code: "postgres.database", Ask: c.needs(c.database)},
		{Code: "postgres.clock", Ask: c.needs(c.clock)},
		{Code: "postgres.role", Ask: c.needs(c.roles)},
		{Code: "postgres.wal_level", Ask: c.needs(c.walLevel)},
		{Code: "postgres.capacity", Ask: c.needs(c.capacity)},
		{Code: "postgres.wal_budget", Ask: c.needs(c.walBudget)},
		{Code: "postgres.timeouts", Ask: c.needs(c.timeouts)},
		{Code: "postgres.replication", Ask: c.needs(c.replicationConnection)},
		{Code: "postgres.long_transactions", Ask: c.needs(c.longTransactions)},
		{Code: "postgres.slot_creation", Timeout: 20 * time.Second, Ask: c.needs(c.slotCreation)},
		{Code: "postgres.slot", Ask: c.needs(c.slot)},
		{Code: "postgres.schema", Ask: c.needs(c.schema)},
		{Code: "odoo.release", Ask: c.needs(c.release)},
		{Code: "odoo.identity", Ask: c.needs(c.identity)},
		{Code: "odoo.logins", Ask: c.needs(c.logins)},
		{Code: "odoo.columns", Ask: c.needs(c.columns)},
		{Code: "odoo.grants", Ask: c.needs(c.grants)},
		{Code: "postgres.publication", Ask: c.needs(c.publication)},
	}
}

// needs skips a question when there is no connection, and opens a new one when
// the last question's time-out cost it.
func (c *Checker) needs(ask func(context.Context) ([]check.Finding, error)) func(context.Context) ([]check.Finding, error) {
	return func(ctx context.Context) ([]check.Finding, error) {
		if c.unreachable {
			return nil, &check.SkipError{Reason: "no connection to PostgreSQL"}
		}
		if c.conn.IsClosed() {
			conn, err := c.open(ctx)
			if err != nil {
				return nil, err
			}
			c.conn = conn
		}
		return ask(ctx)
	}
}

func one(f check.Finding) ([]check.Finding, error) { return []check.Finding{f}, nil }
