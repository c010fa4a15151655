package bridge

import (
	"context"
	"crypto/tls"
	"errors"
	"maps"
	"net/http"
	"slices"
	"strings"

	"github.com/odoobridge/odoobridge/inbound/odoo"
	"github.com/odoobridge/odoobridge/internal/telemetry"
)

// greet logs in to Odoo as each user once when commands begin to be carried out, so that a key, a database or an address that
// is wrong is told then, and not with the first command. It holds nothing up.
func (u *users) greet(ctx context.Context) {
	all := u.all()
	for _, channel := range slices.Sorted(maps.Keys(all)) {
		var whose []any
		if channel != "" {
			whose = []any{telemetry.KeyChannel, channel}
		}
		_, err := all[channel].client.UID(ctx)
		var release odoo.Release
		if err == nil {
			release, err = all[channel].client.Release(ctx)
		}
		switch {
		case ctx.Err() != nil:
			return
		case err != nil:
			reason, remedy := unwelcome(err)
			u.shared.key.log.Warn("Odoo cannot be asked as this user; its commands wait and go on by themselves", append(whose, telemetry.KeyReason, reason, telemetry.KeyError, err.Error(), telemetry.KeyRemedy, remedy)...)
		default:
			u.shared.key.log.Info("Odoo lets this user in", append(whose, telemetry.KeyRelease, release.Text)...)
		}
	}
}

// all are the users by channel; "" is the bridge's own.
func (u *users) all() map[string]user {
	u.mu.RLock()
	defer u.mu.RUnlock()
	all := maps.Clone(u.own)
	if u.shared.login != "" {
		if all == nil {
			all = map[string]user{}
		}
		all[""] = u.shared
	}
	return all
}

// unwelcome says in words why Odoo cannot be asked, and what to do.
func unwelcome(err error) (reason, remedy string) {
	var e *odoo.Error
	if !errors.As(err, &e) {
		return "", "odoobridge check"
	}
	switch {
	case errors.As(err, new(*tls.CertificateVerificationError)):
		return "the certificate of what answers is not trusted", "give the certificate authority that signed it as odoo.tls.ca, and the name that stands in it as odoo.url"
	case e.Kind == odoo.Denied:
		return "the login is unknown or archived, or the API key is wrong, revoked or expired", "put a valid login and API key where the configuration has them; `odoobridge check` says which user it is"
	case strings.HasSuffix(e.Name, "OperationalError"), e.Kind == odoo.Faulty && e.Status == 404:
		return "Odoo has no database of this name, or cannot reach it", "correct odoo.database, or look at Odoo's PostgreSQL"
	case e.Kind == odoo.Missing:
		return "Odoo has no user of this login, or it is archived", "correct the login"
	case e.Status == http.StatusBadGateway, e.Status == http.StatusServiceUnavailable, e.Status == http.StatusGatewayTimeout:
		return "a proxy answers that Odoo does not", "look whether Odoo runs behind it"
	case e.Kind == odoo.Limited:
		return "Odoo, or a proxy before it, takes no more calls at present", "none is needed; if it stays, raise the limit there or lower odoo.rate"
	case e.Kind == odoo.NotSent && (e.Status != 0 || e.Name == "version"):
		return "what answers is not Odoo's API", "correct odoo.url: how Odoo itself is reached, without a path"
	case e.Kind == odoo.Paused:
		return "calls are held back, for a reason that was told before", "none is needed"
	}
	return "Odoo does not answer", "look whether Odoo runs, and whether odoo.url is right"
}
