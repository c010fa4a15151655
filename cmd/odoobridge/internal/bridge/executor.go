package bridge

import (
	"context"
	"fmt"
	"sync"
	"time"

	"github.com/odoobridge/odoobridge/inbound/apply"
	"github.com/odoobridge/odoobridge/inbound/command"
	"github.com/odoobridge/odoobridge/inbound/odoo"
	"github.com/odoobridge/odoobridge/internal/config"
	"github.com/odoobridge/odoobridge/internal/store"
)

// executor is what carries out commands in Odoo.
func (b *bridge) executor(l store.Ledger) (*users, error) {
	cfg := b.cfg.Odoo
	held := newHeldCalls(b.log, b.metrics.Commands.OdooCircuit)
	key := &apiKey{log: b.log}
	key.take(b.cfg, "odoo.api_key", cfg.APIKey)
	client, err := odoo.New(odoo.Options{
		URL: cfg.URL, Database: cfg.Database, Login: cfg.Login, Key: key.read, MaxInFlight: cfg.MaxInFlight, Rate: cfg.Rate, Timeout: cfg.CallTimeout(), Allowed: b.mayAct(),
		TLS:     odoo.TLS{CAFile: cfg.CAFile, CertFile: cfg.CertFile, KeyFile: cfg.KeyFile},
		Observe: b.metrics.Commands.Called, Changed: held.way, Refused: held.refused(""),
		Clock: func(ahead time.Duration) { b.clocks.heard(clockOfOdoo, ahead) },
	})
	if err != nil {
		return nil, fmt.Errorf("prepare the way to Odoo: %w", err)
	}
	u := &users{client: client, held: held, known: documents{b.store, b.documented, b.pass, time.Now}, bound: bindings{l}}
	u.shared = user{cfg.Login, key, client, u.executor(client, b.cfg)}
	u.adopt(b.cfg)
	return u, nil
}

// bindings are the ledger's, as executors ask for them.
type bindings struct{ ledger store.Ledger }

// Bound implements apply.Bindings.
func (b bindings) Bound(ctx context.Context, externalID string) (command.Binding, bool, error) {
	bound, found, err := b.ledger.Bound(ctx, externalID)
	return command.Binding(bound), found, err
}

// users carry out each channel's commands as the channel's own user in Odoo where it has one, so
// that what they change can be told as its doing, else as the bridge's user. All of them share one
// way to Odoo; what one of them has looked up is not believed of another, who may see less.
type users struct {
	client *odoo.Client
	held   *heldCalls
	known  apply.Documents
	bound  apply.Bindings
	shared user

	mu  sync.RWMutex
	own map[string]user // by channel
}

// user is somebody as whom commands are carried out.
type user struct {
	login  string
	key    *apiKey
	client *odoo.Client
	x      *apply.Executor
}

// Execute carries out a command as its channel's user.
func (u *users) Execute(ctx context.Context, c command.Command, note command.Note) (command.Outcome, error) {
	return u.of(c.Channel).Execute(ctx, c, note)
}

// Aggregates does not depend on users.
func (u *users) Aggregates(c command.Command) []string { return u.shared.x.Aggregates(c) }

func (u *users) of(channel string) *apply.Executor {
	u.mu.RLock()
	defer u.mu.RUnlock()
	if own, ok := u.own[channel]; ok {
		return own.x
	}
	return u.shared.x
}

// reload takes on another configuration: new users and keys from the next command on. The bridge's
// own login waits for the next start, like all that is about the way to Odoo.
func (u *users) reload(cfg *config.Config) {
	u.shared.key.take(cfg, "odoo.api_key", cfg.Odoo.APIKey)
	u.shared.x.Reload(cfg)
	u.adopt(cfg)
}

// adopt makes or keeps a user for each channel that has one.
func (u *users) adopt(cfg *config.Config) {
	own := map[string]user{}
	for i := range cfg.Channels {
		c := &cfg.Channels[i]
		if c.OdooAPIKey == "" {
			continue
		}
		known := u.own[c.Name]
		if known.login != c.OdooLogin {
			known = u.newUser(c, cfg)
		}
		known.key.take(cfg, "channels."+c.Name+".odoo_api_key", c.OdooAPIKey)
		known.x.Reload(cfg)
		own[c.Name] = known
	}
	u.mu.Lock()
	defer u.mu.Unlock()
	u.own = own
}

func (u *users) newUser(c *config.Channel, cfg *config.Config) user {
	key := &apiKey{log: u.shared.key.log}
	client := u.client.As(odoo.Caller{Login: c.OdooLogin, Key: key.read, Refused: u.held.refused(c.Name)})
	return user{c.OdooLogin, key, client, u.executor(client, cfg)}
}

func (u *users) executor(client *odoo.Client, cfg *config.Config) *apply.Executor {
	return apply.New(apply.Options{Odoo: client, Config: cfg, Documents: u.known, Bindings: u.bound})
}
