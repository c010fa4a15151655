package dba

import "fmt"

// Undo lists what takes everything away that a full setup made, last made
// first. The slot goes first of all: it is what holds on to the server's log.
func Undo(w *Wants, have *Have) []Statement {
	plan := []Statement{{Section: "The slot", Why: "stop the bridge before. From now on the server keeps no log for it",
		SQL: fmt.Sprintf("SELECT pg_drop_replication_slot(slot_name) FROM pg_replication_slots WHERE slot_name = %s", Literal(w.Slot))}}
	add := func(section, sql string) { plan = append(plan, Statement{Section: section, SQL: sql}) }
	add(sectionPublication, "DROP PUBLICATION IF EXISTS "+Quote(w.Publication))
	add(sectionIdentity, "DROP VIEW IF EXISTS "+IdentityView)
	if have != nil && have.Role == nil {
		return plan
	}
	role := Quote(w.Role)
	for _, t := range w.all() {
		if w.installed(t, have) {
			add(sectionGrants, revoke(w, t, have))
		}
	}
	add(sectionGrants, "REVOKE USAGE ON SCHEMA public FROM "+role)
	add(sectionRole, "REVOKE CONNECT ON DATABASE "+Quote(w.Database)+" FROM "+role)
	if w.RDS {
		add(sectionRole, "REVOKE rds_replication FROM "+role)
	}
	add(sectionRole, "DROP ROLE "+role)
	return plan
}

func revoke(w *Wants, t Table, have *Have) string {
	columns := t.Columns
	if have != nil {
		columns = nil
		for _, c := range t.Columns {
			if _, exists := have.Columns[t.Name][c]; exists {
				columns = append(columns, c)
			}
		}
	}
	return fmt.Sprintf("REVOKE SELECT (%s) ON %s FROM %s", quoteAll(columns), Quote(t.Name), Quote(w.Role))
}
