package main

import (
	"context"
	"fmt"
	"io"
	"os"
	"os/user"
	"time"

	"github.com/spf13/cobra"

	"github.com/odoobridge/odoobridge/cmd/odoobridge/internal/bridge"
	"github.com/odoobridge/odoobridge/inbound"
	"github.com/odoobridge/odoobridge/internal/config"
)

func newExceptions(a *app) *cobra.Command {
	cmd := &cobra.Command{
		Use:   "exceptions",
		Short: "Commands that need a person: look at them, retry, edit or discard them",
		Long: `Commands of channels that are parked: a person or a rule must decide. Every decision is kept in
the audit trail with who (the user of the operating system, and --as) and why (--reason).

They ask the running bridge. When there is none, list and show look into the ledger, and retry, edit and discard
write the decision there, in the place of a bridge: the next one that starts acts on it.`,
		Example: `  odoobridge exceptions list --channel shopify
  odoobridge exceptions retry shopify order-5001-placed --reason "tax code mapped"`,
	}
	cmd.AddCommand(newExceptionsList(a), newExceptionsShow(a),
		a.decision("retry", "Try a parked or waiting command again", false),
		a.decision("discard", "End a parked or waiting command without applying it; the channel is told", false),
		a.decision("edit", "Replace a parked command's body by a file and try it again", true))
	return cmd
}

func newExceptionsList(a *app) *cobra.Command {
	var f inbound.ExceptionFilter
	cmd := &cobra.Command{
		Use: "list", Short: "List parked commands, oldest first", Args: cobra.NoArgs,
		Example: `  odoobridge exceptions list --code unknown_sku
  odoobridge exceptions list --waiting --json`,
		RunE: func(cmd *cobra.Command, _ []string) error {
			ctx, q := cmd.Context(), asked{f.Limit, f.Channel, f.Code}
			if err := q.sound(); err != nil {
				return err
			}
			list, err := askLedger(ctx, a, bridge.ControlExceptions, f, func(r *bridge.Readings) ([]inbound.Exception, error) { return r.Exceptions(ctx, f) })
			if err == nil {
				err = a.orMisspelt(len(list), q)
			}
			if err != nil {
				return err
			}
			return a.printExceptions(list)
		},
	}
	cmd.Flags().StringVar(&f.Channel, "channel", "", "only of this `channel`")
	cmd.Flags().StringVar(&f.Code, "code", "", "only for this `reason`: unknown_sku, total_mismatch, …")
	cmd.Flags().BoolVar(&f.Waiting, "waiting", false, "those that wait for something, too")
	cmd.Flags().IntVar(&f.Limit, "limit", 100, "at most so `many`")
	return cmd
}

func (a *app) printExceptions(list []inbound.Exception) error {
	return a.table(list, "CHANNEL\tID\tCOMMAND\tSUBJECT\tSTATE\tSINCE\tREASON", len(list), "none", func(w io.Writer, i int) {
		e := list[i]
		reason := e.Code
		if len(e.Problems) > 0 {
			reason += ": " + e.Problems[0].Message
		}
		fmt.Fprintf(w, "%s\t%s\t%s\t%s\t%s\t%s\t%s\n", e.Channel, e.ID, e.Command, e.Subject, e.State, e.Since.Format(time.DateTime), reason) //nolint:errcheck // a tabwriter's errors come with Flush
	})
}

func newExceptionsShow(a *app) *cobra.Command {
	return &cobra.Command{
		Use: "show CHANNEL ID", Short: "Show a command with everything that is known of it, its body too", Args: cobra.ExactArgs(2),
		Example: `  odoobridge exceptions show shopify order-5001-placed`,
		RunE: func(cmd *cobra.Command, args []string) error {
			ctx, show := cmd.Context(), bridge.ShowRequest{Channel: args[0], ID: args[1]}
			e, err := askLedger(ctx, a, bridge.ControlException, show, func(r *bridge.Readings) (inbound.Exception, error) { return r.Show(ctx, show) })
			if err != nil {
				return err
			}
			return a.printJSON(e)
		},
	}
}

// decision is a verb by which a person decides on a command.
func (a *app) decision(action, short string, file bool) *cobra.Command {
	d := bridge.DecideRequest{Action: action}
	var as, from string
	cmd := &cobra.Command{
		Use: action + " CHANNEL ID", Short: short, Args: cobra.ExactArgs(2),
		Example: `  odoobridge exceptions ` + action + ` shopify order-5001-placed --reason "agreed with the shop"`,
		RunE: func(cmd *cobra.Command, args []string) (err error) {
			d.Channel, d.ID, d.User = args[0], args[1], whoDecides(as)
			if file {
				if d.Body, err = os.ReadFile(from); err != nil {
					return usage(fmt.Errorf("read the command's new body: %w", err))
				}
			}
			return a.decide(cmd.Context(), &d)
		},
	}
	cmd.Flags().StringVar(&as, "as", "", "`name` of the person who decides, beside the user of the operating system")
	cmd.Flags().StringVar(&d.Reason, "reason", "", "`why`; kept in the audit trail")
	_ = cmd.MarkFlagRequired("reason") // the flag is there
	if file {
		cmd.Flags().StringVar(&from, "file", "", "`file` with the whole command as it should be")
		_ = cmd.MarkFlagRequired("file") // the flag is there
	}
	return cmd
}

// decide has the running bridge act on a decision or, where none runs, writes it down for the next one.
func (a *app) decide(ctx context.Context, d *bridge.DecideRequest) error {
	later := false
	err := a.unattended(ctx, bridge.ControlDecide, d, nil, "writing the decision into its ledger", func(cfg *config.Config) error {
		later = true
		return bridge.DecideOffline(ctx, cfg, d)
	})
	if err != nil {
		return err
	}
	if a.json {
		return a.printJSON(map[string]any{"channel": d.Channel, "id": d.ID, "done": d.Action, "at_next_start": later})
	}
	when := ""
	if later {
		when = ", as soon as a bridge runs"
	}
	_, err = fmt.Fprintf(a.stdout, "%s of %s: %s%s\n", d.ID, d.Channel, d.Action, when)
	return err
}

// whoDecides is the user of the operating system, and the name that was given.
func whoDecides(as string) string {
	name := fmt.Sprintf("uid %d", os.Getuid())
	if u, err := user.Current(); err == nil {
		name = u.Username
	}
	if as != "" {
		return as + " (" + name + ")"
	}
	return name
}
