package inbound

import (
	"fmt"
	"log/slog"
	"strings"
	"testing"
	"time"

	amqp "github.com/rabbitmq/amqp091-go"

	"github.com/odoobridge/odoobridge/internal/config"
	"github.com/odoobridge/odoobridge/internal/testkit"
)

const customersQueue = "commands.shop.customers"

// What was in the queue goes with it; the bridge comes back to the queue that is made anew.
func TestADeletedCommandQueueIsMadeAnewAndCommandsGoOn(t *testing.T) {
	c := newCrowd(t, testkit.RabbitMQ(t))
	c.runWith(c.o)
	c.put(0, 100)
	c.until("the first half", func() bool { return c.done() == 100 })
	if _, err := c.ch.QueueDelete(customersQueue, false, false, false); err != nil {
		t.Fatal(err)
	}
	c.until("made anew", func() bool { return c.consumers(customersQueue) == 1 })
	c.put(100, 200)
	c.holds(200)
}

// consumers is how many a queue has; -1 when there is no such queue.
func (c *crowd) consumers(queue string) int {
	c.t.Helper()
	conn, err := amqp.Dial(c.url)
	if err != nil {
		c.t.Fatal(err)
	}
	defer conn.Close() //nolint:errcheck // of a test
	ch, err := conn.Channel()
	if err != nil {
		c.t.Fatal(err)
	}
	q, err := ch.QueueDeclarePassive(queue, true, false, false, false, nil)
	if err != nil {
		return -1
	}
	return q.Consumers
}

func TestACommandQueueThatOthersMakeIsWaitedFor(t *testing.T) {
	c := newCrowd(t, testkit.RabbitMQ(t))
	if err := declare(c.ch, c.cfg); err != nil {
		t.Fatal(err)
	}
	c.cfg.RabbitMQ.Topology = "none"
	c.runWith(c.o)
	c.put(0, 100)
	c.until("the first half", func() bool { return c.done() == 100 })
	if _, err := c.ch.QueueDelete(customersQueue, false, false, false); err != nil {
		t.Fatal(err)
	}
	c.until("said", func() bool {
		err := c.in.Ready()
		return err != nil && strings.Contains(err.Error(), customersQueue)
	})
	if err := declare(c.ch, c.cfg); err != nil {
		t.Fatal(err)
	}
	c.put(100, 200)
	c.holds(200)
}

func TestResultsWaitForTheirExchangeAndQueue(t *testing.T) {
	for _, topology := range []string{"declare", "none"} {
		t.Run(topology, func(t *testing.T) {
			c := newCrowd(t, testkit.RabbitMQ(t))
			if err := declare(c.ch, c.cfg); err != nil {
				t.Fatal(err)
			}
			c.cfg.RabbitMQ.Topology = topology
			c.o.Resend = 50 * time.Millisecond
			c.runWith(c.o)
			c.put(0, 50)
			c.until("the first half", func() bool { return c.answered() == 50 })
			if err := c.ch.ExchangeDelete(ExchangeResults, false, false); err != nil {
				t.Fatal(err)
			}
			c.put(50, 100)
			c.until("the second half", func() bool { return c.done() == 100 })
			if topology == "none" {
				if n := c.answered(); n != 50 {
					t.Errorf("%d answers came without an exchange", n)
				}
				if err := declare(c.ch, c.cfg); err != nil {
					t.Fatal(err)
				}
			}
			c.holds(100)
		})
	}
}

// A channel that does not read its results fills its queue, and the broker refuses more.
func TestAFullResultQueueHoldsBackNobodyElse(t *testing.T) {
	rabbit := testkit.RabbitMQ(t)
	c := newCrowd(t, rabbit)
	c.cfg.Channels = append(c.cfg.Channels, config.Channel{Name: "full", Commands: []string{"customer.upsert"}})
	rabbit.Ctl(t, "set_policy", "-p", testkit.Vhost(c.url), "full", `^results\.full$`, `{"max-length":1,"overflow":"reject-publish"}`, "--apply-to", "queues")
	c.o.Executor = &fake{do: c.execute}
	c.o.Resend = 100 * time.Millisecond
	c.runWith(c.o)
	for n := range 20 {
		body := wish(t, "customer.upsert", fmt.Sprintf("f%d", n), fmt.Sprint("other-", n))
		if err := c.ch.PublishWithContext(t.Context(), ExchangeCommands, "full.customer.upsert", false, false, amqp.Publishing{Body: body, DeliveryMode: amqp.Persistent}); err != nil {
			t.Fatal(err)
		}
	}
	const n = 300 // more than are sent at a time
	c.put(0, n)
	c.until("every command carried out", func() bool { return c.done() == n })
	if again := c.holds(n); again > 0 {
		t.Errorf("%d answers were sent again for the sake of another channel", again)
	}
}

// Queues of one channel were made by hand, of another type. Its commands wait; everybody else's are carried out and answered, and
// when the queue is deleted it is made anew.
func TestAQueueOfAnotherTypeHoldsBackItsOwnCommandsAlone(t *testing.T) {
	rabbit := testkit.RabbitMQ(t)
	c := newCrowd(t, rabbit)
	c.cfg.Channels = append(c.cfg.Channels, config.Channel{Name: "wrong", Commands: []string{"customer.upsert", "order.place"}})
	classic := amqp.Table{amqp.QueueTypeArg: "classic"}
	const wrong = "commands.wrong.customers"
	for _, name := range []string{wrong, "results.wrong", QueueDead} {
		if _, err := c.ch.QueueDeclare(name, true, false, false, false, classic); err != nil {
			t.Fatal(err)
		}
	}
	var log logs
	c.o.Log = slog.New(slog.NewTextHandler(&log, nil))
	c.begin(c.o)
	other := func(name, id string) {
		t.Helper()
		if err := c.ch.PublishWithContext(t.Context(), ExchangeCommands, "wrong."+name, false, false, amqp.Publishing{Body: wish(t, name, id, id)}); err != nil {
			t.Fatal(err)
		}
	}
	c.until("all other queues are received from", func() bool {
		for _, queue := range []string{customersQueue, "commands.shop.orders", "commands.shop.stock", "commands.shop.finance", "commands.wrong.orders"} {
			if c.consumers(queue) != 1 {
				return false
			}
		}
		return true
	})
	c.put(0, 50)
	c.until("answered", func() bool { return c.answered() == 50 })
	other("order.place", "o1")
	c.until("the channel's other commands answered, in a queue that is of the wrong type too", func() bool { return c.messages("results.wrong") == 1 })
	remedy := "delete_queue -p '" + testkit.Vhost(c.url) + "' " + wrong
	for what, text := range map[string]string{"status": fmt.Sprint(c.in.Ready()), "log": log.line("commands cannot be received")} {
		for _, part := range []string{wrong, "x-queue-type is classic, not quorum", remedy} {
			if !strings.Contains(text, part) {
				t.Errorf("%s: %q is missing in %q", what, part, text)
			}
		}
		if strings.Contains(text, "PRECONDITION") || strings.Contains(text, "commands.shop") {
			t.Errorf("%s: %q", what, text)
		}
	}
	for _, queue := range []string{"results.wrong", QueueDead} {
		if text := log.line("queue " + queue); !strings.Contains(text, "x-queue-type is classic, not quorum") || log.count("queue "+queue) != 1 {
			t.Errorf("%s is told %d times: %q", queue, log.count("queue "+queue), text)
		}
	}
	if _, err := c.ch.QueueDelete(wrong, false, false, false); err != nil {
		t.Fatal(err)
	}
	c.until("ready by itself", func() bool { return c.in.Ready() == nil })
	other("customer.upsert", "u1")
	c.until("answered", func() bool { return c.messages("results.wrong") == 2 })
	c.holds(50)
}

// messages is how many a queue holds.
func (c *crowd) messages(queue string) int {
	c.t.Helper()
	q, err := c.ch.QueueDeclarePassive(queue, true, false, false, false, nil)
	if err != nil {
		c.t.Fatal(err)
	}
	return q.Messages
}

// logs are what was logged, line by line.
type logs struct{ testkit.Log }

func (l *logs) lines(with string) (list []string) {
	for line := range strings.Lines(l.String()) {
		if strings.Contains(line, with) {
			list = append(list, line)
		}
	}
	return list
}

func (l *logs) count(with string) int { return len(l.lines(with)) }

// line is the first that has the text; "" where none has.
func (l *logs) line(with string) string {
	for _, line := range l.lines(with) {
		return line
	}
	return ""
}

// user makes the bridge somebody with the given right to write.
func (c *crowd) user(rabbit *testkit.Rabbit, write string) {
	c.t.Helper()
	rabbit.Ctl(c.t, "eval", fmt.Sprintf(`catch rabbit_auth_backend_internal:add_user(<<"bridge">>, <<"secret">>, <<"testkit">>),
		ok = rabbit_auth_backend_internal:set_permissions(<<"bridge">>, <<%q>>, <<".*">>, <<%q>>, <<".*">>, <<"testkit">>).`, testkit.Vhost(c.url), write))
	c.cfg.RabbitMQ.URL = config.Secret(strings.Replace(c.url, "guest:guest", "bridge:secret", 1))
}

// A channel decides where replies go to; not every bridge may write there.
func TestResultsGoOnWhereRepliesAreNotPermitted(t *testing.T) {
	rabbit := testkit.RabbitMQ(t)
	c := newCrowd(t, rabbit)
	c.user(rabbit, `^(odoo|channel|commands|results)[.]`) // and not amq.default
	c.runWith(c.o)
	reply, err := c.ch.QueueDeclare("", false, true, true, false, nil)
	if err != nil {
		t.Fatal(err)
	}
	c.send("customer.upsert", c.numbered(0), func(p *amqp.Publishing) { p.ReplyTo = reply.Name })
	c.put(1, 50)
	c.holds(50)
}

func TestCommandsAndResultsGoOnWhenPermissionsAreBack(t *testing.T) {
	rabbit := testkit.RabbitMQ(t)
	c := newCrowd(t, rabbit)
	c.user(rabbit, `.*`)
	c.runWith(c.o)
	c.put(0, 50)
	c.until("the first half", func() bool { return c.answered() == 50 })
	vhost := testkit.Vhost(c.url)
	rabbit.Ctl(t, "eval", fmt.Sprintf(`ok = rabbit_auth_backend_internal:clear_permissions(<<"bridge">>, <<%q>>, <<"testkit">>),
		[rabbit_networking:close_connection(proplists:get_value(pid, I), "permissions taken") || I <- rabbit_networking:connection_info_all([pid, user, vhost]),
			proplists:get_value(user, I) =:= <<"bridge">>].`, vhost))
	c.put(50, 100)
	c.until("said", func() bool { return c.in.Ready() != nil })
	c.user(rabbit, `.*`)
	c.holds(100)
}

// TestAnExchangeOfAnotherTypeIsToldOnce has every queue meet the same exchange that is not as it must be: the log has it once, and when
// the exchange is deleted it is made anew.
func TestAnExchangeOfAnotherTypeIsToldOnce(t *testing.T) {
	c := newCrowd(t, testkit.RabbitMQ(t))
	var log logs
	c.o.Log = slog.New(slog.NewTextHandler(&log, nil))
	if err := c.ch.ExchangeDeclare(ExchangeCommands, "fanout", true, false, false, false, nil); err != nil {
		t.Fatal(err)
	}
	c.begin(c.o)
	queues := queuesOf(c.cfg)
	c.until("every queue has met it", func() bool {
		err := c.in.Ready()
		for _, q := range queues {
			if err == nil || !strings.Contains(err.Error(), q.name) || !strings.Contains(err.Error(), "type is fanout, not topic") {
				return false
			}
		}
		return log.count("commands cannot be received") > 0
	})
	if len(queues) < 3 || !strings.Contains(log.line("commands cannot be received"), "exchange odoo.commands") {
		t.Errorf("%d queues: %s", len(queues), log.line("commands cannot be received"))
	}
	if err := c.ch.ExchangeDelete(ExchangeCommands, false, false); err != nil {
		t.Fatal(err)
	}
	c.until("ready by itself", func() bool { return c.in.Ready() == nil })
	if n := log.count("commands cannot be received"); n != 1 {
		t.Errorf("told %d times", n)
	}
	c.holds(0)
}
