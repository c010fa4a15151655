package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/odoobridge/odoobridge/cmd/odoobridge/internal/bridge"
	"github.com/odoobridge/odoobridge/cmd/odoobridge/internal/demo"
	"github.com/odoobridge/odoobridge/internal/config"
	"github.com/odoobridge/odoobridge/internal/telemetry"
)

func newDemo(a *app) *cobra.Command {
	var length time.Duration
	var stay bool
	cmd := &cobra.Command{
		Use:   "demo",
		Short: "Show a small shop, three channels, what each of them does and hears",
		Long: `Show a small shop, three channels, what each of them does and hears.

The demo starts a PostgreSQL with a simulated Odoo and a RabbitMQ of its own,
which only have to be installed, and leaves nothing behind. It ends with what
every channel heard, how fast, and whether anything was lost, came twice or was
done twice; the exit code is 1 if it was. --stay leaves everything running for
you to try, with a channel of your own, until Ctrl-C.

With ODOO_DSN=postgres://… it watches that Odoo database instead. It reads
only, apart from a publication and a slot of its own that it drops in the end.`,
		Example: `  odoobridge demo
  odoobridge demo --stay                                  # and try it yourself
  odoobridge demo --for 10m                               # random orders, counted
  ODOO_DSN=postgres://odoo@db/prod odoobridge demo --for 5m   # a real Odoo`,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if length < 0 {
				return usage(fmt.Errorf("--for %s: want a duration above zero", length))
			}
			dsn, _ := a.env("ODOO_DSN")
			if stay && (dsn != "" || length > 0) {
				return usage(errors.New("--stay is for the story: leave --for and ODOO_DSN out"))
			}
			return demo.Run(cmd.Context(), demo.Options{
				RunBridge: a.bridgeOn, Verb: a.verbOn, Out: a.stdout, Colour: a.coloured(), OdooDSN: dsn, For: length, Stay: stay,
			})
		},
	}
	cmd.Flags().DurationVar(&length, "for", 0, "random orders for so long instead of the story; how long a real database is watched")
	cmd.Flags().BoolVar(&stay, "stay", false, "keep everything running after the story, for you to try, until Ctrl-C")
	return cmd
}

// verbOn runs another verb, as a person beside the demo would, and gives what it printed.
func (a *app) verbOn(ctx context.Context, path string, args ...string) (string, error) {
	self, err := os.Executable()
	if err != nil {
		return "", fmt.Errorf("find this program: %w", err)
	}
	cmd := exec.CommandContext(ctx, self, args...)
	cmd.Env = append(os.Environ(), config.EnvConfig+"="+path)
	var errs bytes.Buffer
	cmd.Stderr = &errs
	out, err := cmd.Output()
	if err != nil {
		return "", fmt.Errorf("%w: %s", err, strings.TrimSpace(errs.String()))
	}
	return string(out), nil
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
