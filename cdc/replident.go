package cdc

import (
	"context"
	"fmt"
	"strings"
)

// checkTables finds tables that cannot be published. The one that matters most:
// without a primary key or another replica identity, PostgreSQL refuses
// every UPDATE and DELETE on a published table, so that publishing it breaks
// Odoo.
func (s *Source) checkTables(ctx context.Context, tables []string) ([]Finding, error) {
	names := make([]string, len(tables))
	for i, t := range tables {
		names[i] = quoteTable(t)
	}
	// One question for all of them: 50 tables are looked at every half minute.
	rows, err := s.control.query(ctx, `
		SELECT c.oid IS NOT NULL, c.relkind, c.relpersistence, c.relreplident,
			EXISTS (SELECT 1 FROM pg_index i WHERE i.indrelid = c.oid AND i.indisprimary AND i.indisvalid),
			EXISTS (SELECT 1 FROM pg_index i WHERE i.indrelid = c.oid AND i.indisreplident AND i.indisvalid)
		FROM unnest(string_to_array($1, E'\n')) WITH ORDINALITY t(name, place)
		LEFT JOIN pg_class c ON c.oid = to_regclass(t.name)
		ORDER BY place`, strings.Join(names, "\n"))
	if err != nil {
		return nil, fmt.Errorf("look at the tables: %w", err)
	}
	if len(rows) != len(tables) {
		return nil, unexpected("look at the tables", rows)
	}
	var out []Finding
	for i, t := range tables {
		f := fields{row: rows[i]}
		if !f.yes() {
			out = append(out, Finding{Code: FindingTableMissing, Table: t, Message: fmt.Sprintf("table %s does not exist", t)})
			continue
		}
		out = append(out, checkTable(t, f)...)
	}
	return out, nil
}

func checkTable(table string, f fields) []Finding {
	kind, persistence, identity, primary, index := f.text(), f.text(), f.text(), f.yes(), f.yes()
	if !strings.Contains("rp", kind) || persistence != "p" {
		return []Finding{{Code: FindingTableKind, Table: table,
			Message: fmt.Sprintf("%s is not an ordinary, logged table: nothing of it is in the log", table)}}
	}
	adequate := identity == "f" || identity == "i" && index || identity == "d" && primary
	if adequate {
		return nil
	}
	remedy := "ALTER TABLE " + quoteTable(table) + " REPLICA IDENTITY DEFAULT"
	if !primary {
		remedy = "ALTER TABLE " + quoteTable(table) + " ADD PRIMARY KEY (id)"
	}
	return []Finding{{Code: FindingNoReplicaIdentity, Table: table,
		Message: fmt.Sprintf("table %s has no primary key in use as its replica identity: once it is published, Odoo's own "+
			"UPDATE and DELETE on it fail", table),
		Remedy: remedy}}
}
