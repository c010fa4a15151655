package odoocheck

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/odoobridge/odoobridge/cmd/odoobridge/internal/check"
	"github.com/odoobridge/odoobridge/inbound/apply"
	"github.com/odoobridge/odoobridge/inbound/odoo"
	"github.com/odoobridge/odoobridge/internal/clock"
	"github.com/odoobridge/odoobridge/internal/config"
)

// oldest is the first release whose API has been tried.
const oldest = 15

// reach asks which Odoo answers. A key that is refused is another question's finding.
func (c *Checker) reach(ctx context.Context) ([]check.Finding, error) {
	const code = "odoo.api"
	release, err := c.users[0].client.Release(ctx)
	var e *odoo.Error
	switch {
	case err == nil:
		c.release = release
	case errors.As(err, &e) && reached(e):
		return []check.Finding{check.Good(code, "Odoo answers at "+c.cfg.Odoo.URL)}, nil
	default:
		c.away = true
		return one(c.unreachable(err))
	}
	what := fmt.Sprintf("Odoo %s answers at %s", release.Text, c.cfg.Odoo.URL)
	if tables := c.database.Release(); tables != "" && majorOf(tables) != majorOf(release.Text) {
		return one(check.Finding{Severity: check.Fail, Code: code, What: fmt.Sprintf("%s, and the tables that postgres.dsn leads to are of Odoo %s", what, tables),
			Why: "events and commands must be about one Odoo", Remedy: "correct odoo.url, or postgres.dsn"})
	}
	if release.Major < oldest {
		return one(check.Finding{Severity: check.Warn, Code: code, What: what, Why: fmt.Sprintf("commands have been tried on Odoo %d and later", oldest), Remedy: "try it on a copy first"})
	}
	return []check.Finding{check.Good(code, what)}, nil
}

// reached says whether Odoo itself said what was wrong.
func reached(e *odoo.Error) bool { return e.Kind == odoo.Denied || e.Name != "" && e.Name != "version" }

func majorOf(release string) string {
	major, _, _ := strings.Cut(release, ".")
	return major
}

// unreachable says why nothing that could carry out commands answers.
func (c *Checker) unreachable(err error) check.Finding {
	f := check.Finding{Severity: check.Fail, Code: "odoo.api", What: fmt.Sprintf("Odoo does not answer at %s: %s", c.cfg.Odoo.URL, cause(err)),
		Why: "no command can be carried out; commands wait until it answers", Remedy: "is Odoo running, is odoo.url right, and does a firewall or proxy let the bridge through?"}
	switch text := err.Error(); {
	case odoo.IsKind(err, odoo.Limited):
		f.Remedy = "too many calls were made: try again in a while, and lower odoo.rate"
	case strings.Contains(text, "x509:") || strings.Contains(text, "tls:"):
		f.Remedy = "give the certificate authority that signed Odoo's certificate as odoo.tls.ca, and the name that stands in it as odoo.url"
	case strings.Contains(text, "HTTP client"), strings.Contains(text, "HTTP response to HTTPS"):
		f.Remedy = "odoo.url says https and the server speaks http: correct one of the two"
	case odoo.IsKind(err, odoo.NotSent) && errors.As(err, new(*odoo.Error)) && statusOf(err) != 0, nameOf(err) == "version":
		f.What = fmt.Sprintf("what answers at %s is not Odoo's API", c.cfg.Odoo.URL)
		f.Remedy = "write into odoo.url how Odoo itself is reached, without a path: https://odoo.example.com"
	}
	return f
}

func statusOf(err error) int {
	var e *odoo.Error
	if errors.As(err, &e) {
		return e.Status
	}
	return 0
}

func nameOf(err error) string {
	var e *odoo.Error
	if errors.As(err, &e) {
		return e.Name
	}
	return ""
}

// cause is what was below an error of the client, without what it was about.
func cause(err error) string {
	var e *odoo.Error
	switch {
	case errors.As(err, &e) && e.Err != nil:
		return e.Err.Error()
	case errors.As(err, &e) && e.Status != 0:
		return fmt.Sprintf("HTTP %d", e.Status)
	}
	return err.Error()
}

// logIn tries a user's login and key.
func (c *Checker) logIn(ctx context.Context, u *user) ([]check.Finding, error) {
	const code = "odoo.user"
	uid, err := u.client.UID(ctx)
	if err == nil {
		owner, ownerErr := u.client.KeyOwner(ctx)
		if err = ownerErr; err == nil && owner != uid && owner != 0 {
			return one(check.Finding{Severity: check.Fail, Code: code, What: fmt.Sprintf("%s is not the key of %s but of another user (id %d)", u.setting, u.login, owner),
				Why: "Odoo goes by the key alone: what commands change would be that user's doing, and carry no origin or another one's", Remedy: "make the key as the user " + u.login})
		}
	}
	switch {
	case odoo.IsKind(err, odoo.Denied):
		return one(c.refused(ctx, u, err))
	case strings.HasSuffix(nameOf(err), "OperationalError"), c.release.Major >= 19 && statusOf(err) == 404:
		return one(check.Finding{Severity: check.Fail, Code: code, What: fmt.Sprintf("Odoo at %s has no database %s, or cannot reach it", c.cfg.Odoo.URL, c.cfg.Odoo.Database),
			Why: c.idle(u), Remedy: "write the database's name into odoo.database, as Odoo's page /web/database/selector shows it; if it is right, look whether Odoo reaches its PostgreSQL"})
	case odoo.IsKind(err, odoo.Missing):
		return one(check.Finding{Severity: check.Fail, Code: code, What: fmt.Sprintf("there is no user %s in the database %s, or it is archived", u.login, c.cfg.Odoo.Database),
			Why: c.idle(u), Remedy: "write the login of the user whose key it is"})
	case err != nil:
		return nil, err
	}
	u.uid = uid
	if c.release == (odoo.Release{}) {
		if c.release, err = u.client.Release(ctx); err != nil {
			return nil, err
		}
	}
	return c.admitted(ctx, u)
}

// admitted looks whether the user may more than it should.
func (c *Checker) admitted(ctx context.Context, u *user) ([]check.Finding, error) {
	const code = "odoo.user"
	administers, err := u.client.HasGroup(ctx, "base.group_system")
	if err != nil && !odoo.IsKind(err, odoo.Access, odoo.Faulty) {
		return nil, err
	}
	what := fmt.Sprintf("Odoo lets %s in (user %d, database %s)", u.login, u.uid, c.cfg.Odoo.Database)
	found, err := c.addressed(ctx, u)
	if err != nil {
		return nil, err
	}
	if administers {
		return append(found, check.Finding{Severity: check.Warn, Code: code, What: what + "; it administers Odoo",
			Why: "who has its key can do everything in Odoo; commands need a few rights only", Remedy: "make a user for the bridge, with the groups that docs/OPERATIONS.md names"}), nil
	}
	return append(found, check.Good(code, what)), nil
}

// addressed wants the user to have an e-mail address where its commands have Odoo leave messages in its name.
func (c *Checker) addressed(ctx context.Context, u *user) ([]check.Finding, error) {
	speaks := slices.ContainsFunc(u.channels, func(channel *config.Channel) bool { return slices.ContainsFunc(channel.Commands, apply.Speaks) })
	if !speaks {
		return nil, nil
	}
	found, err := u.client.Read(ctx, "res.users", []int64{u.uid}, []string{"email"}, nil)
	if err != nil && !odoo.IsKind(err, odoo.Access, odoo.Faulty) {
		return nil, err
	}
	if len(found) == 0 || found[0].Text("email") != "" {
		return nil, nil
	}
	return one(check.Finding{Severity: check.Fail, Code: "odoo.user", What: u.login + " has no e-mail address in Odoo",
		Why: "Odoo leaves messages in its user's name at payments, refunds and returns, and refuses them without; those commands are parked", Remedy: "give the user an e-mail address in Odoo (Settings, Users); none has to arrive there"})
}

// refused says what can be known of a login or key that Odoo refuses: it does not say which of the two is wrong.
func (c *Checker) refused(ctx context.Context, u *user, err error) check.Finding {
	f := check.Finding{Severity: check.Fail, Code: "odoo.user", What: fmt.Sprintf("Odoo refuses %s with the key of %s (database %s)", u.login, c.place(u), c.cfg.Odoo.Database), Why: c.idle(u),
		Remedy: fmt.Sprintf("the key was mistyped, revoked or has expired, or the user is archived: look at the user in Odoo (Settings, Users), make a new key as %s (Preferences, Account Security, New API Key) and write it to %s", u.login, c.place(u))}
	if errors.Is(err, odoo.ErrNoAPIKey) {
		f.What = fmt.Sprintf("%s holds no API key: Odoo %s refuses %s (database %s)", c.place(u), c.release.Text, u.login, c.cfg.Odoo.Database)
		f.Why += "; up to Odoo 18 a password did as well"
		f.Remedy = fmt.Sprintf("make a key as %s (Preferences, Account Security, New API Key), 40 digits of 0-9 and a-f, and write it to %s", u.login, c.place(u))
	}
	if there, known := c.database.HasLogin(ctx, u.login); known && !there {
		f.What = fmt.Sprintf("Odoo has no user with the login %s (database %s)", u.login, c.cfg.Odoo.Database)
		f.Remedy = "correct the login, or make the user in Odoo (Settings, Users) and an API key for it"
	}
	return f
}

// place is where the user's key is kept.
func (c *Checker) place(u *user) string {
	if file := c.cfg.SecretFiles[u.setting]; file != "" {
		return file
	}
	return u.setting
}

// idle says what does not work without this user.
func (c *Checker) idle(u *user) string {
	if len(u.channels) == 0 {
		return "no channel's commands are carried out as this user now"
	}
	return "commands of " + u.names() + " cannot be carried out; they wait"
}

// clock compares Odoo's clock with ours.
func (c *Checker) clock(ctx context.Context) ([]check.Finding, error) {
	const code = "odoo.clock"
	ahead, uncertain, ok, err := c.users[0].client.Clock(ctx)
	switch {
	case err != nil:
		return nil, err
	case !ok:
		return nil, &check.SkipError{Reason: "what answers for Odoo does not tell the time"}
	case ahead.Abs() > clock.Tolerance+uncertain:
		return one(check.Finding{Severity: check.Warn, Code: code, What: fmt.Sprintf("the clock of what answers for Odoo is %s off ours", ahead.Round(time.Second)),
			Why: "whether a count or a change comes too late is told by comparing times of commands with times in Odoo", Remedy: "synchronise both clocks (chrony, systemd-timesyncd)"})
	}
	return one(check.Good(code, "Odoo's clock agrees with ours"))
}
