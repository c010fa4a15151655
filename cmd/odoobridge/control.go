package main

import (
	"context"
	"encoding/json"

	"github.com/odoobridge/odoobridge/internal/control"
)

// command asks the running bridge of the configuration. progress, if there is
// one, is called with what it says meanwhile.
func (a *app) command(ctx context.Context, name string, in, out any, progress func(json.RawMessage)) error {
	c, err := a.loadConfig()
	if err != nil {
		return err
	}
	return control.NewClient(c.Store.Path).Call(ctx, name, in, out, progress)
}
