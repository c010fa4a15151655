package main

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/odoobridge/odoobridge/cmd/odoobridge/internal/bridge"
	"github.com/odoobridge/odoobridge/cmd/odoobridge/internal/trace"
	"github.com/odoobridge/odoobridge/internal/control"
)

func newTrace(a *app) *cobra.Command {
	var request trace.Request
	var since time.Duration
	cmd := &cobra.Command{
		Use:   "trace KEY",
		Short: "Everything that happened to an order, a customer, a SKU or a command, both ways",
		Long: `Tell everything that happened to one thing, in both directions and in time order: what Odoo did,
what became of it on every lane, what channels sent, what came of that and who decided - for the thing itself and
for what belongs to it: an order's shipments, returns, invoices, refunds, payments, customer and commands.

KEY is a subject (order/S00042), a name in Odoo (S00042, WH/OUT/00015, INV/2026/00005), a channel's own number of an
order or a customer, a SKU or barcode, a tracking number, or the id of a command.

It asks the running bridge. When there is none, it looks into the store and the ledger, and changes nothing.
Exit code 1 when nothing is known of KEY.`,
		Example: `  odoobridge trace S00042
  odoobridge trace 5001 --channel shopify          # the shop's own number
  odoobridge trace customer/45 --since 24h --json`,
		Args: cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			if request.Key = args[0]; strings.TrimSpace(request.Key) == "" {
				return usage(errors.New("say of what: a number or name of an order, a customer, a SKU or a command's id"))
			}
			if since > 0 {
				request.Since = time.Now().Add(-since).UTC()
			}
			return a.trace(cmd.Context(), request)
		},
	}
	cmd.Flags().StringVar(&request.Channel, "channel", "", "only lanes and commands of this `channel`")
	cmd.Flags().DurationVar(&since, "since", 0, "only the last `hours`: 24h")
	cmd.Flags().IntVar(&request.Events, "events", 100, "of each thing at most so `many` events, the newest")
	return cmd
}

func (a *app) trace(ctx context.Context, request trace.Request) error {
	var t trace.Trace
	err := a.command(ctx, bridge.ControlTrace, request, &t, nil)
	var none *control.NoBridgeError
	if errors.As(err, &none) {
		if a.terminal() {
			fmt.Fprintln(a.stderr, "no bridge runs: looking into its store") //nolint:errcheck // nobody listens
		}
		err = a.traceOffline(ctx, request, &t)
	}
	if err != nil {
		return err
	}
	if a.json {
		err = a.printJSON(t)
	} else {
		err = t.Print(a.stdout)
	}
	if err == nil && len(t.Things) == 0 && len(t.Lines) == 0 {
		return quietly(exitFailed)
	}
	return err
}

// traceOffline looks into the store that the configuration names.
func (a *app) traceOffline(ctx context.Context, request trace.Request, into *trace.Trace) (err error) {
	cfg, err := a.loadConfig()
	if err != nil {
		return err
	}
	src, closeSources, err := trace.Offline(ctx, cfg)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, closeSources()) }()
	t, err := trace.Run(ctx, src, request)
	if err == nil {
		*into = *t
	}
	return err
}
