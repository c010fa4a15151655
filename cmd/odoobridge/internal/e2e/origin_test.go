package e2e

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/odoobridge/odoobridge/internal/odoosim"
	"github.com/odoobridge/odoobridge/internal/testkit"
)

// placed is an order of one pack of filters, to be confirmed.
func placed(guest string) map[string]any {
	return map[string]any{
		"placed_at": "2026-11-23T07:21:36Z", "currency": "USD", "confirm": true, "guest": map[string]any{"name": guest, "email": guest + "@example.test"},
		"lines":  []any{map[string]any{"id": "1", "sku": "FILTER-100", "quantity": "1", "unit_price": "6.50", "taxes": []string{}}},
		"totals": map[string]any{"total": "6.50"},
	}
}

// TestWhatACommandCausedHasItsChannelAsOrigin has a web shop order and a warehouse ship by command, each as
// its own user in Odoo, and a till order as the bridge's user. Every channel hears who did what; the lanes that
// drop what is their channel's own hear of the others alone.
func TestWhatACommandCausedHasItsChannelAsOrigin(t *testing.T) {
	t.Parallel()
	odoo, url := newShop(t), testkit.RabbitMQ(t).NewVhost(t)
	p := newProcess(t, setup{dsn: odoo.dsn, amqp: url, more: odoo.settings(), channels: `  webshop:
    odoo_login: channel_shopify
    odoo_api_key: channel_shopify
    commands: [order.place]
    lanes:
      all:    {entities: [customer, order, shipment]}
      others: {entities: [customer, order, shipment], own: drop}
  warehouse:
    odoo_login: channel_warehouse
    odoo_api_key: channel_warehouse
    commands: [shipment.confirm]
    lanes:
      all:    {entities: [customer, order, shipment]}
      others: {entities: [customer, order, shipment], own: drop}
  till:
    commands: [order.place]
    lanes:
      others: {entities: [customer, order, shipment], own: drop}
`})
	p.run()
	p.says("holds nothing back: without odoo_login")
	heard := map[string]*channel{}
	for _, lane := range []string{"webshop.all", "webshop.others", "warehouse.all", "warehouse.others", "till.others"} {
		heard[lane] = listen(t, url, "channel."+lane)
	}
	send := newSender(t, url)

	send.commandOf("webshop", "order.place", "o-1", "5001", placed("anna"))
	shipment := heard["warehouse.others"].named("shipment.created", "webshop")
	send.commandOf("warehouse", "shipment.confirm", "s-1", "901", map[string]any{"shipment": shipment})
	heard["webshop.others"].named("shipment.shipped", "warehouse")
	send.commandOf("till", "order.place", "o-1", "77", placed("bert"))
	last := heard["webshop.others"].named("order.confirmed", "")
	for _, c := range heard {
		c.hears("order.confirmed order/" + last)
	}
	p.caughtUp(newPlayer(t, odoo.dsn).end())

	byChannel := map[string]string{"customer.created": "webshop", "order.created": "webshop", "order.confirmed": "webshop", "shipment.created": "webshop", "shipment.shipped": "warehouse"}
	for lane, c := range heard {
		name, _, _ := strings.Cut(lane, ".")
		told := map[string]bool{}
		for _, e := range c.from(0) {
			if strings.HasSuffix(lane, ".others") && e.Origin == name {
				t.Errorf("%s drops its own and hears of %s by %s", lane, e.Type, e.Origin)
			}
			if header, _ := e.header["origin"].(string); header != e.Origin {
				t.Errorf("%s: header origin of %s is %q, its body says %q", lane, e.Type, header, e.Origin)
			}
			told[e.Type+" by "+e.Origin] = true
		}
		for kind, by := range byChannel {
			if dropped := strings.HasSuffix(lane, ".others") && by == name; told[kind+" by "+by] == dropped {
				t.Errorf("%s: heard of %s by %s: %v, want %v", lane, kind, by, !dropped, dropped)
			}
		}
		if !told["order.created by "] || !told["customer.created by "] {
			t.Errorf("%s: what the till did as the bridge's user is not heard without origin: %v", lane, told)
		}
	}
	if n := odoo.count(`SELECT count(*) FROM sale_order o JOIN res_users u ON u.id = o.create_uid WHERE u.login = 'channel_shopify'`); n != 1 {
		t.Errorf("%d orders are the web shop's user's, want 1", n)
	}
}

// named waits for an event of a type and an origin, and gives its subject's key.
func (c *channel) named(kind, origin string) (key string) {
	c.t.Helper()
	testkit.Eventually(c.t, patience, func() bool {
		events := c.from(0)
		n := slices.IndexFunc(events, func(e received) bool { return e.Type == kind && e.Origin == origin })
		if n >= 0 {
			_, key, _ = strings.Cut(events[n].Subject, "/")
		}
		return n >= 0
	}, func() string { return fmt.Sprintf("no %s by %q: %v", kind, origin, c.lines()) })
	return key
}

// hears waits for an event of a type and a subject.
func (c *channel) hears(what string) {
	c.t.Helper()
	testkit.Eventually(c.t, patience, func() bool {
		return slices.ContainsFunc(c.from(0), func(e received) bool { return e.Type+" "+e.Subject == what })
	}, func() string { return fmt.Sprintf("no %s: %v", what, c.lines()) })
}

func (c *channel) lines() (list []string) {
	for _, e := range c.from(0) {
		list = append(list, e.line())
	}
	return list
}

// TestAKeyIsRotatedWithoutARestart gives a channel's user a new key while the configuration is half edited:
// the file of the key alone decides, and while there is no key in it the former one counts on.
func TestAKeyIsRotatedWithoutARestart(t *testing.T) {
	t.Parallel()
	var valid atomic.Value
	valid.Store("k1")
	odoo := newShopWith(t, odoosim.Options{Password: func(login string) string {
		if login == "channel_shopify" {
			return valid.Load().(string)
		}
		return login
	}})
	key := filepath.Join(t.TempDir(), "key")
	rotate := func(to string) {
		if err := os.WriteFile(key, []byte(to), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	rotate("k1\n")
	url := testkit.RabbitMQ(t).NewVhost(t)
	p := newProcess(t, setup{watched: true, dsn: odoo.dsn, amqp: url, more: odoo.settings(), channels: fmt.Sprintf(`  webshop:
    odoo_login: channel_shopify
    odoo_api_key: {file: %q}
    commands: [order.place]
    lanes: {orders: {entities: [order]}}
`, key)})
	p.run()
	p.append("\nodoo: [half edited")
	results, send := hearResults(t, url, "results.webshop"), newSender(t, url)
	send.command("order.place", "o-1", "5001", placed("anna"))
	results.atLeast(t, 1)

	rotate("")
	valid.Store("k2")
	send.command("order.place", "o-2", "5002", placed("bert"))
	testkit.Eventually(t, patience, func() bool { return strings.Contains(p.log.String(), "the former one counts on") },
		func() string { return "the log says nothing of the empty file:\n" + tailOf(p.log.String()) })
	if n := len(results.all()); n != 1 {
		t.Errorf("%d results while Odoo refuses the key, want 1", n)
	}
	testkit.Eventually(t, patience, func() bool {
		s, err := p.status()
		return err == nil && s.API != nil && len(s.API.Refused) == 1 && s.API.Refused[0].Channel == "webshop" && s.API.Refused[0].Remedy != ""
	}, func() string {
		s, _ := p.status()
		return fmt.Sprintf("status does not say whom Odoo refuses: %+v", s.API)
	})
	rotate("k2\n")
	results.atLeast(t, 2)
	for id, outcome := range results.all() {
		if outcome != "applied" {
			t.Errorf("command %s is %s", id, outcome)
		}
	}
	if n := odoo.count(`SELECT count(*) FROM sale_order WHERE state = 'sale'`); n != 2 {
		t.Errorf("%d orders in Odoo, want 2", n)
	}
}
