package pgcheck

import (
	"context"
	"strings"

	"github.com/odoobridge/odoobridge/cdc"
	"github.com/odoobridge/odoobridge/cmd/odoobridge/internal/check"
)

// publication compares the publication with the mapping, exactly as run does.
func (c *Checker) publication(ctx context.Context) ([]check.Finding, error) {
	if err := c.mapped(); err != nil {
		return nil, err
	}
	var tables []string
	for _, t := range c.wanted() {
		if t.Published {
			tables = append(tables, t.Name)
		}
	}
	found, err := c.source.CheckPublication(ctx, tables)
	if err != nil {
		return nil, err
	}
	if len(found) == 0 {
		return one(check.Good("postgres.publication", "publication "+c.cfg.Postgres.Publication+" has exactly the mapped tables"))
	}
	var findings []check.Finding
	for _, f := range found {
		finding := check.Finding{Severity: check.Fail, Code: "postgres." + f.Code, What: f.Message, SQL: Statements(f.Remedy)}
		switch {
		case len(finding.SQL) > 0:
			finding.Remedy = "as the owner of the tables"
		case f.Code == cdc.FindingTableMissing:
			finding.Remedy = "is the module installed?"
		default:
			finding.Remedy = "this needs a person to think first"
		}
		findings = append(findings, finding)
	}
	return findings, nil
}

// Statements splits a remedy of several. None of them has a semicolon within.
func Statements(remedy string) []string {
	var all []string
	for _, s := range strings.Split(remedy, ";") {
		if s = strings.TrimSpace(s); s != "" {
			all = append(all, s)
		}
	}
	return all
}
