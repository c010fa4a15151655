package inbound

import (
	"net/url"
	"path"
	"strings"
	"testing"

	amqp "github.com/rabbitmq/amqp091-go"

	"github.com/odoobridge/odoobridge/internal/broker"
	"github.com/odoobridge/odoobridge/internal/config"
	"github.com/odoobridge/odoobridge/internal/testkit"
)

// lookedAt is what Verify says, by object.
func lookedAt(t *testing.T, address, topology string) map[string]Finding {
	t.Helper()
	cfg := &config.Config{
		RabbitMQ: config.RabbitMQ{URL: config.Secret(address), Topology: topology, QueueType: "quorum"},
		Channels: []config.Channel{{Name: "shop", Commands: []string{"order.place", "stock.count"}}},
	}
	found, err := Verify(t.Context(), cfg, "test")
	if err != nil {
		t.Fatal(err)
	}
	by := map[string]Finding{}
	for _, f := range found {
		by[f.Object] = f
	}
	return by
}

// TestWhatCommandsNeedAtTheBrokerIsLookedAt breaks the topology of commands in each way there is, looks, and looks again at what the
// first looking left: nothing.
func TestWhatCommandsNeedAtTheBrokerIsLookedAt(t *testing.T) {
	rabbit := testkit.RabbitMQ(t)
	address := rabbit.NewVhost(t)
	for range 2 {
		found := lookedAt(t, address, "declare")
		if len(found) != 6 {
			t.Errorf("looked at %d things: %v", len(found), found)
		}
		for object, f := range found {
			if f.Want != "" || !strings.Contains(f.Have, "will be declared") {
				t.Errorf("on an empty broker: %s: %+v", object, f)
			}
		}
		if f := lookedAt(t, address, "verify")["queue commands.shop.orders"]; f.Have != "missing" || f.Remedy == "" {
			t.Errorf("where nothing is declared: %+v", f)
		}
	}
	conn, err := amqp.Dial(address)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close() //nolint:errcheck // the test is over
	ch, err := conn.Channel()
	if err != nil {
		t.Fatal(err)
	}
	if _, err := ch.QueueDeclare("commands.shop.orders", true, false, false, false, amqp.Table{amqp.QueueTypeArg: "classic"}); err != nil {
		t.Fatal(err)
	}
	if err := ch.ExchangeDeclare(ExchangeResults, "fanout", true, false, false, false, nil); err != nil {
		t.Fatal(err)
	}
	if _, err := ch.QueueDeclare("results.shop", true, false, false, false, amqp.Table{amqp.QueueTypeArg: "quorum"}); err != nil {
		t.Fatal(err)
	}
	found := lookedAt(t, address, "declare")
	if f := found["queue commands.shop.orders"]; f.Have != "x-queue-type is classic, not quorum" || !strings.Contains(f.Remedy, "rabbitmqctl delete_queue -p") {
		t.Errorf("a queue of another type: %+v", f)
	}
	if f := found["exchange odoo.results"]; f.Have != "type is fanout, not topic" || !strings.Contains(f.Remedy, "delete exchange name=odoo.results") {
		t.Errorf("an exchange of another type: %+v", f)
	}
	if f := found["queue results.shop"]; f.Have != "is a durable quorum queue" || f.Want != "" {
		t.Errorf("a queue as it should be: %+v", f)
	}

	u, err := url.Parse(address)
	if err != nil {
		t.Fatal(err)
	}
	vhost := path.Base(u.Path)
	rabbit.Allow(t, address, "little", "secret", `^channel\.`, ".*", ".*")
	u.User = url.UserPassword("little", "secret")
	found = lookedAt(t, u.String(), "declare")
	for _, object := range []string{"queue commands.shop.stock", "queue results.shop", "exchange odoo.commands"} {
		if f := found[object]; !strings.Contains(f.Want, `permission for user "little"`) || !strings.Contains(f.Remedy, "set_permissions -p '"+vhost+"' 'little'") {
			t.Errorf("without permission, %s: %+v", object, f)
		}
	}
	if _, err := ch.QueueDelete("commands.shop.orders", false, false, false); err != nil {
		t.Fatal(err)
	}
	if err := ch.ExchangeDelete(ExchangeResults, false, false); err != nil {
		t.Fatal(err)
	}
	if _, err := ch.QueueDeclare("commands.shop.orders", true, false, false, false, amqp.Table{amqp.QueueTypeArg: "quorum"}); err != nil {
		t.Fatal(err)
	}
	if err := ch.ExchangeDeclare(ExchangeResults, "topic", true, false, false, false, nil); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct{ configure, write, read, object, missing string }{
		{"^$", broker.MayWrite, broker.MayRead, "queue commands.shop.stock", "configure queue commands.shop.stock"},
		{broker.MayConfigure, "^odoo|^results", broker.MayRead, "queue commands.shop.stock", "write queue commands.shop.stock"},
		{broker.MayConfigure, broker.MayWrite, "^commands", "queue commands.shop.stock", "read exchange odoo.commands"},
		{broker.MayConfigure, broker.MayWrite, "^odoo", "queue commands.shop.orders", "read queue commands.shop.orders"},
		{broker.MayConfigure, broker.MayWrite, "^odoo", "queue commands.shop.stock", "read queue commands.shop.stock"},
		{broker.MayConfigure, "^commands", broker.MayRead, "exchange odoo.results", "write exchange odoo.results"},
	} {
		rabbit.Allow(t, address, "little", "secret", c.configure, c.write, c.read)
		f := lookedAt(t, u.String(), "declare")[c.object]
		if f.Have != "the permission to "+c.missing+" is missing" || !strings.Contains(f.Remedy, "'"+broker.MayConfigure+"' '"+broker.MayWrite+"' '"+broker.MayRead+"'") {
			t.Errorf("%+v: %+v", c, f)
		}
	}
	rabbit.Allow(t, address, "little", "secret", `^channel\.`, ".*", ".*")
	if f := lookedAt(t, u.String(), "verify")["queue results.shop"]; f.Want != "" || !strings.Contains(f.Have, "cannot be asked") {
		t.Errorf("without permission to configure, and without need for it: %+v", f)
	}
}
