package verify

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"time"

	"github.com/odoobridge/odoobridge/cmd/odoobridge/internal/check"
	"github.com/odoobridge/odoobridge/cmd/odoobridge/internal/odoocheck"
	"github.com/odoobridge/odoobridge/inbound/apply"
	"github.com/odoobridge/odoobridge/inbound/odoo"
	"github.com/odoobridge/odoobridge/internal/config"
	"github.com/odoobridge/odoobridge/internal/store"
)

// Ledger is what is read of one.
type Ledger interface {
	Commands(ctx context.Context, f store.CommandFilter) ([]store.Command, error)
	Bound(ctx context.Context, externalID string) (store.Binding, bool, error)
	Bindings(ctx context.Context, since time.Time, after string, limit int) ([]store.Binding, error)
	Repeated(ctx context.Context, limit int) ([]store.Repeated, error)
}

// Request is what is compared.
type Request struct {
	Channel string    // only this one's commands; "" all
	Since   time.Time // only what was settled or bound since; zero: all
	Now     time.Time
	Running bool // a bridge runs
	// Progress, if set, hears now and then how many of something are compared so far.
	Progress func(what string, done int)
}

func (q *Request) progress(what string, done int) {
	if q.Progress != nil {
		q.Progress(what, done)
	}
}

// Verifier compares one ledger with one Odoo.
type Verifier struct {
	cfg    *config.Config
	ledger Ledger
	q      Request
	users  map[string]*user // by channel
}

// user is as whom a channel's commands are carried out.
type user struct {
	channel *config.Channel
	client  *odoo.Client
	x       *apply.Executor
	away    bool // Odoo does not let it in, or does not answer
}

// New prepares to compare. It asks nothing yet. Close it.
func New(cfg *config.Config, ledger Ledger, q Request) (*Verifier, error) {
	v := &Verifier{cfg: cfg, ledger: ledger, q: q, users: map[string]*user{}}
	for i := range cfg.Channels {
		channel := &cfg.Channels[i]
		if len(channel.Commands) == 0 || q.Channel != "" && channel.Name != q.Channel {
			continue
		}
		client, err := odoocheck.Connect(cfg, channel)
		if err != nil {
			v.Close()
			return nil, err
		}
		v.users[channel.Name] = &user{channel: channel, client: client, x: apply.New(apply.Options{Odoo: client, Config: cfg})}
	}
	if len(v.users) == 0 {
		return nil, fmt.Errorf("no channel %sof the configuration may send commands: there is nothing to compare", quoted(q.Channel))
	}
	return v, nil
}

func quoted(channel string) string {
	if channel == "" {
		return ""
	}
	return fmt.Sprintf("%q ", channel)
}

// Close ends the connections.
func (v *Verifier) Close() {
	for _, u := range v.users {
		u.client.Close()
	}
}

// long is for questions that look at everything: their end is the person's who waits.
const long = 24 * time.Hour

// Questions are all comparisons.
func (v *Verifier) Questions() []check.Question {
	return []check.Question{
		{Code: "verify.odoo", Timeout: 2 * time.Minute, Ask: v.reach},
		{Code: "verify.effects", Timeout: time.Hour, Ask: v.effects},
		{Code: "verify.records", Timeout: long, Ask: v.needsOdoo(v.records)},
		{Code: "verify.bindings", Timeout: long, Ask: v.needsOdoo(v.bindings)},
		{Code: "verify.stuck", Timeout: long, Ask: v.stuck},
	}
}

// reach finds out whose users Odoo does not let in.
func (v *Verifier) reach(ctx context.Context) (findings []check.Finding, err error) {
	for _, name := range slices.Sorted(maps.Keys(v.users)) {
		u := v.users[name]
		if _, err := u.client.UID(ctx); err != nil {
			u.away = true
			findings = append(findings, check.Finding{Severity: check.Fail, Code: "verify.odoo", What: fmt.Sprintf("Odoo cannot be asked as the user of channel %s: %v", name, err),
				Why: "what the ledger says of its commands is not compared", Remedy: "`odoobridge check` says why"})
		}
	}
	if len(findings) == 0 {
		findings = append(findings, check.Good("verify.odoo", "Odoo can be asked"))
	}
	return findings, nil
}

func (v *Verifier) needsOdoo(ask func(context.Context) ([]check.Finding, error)) func(context.Context) ([]check.Finding, error) {
	return func(ctx context.Context) ([]check.Finding, error) {
		for _, u := range v.users {
			if !u.away {
				return ask(ctx)
			}
		}
		return nil, &check.SkipError{Reason: "Odoo cannot be asked"}
	}
}

// within is the context of a channel's calls, archived records included.
func (u *user) within() map[string]any {
	c := map[string]any{"active_test": false}
	if u.channel.Company > 0 {
		c["allowed_company_ids"] = []int64{u.channel.Company}
	}
	return c
}

// there are those of the records that Odoo shows.
func (u *user) there(ctx context.Context, model string, ids []int64) (map[int64]bool, error) {
	found, err := u.client.SearchRead(ctx, model, odoo.Domain{{"id", "in", ids}}, []string{"id"}, odoo.Window{}, u.within())
	there := map[int64]bool{}
	for _, rec := range found {
		there[rec.ID()] = true
	}
	return there, err
}

// most is how many findings of one kind are told; the rest is counted.
const most = 50

// collected are findings of one question.
type collected struct {
	code     string
	findings []check.Finding
	more     int
	said     map[string]bool
}

// once adds what is told once, however often it is met.
func (c *collected) once(key string, severity check.Severity, why, remedy, format string, args ...any) {
	if c.said[key] {
		return
	}
	if c.said == nil {
		c.said = map[string]bool{}
	}
	c.said[key] = true
	c.add(severity, why, remedy, format, args...)
}

func (c *collected) add(severity check.Severity, why, remedy, format string, args ...any) {
	if len(c.findings) >= most {
		c.more++
		return
	}
	c.findings = append(c.findings, check.Finding{Severity: severity, Code: c.code, What: fmt.Sprintf(format, args...), Why: why, Remedy: remedy})
}

// told are the findings, or that all is well.
func (c *collected) told(well string) []check.Finding {
	switch {
	case len(c.findings) == 0:
		return []check.Finding{check.Good(c.code, well)}
	case c.more > 0:
		return append(c.findings, check.Finding{Severity: check.Warn, Code: c.code, What: fmt.Sprintf("and %d more of these", c.more), Remedy: "mend those above, and look again"})
	}
	return c.findings
}
