package pgcheck

import (
	"context"
	"fmt"

	"github.com/odoobridge/odoobridge/cmd/odoobridge/internal/check"
	"github.com/odoobridge/odoobridge/cmd/odoobridge/internal/dba"
)

// Connections is what the bridge's role needs at a time: the snapshot's
// workers, the stream, the question asker, and check, tail and a second bridge standing by.
func Connections(workers int) int { return workers + 8 }

func (c *Checker) roles(ctx context.Context) ([]check.Finding, error) {
	var super, replication, rds bool
	var limit int
	err := c.conn.QueryRow(ctx, `SELECT rolname, rolsuper, rolreplication, rolconnlimit,
			EXISTS (SELECT 1 FROM pg_auth_members m JOIN pg_roles g ON g.oid = m.roleid
				WHERE g.rolname = 'rds_replication' AND m.member = r.oid)
		FROM pg_roles r WHERE rolname = current_user`).Scan(&c.role, &super, &replication, &limit, &rds)
	if err != nil {
		return nil, fmt.Errorf("look at the role: %w", err)
	}
	return []check.Finding{c.attributes(super, replication, rds), c.limit(limit, super)}, nil
}

func (c *Checker) attributes(super, replication, rds bool) check.Finding {
	const code = "postgres.role"
	_, onRDS := c.settings["rds.logical_replication"]
	switch {
	case super:
		return check.Finding{Severity: check.Warn, Code: code, What: "role " + c.role + " is a superuser: more than the bridge needs",
			Remedy: "`odoobridge setup --role odoobridge` prints the SQL for a role of its own"}
	case replication || rds:
		return check.Good(code, "role "+c.role+" may replicate")
	case onRDS:
		return check.Finding{Severity: check.Fail, Code: code, What: "role " + c.role + " may not replicate",
			SQL: []string{"GRANT rds_replication TO " + dba.Quote(c.role)}, Remedy: "give it Amazon's role"}
	}
	return check.Finding{Severity: check.Fail, Code: code, What: "role " + c.role + " lacks the attribute REPLICATION", Remedy: "give it to the role",
		SQL: []string{"ALTER ROLE " + dba.Quote(c.role) + " REPLICATION"}}
}

func (c *Checker) limit(limit int, super bool) check.Finding {
	const code = "postgres.role_connections"
	needed := Connections(c.cfg.Postgres.SnapshotWorkers)
	if limit >= 0 && limit < needed && !super {
		return check.Finding{Severity: check.Warn, Code: code, What: fmt.Sprintf("role %s may have %d connections, and the bridge may use %d", c.role, limit, needed),
			Remedy: "raise the limit, or lower postgres.snapshot_workers", SQL: []string{fmt.Sprintf("ALTER ROLE %s CONNECTION LIMIT %d", dba.Quote(c.role), needed)}}
	}
	return check.Good(code, "connections suffice")
}

// schema wants the role to see the tables by name at all.
func (c *Checker) schema(ctx context.Context) ([]check.Finding, error) {
	var usage bool
	if err := c.conn.QueryRow(ctx, "SELECT has_schema_privilege('public', 'USAGE')").Scan(&usage); err != nil {
		return nil, fmt.Errorf("ask for the privileges on the schema: %w", err)
	}
	if usage {
		return one(check.Good("postgres.schema", "the role may use the schema public"))
	}
	c.noSchema = true
	return one(check.Finding{Severity: check.Fail, Code: "postgres.schema", What: "role " + c.role + " may not use the schema public, where Odoo's tables are",
		Remedy: "let it", SQL: []string{"GRANT USAGE ON SCHEMA public TO " + dba.Quote(c.role)}})
}
