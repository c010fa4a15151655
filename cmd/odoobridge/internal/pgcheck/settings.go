package pgcheck

import (
	"context"
	"fmt"
	"strconv"
	"strings"

	"github.com/odoobridge/odoobridge/cmd/odoobridge/internal/check"
)

const fromStart = "takes effect after a restart of the server"

func (c *Checker) number(setting string) (int64, bool) {
	n, err := strconv.ParseInt(c.settings[setting], 10, 64)
	return n, err == nil
}

func (c *Checker) walLevel(context.Context) ([]check.Finding, error) {
	level := c.settings["wal_level"]
	if level == "logical" {
		return one(check.Good("postgres.wal_level", "wal_level is logical"))
	}
	f := check.Finding{Severity: check.Fail, Code: "postgres.wal_level", What: "wal_level is " + level + ", not logical",
		Why: "only then does the log carry row changes", Remedy: fromStart, SQL: []string{"ALTER SYSTEM SET wal_level = 'logical'"}}
	if _, rds := c.settings["rds.logical_replication"]; rds {
		f.Remedy, f.SQL = "set rds.logical_replication = 1 in the parameter group; "+fromStart, nil
	}
	return one(f)
}

// capacity looks for a free slot and a free walsender.
func (c *Checker) capacity(ctx context.Context) ([]check.Finding, error) {
	var slots, senders int64
	var ours bool
	err := c.conn.QueryRow(ctx, `SELECT (SELECT count(*) FROM pg_replication_slots),
			(SELECT count(*) FROM pg_stat_activity WHERE backend_type = 'walsender'),
			EXISTS (SELECT 1 FROM pg_replication_slots WHERE slot_name = $1)`, c.cfg.Postgres.Slot).Scan(&slots, &senders, &ours)
	if err != nil {
		return nil, fmt.Errorf("count slots and walsenders: %w", err)
	}
	needed := int64(2) // the bridge's own, and one of check or tail
	if ours {
		needed--
	}
	return []check.Finding{
		c.room("max_replication_slots", "slots", slots, needed),
		c.room("max_wal_senders", "walsenders", senders, needed),
	}, nil
}

func (c *Checker) room(setting, what string, used, needed int64) check.Finding {
	limit, _ := c.number(setting)
	code := "postgres." + setting
	if free := limit - used; free < needed {
		severity := check.Warn
		if free < needed-1 || free == 0 {
			severity = check.Fail
		}
		return check.Finding{Severity: severity, Code: code, What: fmt.Sprintf("%d of %d %s are in use: %d free, %d wanted", used, limit, what, max(free, 0), needed),
			Remedy: fromStart, SQL: []string{fmt.Sprintf("ALTER SYSTEM SET %s = %d", setting, limit+max(needed-free, 1)+4)}}
	}
	return check.Good(code, fmt.Sprintf("%d of %d %s in use", used, limit, what))
}

// timeouts compares the server's patience with how often the bridge reports.
func (c *Checker) timeouts(context.Context) ([]check.Finding, error) {
	var findings []check.Finding
	if ms, _ := c.number("wal_sender_timeout"); ms > 0 && ms < 2*c.cfg.Postgres.StatusInterval.Milliseconds() {
		findings = append(findings, check.Finding{Severity: check.Warn, Code: "postgres.wal_sender_timeout",
			What:   fmt.Sprintf("wal_sender_timeout is %d ms, and the bridge reports every %s", ms, c.cfg.Postgres.StatusInterval),
			Why:    "the server ends a stream that has not reported for so long",
			Remedy: "raise it, or lower postgres.status_interval; a reload is enough", SQL: []string{"ALTER SYSTEM SET wal_sender_timeout = '60s'", "SELECT pg_reload_conf()"}})
	} else {
		findings = append(findings, check.Good("postgres.wal_sender_timeout", fmt.Sprintf("wal_sender_timeout is %d ms", ms)))
	}
	if idle, known := c.number("idle_replication_slot_timeout"); known && idle > 0 {
		findings = append(findings, check.Finding{Severity: check.Warn, Code: "postgres.idle_replication_slot_timeout",
			What:   "idle_replication_slot_timeout is " + c.settings["idle_replication_slot_timeout"] + " s: a slot unused for so long is given up",
			Why:    "a bridge that was stopped for longer must read all tables again",
			Remedy: "turn it off, or leave it so knowingly; a reload is enough",
			SQL:    []string{"ALTER SYSTEM SET idle_replication_slot_timeout = 0", "SELECT pg_reload_conf()"}})
	}
	return findings, nil
}

// walBudget compares how much log may be kept for the slot with how fast it grows.
func (c *Checker) walBudget(ctx context.Context) ([]check.Finding, error) {
	const code = "postgres.max_slot_wal_keep_size"
	perDay, measured := c.walPerDay(ctx)
	suggestion := suggestedGB(perDay)
	reload := []string{fmt.Sprintf("ALTER SYSTEM SET max_slot_wal_keep_size = '%dGB'", suggestion), "SELECT pg_reload_conf()"}
	rate := ""
	if measured {
		rate = fmt.Sprintf("; it grows by about %s a day", megabytes(perDay>>20))
	}
	keep, known := c.number("max_slot_wal_keep_size")
	switch {
	case !known:
		return one(check.Finding{Severity: check.Warn, Code: code, What: "this release of PostgreSQL sets no limit to the log kept for a slot" + rate,
			Why: "a bridge that stays away fills the disk, and Odoo stops", Remedy: "alert on odoobridge_slot_retained_wal_bytes, or upgrade to PostgreSQL 13 or later"})
	case keep < 0:
		return one(check.Finding{Severity: check.Warn, Code: code, What: "max_slot_wal_keep_size sets no limit to the log kept for a slot" + rate,
			Why: "a bridge that stays away fills the disk, and Odoo stops", Remedy: "set it to what the disk can spare, about a day's log (docs/DBA.md)", SQL: reload})
	case measured && keep<<20 < perDay/6 || keep < 1024:
		return one(check.Finding{Severity: check.Warn, Code: code, What: fmt.Sprintf("max_slot_wal_keep_size is only %s%s", megabytes(keep), rate),
			Why: "a bridge that stays away longer than that loses its slot and must read all tables again", Remedy: "allow about a day's log (docs/DBA.md)", SQL: reload})
	}
	return one(check.Good(code, "max_slot_wal_keep_size is "+megabytes(keep)+rate))
}

// walPerDay is how much log was written since the server's statistics began.
func (c *Checker) walPerDay(ctx context.Context) (bytes int64, measured bool) {
	if c.version < 140000 {
		return 0, false
	}
	err := c.conn.QueryRow(ctx, `SELECT (wal_bytes / extract(epoch FROM now() - stats_reset) * 86400)::bigint FROM pg_stat_wal
		WHERE now() - stats_reset > '1 hour'`).Scan(&bytes)
	return bytes, err == nil
}

// suggestedGB is a day's log with room to spare, in whole gigabytes.
func suggestedGB(perDay int64) int64 {
	return max(10, (perDay*3/2)>>30+1)
}

func megabytes(mb int64) string {
	if mb >= 10*1024 {
		return strings.TrimSuffix(strconv.FormatFloat(float64(mb)/1024, 'f', 1, 64), ".0") + " GB"
	}
	return strconv.FormatInt(mb, 10) + " MB"
}
