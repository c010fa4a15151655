package bridge

import (
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/odoobridge/odoobridge/internal/config"
	"github.com/odoobridge/odoobridge/internal/telemetry"
)

// TestStatusSaysThatOdoosAPIIsAway has Odoo not answer, and refuse a channel's key: status says since when, why and what to do. A look at
// Odoo ends what is told when it answers again, without any command.
func TestStatusSaysThatOdoosAPIIsAway(t *testing.T) {
	var down atomic.Bool
	web := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if down.Load() {
			w.WriteHeader(http.StatusBadGateway)
			return
		}
		answersLogins(w, r)
	}))
	defer web.Close()
	h := &host{log: slog.New(slog.DiscardHandler), metrics: telemetry.New("test"), cfg: &config.Config{
		Odoo:     config.Odoo{URL: web.URL, Database: "live", Login: "admin", APIKey: "admin"},
		Channels: []config.Channel{{Name: "shop", OdooLogin: "shop", OdooAPIKey: "of another user", Commands: []string{"order.place"}}},
	}}
	h.clocks = newClocks(h.log, h.metrics.ClockAhead)
	u, err := (&bridge{host: h}).executor(nil)
	if err != nil {
		t.Fatal(err)
	}
	defer u.client.Close()
	if s := u.status(time.Now()); s.State != APINotAsked || s.Reason != "" {
		t.Errorf("before the first call: %+v", s)
	}
	u.greet(t.Context())
	s := u.status(time.Now())
	if s.State != APIAnswers || s.Answered.IsZero() || len(s.Refused) != 1 || s.Refused[0].Channel != "shop" || s.Refused[0].Since.IsZero() ||
		!strings.Contains(s.Refused[0].Reason, "API key is wrong") || s.Refused[0].Remedy == "" {
		t.Errorf("with a key that is refused: %+v", s)
	}

	down.Store(true)
	_ = u.client.Try(t.Context())
	u.again(t.Context(), u.client, time.Now()) // so soon it is left to the commands
	if s := u.status(time.Now()); s.State != APIFails || s.Failures != 1 || !s.HeldUntil.IsZero() {
		t.Errorf("after one call that failed: %+v", s)
	}
	down.Store(false)
	u.again(t.Context(), u.client, time.Now().Add(lookEveryUser))
	if s := u.status(time.Now()); s.State != APIAnswers || s.Reason != "" {
		t.Errorf("when it answers again: %+v", s)
	}

	down.Store(true)
	for range 5 {
		_ = u.client.Try(t.Context())
	}
	s = u.status(time.Now())
	if s.State != APIAway || s.Failures != 5 || s.Since.IsZero() || s.HeldUntil.Before(s.Since) || s.Reason != "a proxy answers that Odoo does not" || !strings.Contains(s.Error, "502") {
		t.Errorf("with Odoo away: %+v", s)
	}
}
