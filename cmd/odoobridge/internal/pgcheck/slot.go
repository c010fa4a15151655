package pgcheck

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"

	"github.com/odoobridge/odoobridge/cdc"
	"github.com/odoobridge/odoobridge/cmd/odoobridge/internal/check"
	"github.com/odoobridge/odoobridge/cmd/odoobridge/internal/dba"
)

// longTransactions names open transactions that have written: a new slot waits
// for all of them.
func (c *Checker) longTransactions(ctx context.Context) ([]check.Finding, error) {
	rows, err := c.conn.Query(ctx, `SELECT pid::text || coalesce(' (' || usename || ')', ''), now() - xact_start
		FROM pg_stat_activity WHERE backend_xid IS NOT NULL AND xact_start < now() - make_interval(secs => $1)
		UNION ALL
		SELECT 'prepared ' || gid, now() - prepared FROM pg_prepared_xacts`, c.Slow.Seconds())
	if err != nil {
		return nil, fmt.Errorf("look for long transactions: %w", err)
	}
	var who string
	var age time.Duration
	var found []string
	if _, err := pgx.ForEachRow(rows, []any{&who, &age}, func() error {
		found = append(found, fmt.Sprintf("%s for %s", who, age.Round(time.Second)))
		return nil
	}); err != nil {
		return nil, fmt.Errorf("look for long transactions: %w", err)
	}
	if len(found) == 0 {
		return one(check.Good("postgres.long_transactions", "no long transactions"))
	}
	return one(check.Finding{Severity: check.Warn, Code: "postgres.long_transactions", What: "open transactions that have written: " + strings.Join(found, ", "),
		Why: "the first start waits until they end", Remedy: "wait for them, or end the ones that nobody needs: SELECT pg_terminate_backend(<pid>)"})
}

// slotCreation makes a temporary slot and drops it: nothing else proves that it can be done.
func (c *Checker) slotCreation(ctx context.Context) ([]check.Finding, error) {
	if c.settings["wal_level"] != "logical" || c.standby {
		return nil, &check.SkipError{Reason: "the server does not allow it, see above"}
	}
	cfg, err := c.parse()
	if err != nil {
		return nil, err
	}
	cfg.RuntimeParams["statement_timeout"] = strconv.FormatInt(c.SlotWait.Milliseconds(), 10) // the wait ends on the server too
	conn, err := pgx.ConnectConfig(ctx, cfg)
	if err != nil {
		return nil, fmt.Errorf("connect: %w", err)
	}
	defer func() { _ = conn.Close(context.WithoutCancel(ctx)) }()
	name := fmt.Sprintf("odoobridge_check_%d", conn.PgConn().PID())
	if _, err = conn.Exec(ctx, "SELECT pg_create_logical_replication_slot($1, 'pgoutput', true)", name); err != nil {
		return c.slotRefused(ctx, err)
	}
	if _, err := conn.Exec(ctx, "SELECT pg_drop_replication_slot($1)", name); err != nil {
		return nil, fmt.Errorf("drop the temporary slot %s (it goes with its connection): %w", name, err)
	}
	return one(check.Good("postgres.slot_creation", "a slot can be made (a temporary one was, and was dropped)"))
}

func (c *Checker) slotRefused(ctx context.Context, err error) ([]check.Finding, error) {
	f := check.Finding{Severity: check.Fail, Code: "postgres.slot_creation", What: "a slot cannot be made: " + connectionTrouble(err)}
	var refused *pgconn.PgError
	if !errors.As(err, &refused) {
		return nil, fmt.Errorf("make a temporary slot: %w", err)
	}
	switch refused.Code {
	case "57014": // query_canceled: the time-out
		f.What = "making a slot waits for open transactions" + c.blockers(ctx)
		f.Remedy = "wait for them, or end the ones that nobody needs: SELECT pg_terminate_backend(<pid>)"
	case "42501":
		f.Remedy, f.SQL = "give the role the attribute", []string{"ALTER ROLE " + dba.Quote(c.role) + " REPLICATION"}
	case "53400": // configuration_limit_exceeded
		limit, _ := c.number("max_replication_slots")
		f.Remedy, f.SQL = fromStart, []string{fmt.Sprintf("ALTER SYSTEM SET max_replication_slots = %d", limit+5)}
	}
	return one(f)
}

// blockers names the processes with a transaction id: pg_locks tells them even to those
// who may not see what they do.
func (c *Checker) blockers(ctx context.Context) string {
	rows, err := c.conn.Query(ctx, `SELECT DISTINCT pid::text FROM pg_locks
		WHERE locktype = 'transactionid' AND mode = 'ExclusiveLock' AND granted AND pid IS NOT NULL AND pid <> pg_backend_pid()`)
	if err != nil {
		return ""
	}
	pids, err := pgx.CollectRows(rows, pgx.RowTo[string])
	if err != nil || len(pids) == 0 {
		return ""
	}
	return " of the processes " + strings.Join(pids, ", ")
}

func (c *Checker) slot(ctx context.Context) ([]check.Finding, error) {
	state, err := c.source.SlotState(ctx)
	if err != nil {
		return nil, err
	}
	var holder cdc.Holder
	if state.Active {
		holder = c.source.Holder(ctx, state.ActivePID)
	}
	var remembered Memory
	if !state.Exists && c.Remembers != nil {
		remembered = c.Remembers(ctx)
	}
	return one(c.slotFinding(state, holder, remembered))
}

// Memory is what the bridge's store knows of the slot that it was filled from.
type Memory struct {
	Slot    string // "": the tables were never read to the end
	Unknown string // why the store cannot be asked; "" when it was, or when there is none yet
}

// absent tells a slot that was never made from one that was.
func (c *Checker) absent(name string, m Memory) check.Finding {
	const code = "postgres.slot"
	const resync = "run `odoobridge resync`: it makes a new slot, reads the tables again and delivers what changed meanwhile, also what was deleted"
	switch {
	case m.Unknown != "":
		return check.Finding{Severity: check.Warn, Code: code, What: "slot " + name + " is not there, and whether it ever was the store does not tell: " + m.Unknown,
			Remedy: "before the bridge's first start this is as it must be; if it has run before, " + resync}
	case m.Slot == "":
		return check.Good(code, "slot "+name+" was never made: the bridge makes it at its first start")
	case m.Slot != name:
		return check.Finding{Severity: check.Fail, Code: code, What: fmt.Sprintf("slot %s is not there; what the store has came from slot %s", name, m.Slot),
			Remedy: fmt.Sprintf("write postgres.slot: %s; or if the new name is meant, %s, and drop the old slot", m.Slot, resync)}
	}
	return check.Finding{Severity: check.Fail, Code: code, What: "slot " + name + " is gone: the bridge has read from it, and somebody dropped it since",
		Why: "what was changed meanwhile is in no log any more; the store still knows how things stood", Remedy: resync}
}

// muchLog is what an unused slot may hold back before it is worth a word.
const muchLog = 1 << 30

func (c *Checker) slotFinding(s cdc.SlotState, holder cdc.Holder, remembered Memory) check.Finding {
	name := c.cfg.Postgres.Slot
	drop := []string{"SELECT pg_drop_replication_slot(" + dba.Literal(name) + ")"}
	f := check.Finding{Severity: check.Fail, Code: "postgres.slot"}
	var current string
	if c.conn != nil {
		current = c.conn.Config().Database
	}
	switch {
	case !s.Exists:
		return c.absent(name, remembered)
	case s.Plugin != "pgoutput":
		f.What = fmt.Sprintf("slot %s is not the bridge's: its plugin is %q", name, s.Plugin)
		f.Remedy = "choose another name in postgres.slot, or drop it if nobody needs it"
		f.SQL = drop
	case current != "" && s.Database != current:
		f.What = fmt.Sprintf("slot %s belongs to the database %s", name, s.Database)
		f.Remedy = "choose another name in postgres.slot: names are unique on the server"
	case s.Lost() != "":
		f.What = fmt.Sprintf("slot %s is lost: %s", name, s.Lost())
		f.Why = "the log that it needed is gone; the store still knows how things stood"
		f.Remedy = "run `odoobridge resync`: it replaces the slot, reads the tables again and delivers what changed meanwhile, also what was deleted. To avoid it, raise max_slot_wal_keep_size"
	case s.Active:
		return check.Good(f.Code, fmt.Sprintf("slot %s is in use by %s", name, holder))
	case s.Retained > muchLog:
		f.Severity = check.Warn
		f.What = fmt.Sprintf("slot %s is not in use and holds back %s of log", name, megabytes(s.Retained>>20))
		f.Remedy = "start the bridge; if it is gone for good, drop the slot"
		f.SQL = drop
	default:
		return check.Good(f.Code, fmt.Sprintf("slot %s waits for its bridge, %s of log behind", name, megabytes(s.Retained>>20)))
	}
	return f
}
