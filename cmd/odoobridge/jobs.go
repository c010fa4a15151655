package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/spf13/cobra"

	"github.com/odoobridge/odoobridge/cmd/odoobridge/internal/bridge"
	"github.com/odoobridge/odoobridge/internal/telemetry"
	"github.com/odoobridge/odoobridge/router/jobs"
)

// jobFlags are those that replay and publish have in common.
type jobFlags struct {
	order  jobs.Order
	dryRun bool
	detach bool
	list   bool
	cancel string
}

func (f *jobFlags) register(cmd *cobra.Command) {
	flags := cmd.Flags()
	flags.StringVar(&f.order.Channel, "channel", "", "the `channel`")
	flags.StringVar(&f.order.Lane, "lane", "", "the `lane` of the channel")
	flags.StringSliceVar(&f.order.Entities, "entity", nil, "these `entities` only")
	flags.StringVar(&f.order.Key, "key", "", "one subject only, by the `key` that its events name")
	flags.Float64Var(&f.order.Rate, "rate", jobs.DefaultRate, "deliveries a second")
	flags.BoolVar(&f.dryRun, "dry-run", false, "say what would be sent, and send nothing")
	flags.BoolVar(&f.detach, "detach", false, "do not wait for the job's end")
	flags.BoolVar(&f.list, "list", false, "show the jobs that run and the last that have ended")
	flags.StringVar(&f.cancel, "cancel", "", "stop a `job`")
}

// run does what the flags ask for; check looks at an order before it is sent.
func (a *app) job(ctx context.Context, f *jobFlags, check func() error) error {
	switch {
	case f.list:
		return a.listJobs(ctx)
	case f.cancel != "":
		var j jobs.Job
		if err := a.command(ctx, bridge.CommandCancel, bridge.ID{ID: f.cancel}, &j, nil); err != nil {
			return err
		}
		return a.say(j, fmt.Sprintf("job %s is %s after %d deliveries\n", j.ID, j.State, j.Delivered))
	case f.order.Channel == "" || f.order.Lane == "":
		return usage(errors.New("say which lane with --channel and --lane"))
	}
	if err := check(); err != nil {
		return usage(err)
	}
	if f.dryRun {
		return a.previewJob(ctx, f.order)
	}
	return a.startJob(ctx, f)
}

func (a *app) previewJob(ctx context.Context, o jobs.Order) error {
	var p jobs.Preview
	if err := a.command(ctx, bridge.CommandPreview, o, &p, nil); err != nil {
		return err
	}
	var b strings.Builder
	fmt.Fprintf(&b, "would send %d events into %s/%s, in about %s at %g a second; nothing was sent\n", p.Events, o.Channel, o.Lane,
		(time.Duration(p.Seconds * float64(time.Second))).Round(time.Second), p.Order.Rate)
	if p.First != nil {
		fmt.Fprintf(&b, "first   %s %s %s\nlast    %s %s %s\n", p.First.Time.Format(time.RFC3339), p.First.Event, p.First.Type,
			p.Last.Time.Format(time.RFC3339), p.Last.Event, p.Last.Type)
	}
	for _, name := range slices.Sorted(maps.Keys(p.Types)) {
		fmt.Fprintf(&b, "%8d  %s\n", p.Types[name], name)
	}
	return a.say(p, b.String())
}

func (a *app) startJob(ctx context.Context, f *jobFlags) error {
	var j jobs.Job
	err := a.command(ctx, bridge.CommandStart, bridge.JobRequest{Order: f.order, Follow: !f.detach}, &j, a.jobProgress(&j))
	return a.jobEnded(ctx, j, err)
}

// jobProgress shows on a terminal how far a job is, and remembers it.
func (a *app) jobProgress(last *jobs.Job) func(json.RawMessage) {
	terminal := a.terminal()
	return func(text json.RawMessage) {
		var j jobs.Job
		if json.Unmarshal(text, &j) != nil {
			return
		}
		first := last.ID == ""
		*last = j
		switch {
		case terminal:
			fmt.Fprintf(a.stderr, "\r\x1b[K%s: %s", j.ID, progressOf(j)) //nolint:errcheck // nobody listens
		case first && !a.json:
			fmt.Fprintf(a.stderr, "%s begins\n", j.ID) //nolint:errcheck // nobody listens
		}
	}
}

func progressOf(j jobs.Job) string {
	text := fmt.Sprintf("%d sent", j.Delivered)
	if j.FromEntry > 0 {
		text += fmt.Sprintf(", %.0f %%", 100*j.Share())
	} else if j.Place.Entity != "" {
		text += ", " + j.Place.Entity
	}
	if j.Paused != "" {
		text += " (" + j.Paused + ")"
	}
	return text
}

// jobEnded tells how a job has ended, or that it goes on without the verb.
func (a *app) jobEnded(ctx context.Context, j jobs.Job, err error) error {
	if a.terminal() && j.ID != "" {
		fmt.Fprint(a.stderr, "\r\x1b[K") //nolint:errcheck // nobody listens
	}
	switch {
	case err != nil && ctx.Err() != nil && j.ID != "":
		fmt.Fprintf(a.stderr, "job %s goes on in the bridge: `odoobridge replay --list` shows it, `odoobridge replay --cancel %s` stops it\n", j.ID, j.ID) //nolint:errcheck // nobody listens
		return quietly(exitAborted)
	case err != nil:
		return err
	}
	text := fmt.Sprintf("job %s is %s: %d deliveries into %s/%s", j.ID, j.State, j.Delivered, j.Order.Channel, j.Order.Lane)
	if j.State == jobs.Running {
		text += "; it goes on in the bridge: odoobridge replay --list"
	}
	if j.Refused > 0 {
		text += fmt.Sprintf("; %d that the broker can never take were left out, the last because %s", j.Refused, j.Reason)
	}
	if j.Error != "" {
		text += ": " + j.Error
	}
	if err := a.say(j, text+"\n"); err != nil {
		return err
	}
	if j.State == jobs.Failed || j.Refused > 0 {
		return quietly(exitFailed)
	}
	return nil
}

func (a *app) listJobs(ctx context.Context) error {
	var list []jobs.Job
	if err := a.command(ctx, bridge.CommandJobs, struct{}{}, &list, nil); err != nil {
		return err
	}
	return a.table(list, "JOB\tLANE\tSTATE\tSENT\tPROGRESS\tNOTE", len(list), "there are no jobs", func(w io.Writer, i int) {
		j := list[i]
		fmt.Fprintf(w, "%s\t%s/%s\t%s\t%d\t%s\t%s\n", j.ID, j.Order.Channel, j.Order.Lane, j.State, j.Delivered, progressOf(j), j.Error) //nolint:errcheck // a tabwriter's errors come with Flush
	})
}

// say prints a value for programs, or its text for people.
func (a *app) say(value any, text string) error {
	if a.json {
		return a.printJSON(value)
	}
	_, err := io.WriteString(a.stdout, text)
	return err
}

// table prints rows for people, or the whole value for programs.
func (a *app) table(value any, head string, n int, none string, row func(w io.Writer, i int)) error {
	if a.json {
		return a.printJSON(value)
	}
	if n == 0 {
		_, err := fmt.Fprintln(a.stdout, none)
		return err
	}
	var b strings.Builder
	w := tabwriter.NewWriter(&b, 0, 0, 2, ' ', 0)
	fmt.Fprintln(w, head) //nolint:errcheck // a tabwriter's errors come with Flush
	for i := range n {
		row(w, i)
	}
	if err := w.Flush(); err != nil {
		return err
	}
	for line := range strings.Lines(b.String()) {
		if _, err := fmt.Fprintln(a.stdout, strings.TrimRight(line, " \n")); err != nil {
			return err
		}
	}
	return nil
}

// terminal says whether progress is worth showing.
func (a *app) terminal() bool { return !a.json && telemetry.IsTerminal(a.stderr) }
