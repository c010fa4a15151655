package dba

import (
	"fmt"
	"strings"
)

// Plan lists what is still to be done. With nothing known of the server, that
// is everything.
func Plan(w *Wants, have *Have, publication []Statement) []Statement {
	var plan []Statement
	plan = append(plan, rolePlan(w, have)...)
	plan = append(plan, grantPlan(w, have)...)
	plan = append(plan, identityPlan(w, have)...)
	plan = append(plan, publication...)
	return append(plan, serverPlan(w, have)...)
}

func rolePlan(w *Wants, have *Have) []Statement {
	role := Quote(w.Role)
	var plan []Statement
	switch {
	case have == nil || have.Role == nil:
		plan = append(plan, createRole(w))
	case !have.Role.Superuser && (!have.Role.Login || !have.Role.Replication && !w.RDS):
		plan = append(plan, alterRole(w))
	}
	if w.RDS && (have == nil || have.Role == nil || !have.Role.RDS) {
		plan = append(plan, Statement{Section: sectionRole, Why: "what REPLICATION is elsewhere",
			SQL: "GRANT rds_replication TO " + role, Undo: "REVOKE rds_replication FROM " + role})
	}
	if have == nil || !have.Connect {
		database := Quote(w.Database)
		plan = append(plan, Statement{Section: sectionRole, Why: "it may connect to this database",
			SQL:  "GRANT CONNECT ON DATABASE " + database + " TO " + role,
			Undo: "REVOKE CONNECT ON DATABASE " + database + " FROM " + role})
	}
	return plan
}

func attributes(w *Wants) string {
	if w.RDS {
		return "LOGIN"
	}
	return "LOGIN REPLICATION"
}

// createRole limits the connections: a bridge gone wild must not use up Odoo's.
func createRole(w *Wants) Statement {
	s := Statement{Section: sectionRole,
		Why: "reads the log and, once, the tables. REPLICATION lets it read every table's changes, whatever is granted below: " +
			"guard its password like an administrator's",
		SQL:  fmt.Sprintf("CREATE ROLE %s %s CONNECTION LIMIT %d", Quote(w.Role), attributes(w), w.Connections),
		Undo: "DROP ROLE " + Quote(w.Role)}
	if w.Password == "" {
		s.Why += ". Give it one afterwards: \\password " + Quote(w.Role)
		return s
	}
	s.run = s.SQL + " PASSWORD " + Literal(scramVerifier(w.Password))
	s.SQL += " PASSWORD 'SCRAM-SHA-256$…'"
	return s
}

func alterRole(w *Wants) Statement {
	return Statement{Section: sectionRole, Why: "the role is there, and cannot do what it must",
		SQL: fmt.Sprintf("ALTER ROLE %s %s", Quote(w.Role), attributes(w))}
}

func grantPlan(w *Wants, have *Have) []Statement {
	role := Quote(w.Role)
	var plan []Statement
	if have == nil || !have.Usage {
		plan = append(plan, Statement{Section: sectionGrants, Why: "the schema of Odoo's tables",
			SQL: "GRANT USAGE ON SCHEMA public TO " + role, Undo: "REVOKE USAGE ON SCHEMA public FROM " + role})
	}
	for _, t := range w.all() {
		if !w.installed(t, have) {
			continue
		}
		if columns := missingColumns(t, have); len(columns) > 0 {
			plan = append(plan, Grant(w.Role, t.Name, columns))
		}
	}
	return plan
}

func missingColumns(t Table, have *Have) []string {
	if have == nil {
		return t.Columns
	}
	var missing []string
	for _, column := range t.Columns {
		if readable, exists := have.Columns[t.Name][column]; exists && !readable {
			missing = append(missing, column)
		}
	}
	return missing
}

// Grant lets a role read some columns of a table.
func Grant(role, table string, columns []string) Statement {
	on := fmt.Sprintf("SELECT (%s) ON %s", quoteAll(columns), Quote(table))
	return Statement{Section: sectionGrants, SQL: "GRANT " + on + " TO " + Quote(role), Undo: "REVOKE " + on + " FROM " + Quote(role)}
}

// identityPlan makes the view. The barrier keeps a clever function in somebody's WHERE
// from seeing the rows that the view leaves out.
func identityPlan(w *Wants, have *Have) []Statement {
	var plan []Statement
	if have == nil || !have.Identity {
		plan = append(plan, Statement{Section: sectionIdentity,
			Why: "tells this database from a copy of it. ir_config_parameter holds secrets: the bridge sees two of its rows, through this view",
			SQL: "CREATE VIEW " + IdentityView + " WITH (security_barrier) AS\n    SELECT key, value FROM ir_config_parameter\n" +
				"    WHERE key IN ('database.uuid', 'database.is_neutralized')",
			Undo: "DROP VIEW " + IdentityView})
		if have != nil && have.Owner != "" {
			plan = append(plan, Statement{Section: sectionIdentity, Why: "its rights are those of the tables' owner, not yours",
				SQL: "ALTER VIEW " + IdentityView + " OWNER TO " + Quote(have.Owner)})
		}
	}
	if have == nil || !have.Identify {
		plan = append(plan, Statement{Section: sectionIdentity, Why: "",
			SQL:  "GRANT SELECT ON " + IdentityView + " TO " + Quote(w.Role),
			Undo: "REVOKE SELECT ON " + IdentityView + " FROM " + Quote(w.Role)})
	}
	return plan
}

// Publication is the statements that make the publication what it must be: a new one, or
// the remedies for what is wrong with the one there is.
func Publication(name string, remedies []string) []Statement {
	var plan []Statement
	for i, sql := range remedies {
		s := Statement{Section: sectionPublication, SQL: strings.TrimSuffix(sql, ";")}
		if i == 0 {
			s.Why = "whole tables, no column lists: with one, Odoo's own DROP COLUMN would take a table out of the publication without a word"
		}
		if strings.HasPrefix(s.SQL, "CREATE PUBLICATION") {
			s.Undo = "DROP PUBLICATION " + Quote(name)
		}
		plan = append(plan, s)
	}
	return plan
}
