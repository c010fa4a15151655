package main

import (
	"errors"
	"fmt"

	"github.com/spf13/cobra"

	"github.com/odoobridge/odoobridge/cmd/odoobridge/internal/bridge"
)

func newLedger(a *app) *cobra.Command {
	cmd := &cobra.Command{
		Use:     "ledger",
		Short:   "Move what is remembered of commands to a shared store",
		Long:    `What the bridge remembers of commands: which it was given, what became of them, and which records of Odoo channels' ids mean.`,
		Example: `  odoobridge ledger move`,
	}
	cmd.AddCommand(newLedgerMove(a))
	return cmd
}

func newLedgerMove(a *app) *cobra.Command {
	return &cobra.Command{
		Use:   "move",
		Short: "Move the ledger of store.path to the shared store of store.dsn, before its first bridge",
		Long: `Move the ledger of commands, ledger.db in store.path, to the PostgreSQL database of store.dsn: all of it in one
transaction. Then the file is renamed to ledger.db.moved, and bridges start with the shared store.

No bridge may run meanwhile, and none can start. A shared ledger that has contents of another origin is
left alone. If this was ended before it said that it is done, run it again: it goes on where it was.`,
		Example: `  systemctl stop odoobridge    # and write store.dsn into the configuration
  odoobridge ledger move
  systemctl start odoobridge   # here, and on the second machine`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error { return a.moveLedger(cmd) },
	}
}

// movedLedger is what --json prints.
type movedLedger struct {
	Command string `json:"command"`
	OK      bool   `json:"ok"`
	bridge.Moved
}

func (a *app) moveLedger(cmd *cobra.Command) error {
	cfg, err := a.loadConfig()
	if err != nil {
		return err
	}
	moved, err := bridge.MoveLedger(cmd.Context(), cfg)
	switch {
	case errors.Is(err, bridge.ErrNothingToShare):
		return usage(err)
	case bridge.NeedsPerson(err):
		return needsPerson(err)
	case err != nil:
		return cutShort(cmd.Context(), err)
	case a.json:
		return a.printJSON(movedLedger{"ledger move", true, moved})
	}
	text := "An earlier run has copied the ledger to the shared store; ledger.db is ledger.db.moved, and nothing is left to do."
	if moved.Copied != nil {
		text = fmt.Sprintf("The ledger is in the shared store now: %d commands, %d ids of channels, %d audit entries. ledger.db is ledger.db.moved.",
			moved.Copied["command"], moved.Copied["binding"], moved.Copied["audit"])
	}
	_, err = fmt.Fprintln(a.stdout, text)
	return err
}
