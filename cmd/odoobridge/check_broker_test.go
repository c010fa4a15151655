package main

import (
	"bytes"
	"net/http/httptest"
	"os"
	"regexp"
	"strings"
	"testing"

	"github.com/odoobridge/odoobridge/internal/odoosim"
	"github.com/odoobridge/odoobridge/internal/testkit"
)

func TestWithEverythingInPlaceCheckSucceeds(t *testing.T) {
	rabbit := testkit.RabbitMQ(t)
	l := newLab(t, testkit.Postgres(t), simulated, `channels: {shop: {lanes: {all: {entities: [order, price]}}, commands: [order.place, stock.count], rabbitmq_user: shop, company: 1}}
odoo: {url: "http://odoo", database: "name", login: channel_shopify, api_key: channel_shopify}
`)
	sim, err := odoosim.New(t.Context(), l.admin, odoosim.Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(sim.Close)
	web := httptest.NewServer(sim)
	t.Cleanup(web.Close)
	text, err := os.ReadFile(l.config)
	if err != nil {
		t.Fatal(err)
	}
	text = regexp.MustCompile(`amqp://nobody@127.0.0.1:1`).ReplaceAll(text, []byte(rabbit.URL()))
	text = bytes.ReplaceAll(bytes.ReplaceAll(text, []byte("http://odoo"), []byte(web.URL)), []byte(`"name"`), []byte(sim.Database()))
	if err := os.WriteFile(l.config, text, 0o600); err != nil {
		t.Fatal(err)
	}
	l.setUp(t)
	code, stdout, stderr := l.run(t, "check")
	if code != exitFine || strings.Contains(stdout, "✗") || strings.Contains(stdout, "FAIL") {
		t.Errorf("exit %d\n%s%s", code, stdout, stderr)
	}
	for _, part := range []string{"configuration from", "a slot can be made", "database.uuid", "has exactly the mapped tables", "RabbitMQ", " 0 failed",
		"Odoo lets channel_shopify in", "channel_shopify may do what the commands of channel shop need", "queue commands.shop.orders: missing, will be declared"} {
		if !strings.Contains(stdout, part) {
			t.Errorf("no %q in:\n%s", part, stdout)
		}
	}
}
