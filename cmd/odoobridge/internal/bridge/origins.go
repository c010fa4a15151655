package bridge

import (
	"context"
	"sync"

	"github.com/odoobridge/odoobridge/cmd/odoobridge/internal/odoodb"
	"github.com/odoobridge/odoobridge/internal/telemetry"
)

// origins knows which channel an Odoo user belongs to.
type origins struct {
	mu       sync.RWMutex
	channels map[int64]string
	missing  int
}

func (o *origins) channelOf(uid int64) string {
	o.mu.RLock()
	defer o.mu.RUnlock()
	return o.channels[uid]
}

// incomplete reports whether a login had no user when last looked up.
func (o *origins) incomplete() bool {
	o.mu.RLock()
	defer o.mu.RUnlock()
	return o.missing > 0
}

// logins are the channels' users in Odoo.
func (b *bridge) logins() (logins []string) {
	for i := range b.cfg.Channels {
		if login := b.cfg.Channels[i].OdooLogin; login != "" {
			logins = append(logins, login)
		}
	}
	return logins
}

// look asks Odoo's database for the users of the channels' logins.
func (o *origins) look(ctx context.Context, b *bridge) error {
	logins := b.logins()
	if len(logins) == 0 {
		return nil
	}
	conn, err := b.connect(ctx)
	if err != nil {
		return err
	}
	defer conn.Close(context.WithoutCancel(ctx)) //nolint:errcheck // nothing depends on a parting word
	users, err := odoodb.Users(ctx, conn, logins)
	if err != nil {
		return err
	}
	o.take(b, users)
	return nil
}

// take keeps whose users they are. A login that has no user is a warning: it may be made later.
func (o *origins) take(b *bridge, users map[string]int64) {
	logins := b.logins()
	if len(logins) == 0 {
		return
	}
	found := map[int64]string{}
	for _, c := range b.cfg.Channels {
		if uid, ok := users[c.OdooLogin]; ok {
			found[uid] = c.Name
		}
	}
	o.mu.Lock()
	first := o.channels == nil
	o.channels, o.missing = found, len(logins)-len(found)
	missing := o.missing
	o.mu.Unlock()
	if missing > 0 && first {
		b.log.Warn("some channels' odoo_login has no user in Odoo: what they cause will have no origin", telemetry.KeyCount, missing,
			telemetry.KeyRemedy, "run odoobridge check to see which")
	}
}
