package main

import (
	"context"

	"github.com/spf13/cobra"

	"github.com/odoobridge/odoobridge/cmd/odoobridge/internal/bridge"
	"github.com/odoobridge/odoobridge/internal/telemetry"
)

func newRun(a *app) *cobra.Command {
	return &cobra.Command{
		Use:   "run",
		Short: "Stream events until told to stop",
		Long: `Stream events until told to stop (SIGTERM or Ctrl-C; a second one aborts).

The first start creates the slot and reads the tables; later ones go on where
the last one stopped. A server or broker that is away is waited for. What only a person can decide -
the slot is lost, the database is another one - ends the bridge with exit code
3, and the message says what to do.`,
		Example: `  odoobridge run --config /etc/odoobridge/odoobridge.yaml`,
		RunE: func(cmd *cobra.Command, _ []string) error {
			return a.runBridge(cmd.Context(), bridge.Options{})
		},
	}
}

func newResync(a *app) *cobra.Command {
	var other bool
	cmd := &cobra.Command{
		Use:   "resync",
		Short: "Begin with a new slot, put out what was missed, then run",
		Long: `Begin with a new slot, read the tables again, and put out what differs from what
channels were told - deletions included, and nothing else. Such events carry "resync": true.
Then run as usual. Lanes deliver what they still owe meanwhile. This is the remedy for a lost or
re-created slot, a restored or failed-over database, and a changed mapping.

The slot of the configured name is dropped first. Of a database that is not the
one read before, nothing is taken on without --other-database; of a neutralized copy never.`,
		Example: `  odoobridge resync --config /etc/odoobridge/odoobridge.yaml`,
		RunE: func(cmd *cobra.Command, _ []string) error {
			return a.runBridge(cmd.Context(), bridge.Options{Resync: true, By: whoDecides(""), OtherDatabase: other})
		},
	}
	cmd.Flags().BoolVar(&other, "other-database", false, "take on a database that is not the one read before: after a move, or a restore on another server")
	return cmd
}

func (a *app) runBridge(ctx context.Context, o bridge.Options) error {
	c, err := a.loadConfig()
	if err != nil {
		return err
	}
	log, err := telemetry.NewLogger(a.stderr, c.Log.Level, c.Log.Format)
	if err != nil {
		return usage(err)
	}
	for _, w := range c.Warnings {
		log.Warn("configuration", telemetry.KeyReason, w.String())
	}
	o.Version, o.Log = version(), log
	err = bridge.Run(ctx, c, o)
	if bridge.NeedsPerson(err) {
		return needsPerson(err)
	}
	return err
}
