package main

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/spf13/cobra"

	"github.com/odoobridge/odoobridge/cmd/odoobridge/internal/bridge"
	"github.com/odoobridge/odoobridge/cmd/odoobridge/internal/check"
	"github.com/odoobridge/odoobridge/cmd/odoobridge/internal/storecheck"
	"github.com/odoobridge/odoobridge/cmd/odoobridge/internal/verify"
	"github.com/odoobridge/odoobridge/inbound"
	"github.com/odoobridge/odoobridge/internal/control"
)

func newVerify(a *app) *cobra.Command {
	var channel string
	var since time.Duration
	cmd := &cobra.Command{
		Use:   "verify",
		Short: "Compare what is remembered of commands with what Odoo has",
		Long: `Compare the ledger of commands with Odoo: whether the records are there that settled commands name, whether each is there
once, whether channels' ids mean the records that the ledger remembers, which commands are stuck and how many are parked.

It reads alone: the ledger, whether a bridge runs or not, and Odoo's API as the user of each channel, one call at a
time and at most odoo.rate of them a second. A call compares up to some hundred commands. A ledger of a million still takes
a while: --since compares what is new.
The exit code is 1 when something is wrong that somebody must mend.`,
		Example: `  odoobridge verify --since 24h
  odoobridge verify --channel shopify --json | jq '.findings[] | select(.severity != "ok")'`,
		RunE: func(cmd *cobra.Command, _ []string) error {
			q := verify.Request{Channel: channel, Now: time.Now().UTC()}
			if since > 0 {
				q.Since = q.Now.Add(-since)
			}
			return a.verify(cmd.Context(), q)
		},
	}
	cmd.Flags().StringVar(&channel, "channel", "", "only this `channel`'s commands")
	cmd.Flags().DurationVar(&since, "since", 0, "only what was settled in the last `hours`: 24h")
	return cmd
}

func (a *app) verify(ctx context.Context, q verify.Request) (err error) {
	cfg, err := a.loadConfig()
	if err != nil {
		return err
	}
	var none *control.NoBridgeError
	var list []inbound.Exception
	q.Running = !errors.As(control.NewClient(cfg.Store.Path).Call(ctx, bridge.ControlExceptions, inbound.ExceptionFilter{Limit: 1}, &list, nil), &none)
	r, err := bridge.OpenReadings(ctx, cfg)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, r.Close()) }()
	if a.terminal() {
		q.Progress = a.verified
	}
	v, err := verify.New(cfg, r.Ledger, q)
	if err != nil {
		return usage(err)
	}
	defer v.Close()
	questions := v.Questions()
	if cfg.Store.DSN != "" {
		questions = append([]check.Question{storecheck.Left(cfg.Store.Path)}, questions...)
	}
	return a.report(ctx, "verify", questions)
}

// verified shows how far it is, in a line that what is found next takes.
func (a *app) verified(what string, done int) {
	fmt.Fprintf(a.stderr, "\r\x1b[K%d %s compared\r", done, what) //nolint:errcheck // nobody listens
}
