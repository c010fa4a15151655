package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"

	"github.com/odoobridge/odoobridge/cmd/odoobridge/internal/bridge"
	"github.com/odoobridge/odoobridge/internal/config"
	"github.com/odoobridge/odoobridge/internal/control"
)

// command asks the running bridge of the configuration. progress, if there is
// one, is called with what it says meanwhile. Where none runs it says what that may be due to.
func (a *app) command(ctx context.Context, name string, in, out any, progress func(json.RawMessage)) error {
	c, err := a.loadConfig()
	if err != nil {
		return err
	}
	err = control.NewClient(c.Store.Path).Call(ctx, name, in, out, progress)
	var none *control.NoBridgeError
	if errors.As(err, &none) {
		a.hintUnmoved(ctx, c)
	}
	return err
}

// unattended asks the running bridge and, where none runs, does instead what can be done without. said is for
// the person at the terminal.
func (a *app) unattended(ctx context.Context, name string, in, out any, said string, instead func(*config.Config) error) error {
	err := a.command(ctx, name, in, out, nil)
	var none *control.NoBridgeError
	if !errors.As(err, &none) {
		return err
	}
	if a.terminal() {
		fmt.Fprintln(a.stderr, "no bridge runs: "+said) //nolint:errcheck // nobody listens
	}
	cfg, err := a.loadConfig()
	if err != nil {
		return err
	}
	return instead(cfg)
}

// askLedger asks the running bridge about commands or, where none runs, looks into its ledger.
func askLedger[T any](ctx context.Context, a *app, name string, in any, look func(*bridge.Readings) (T, error)) (found T, err error) {
	err = a.unattended(ctx, name, in, &found, "looking into its ledger", func(cfg *config.Config) (err error) {
		r, err := bridge.OpenReadings(ctx, cfg)
		if err != nil {
			return err
		}
		defer func() { err = errors.Join(err, r.Close()) }()
		found, err = look(r)
		return err
	})
	return found, err
}
