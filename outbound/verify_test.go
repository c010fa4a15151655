package outbound

import (
	"errors"
	"net/url"
	"slices"
	"strings"
	"testing"

	amqp "github.com/rabbitmq/amqp091-go"

	"github.com/odoobridge/odoobridge/internal/broker"
	"github.com/odoobridge/odoobridge/internal/config"
	"github.com/odoobridge/odoobridge/internal/testkit"
)

// problems are the findings that are not in order.
func problems(findings []Finding) []Finding {
	return slices.DeleteFunc(slices.Clone(findings), func(f Finding) bool { return f.Severity == OK })
}

func require(t testing.TB, findings []Finding, object string, severity Severity, have string) Finding {
	t.Helper()
	for _, f := range findings {
		if f.Object == object && f.Severity == severity && strings.Contains(f.Have, have) {
			if severity != OK && f.Remedy == "" {
				t.Errorf("%s has no remedy", f.Object)
			}
			return f
		}
	}
	t.Fatalf("no %s about %s with %q in %v", severity, object, have, findings)
	return Finding{}
}

func TestHealthyBrokerHasNoFindingsAndNothingIsLeftBehind(t *testing.T) {
	for _, kind := range []string{Quorum, Classic} {
		t.Run(kind, func(t *testing.T) {
			rabbit := testkit.RabbitMQ(t)
			url := rabbit.NewVhost(t)
			cfg := testConfig(url, kind)
			cfg.RabbitMQ.Firehose = true
			b := newTestBroker(t, cfg)
			before := b.Verify(t.Context())
			if bad := problems(before); len(bad) > 0 {
				t.Errorf("before anything was declared: %v", bad)
			}
			require(t, before, `queue "channel.shop.orders"`, OK, "will be declared")
			if left := rabbit.Queues(t, url); len(left) > 0 {
				t.Errorf("checking left queues behind: %v", left)
			}
			findings, err := b.Setup(t.Context())
			if err != nil || len(problems(findings)) > 0 {
				t.Fatalf("setup: %v, %v", findings, err)
			}
			after := b.Verify(t.Context())
			if bad := problems(after); len(bad) > 0 {
				t.Errorf("after setup: %v", bad)
			}
			for _, object := range []string{`queue "channel.shop.orders"`, `exchange "odoo.events"`, `exchange "odoo.unroutable"`, `queue "odoo.unroutable"`} {
				require(t, after, object, OK, "there")
			}
			bindings := rabbit.Ctl(t, "list_bindings", "-p", testkit.Vhost(url), "source_name", "destination_name")
			if !strings.Contains(bindings, "odoo.unroutable\todoo.unroutable") {
				t.Errorf("bindings: %s", bindings)
			}
		})
	}
}

func TestTopologyMismatchIsAFindingWithItsRemedy(t *testing.T) {
	for _, mode := range []string{ModeDeclare, ModeVerify} {
		t.Run(mode, func(t *testing.T) {
			url := testkit.RabbitMQ(t).NewVhost(t)
			ch := admin(t, url)
			if _, err := ch.QueueDeclare(testQueue, true, false, false, false, nil); err != nil {
				t.Fatal(err)
			}
			if _, err := ch.QueueDeclare(QueueUnroutable, false, false, false, false, amqp.Table{"x-queue-type": Classic}); err != nil {
				t.Fatal(err)
			}
			for name, kind := range map[string]string{ExchangeEvents: amqp.ExchangeDirect, ExchangeUnroutable: amqp.ExchangeFanout} {
				if err := ch.ExchangeDeclare(name, kind, true, false, false, false, nil); err != nil {
					t.Fatal(err)
				}
			}
			cfg := testConfig(url, Quorum)
			cfg.RabbitMQ.Topology, cfg.RabbitMQ.Firehose = mode, true
			b := newTestBroker(t, cfg)
			setup, err := b.Setup(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			for _, findings := range [][]Finding{b.Verify(t.Context()), setup} {
				require(t, findings, `queue "channel.shop.orders"`, Warning, "x-queue-type is not set")
				require(t, findings, `exchange "odoo.events"`, Error, `type is "direct"`)
				require(t, findings, `queue "odoo.unroutable"`, Error, `durable is "false"`)
				require(t, findings, `exchange "odoo.unroutable"`, OK, "there")
			}
			// What is there takes events all the same.
			(&sender{t: t, p: newTestPublisher(t, b), topic: testQueue}).run(t.Context(), 10)
		})
	}
}

func TestVerifyModeDeclaresNothing(t *testing.T) {
	rabbit := testkit.RabbitMQ(t)
	url := rabbit.NewVhost(t)
	cfg := testConfig(url, Quorum)
	cfg.RabbitMQ.Topology = ModeVerify
	b := newTestBroker(t, cfg)
	findings, err := b.Setup(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	require(t, findings, `queue "channel.shop.orders"`, Error, "missing")
	require(t, b.Verify(t.Context()), `queue "channel.shop.orders"`, Error, "missing")
	if left := rabbit.Queues(t, url); len(left) > 0 {
		t.Errorf("declared: %v", left)
	}
}

func TestMissingPermissionsAreFindings(t *testing.T) {
	rabbit := testkit.RabbitMQ(t)
	adminURL := rabbit.NewVhost(t)
	vhost := testkit.Vhost(adminURL)
	allow := func(configure, write, read string) {
		t.Helper()
		rabbit.Allow(t, adminURL, "limited", "secret", configure, write, read)
	}
	allow("", "", "")
	user := as(t, adminURL, "limited", "secret")
	const ourNames, all = broker.MayConfigure, broker.MayWrite
	for _, c := range []struct {
		name, configure, write, read string
		object, have                 string
	}{
		{"declare", "^$", all, ourNames, `queue "channel.shop.orders"`, "the permission to configure queue channel.shop.orders is missing"},
		{"publish to queues", ourNames, ourNames, ourNames, "publishing to queues", "the permission to write exchange amq.default is missing"},
	} {
		t.Run(c.name, func(t *testing.T) {
			allow(c.configure, c.write, c.read)
			f := require(t, newTestBroker(t, testConfig(user, Quorum)).Verify(t.Context()), c.object, Error, c.have)
			if !strings.Contains(f.Remedy, "set_permissions -p '"+vhost+"' 'limited'") {
				t.Errorf("remedy: %s", f.Remedy)
			}
		})
	}
	t.Run("as the remedy grants", func(t *testing.T) {
		allow(broker.MayConfigure, broker.MayWrite, broker.MayRead)
		cfg := testConfig(user, Quorum)
		cfg.RabbitMQ.Firehose = true
		b := newTestBroker(t, cfg)
		if bad := problems(b.Verify(t.Context())); len(bad) > 0 {
			t.Errorf("before setup: %v", bad)
		}
		if findings, err := b.Setup(t.Context()); err != nil || len(problems(findings)) > 0 {
			t.Errorf("setup: %v, %v", findings, err)
		}
		(&sender{t: t, p: newTestPublisher(t, b), topic: testQueue}).run(t.Context(), 10)
	})
	t.Run("publish to the exchange of all events, bind", func(t *testing.T) {
		allow(ourNames, `^channel|^amq\.default$`, ourNames)
		cfg := testConfig(user, Quorum)
		cfg.RabbitMQ.Firehose = true
		findings := newTestBroker(t, cfg).Verify(t.Context())
		require(t, findings, `publishing to exchange "odoo.events"`, Error, "the permission to write exchange odoo.events is missing")
		require(t, findings, `binding of queue "odoo.unroutable" to exchange "odoo.unroutable"`, Error, "the permission to write queue odoo.unroutable is missing")
	})
	t.Run("refused while running", func(t *testing.T) {
		allow(ourNames, ourNames, ourNames)
		p := newTestPublisher(t, newTestBroker(t, testConfig(user, Quorum)))
		connected(t, p)
		m := event(0)
		if err := p.Publish(testQueue, m); err != nil {
			t.Fatal(err)
		}
		requireNacked(t, m)
		if !errors.Is(p.Reason(), ErrRefused) {
			t.Errorf("reason: %v", p.Reason())
		}
	})
}

// as is the URL for another user.
func as(t testing.TB, of, user, password string) string {
	t.Helper()
	u, err := url.Parse(of)
	if err != nil {
		t.Fatal(err)
	}
	u.User = url.UserPassword(user, password)
	return u.String()
}

func TestUnreachableBrokerIsAFindingWithoutThePassword(t *testing.T) {
	rabbit := testkit.RabbitMQ(t)
	good := rabbit.NewVhost(t)
	proxy := testkit.Proxy(t, rabbit.Addr())
	proxy.Refuse()
	noVhost, _ := url.Parse(good)
	noVhost.Path = "/nowhere"
	for name, c := range map[string]struct{ url, have, remedy string }{
		"refused connection": {through(good, rabbit.Addr(), proxy), "connect to " + proxy.Addr(), "running"},
		"wrong password":     {as(t, good, "guest", "hunter2"), `user "guest" cannot log in`, "add_user"},
		"no virtual host":    {noVhost.String(), `virtual host "nowhere"`, "add_vhost"},
	} {
		t.Run(name, func(t *testing.T) {
			f := require(t, newTestBroker(t, testConfig(c.url, Quorum)).Verify(t.Context()), "RabbitMQ", Error, c.have)
			if !strings.Contains(f.Remedy, c.remedy) {
				t.Errorf("remedy: %s", f.Remedy)
			}
			if strings.Contains(f.String(), "hunter2") {
				t.Errorf("shows the password: %s", f)
			}
		})
	}
}

func TestAlarmIsAFinding(t *testing.T) {
	rabbit := testkit.RabbitMQAlone(t)
	rabbit.Alarm(t)
	b := newTestBroker(t, testConfig(rabbit.NewVhost(t), Quorum))
	require(t, b.Verify(t.Context()), objectAlarms, Error, "low on memory")
}

func TestURLThatIsNoneIsRefusedWithoutShowingIt(t *testing.T) {
	for _, u := range []string{"amqp://user:hunter2@host:port/", "http://user:hunter2@host", "amqp://user:hunt%er2@host/"} {
		_, err := New(&config.Config{RabbitMQ: config.RabbitMQ{URL: config.Secret(u)}}, Options{})
		if err == nil || strings.Contains(err.Error(), "hunt") {
			t.Errorf("%d: %v", len(u), err)
		}
	}
}

func TestDifferencesAreRead(t *testing.T) {
	for text, want := range map[string]difference{
		"PRECONDITION_FAILED - inequivalent arg 'type' for exchange 'odoo.events' in vhost '/': received 'topic' but current is 'direct'": {
			property: "type", want: "topic", have: "direct"},
		"PRECONDITION_FAILED - inequivalent arg 'x-queue-type' for queue 'q' in vhost 'v': received the value 'quorum' of type 'longstr' but current is none": {
			property: "x-queue-type", want: "quorum"},
		"PRECONDITION_FAILED - inequivalent arg 'durable' for queue 'a for b' in vhost '/': received 'true' but current is 'false'": {
			property: "durable", want: "true", have: "false"},
	} {
		if got, ok := parseDifference(text); !ok || got != want {
			t.Errorf("%s: %+v, %t", text, got, ok)
		}
	}
	if _, ok := parseDifference("PRECONDITION_FAILED - queue 'x' in vhost '/' in use"); ok {
		t.Error("read a difference where there is none")
	}
}
