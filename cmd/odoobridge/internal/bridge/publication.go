package bridge

import (
	"context"
	"slices"

	"github.com/odoobridge/odoobridge/cdc"
	"github.com/odoobridge/odoobridge/internal/telemetry"
)

// checkPublication holds the publication against what is to be mirrored. Tables
// of the mapping that are published before they are taken up do no harm.
func (b *bridge) checkPublication(ctx context.Context, s survey, create bool) error {
	var tables []string
	for _, t := range s.profile.Tables {
		if !t.Absent {
			tables = append(tables, t.Name)
		}
	}
	findings, err := b.source.CheckPublication(ctx, tables)
	if err != nil {
		return err
	}
	if create && len(findings) == 1 && findings[0].Code == cdc.FindingPublicationMissing {
		return b.source.EnsurePublication(ctx, tables, true)
	}
	findings = slices.DeleteFunc(findings, func(f cdc.Finding) bool {
		return f.Code == cdc.FindingExtraTable && slices.ContainsFunc(s.waiting, func(name string) bool { return "public."+name == f.Table })
	})
	if len(findings) > 0 {
		return &cdc.PublicationError{Publication: b.cfg.Postgres.Publication, Findings: findings}
	}
	return nil
}

// publish puts tables that came with a module into the publication, where the role
// may; else the DBA has to, and setup has the SQL.
func (b *bridge) publish(ctx context.Context, s survey) (done bool) {
	var tables []string
	for _, name := range s.waiting {
		if isTable(name) {
			tables = append(tables, name)
		}
	}
	if len(tables) == 0 {
		return false
	}
	added, err := b.source.Publish(ctx, tables)
	if err != nil && ctx.Err() == nil {
		b.log.Debug("the tables of a module cannot be published by this role", "tables", tables, telemetry.KeyError, err.Error())
	}
	return added
}

// sayWaiting tells once that something of the mapping has come and cannot be read yet.
func (b *bridge) sayWaiting(s survey) {
	if len(s.waiting) == 0 || slices.Equal(s.waiting, b.toldWaiting) {
		return
	}
	b.toldWaiting = s.waiting
	b.log.Warn("a module has brought tables or columns that cannot be read yet: its data is left out until they can",
		"waiting", s.waiting, telemetry.KeyRemedy, "odoobridge setup prints the SQL that publishes and grants them; then nothing need be restarted")
}
