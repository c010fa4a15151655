package bridge

import (
	"bytes"
	"encoding/json"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/odoobridge/odoobridge/internal/config"
	"github.com/odoobridge/odoobridge/internal/telemetry"
)

// answersLogins is as much of Odoo 17 as logging in needs: the database live, and users whose key is their login.
func answersLogins(w http.ResponseWriter, r *http.Request) {
	var call struct {
		Params struct {
			Method string
			Args   []any
		}
	}
	if r.URL.Path != "/jsonrpc" || json.NewDecoder(r.Body).Decode(&call) != nil {
		http.NotFound(w, r)
		return
	}
	args := call.Params.Args
	answer := `"result":{"server_serie":"17.0","server_version_info":[17,0,0,"final",0,""]}`
	switch {
	case call.Params.Method != "authenticate":
	case args[0] != "live":
		answer = `"error":{"code":200,"message":"Odoo Server Error","data":{"name":"psycopg2.OperationalError","message":"FATAL:  database does not exist"}}`
	case args[1] != args[2]:
		answer = `"result":false`
	default:
		answer = `"result":7`
	}
	_, _ = io.WriteString(w, `{"jsonrpc":"2.0","id":1,`+answer+`}`)
}

// TestTheStartSaysWhyOdooCannotBeAsked starts with each mistake that keeps commands from being carried out: the log says which it
// is and what to do, before any command has come, and shows neither key nor login.
func TestTheStartSaysWhyOdooCannotBeAsked(t *testing.T) {
	web := httptest.NewServer(http.HandlerFunc(answersLogins))
	defer web.Close()
	secured := httptest.NewTLSServer(http.HandlerFunc(answersLogins))
	defer secured.Close()
	proxy := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusBadGateway) }))
	defer proxy.Close()
	good := config.Odoo{URL: web.URL, Database: "live", Login: "admin", APIKey: "admin"}
	for name, tc := range map[string]struct {
		mistake func(*config.Odoo, *config.Channel)
		says    []string
	}{
		"none":                     {func(*config.Odoo, *config.Channel) {}, []string{"level=INFO msg=\"Odoo lets this user in\" release=17.0", "level=INFO msg=\"Odoo lets this user in\" channel=shop"}},
		"wrong key":                {func(_ *config.Odoo, c *config.Channel) { c.OdooAPIKey = "geheim" }, []string{"level=WARN", "channel=shop", "API key is wrong, revoked or expired", "remedy=", "Odoo lets this user in\" release=17.0"}},
		"archived user":            {func(_ *config.Odoo, c *config.Channel) { c.OdooLogin = "__system__" }, []string{"level=WARN", "channel=shop", "the login is unknown or archived"}},
		"wrong database":           {func(o *config.Odoo, _ *config.Channel) { o.Database = "prod" }, []string{"Odoo has no database of this name", "correct odoo.database"}},
		"Odoo down":                {func(o *config.Odoo, _ *config.Channel) { o.URL = "http://127.0.0.1:1" }, []string{"Odoo does not answer", "connection refused", "look whether Odoo runs"}},
		"unknown authority":        {func(o *config.Odoo, _ *config.Channel) { o.URL = secured.URL }, []string{"the certificate of what answers is not trusted", "odoo.tls.ca"}},
		"Odoo down behind a proxy": {func(o *config.Odoo, _ *config.Channel) { o.URL = proxy.URL }, []string{"a proxy answers that Odoo does not", "look whether Odoo runs behind it"}},
		"another service":          {func(o *config.Odoo, _ *config.Channel) { o.URL += "/shop" }, []string{"what answers is not Odoo's API", "correct odoo.url"}},
	} {
		t.Run(name, func(t *testing.T) {
			o, shop := good, config.Channel{Name: "shop", OdooLogin: "channel_shopify", OdooAPIKey: "channel_shopify", Commands: []string{"order.place"}}
			tc.mistake(&o, &shop)
			var log bytes.Buffer
			h := &host{cfg: &config.Config{Odoo: o, Channels: []config.Channel{shop}}, log: slog.New(slog.NewTextHandler(&log, nil)), metrics: telemetry.New("test")}
			h.clocks = newClocks(h.log, h.metrics.ClockAhead)
			x, err := (&bridge{host: h}).executor(nil)
			if err != nil {
				t.Fatal(err)
			}
			defer x.client.Close()
			x.greet(t.Context())
			for _, part := range tc.says {
				if !strings.Contains(log.String(), part) {
					t.Errorf("no %q in\n%s", part, &log)
				}
			}
			for _, secret := range []string{"geheim", "channel_shopify", "__system__"} {
				if strings.Contains(log.String(), secret) {
					t.Errorf("%q is in the log:\n%s", secret, &log)
				}
			}
		})
	}
}
