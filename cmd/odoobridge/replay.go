package main

import (
	"errors"

	"github.com/spf13/cobra"

	"github.com/odoobridge/odoobridge/router/jobs"
)

func newReplay(a *app) *cobra.Command {
	f := &jobFlags{order: jobs.Order{Kind: jobs.Replay}}
	cmd := &cobra.Command{
		Use:   "replay",
		Short: "Send events of the journal again, into one lane",
		Long: `Send events of the journal again, into one lane: with its filter and its fields,
in order, with the ids they had, and with the header "replay" that names the job.

--from and --to are a time (2026-11-23T07:00:00Z), an age (2h, 3d), a position in the
log (0/1A2B3C8) or an event id (1-0/1A2B3C8-2); without --to, up to what is there now.

The running bridge does it, beside the lane's live events, which go first. The job goes
on when this program ends, and after a restart of the bridge or the broker. Retention
bounds what can be replayed: what is gone is said before anything is sent.`,
		Example: `  odoobridge replay --channel shopify --lane orders --from 2h --dry-run
  odoobridge replay --channel shopify --lane orders --from 2026-11-23T07:00:00Z --to 2026-11-23T09:00:00Z
  odoobridge replay --channel wms --lane pick --from 3d --entity shipment --key 42
  odoobridge replay --list
  odoobridge replay --cancel replay-20261123T072137Z`,
		RunE: func(cmd *cobra.Command, _ []string) error {
			return a.job(cmd.Context(), f, func() error {
				if f.order.From == "" {
					return errors.New("say from where on with --from: a time, an age, a position or an event id")
				}
				return nil
			})
		},
	}
	f.register(cmd)
	cmd.Flags().StringVar(&f.order.From, "from", "", "the first `time`, age, position or event id")
	cmd.Flags().StringVar(&f.order.To, "to", "", "the last `time`, age, position or event id (default: what is there now)")
	return cmd
}
