package bridge

import (
	"errors"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"sync/atomic"
	"testing"

	"github.com/odoobridge/odoobridge/internal/config"
	"github.com/odoobridge/odoobridge/internal/store"
	"github.com/odoobridge/odoobridge/internal/store/postgres"
	"github.com/odoobridge/odoobridge/internal/telemetry"
)

// TestWithoutItsLeaseABridgeAsksOdooNothing has a bridge whose lease has run out.
func TestWithoutItsLeaseABridgeAsksOdooNothing(t *testing.T) {
	var asked atomic.Int64
	odoo := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { asked.Add(1) }))
	defer odoo.Close()
	ask := func(lease *postgres.Lease) error {
		cfg := &config.Config{Odoo: config.Odoo{URL: odoo.URL, Database: "d", Login: "bridge", APIKey: "k"}}
		b := &bridge{host: &host{cfg: cfg, log: slog.New(slog.DiscardHandler), metrics: telemetry.New("test")}, lease: lease}
		b.clocks = newClocks(b.log, b.metrics.ClockAhead)
		x, err := b.executor(nil)
		if err != nil {
			t.Fatal(err)
		}
		client := x.client
		defer client.Close()
		_, err = client.Release(t.Context())
		return err
	}
	if err := ask(new(postgres.Lease)); !errors.Is(err, store.ErrDeposed) || asked.Load() != 0 {
		t.Errorf("without its lease: %v, and Odoo was asked %d times", err, asked.Load())
	}
	if _ = ask(nil); asked.Load() == 0 { // it answers nonsense
		t.Error("a bridge with a store of its own did not ask Odoo")
	}
}
