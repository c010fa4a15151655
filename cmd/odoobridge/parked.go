package main

import (
	"context"
	"fmt"
	"io"
	"time"

	"github.com/spf13/cobra"

	"github.com/odoobridge/odoobridge/cmd/odoobridge/internal/bridge"
	"github.com/odoobridge/odoobridge/router/jobs"
)

func newParked(a *app) *cobra.Command {
	cmd := &cobra.Command{
		Use:   "parked",
		Short: "What the broker can never take: see it, send it again, forget it",
		Long: `What the broker can never take - a message that is too large, or has properties
beyond AMQP's limits - is parked with its reason, so that its lane goes on. Later events of its subject pass: they
carry newer revisions and the whole document.`,
		Example: `  odoobridge parked list
  odoobridge parked show 3f9a01c2de
  odoobridge parked retry 3f9a01c2de
  odoobridge parked discard 3f9a01c2de`,
	}
	one := func(use, short string, do func(ctx context.Context, id string) error) *cobra.Command {
		return &cobra.Command{
			Use: use + " ID", Short: short, Args: cobra.ExactArgs(1), Example: "  odoobridge parked " + use + " 3f9a01c2de",
			RunE: func(cmd *cobra.Command, args []string) error { return do(cmd.Context(), args[0]) },
		}
	}
	cmd.AddCommand(
		&cobra.Command{
			Use: "list", Short: "Show what is parked, oldest first", Example: "  odoobridge parked list --json",
			RunE: func(cmd *cobra.Command, _ []string) error { return a.listParked(cmd.Context()) },
		},
		one("show", "Show one with its reason and remedy", a.showParked),
		one("retry", "Send one again: the event, or the document as it is now when the event is gone", a.retryParked),
		one("discard", "Forget one", a.discardParked),
	)
	return cmd
}

func (a *app) listParked(ctx context.Context) error {
	var list []jobs.Parked
	if err := a.command(ctx, bridge.CommandParked, struct{}{}, &list, nil); err != nil {
		return err
	}
	return a.table(list, "ID\tLANE\tSINCE\tTYPE\tKEY\tREASON", len(list), "nothing is parked", func(w io.Writer, i int) {
		p := list[i]
		fmt.Fprintf(w, "%s\t%s/%s\t%s\t%s\t%s\t%s\n", p.ID, p.Channel, p.Lane, p.At.Local().Format(time.DateTime), p.Type, p.Key, p.Reason) //nolint:errcheck // a tabwriter's errors come with Flush
	})
}

func (a *app) showParked(ctx context.Context, id string) error {
	var p jobs.Parked
	if err := a.command(ctx, bridge.CommandShow, bridge.ID{ID: id}, &p, nil); err != nil {
		return err
	}
	return a.say(p, parkedText(p))
}

func parkedText(p jobs.Parked) string {
	return fmt.Sprintf("id        %s\nlane      %s/%s\nevent     %s %s\nsubject   %s/%s, revision %s\nsize      %s\nparked    %s\nreason    %s\nremedy    %s\n",
		p.ID, p.Channel, p.Lane, p.Type, p.Event, p.Entity, p.Key, p.Revision, size(int64(p.Bytes)), p.At.Local().Format(time.DateTime), p.Reason, p.Remedy)
}

func (a *app) retryParked(ctx context.Context, id string) error {
	var j jobs.Job
	err := a.command(ctx, bridge.CommandRetry, bridge.ID{ID: id}, &j, a.jobProgress(&j))
	return a.jobEnded(ctx, j, err)
}

func (a *app) discardParked(ctx context.Context, id string) error {
	var p jobs.Parked
	if err := a.command(ctx, bridge.CommandDiscard, bridge.ID{ID: id}, &p, nil); err != nil {
		return err
	}
	return a.say(p, fmt.Sprintf("%s of %s/%s is forgotten: channel %s is never told of it\n", p.Type, p.Entity, p.Key, p.Channel))
}
