package main

import (
	"encoding/json"
	"fmt"
	"io"
	"os"
	"os/user"
	"time"

	"github.com/spf13/cobra"

	"github.com/odoobridge/odoobridge/cmd/odoobridge/internal/bridge"
	"github.com/odoobridge/odoobridge/inbound"
)

func newExceptions(a *app) *cobra.Command {
	cmd := &cobra.Command{
		Use:   "exceptions",
		Short: "Commands that need a person: look at them, retry, edit or discard them",
		Long: `Commands of channels that are parked: a person or a rule must decide. Every decision is kept in
the audit trail with who (the user of the operating system, and --as) and why (--reason).`,
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
			var list []inbound.Exception
			if err := a.command(cmd.Context(), bridge.ControlExceptions, f, &list, nil); err != nil {
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
			var e json.RawMessage
			if err := a.command(cmd.Context(), bridge.ControlException, bridge.ShowRequest{Channel: args[0], ID: args[1]}, &e, nil); err != nil {
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
			if err := a.command(cmd.Context(), bridge.ControlDecide, d, nil, nil); err != nil {
				return err
			}
			if a.json {
				return a.printJSON(map[string]string{"channel": d.Channel, "id": d.ID, "done": action})
			}
			_, err = fmt.Fprintf(a.stdout, "%s of %s: %s\n", d.ID, d.Channel, action)
			return err
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
