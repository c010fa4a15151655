package main

import (
	"context"
	"errors"
	"fmt"

	"github.com/spf13/cobra"

	"github.com/odoobridge/odoobridge/cmd/odoobridge/internal/bridge"
	"github.com/odoobridge/odoobridge/router/jobs"
)

func newPublish(a *app) *cobra.Command {
	f := &jobFlags{order: jobs.Order{Kind: jobs.Publish}}
	var all, afterGap bool
	cmd := &cobra.Command{
		Use:   "publish",
		Short: "Send documents as they are now, into one lane",
		Long: `Send documents as they are now, into one lane, as <entity>.snapshot: those of one
entity, of one key, or all that the lane takes. They carry the header "replay"
that names the job. A document is never sent after a newer one of its subject.

This is the remedy for a channel that has lost what it had, and for an entity that was added to a
lane that runs already (odoobridge status names it).

A lane that stopped because retention took events that it had not delivered begins anew with
--all --after-gap: from now on, with every document as it is. What happened in between,
deletions above all, its channel is never told: it must drop what the documents do not name.`,
		Example: `  odoobridge publish --channel shopify --lane stock --all --dry-run
  odoobridge publish --channel shopify --lane prices --all --entity product
  odoobridge publish --channel shopify --lane orders --entity order --key S00042
  odoobridge publish --channel shopify --lane orders --all --after-gap`,
		RunE: func(cmd *cobra.Command, _ []string) error {
			check := func() error { return checkPublish(f, all, afterGap) }
			if afterGap && !f.list && f.cancel == "" {
				return a.afterGap(cmd.Context(), f, check)
			}
			return a.job(cmd.Context(), f, check)
		},
	}
	f.register(cmd)
	cmd.Flags().BoolVar(&all, "all", false, "every document of the lane, or of the entities named")
	cmd.Flags().BoolVar(&afterGap, "after-gap", false, "let a lane that a gap has stopped begin anew")
	return cmd
}

func checkPublish(f *jobFlags, all, afterGap bool) error {
	switch {
	case !all && f.order.Key == "":
		return errors.New("say what to publish: one document with --key, or --all")
	case all && f.order.Key != "":
		return errors.New("--key and --all exclude one another")
	case afterGap && (!all || f.order.Entities != nil || f.dryRun):
		return errors.New("--after-gap wants --all, and neither --entity nor --dry-run: the lane begins anew as a whole")
	}
	return nil
}

func (a *app) afterGap(ctx context.Context, f *jobFlags, check func() error) error {
	if f.order.Channel == "" || f.order.Lane == "" {
		return usage(errors.New("say which lane with --channel and --lane"))
	}
	if err := check(); err != nil {
		return usage(err)
	}
	if err := a.command(ctx, bridge.CommandRestart, f.order, nil, nil); err != nil {
		return err
	}
	return a.say(map[string]any{"restarted": f.order.Channel + "/" + f.order.Lane},
		fmt.Sprintf("lane %s/%s begins anew, with every document as it is now: odoobridge status shows how far it is\n", f.order.Channel, f.order.Lane))
}
