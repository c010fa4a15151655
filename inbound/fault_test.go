package inbound

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	amqp "github.com/rabbitmq/amqp091-go"

	"github.com/odoobridge/odoobridge/inbound/command"
	"github.com/odoobridge/odoobridge/internal/config"
	"github.com/odoobridge/odoobridge/internal/store/sqlite/ledger"
	"github.com/odoobridge/odoobridge/internal/testkit"
)

// crowd is many commands about a few customers, whose order shows: what comes late of a customer is a conflict.
type crowd struct {
	*world
	url string // the broker's, past any proxy
	cfg *config.Config
	o   Options

	mu      sync.Mutex
	effects []int // numbers of commands, in the order in which they were carried out
}

const customers = 7

func newCrowd(t *testing.T, rabbit *testkit.Rabbit, change ...func(*crowd)) *crowd {
	t.Helper()
	c := &crowd{world: &world{t: t, results: make(chan amqp.Delivery)}, url: rabbit.NewVhost(t)}
	c.cfg = testConfig(c.url)
	c.cfg.RabbitMQ.QueueType = "quorum"
	l, err := ledger.Open(t.Context(), ledger.Options{Path: t.TempDir()})
	if err != nil {
		t.Fatal(err)
	}
	c.ledger = l
	t.Cleanup(func() { _ = l.Close() })
	c.o = Options{Config: c.cfg, Ledger: l, Executor: &fake{do: c.execute}, Meter: silent{}, Log: testLog(t), Heartbeat: 2 * time.Second}
	for _, f := range change {
		f(c)
	}
	c.connect(c.url)
	return c
}

// behind puts a proxy between the bridge and the broker.
func behind(t *testing.T, rabbit *testkit.Rabbit, proxy **testkit.TCPProxy) func(*crowd) {
	*proxy = testkit.Proxy(t, rabbit.Addr())
	return func(c *crowd) {
		c.cfg.RabbitMQ.URL = config.Secret(strings.Replace(c.url, rabbit.Addr(), (*proxy).Addr(), 1))
	}
}

func (c *crowd) execute(_ context.Context, cmd command.Command, _ command.Note) (command.Outcome, error) {
	if cmd.Channel != "shop" {
		return applied(cmd), nil
	}
	var n int
	if _, err := fmt.Sscanf(cmd.ID, "c%d", &n); err != nil {
		return command.Outcome{}, err
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.effects = append(c.effects, n)
	return applied(cmd), nil
}

// done is how many commands were carried out.
func (c *crowd) done() int {
	c.mu.Lock()
	defer c.mu.Unlock()
	return len(c.effects)
}

// put publishes commands from..to-1.
func (c *crowd) put(from, to int) {
	c.t.Helper()
	for n := from; n < to; n++ {
		c.send("customer.upsert", c.numbered(n))
	}
}

func (c *crowd) numbered(n int) []byte {
	c.t.Helper()
	began := time.Date(2026, 11, 20, 0, 0, 0, 0, time.UTC)
	return wish(c.t, "customer.upsert", fmt.Sprintf("c%d", n), fmt.Sprint("customer-", n%customers), func(e, _ map[string]any) {
		e["time"] = began.Add(time.Duration(n) * time.Second).Format(time.RFC3339)
	})
}

// answered is how many results of commands are in the channel's queue.
func (c *crowd) answered() int {
	q, err := c.ch.QueueDeclarePassive(ResultQueue("shop"), true, false, false, false, nil)
	if err != nil {
		c.t.Fatal(err)
	}
	return q.Messages
}

// holds checks what is promised of n commands: one effect each, in order of each customer, and one answer each however often it
// came. It returns how often answers came twice.
func (c *crowd) holds(n int) (again int) {
	c.t.Helper()
	c.connect(c.url)
	results, err := c.ch.Consume(ResultQueue("shop"), "", true, false, false, false, nil)
	if err != nil {
		c.t.Fatal(err)
	}
	answers := map[string]string{}
	for deadline := time.After(waitLong); len(answers) < n; {
		select {
		case d := <-results:
			r := decodeResult(c.t, d)
			if id, known := answers[r.Subject]; known && id != r.ID {
				c.t.Errorf("%s was answered as %s and as %s", r.Subject, id, r.ID)
			} else if known {
				again++
			}
			answers[r.Subject] = r.ID
			if r.Data.Outcome != "applied" {
				c.t.Errorf("%s: %s %v", r.Subject, r.Data.Outcome, r.Data.Problems)
			}
		case <-deadline:
			c.t.Fatalf("%d of %d commands were answered; %d carried out; ready: %v", len(answers), n, c.done(), c.in.Ready())
		}
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	of := map[int][]int{}
	for _, e := range c.effects {
		of[e%customers] = append(of[e%customers], e)
	}
	for customer, effects := range of {
		if !slices.IsSorted(effects) || len(slices.Compact(slices.Clone(effects))) != len(effects) {
			c.t.Errorf("the commands of customer %d were carried out as %v", customer, effects)
		}
	}
	if len(c.effects) != n {
		c.t.Errorf("%d effects of %d commands", len(c.effects), n)
	}
	return again
}
