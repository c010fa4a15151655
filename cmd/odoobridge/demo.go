package main

import (
	"context"
	"fmt"
	"time"

	"github.com/spf13/cobra"

	"github.com/odoobridge/odoobridge/cmd/odoobridge/internal/bridge"
	"github.com/odoobridge/odoobridge/cmd/odoobridge/internal/demo"
	"github.com/odoobridge/odoobridge/internal/config"
	"github.com/odoobridge/odoobridge/internal/telemetry"
)

func newDemo(a *app) *cobra.Command {
	var length time.Duration
	cmd := &cobra.Command{
		Use:   "demo",
		Short: "Show a small shop, three channels, and what each of them hears",
		Long: `Show a small shop, three channels, and what each of them hears.

The demo starts a PostgreSQL with a simulated Odoo and a RabbitMQ of its own,
which only have to be installed, and leaves nothing behind. It ends with what
every channel heard, how fast, and whether anything was lost or came twice.

With ODOO_DSN=postgres://… it watches that Odoo database instead. It reads
only, apart from a publication and a slot of its own that it drops in the end.`,
		Example: `  odoobridge demo
  odoobridge demo --for 10m                               # random orders, counted
  ODOO_DSN=postgres://odoo@db/prod odoobridge demo --for 5m   # a real Odoo`,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if length < 0 {
				return usage(fmt.Errorf("--for %s: want a duration above zero", length))
			}
			dsn, _ := a.env("ODOO_DSN")
			return demo.Run(cmd.Context(), demo.Options{
				RunBridge: a.bridgeOn, Out: a.stdout, Colour: a.coloured(), OdooDSN: dsn, For: length,
			})
		},
	}
	cmd.Flags().DurationVar(&length, "for", 0, "random orders for so long instead of the story; how long a real database is watched")
	return cmd
}

// bridgeOn runs the bridge on a configuration file.
func (a *app) bridgeOn(ctx context.Context, path string) error {
	c, err := config.Load(path, a.env)
	if err != nil {
		return err
	}
	log, err := telemetry.NewLogger(a.stderr, c.Log.Level, c.Log.Format)
	if err != nil {
		return err
	}
	return bridge.Run(ctx, c, bridge.Options{Version: version(), Log: log})
}

// coloured says whether standard output is a terminal that wants colours.
func (a *app) coloured() bool {
	no, _ := a.env("NO_COLOR")
	return no == "" && telemetry.IsTerminal(a.stdout)
}
