package main

import (
	"fmt"
	"io"
	"time"

	"github.com/spf13/cobra"

	"github.com/odoobridge/odoobridge/cmd/odoobridge/internal/bridge"
)

func newAudit(a *app) *cobra.Command {
	var request bridge.AuditRequest
	var since time.Duration
	cmd := &cobra.Command{
		Use:   "audit [ID, SUBJECT or NAME IN ODOO]",
		Short: "Who did what to which command, when, and what came of it",
		Long: `Ask the audit trail of commands, oldest first. It is append-only and kept for audit.retention.
It asks the running bridge. When there is none, it looks into the ledger, and changes nothing.`,
		Args: cobra.MaximumNArgs(1),
		Example: `  odoobridge audit S00042
  odoobridge audit --channel shopify --action discard --since 24h --json`,
		RunE: func(cmd *cobra.Command, args []string) error {
			if len(args) > 0 {
				request.About = args[0]
			}
			q := asked{limit: request.Limit, channel: request.Channel}
			if err := q.sound(); err != nil {
				return err
			}
			if since > 0 {
				request.Since = time.Now().Add(-since)
			}
			ctx := cmd.Context()
			entries, err := askLedger(ctx, a, bridge.ControlAudit, request, func(r *bridge.Readings) ([]bridge.AuditEntry, error) { return r.Audit(ctx, &request) })
			if err == nil {
				err = a.orMisspelt(len(entries), q)
			}
			if err != nil {
				return err
			}
			return a.printAudit(entries)
		},
	}
	cmd.Flags().StringVar(&request.Channel, "channel", "", "only of this `channel`")
	cmd.Flags().StringVar(&request.Actor, "actor", "", "only by this `one`: \"channel shopify\", \"user anna\", bridge")
	cmd.Flags().StringVar(&request.Action, "action", "", "only this `action`: applied, rejected, parked, retry, edit, discard, woken, …")
	cmd.Flags().DurationVar(&since, "since", 0, "only the last `hours`: 24h")
	cmd.Flags().IntVar(&request.Limit, "limit", 1000, "at most so `many`")
	return cmd
}

func (a *app) printAudit(entries []bridge.AuditEntry) error {
	return a.table(entries, "TIME\tWHO\tWHAT\tCHANNEL\tID\tCOMMAND\tSUBJECT\tODOO\tREASON", len(entries), "none", func(w io.Writer, i int) {
		e, odoo := entries[i], ""
		if e.Odoo != nil {
			odoo = e.Odoo.Name
		}
		fmt.Fprintf(w, "%s\t%s\t%s\t%s\t%s\t%s\t%s\t%s\t%s\n", e.Time.Format(time.DateTime), e.Actor, e.Action, e.Channel, e.ID, e.Command, e.Subject, odoo, e.Reason) //nolint:errcheck // a tabwriter's errors come with Flush
	})
}
