package dba

import (
	"fmt"
	"strconv"
)

// serverPlan is advice on what belongs to the whole server.
func serverPlan(w *Wants, have *Have) []Statement {
	var plan []Statement
	advise := func(why, text string) {
		plan = append(plan, Statement{Section: sectionServer, Why: why, SQL: text, Advice: true})
	}
	if have == nil || have.Settings["wal_level"] != "logical" {
		advise("the log must carry row changes; needs a restart of the server", walLevel(w))
	}
	if n := have.setting("max_replication_slots"); have != nil && n < 2 {
		advise("the bridge keeps one slot, `check` and `tail` use another for a moment; needs a restart", "ALTER SYSTEM SET max_replication_slots = 10")
	}
	if have == nil || have.Version >= 130000 && have.setting("max_slot_wal_keep_size") < 0 {
		advise("how much log the server may keep for a bridge that is away, before it gives the slot up rather than fill the disk: "+
			"a day's log is a good start (docs/DBA.md); a reload is enough", keepSize(w))
	}
	advise("in pg_hba.conf, for the bridge's address. No line with the database `replication` is needed: that one would allow physical copies",
		fmt.Sprintf("host  %s  %s  %s  scram-sha-256", w.Database, w.Role, w.Client))
	return plan
}

func walLevel(w *Wants) string {
	if w.RDS {
		return "rds.logical_replication = 1   (parameter group)"
	}
	return "ALTER SYSTEM SET wal_level = 'logical'"
}

func keepSize(w *Wants) string {
	if w.RDS {
		return "max_slot_wal_keep_size = 20480   (parameter group, in MB)"
	}
	return "ALTER SYSTEM SET max_slot_wal_keep_size = '20GB'"
}

func (h *Have) setting(name string) int {
	if h == nil {
		return 0
	}
	n, err := strconv.Atoi(h.Settings[name])
	if err != nil {
		return 0
	}
	return n
}
