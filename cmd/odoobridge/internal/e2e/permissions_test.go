package e2e

import (
	"fmt"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"regexp"
	"strings"
	"testing"

	amqp "github.com/rabbitmq/amqp091-go"

	"github.com/odoobridge/odoobridge/internal/odoosim"
	"github.com/odoobridge/odoobridge/internal/testkit"
)

// TestThePermissionsOfTheHandbookAreEnough starts a bridge whose user RabbitMQ does not know, then one that may not use the virtual host, then a virtual host that is gone: each is said once, with the remedy. It gives its user and
// a channel's exactly what docs/RABBITMQ.md has, and no more: the bridge goes on by itself, the channel has its command carried out,
// hears its answer and its events, and can reach nothing of another channel. A second bridge with another store is told who has the slot.
func TestThePermissionsOfTheHandbookAreEnough(t *testing.T) {
	t.Parallel()
	rabbit := testkit.RabbitMQ(t)
	odoo, admin := newShop(t), rabbit.NewVhost(t)
	bridge, shop := as(t, admin, "handbook-bridge"), as(t, admin, "handbook-shop")
	channels := `  shopify:
    rabbitmq_user: handbook-shop
    commands: [order.place]
    lanes: {orders: {entities: [order]}}
  till: {commands: [order.place], lanes: {orders: {entities: [order]}}}
`
	p := newProcess(t, setup{dsn: odoo.dsn, amqp: bridge, more: odoo.settings(), channels: channels})
	p.replace("events: false", "events: true")
	p.start("run")
	const away, cannot = "there is no connection to the broker", `user \"handbook-bridge\" cannot log in`
	testkit.Eventually(t, patience, func() bool {
		s, err := p.status()
		return err == nil && len(s.Lanes) > 0 && strings.Contains(fmt.Sprint(s.Checks), "cannot log in")
	}, p.log.String)
	rabbit.Allow(t, rabbit.NewVhost(t), "handbook-bridge", "secret", ".*", ".*", ".*") // somewhere else
	lets := func(says, remedy string) {
		t.Helper()
		testkit.Eventually(t, patience, func() bool {
			s, err := p.status()
			return err == nil && strings.Contains(p.log.String(), says) && strings.Contains(fmt.Sprint(s.Checks), remedy)
		}, func() string { s, _ := p.status(); return fmt.Sprint(s.Checks) + p.log.String() })
	}
	lets(`user \"handbook-bridge\" may not use virtual host`, "rabbitmqctl set_permissions -p '"+testkit.Vhost(admin)+"' 'handbook-bridge'")
	rabbit.Eval(t, fmt.Sprintf(`ok = rabbit_vhost:delete(<<%q>>, <<"testkit">>).`, testkit.Vhost(admin)))
	lets("there is no virtual host", "rabbitmqctl add_vhost '"+testkit.Vhost(admin)+"'")
	rabbit.Eval(t, fmt.Sprintf(`ok = rabbit_vhost:add(<<%q>>, <<"testkit">>).`, testkit.Vhost(admin)))
	if u, err := url.Parse(admin); err == nil {
		rabbit.Allow(t, admin, u.User.Username(), "", ".*", ".*", ".*") // this test itself
	}
	handbook(t, rabbit, admin)
	p.ready()
	for _, once := range []string{"there is no virtual host", `may not use virtual host`} {
		if n := strings.Count(p.log.String(), once); n != 1 {
			t.Errorf("%q is told %d times:\n%s", once, n, tailOf(p.log.String()))
		}
	}
	if log := p.log.String(); !strings.Contains(log, away) || strings.Count(log, cannot) != 1 || !strings.Contains(log, "the broker is there again") {
		t.Errorf("that there is no such user is told %d times:\n%s", strings.Count(log, cannot), tailOf(log))
	}
	out, _ := exec.Command(p.program, "check", "--config", p.config).CombinedOutput() // what it says of the database is not asked here
	for line := range strings.Lines(string(out)) {
		if strings.Contains(line, "permission") && strings.Contains(line, "missing") {
			t.Errorf("check: %s", line)
		}
	}

	results, events, send := hearResults(t, shop, "results.shopify"), listen(t, shop, "channel.shopify.orders"), newSender(t, shop)
	send.user = "handbook-shop"
	send.commandOf("shopify", "order.place", "o-1", "5001", placed("anna"))
	results.becomes(t, "o-1", "applied")
	events.waitFor(1)
	for what, try := range map[string]func(*amqp.Channel) error{
		"another channel's events":  consuming("channel.till.orders"),
		"another channel's answers": consuming("results.till"),
		"the bridge's commands":     consuming("commands.shopify.orders"),
		"a queue of its own": func(ch *amqp.Channel) error {
			_, err := ch.QueueDeclare("channel.shopify.more", true, false, false, false, nil)
			return err
		},
		"another channel's commands": publishing("odoo.commands", "till.order.place"),
		"another channel's queue":    publishing("", "channel.till.orders"),
	} {
		if err := refusal(t, shop, try); err == nil || err.Code != amqp.AccessRefused {
			t.Errorf("%s: %v", what, err)
		}
	}

	statusOfOdoosAPI(t, p, odoo, send, results)

	second := newProcess(t, setup{dsn: odoo.dsn, amqp: bridge, more: odoo.settings(), channels: channels})
	second.start("run")
	if code := second.wait(); code != 3 {
		t.Errorf("exit code %d of a bridge with another store, want 3", code)
	}
	second.says("slot odoobridge is in use by server process " + odoo.text("SELECT active_pid::text FROM pg_replication_slots WHERE slot_name = 'odoobridge'"))
	second.says("application odoobridge, from 127.0.0.1")
}

// statusOfOdoosAPI has Odoo's proxy answer in its place: `status` says so while a command waits, the bridge stays ready, and it is over with the trouble.
func statusOfOdoosAPI(t *testing.T, p *process, odoo *simulated, send *sender, results *outcomes) {
	t.Helper()
	odoo.server.Inject(odoosim.Fault{Status: http.StatusTooManyRequests, Times: odoosim.Always})
	send.commandOf("shopify", "order.place", "o-2", "5002", placed("bert"))
	testkit.Eventually(t, patience, func() bool {
		s, err := p.status()
		return err == nil && s.Ready && s.API != nil && s.API.Failures > 0 && !s.API.Since.IsZero() && !s.API.Answered.After(s.API.Since)
	}, p.log.String)
	said, err := exec.Command(p.program, "status", "--config", p.config).CombinedOutput()
	if err != nil || !strings.Contains(string(said), "odoo api   fails since") || !strings.Contains(string(said), "HTTP 429") {
		t.Errorf("status while Odoo's API is away: %v\n%s", err, said)
	}
	odoo.server.Heal()
	results.becomes(t, "o-2", "applied")
	if s, err := p.status(); err != nil || s.API.State != "answers" || s.API.Failures != 0 {
		t.Errorf("status when Odoo's API is back: %+v, %v", s.API, err)
	}
}

// as is the URL of another user.
func as(t *testing.T, admin, user string) string {
	t.Helper()
	u, err := url.Parse(admin)
	if err != nil {
		t.Fatal(err)
	}
	u.User = url.UserPassword(user, "secret")
	return u.String()
}

// handbook gives the two users what docs/RABBITMQ.md says, under names of this test's.
func handbook(t *testing.T, rabbit *testkit.Rabbit, admin string) {
	t.Helper()
	text, err := os.ReadFile("../../../../docs/RABBITMQ.md")
	if err != nil {
		t.Fatal(err)
	}
	for who, user := range map[string]string{"odoobridge": "handbook-bridge", "shopify": "handbook-shop"} {
		m := regexp.MustCompile(`(?m)^rabbitmqctl set_permissions -p odoo `+who+` '(.*)' '(.*)' '(.*)'$`).FindAllStringSubmatch(string(text), -1)
		if len(m) != 1 {
			t.Fatalf("docs/RABBITMQ.md has %d lines of permissions for %s", len(m), who)
		}
		rabbit.Allow(t, admin, user, "secret", m[0][1], m[0][2], m[0][3])
	}
	m := regexp.MustCompile(`(?m)^rabbitmqctl set_topic_permissions -p odoo shopify odoo.commands '(.*)' '(.*)'$`).FindStringSubmatch(string(text))
	if m == nil {
		t.Fatal("docs/RABBITMQ.md has no topic permissions for shopify")
	}
	rabbit.Eval(t, fmt.Sprintf(`ok = rabbit_auth_backend_internal:set_topic_permissions(<<"handbook-shop">>, <<%q>>, <<"odoo.commands">>, <<%q>>, <<%q>>, <<"testkit">>).`,
		testkit.Vhost(admin), m[1], m[2]))
}

func consuming(queue string) func(*amqp.Channel) error {
	return func(ch *amqp.Channel) error {
		_, err := ch.Consume(queue, "", false, false, false, false, nil)
		return err
	}
}

// publishing waits for the broker's word by asking it something afterwards.
func publishing(exchange, key string) func(*amqp.Channel) error {
	return func(ch *amqp.Channel) error {
		if err := ch.Publish(exchange, key, false, false, amqp.Publishing{UserId: "handbook-shop"}); err != nil {
			return err
		}
		_, err := ch.QueueDeclarePassive("results.shopify", true, false, false, false, nil)
		return err
	}
}

// refusal is what the broker says to somebody who tries; nil: it lets him.
func refusal(t *testing.T, user string, try func(*amqp.Channel) error) *amqp.Error {
	t.Helper()
	conn, err := amqp.Dial(user)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close() //nolint:errcheck // of a test
	ch, err := conn.Channel()
	if err != nil {
		t.Fatal(err)
	}
	ended := ch.NotifyClose(make(chan *amqp.Error, 1))
	if try(ch) == nil {
		return nil
	}
	return <-ended
}
