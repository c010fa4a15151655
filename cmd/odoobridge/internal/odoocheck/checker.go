package odoocheck

import (
	"context"
	"strings"
	"time"

	"github.com/odoobridge/odoobridge/cmd/odoobridge/internal/check"
	"github.com/odoobridge/odoobridge/inbound/apply"
	"github.com/odoobridge/odoobridge/inbound/odoo"
	"github.com/odoobridge/odoobridge/internal/config"
)

// Database is what Odoo's PostgreSQL told before.
type Database interface {
	// Release is the release that the tables are of, "17.0"; "" when it is not known.
	Release() string
	// HasLogin says whether there is a user of that login, archived or not; known is false when it cannot be told.
	HasLogin(ctx context.Context, login string) (there, known bool)
}

// Checker asks one Odoo.
type Checker struct {
	cfg      *config.Config
	database Database
	users    []*user
	release  odoo.Release
	away     bool // nothing answers at odoo.url
}

// user is somebody as whom commands are carried out.
type user struct {
	login    string
	setting  string // where the key stands: "odoo.api_key"
	channels []*config.Channel
	client   *odoo.Client
	x        *apply.Executor
	uid      int64 // 0: it could not log in
}

// New prepares a checker; nil where no channel may send commands. It asks nothing yet. Close it.
func New(cfg *config.Config, database Database) (*Checker, error) {
	if !cfg.HasCommands() {
		return nil, nil
	}
	c := &Checker{cfg: cfg, database: database}
	shared := &user{login: cfg.Odoo.Login, setting: "odoo.api_key"}
	if cfg.Odoo.Login != "" {
		c.users = append(c.users, shared)
	}
	for i := range cfg.Channels {
		channel := &cfg.Channels[i]
		switch {
		case channel.OdooAPIKey != "":
			own := &user{login: channel.OdooLogin, setting: "channels." + channel.Name + ".odoo_api_key"}
			if len(channel.Commands) > 0 {
				own.channels = []*config.Channel{channel}
			}
			c.users = append(c.users, own)
		case len(channel.Commands) > 0:
			shared.channels = append(shared.channels, channel)
		}
	}
	for _, u := range c.users {
		if err := c.connect(u); err != nil {
			c.Close()
			return nil, err
		}
	}
	return c, nil
}

// callTime is long enough for an Odoo that has to wake up.
const callTime = 30 * time.Second

func (c *Checker) connect(u *user) (err error) {
	key := c.cfg.Odoo.APIKey
	for i := range c.cfg.Channels {
		if channel := &c.cfg.Channels[i]; u.setting == "channels."+channel.Name+".odoo_api_key" {
			key = channel.OdooAPIKey
		}
	}
	if u.client, err = connect(c.cfg, u.login, key); err == nil {
		u.x = apply.New(apply.Options{Odoo: u.client, Config: c.cfg})
	}
	return err
}

// Connect is a client that asks as the user as whom a channel's commands are carried out, one call at a time. It asks
// nothing yet. Close it.
func Connect(cfg *config.Config, channel *config.Channel) (*odoo.Client, error) {
	if channel.OdooAPIKey != "" {
		return connect(cfg, channel.OdooLogin, channel.OdooAPIKey)
	}
	return connect(cfg, cfg.Odoo.Login, cfg.Odoo.APIKey)
}

func connect(cfg *config.Config, login string, key config.Secret) (*odoo.Client, error) {
	o := cfg.Odoo
	return odoo.New(odoo.Options{
		URL: o.URL, Database: o.Database, Login: login, Key: func(context.Context) (string, error) { return key.Reveal(), nil },
		MaxInFlight: 1, Rate: o.Rate, Timeout: callTime, TLS: odoo.TLS{CAFile: o.CAFile, CertFile: o.CertFile, KeyFile: o.KeyFile},
		Failures: 1 << 30, // each question gets its own answer
	})
}

// Close ends the connections.
func (c *Checker) Close() {
	for _, u := range c.users {
		if u.client != nil {
			u.client.Close()
		}
	}
}

// manyCalls is for questions that make many calls, one after another and at most odoo.rate of them a second.
const manyCalls = 10 * time.Minute

// Questions are all that there is to ask.
func (c *Checker) Questions() []check.Question {
	questions := []check.Question{
		{Code: "odoo.api", Timeout: 2 * callTime, Ask: c.reach},
		{Code: "odoo.clock", Timeout: 2 * callTime, Ask: c.needsOdoo(c.clock)},
	}
	for _, u := range c.users {
		questions = append(questions, check.Question{Code: "odoo.user", Timeout: 2 * callTime, Ask: c.needsOdoo(func(ctx context.Context) ([]check.Finding, error) { return c.logIn(ctx, u) })})
		for _, channel := range u.channels {
			questions = append(questions, c.ofChannel(u, channel)...)
		}
	}
	return questions
}

func (c *Checker) ofChannel(u *user, channel *config.Channel) (questions []check.Question) {
	for _, q := range []struct {
		code string
		ask  func(context.Context, *user, *config.Channel) ([]check.Finding, error)
	}{{"odoo.company", c.company}, {"odoo.rights", c.rights}, {"odoo.warehouses", c.warehouses}, {"odoo.mapping", c.mappings}} {
		questions = append(questions, check.Question{Code: q.code, Timeout: manyCalls, Ask: c.needsUser(u, func(ctx context.Context) ([]check.Finding, error) { return q.ask(ctx, u, channel) })})
	}
	return questions
}

func (c *Checker) needsOdoo(ask func(context.Context) ([]check.Finding, error)) func(context.Context) ([]check.Finding, error) {
	return func(ctx context.Context) ([]check.Finding, error) {
		if c.away {
			return nil, &check.SkipError{Reason: "Odoo does not answer"}
		}
		return ask(ctx)
	}
}

func (c *Checker) needsUser(u *user, ask func(context.Context) ([]check.Finding, error)) func(context.Context) ([]check.Finding, error) {
	return c.needsOdoo(func(ctx context.Context) ([]check.Finding, error) {
		if u.uid == 0 {
			return nil, &check.SkipError{Reason: "Odoo does not let " + u.login + " in"}
		}
		return ask(ctx)
	})
}

func one(f check.Finding) ([]check.Finding, error) { return []check.Finding{f}, nil }

// names are the channels' names.
func (u *user) names() string {
	var names []string
	for _, channel := range u.channels {
		names = append(names, channel.Name)
	}
	return strings.Join(names, ", ")
}
