package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"

	"github.com/odoobridge/odoobridge/cmd/odoobridge/internal/bridge"
	"github.com/odoobridge/odoobridge/internal/config"
)

// hintUnmoved says, where no bridge runs, that a ledger was left behind: what is told of commands is without it. It is
// one line beside what the verb prints.
func (a *app) hintUnmoved(ctx context.Context, cfg *config.Config) {
	err := bridge.RefuseUnmoved(ctx, cfg)
	var unmoved *bridge.UnmovedError
	text := ""
	switch {
	case err == nil:
		return
	case errors.As(err, &unmoved):
		text = fmt.Sprintf("ledger.db in %s was not moved to the shared store: what is told of commands here is without it, and no bridge starts, until `odoobridge ledger move`", unmoved.Folder)
	default:
		text = fmt.Sprintf("whether a ledger is left that was not moved to the shared store is not known: %v", err)
	}
	if !a.json {
		fmt.Fprintln(a.stderr, "note: "+text) //nolint:errcheck // nobody listens
		return
	}
	said := map[string]string{"note": text}
	if unmoved != nil {
		said["unmoved_ledger"] = unmoved.File()
	}
	_ = json.NewEncoder(a.stderr).Encode(said) // nobody listens
}
