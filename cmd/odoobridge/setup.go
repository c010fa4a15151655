package main

import (
	"context"
	"fmt"

	"github.com/spf13/cobra"

	"github.com/odoobridge/odoobridge/cmd/odoobridge/internal/dba"
	"github.com/odoobridge/odoobridge/internal/config"
)

// setupFlags are what setup may be told instead of finding it out.
type setupFlags struct {
	apply, undo, rds bool
	adminDSN         string
	release          string
	role             string
	database         string
	client           string
}

func newSetup(a *app) *cobra.Command {
	var f setupFlags
	cmd := &cobra.Command{
		Use:   "setup",
		Short: "Print the SQL that the DBA runs, or run it",
		Long: `Print the SQL that Odoo's database needs for the bridge: a role with the least
privileges, the grants column by column, the publication table by table; each
with its reason, and with --undo what takes it all away. What is there already
is left out when the server can be asked.

With --apply the statements are run over --admin-dsn (or $` + config.EnvAdminDSN + `)
in one transaction, each shown before it runs. Settings of the whole server are never
changed: they are printed as advice. docs/DBA.md explains each of them.`,
		Example: `  odoobridge setup --odoo-release 17.0 --database prod > setup.sql
  odoobridge setup --admin-dsn postgres://postgres@db/prod --apply
  odoobridge setup --undo`,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if err := a.setup(cmd.Context(), f); err != nil {
				return cutShort(cmd.Context(), err)
			}
			return nil
		},
	}
	flags := cmd.Flags()
	flags.BoolVar(&f.apply, "apply", false, "run the statements")
	flags.BoolVar(&f.undo, "undo", false, "take everything away again")
	flags.StringVar(&f.adminDSN, "admin-dsn", "", "`connection` of an administrator of Odoo's database")
	flags.StringVar(&f.release, "odoo-release", "", "Odoo's `release` (17.0), when the server cannot be asked")
	flags.StringVar(&f.role, "role", "", "the bridge's `role` (default: the user in postgres.dsn, else odoobridge)")
	flags.StringVar(&f.database, "database", "", "Odoo's `database` (default: the one in postgres.dsn)")
	flags.StringVar(&f.client, "client", "", "`address` of the bridge for pg_hba.conf")
	flags.BoolVar(&f.rds, "rds", false, "for Amazon RDS: grant rds_replication instead of REPLICATION")
	return cmd
}

// setupResult is what --json prints.
type setupResult struct {
	Command    string          `json:"command"`
	OK         bool            `json:"ok"`
	Applied    bool            `json:"applied"`
	Looked     bool            `json:"looked"` // at the server: what is there already is left out
	Statements []dba.Statement `json:"statements"`
}

func (a *app) setup(ctx context.Context, f setupFlags) error {
	job, err := a.prepareSetup(ctx, f)
	if err != nil {
		return err
	}
	defer job.close()
	plan, err := job.plan(ctx)
	if err != nil {
		return err
	}
	if f.apply {
		if err := dba.Apply(ctx, job.conn, plan, a.tellStatement); err != nil {
			return fmt.Errorf("apply: %w", err)
		}
	}
	return a.reportSetup(f, job, plan)
}

func (a *app) tellStatement(s dba.Statement) {
	if !a.json {
		_, _ = fmt.Fprintf(a.stdout, "%s;\n", s.SQL)
	}
}

func (a *app) reportSetup(f setupFlags, job *setupJob, plan []dba.Statement) error {
	if a.json {
		return a.printJSON(setupResult{"setup", true, f.apply, job.have != nil, plan})
	}
	switch steps := dba.Steps(plan); {
	case f.apply && steps == 0, !f.apply && steps == 0 && job.have != nil:
		_, _ = fmt.Fprintln(a.stdout, "-- Everything is there: nothing to run.")
	case f.apply:
		_, _ = fmt.Fprintf(a.stdout, "-- Done: %d statements.\n", steps)
	}
	if f.apply {
		plan = advice(plan)
	} else {
		_, _ = fmt.Fprint(a.stdout, job.heading(f))
	}
	return dba.Print(a.stdout, plan)
}

func advice(plan []dba.Statement) []dba.Statement {
	var only []dba.Statement
	for _, s := range plan {
		if s.Advice {
			only = append(only, s)
		}
	}
	return only
}
