package main

import (
	"context"
	"fmt"
	"log/slog"
	"slices"
	"time"

	"github.com/spf13/cobra"

	"github.com/odoobridge/odoobridge/cmd/odoobridge/internal/tail"
	"github.com/odoobridge/odoobridge/internal/config"
	"github.com/odoobridge/odoobridge/schema"
)

func newTail(a *app) *cobra.Command {
	var dsn string
	var entities []string
	cmd := &cobra.Command{
		Use:   "tail",
		Short: "Show the events of a live database",
		Long: `Show the events of a live database as they are committed: no broker, no store,
and nothing is kept. It reads from a temporary slot, which the server drops when
tail ends, and shows every event from the moment on at which that slot is active.

With --dsn no configuration is needed. The role needs REPLICATION and SELECT on
the mapped tables; where the publication is not there yet it must also own Odoo's tables, to make one for the time being.`,
		Example: `  odoobridge tail --dsn postgres://odoo@localhost/prod
  odoobridge tail --entity order,stock_level
  odoobridge tail --dsn postgres://odoo@localhost/prod --json | jq -r .type`,
		RunE: func(cmd *cobra.Command, _ []string) error {
			return a.tail(cmd.Context(), dsn, entities)
		},
	}
	cmd.Flags().StringVar(&dsn, "dsn", "", "connection `URL` of Odoo's database (default: postgres.dsn of the configuration)")
	cmd.Flags().StringSliceVar(&entities, "entity", nil, "show these entities only")
	return cmd
}

func (a *app) tail(ctx context.Context, dsn string, entities []string) error {
	for _, name := range entities {
		if !slices.ContainsFunc(schema.Entities(), func(e schema.Entity) bool { return e.Name == name }) {
			return usage(fmt.Errorf("there is no entity %q; see odoobridge schema list", name))
		}
	}
	o := tail.Options{DSN: dsn, Publication: "odoobridge", Workers: 4, Log: slog.New(slog.DiscardHandler), Origins: map[string]string{}}
	if dsn == "" {
		c, err := a.loadConfig()
		if err != nil {
			return err
		}
		o = tailOptions(c)
	}
	printer := &tail.Printer{Out: a.stdout, Colour: a.coloured(), Now: time.Now}
	var line []byte
	o.Show = func(e *schema.Event) {
		if entities != nil && !slices.Contains(entities, e.Entity) {
			return
		}
		if !a.json {
			printer.Show(e)
			return
		}
		line = append(e.AppendJSON(line[:0], nil), '\n')
		a.stdout.Write(line) //nolint:errcheck // a reader that is gone ends us by SIGPIPE
	}
	o.Say = func(text string) { fmt.Fprintln(a.stderr, text) } //nolint:errcheck // nobody listens
	return tail.Run(ctx, o)
}

func tailOptions(c *config.Config) tail.Options {
	o := tail.Options{
		DSN: string(c.Postgres.DSN), Publication: c.Postgres.Publication, ExtraColumns: c.ExtraColumns,
		Workers: c.Postgres.SnapshotWorkers, Log: slog.New(slog.DiscardHandler), Origins: map[string]string{},
	}
	for _, channel := range c.Channels {
		if channel.OdooLogin != "" {
			o.Origins[channel.OdooLogin] = channel.Name
		}
	}
	return o
}
