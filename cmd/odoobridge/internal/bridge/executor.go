package bridge

import (
	"context"
	"os"

	"github.com/odoobridge/odoobridge/inbound/apply"
	"github.com/odoobridge/odoobridge/inbound/command"
	"github.com/odoobridge/odoobridge/inbound/odoo"
	"github.com/odoobridge/odoobridge/internal/config"
	"github.com/odoobridge/odoobridge/internal/telemetry"
)

// executor is what carries out commands in Odoo, and how it is told of another configuration.
func (b *bridge) executor() (command.Executor, func(*config.Config), error) {
	cfg := b.cfg.Odoo
	client, err := odoo.New(odoo.Options{
		URL: cfg.URL, Database: cfg.Database, Login: cfg.Login, Key: b.apiKey, MaxInFlight: cfg.MaxInFlight, Rate: cfg.Rate,
		Observe: b.metrics.Commands.Called,
		Changed: func(s odoo.State) {
			telemetry.SetFlag(b.metrics.Commands.OdooCircuit, s.Open)
		},
	})
	if err != nil {
		return nil, nil, err
	}
	x := apply.New(apply.Options{Odoo: client, Config: b.cfg})
	return x, x.Reload, nil
}

// apiKey reads the key again from where the configuration has it, so that a new one counts without a restart.
func (b *bridge) apiKey(context.Context) (string, error) {
	if b.cfg.File == "" {
		return string(b.cfg.Odoo.APIKey), nil
	}
	cfg, err := config.Load(b.cfg.File, os.LookupEnv)
	if err != nil {
		return "", err
	}
	return string(cfg.Odoo.APIKey), nil
}
