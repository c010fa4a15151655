package dba

import "github.com/odoobridge/odoobridge/schema/odoo"

// Tables is what a mapping reads: each table with the columns it has in that release.
func Tables(profile *odoo.Profile) []Table {
	var tables []Table
	for _, t := range profile.Tables {
		if t.Absent {
			continue
		}
		table := Table{Name: t.Name, Published: true}
		for _, c := range t.Columns {
			if c.Source != "" {
				table.Columns = union(table.Columns, []string{c.Source})
			}
		}
		tables = append(tables, table)
	}
	return tables
}

// IdentitySQL lets a role read the two rows that tell one database from another.
func IdentitySQL(role string, viewExists bool) []string {
	var sql []string
	for _, s := range identityPlan(&Wants{Role: role}, &Have{Identity: viewExists}) {
		sql = append(sql, s.SQL)
	}
	return sql
}
