package bridge

import (
	"bytes"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/odoobridge/odoobridge/inbound/apply"
	"github.com/odoobridge/odoobridge/inbound/odoo"
	"github.com/odoobridge/odoobridge/internal/config"
)

func TestABadKeyFileKeepsTheFormerKey(t *testing.T) {
	var log bytes.Buffer
	file := filepath.Join(t.TempDir(), "key")
	k := &apiKey{log: slog.New(slog.NewTextHandler(&log, nil))}
	k.take(&config.Config{SecretFiles: map[string]string{"odoo.api_key": file}}, "odoo.api_key", "first")
	write := func(text string) {
		if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	want := func(key string, warnings int) {
		t.Helper()
		got, err := k.read(t.Context())
		if n := strings.Count(log.String(), "the former one counts on"); err != nil || got != key || n != warnings {
			t.Errorf("read %q and warned %d times, want %q and %d: %v", got, n, key, warnings, err)
		}
	}
	want("first", 1) // no file at all
	write("second\n")
	want("second", 1)
	write("")
	want("second", 2)
	write(strings.Repeat("x", 1<<20))
	want("second", 3)
	k.take(&config.Config{}, "odoo.api_key", "in the configuration")
	want("in the configuration", 3)
	if strings.Contains(log.String(), "second") || strings.Contains(log.String(), "first") {
		t.Errorf("the log shows a key:\n%s", &log)
	}
}

func TestAReloadGivesChannelsTheirUsers(t *testing.T) {
	cfg := func(channels ...config.Channel) *config.Config { return &config.Config{Channels: channels} }
	client, err := odoo.New(odoo.Options{URL: "http://erp", Database: "d", Key: (&apiKey{}).read})
	if err != nil {
		t.Fatal(err)
	}
	key := &apiKey{log: slog.New(slog.DiscardHandler)}
	u := &users{client: client, held: newHeldCalls(key.log, prometheus.NewGauge(prometheus.GaugeOpts{Name: "held"})),
		shared: user{"bridge", key, client, apply.New(apply.Options{Odoo: client, Config: cfg()})}}
	shop := config.Channel{Name: "shop", OdooLogin: "shop", OdooAPIKey: "k1"}
	u.reload(cfg(shop, config.Channel{Name: "till"}))
	own := u.of("shop")
	if own == u.shared.x || u.of("till") != u.shared.x {
		t.Fatal("the shop has no user of its own, or the till has one")
	}
	shop.OdooAPIKey = "k2"
	u.reload(cfg(shop))
	if got, _ := u.own["shop"].key.read(t.Context()); u.of("shop") != own || got != "k2" {
		t.Errorf("a new key makes a new user, or does not count: %q", got)
	}
	shop.OdooLogin = "other"
	u.reload(cfg(shop))
	if u.of("shop") == own {
		t.Error("another login is the same user")
	}
	u.reload(cfg(config.Channel{Name: "shop", OdooLogin: "shop"}))
	if u.of("shop") != u.shared.x {
		t.Error("a channel without a key has a user of its own")
	}
}

func TestCallsAreHeldBackUntilNothingHoldsThem(t *testing.T) {
	var log bytes.Buffer
	gauge := prometheus.NewGauge(prometheus.GaugeOpts{Name: "held"})
	registry := prometheus.NewPedanticRegistry()
	registry.MustRegister(gauge)
	shown := func() float64 {
		families, err := registry.Gather()
		if err != nil || len(families) != 1 {
			t.Fatalf("%d families: %v", len(families), err)
		}
		return families[0].GetMetric()[0].GetGauge().GetValue()
	}
	h := newHeldCalls(slog.New(slog.NewTextHandler(&log, nil)), gauge)
	shop := h.refused("shop")
	shop(true)
	shop(true) // tried whether it may close, in vain
	h.way(odoo.State{Open: true, Reason: odoo.NotSent})
	shop(false)
	if shown() != 1 {
		t.Error("the gauge says that calls are made while Odoo is away")
	}
	h.way(odoo.State{})
	if shown() != 0 {
		t.Error("the gauge says that calls are held back")
	}
	if text := log.String(); strings.Count(text, "held back") != 2 || strings.Count(text, "made again") != 2 || !strings.Contains(text, "channel=shop") {
		t.Errorf("logged:\n%s", text)
	}
}
