package inbound

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"testing"
	"time"

	amqp "github.com/rabbitmq/amqp091-go"

	"github.com/odoobridge/odoobridge/inbound/command"
	"github.com/odoobridge/odoobridge/internal/config"
	"github.com/odoobridge/odoobridge/internal/store"
	"github.com/odoobridge/odoobridge/internal/store/sqlite/ledger"
	"github.com/odoobridge/odoobridge/internal/testkit"
	"github.com/odoobridge/odoobridge/schema"
)

// waitLong is how long tests wait for what must happen.
const waitLong = 60 * time.Second

// fake is an executor that does as its function says, and remembers.
type fake struct {
	do func(ctx context.Context, c command.Command, note command.Note) (command.Outcome, error)

	mu       sync.Mutex
	executed []string
}

func (f *fake) Execute(ctx context.Context, c command.Command, note command.Note) (command.Outcome, error) {
	f.mu.Lock()
	f.executed = append(f.executed, c.ID)
	f.mu.Unlock()
	if f.do == nil {
		return applied(c), nil
	}
	return f.do(ctx, c, note)
}

func applied(c command.Command) command.Outcome {
	return command.Outcome{Kind: command.Applied, Odoo: command.Reference{Model: "x.y", ID: 42, Name: "S-" + c.Subject}}
}

// Aggregates are the subject, and an order's customer.
func (f *fake) Aggregates(c command.Command) []string { return aggregates(c) }

func aggregates(c command.Command) []string {
	entity := map[string]string{"customer.upsert": "customer"}[c.Name]
	if entity == "" {
		entity = "order"
	}
	keys := []string{entity + "/" + c.Channel + "/" + c.Subject}
	var d struct{ Customer string }
	if json.Unmarshal(c.Data, &d) == nil && d.Customer != "" {
		keys = append(keys, "customer/"+c.Channel+"/"+d.Customer)
	}
	return keys
}

func (f *fake) times(id string) (n int) {
	f.mu.Lock()
	defer f.mu.Unlock()
	for _, e := range f.executed {
		if e == id {
			n++
		}
	}
	return n
}

// silent counts nothing.
type silent struct{}

func (silent) Command(string, string, string, time.Duration, time.Duration) {}
func (silent) Retried(string, string)                                       {}
func (silent) Panicked(string, string)                                      {}
func (silent) Open([]store.CommandCount)                                    {}
func (silent) Connected(bool)                                               {}
func (silent) Unsent([]ResultsWaiting)                                      {}

func testConfig(url string) *config.Config {
	return &config.Config{
		RabbitMQ: config.RabbitMQ{URL: config.Secret(url), Topology: "declare", QueueType: "classic"},
		Commands: config.Commands{Workers: 4, Prefetch: 100, Retention: 90 * 24 * time.Hour, Patience: 24 * time.Hour},
		Audit:    config.Audit{Retention: 730 * 24 * time.Hour},
		Channels: []config.Channel{{Name: "shop", Commands: []string{"order.place", "order.cancel", "customer.upsert", "stock.count", "payment.record"}}},
	}
}

// world is a bridge's inbound river between a broker and an executor.
type world struct {
	t        testing.TB
	in       *Inbound
	ledger   store.Ledger
	ch       *amqp.Channel
	results  <-chan amqp.Delivery
	stopping func() // begins to stop
	stop     func()
	seen     []decoded // results that came so far
}

type decoded struct {
	cloudEvent
	Key string
}

func start(t testing.TB, f command.Executor, change ...func(*config.Config)) *world {
	t.Helper()
	url := testkit.RabbitMQ(t).NewVhost(t)
	cfg := testConfig(url)
	for _, c := range change {
		c(cfg)
	}
	l, err := ledger.Open(t.Context(), ledger.Options{Path: t.TempDir()})
	if err != nil {
		t.Fatal(err)
	}
	w := &world{t: t, ledger: l}
	t.Cleanup(func() {
		if err := l.Close(); err != nil {
			t.Error(err)
		}
	})
	w.connect(url)
	w.run(cfg, f)
	return w
}

func testLog(t testing.TB) *slog.Logger {
	if testing.Verbose() {
		return slog.New(slog.NewTextHandler(t.Output(), nil))
	}
	return slog.New(slog.DiscardHandler)
}

func (w *world) run(cfg *config.Config, f command.Executor) {
	w.t.Helper()
	w.runWith(Options{Config: cfg, Ledger: w.ledger, Executor: f, Meter: silent{}, Log: testLog(w.t)})
}

func (w *world) runWith(o Options) {
	w.t.Helper()
	w.begin(o)
	w.until("ready", func() bool { return w.in.Ready() == nil })
	if w.results == nil {
		var err error
		if w.results, err = w.ch.Consume(ResultQueue("shop"), "", true, false, false, false, nil); err != nil {
			w.t.Fatal(err)
		}
	}
}

// begin runs without waiting for it to be ready.
func (w *world) begin(o Options) {
	w.t.Helper()
	in, err := New(o)
	if err != nil {
		w.t.Fatal(err)
	}
	w.in = in
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan error, 1)
	go func() { done <- in.Run(ctx) }()
	w.stopping = cancel
	w.stop = sync.OnceFunc(func() {
		cancel()
		if err := <-done; err != nil {
			w.t.Errorf("run: %v", err)
		}
	})
	w.t.Cleanup(w.stop)
}

func (w *world) connect(url string) {
	w.t.Helper()
	conn, err := amqp.Dial(url)
	if err != nil {
		w.t.Fatal(err)
	}
	w.t.Cleanup(func() { _ = conn.Close() })
	if w.ch, err = conn.Channel(); err != nil {
		w.t.Fatal(err)
	}
}

func (w *world) until(what string, done func() bool) {
	w.t.Helper()
	testkit.Eventually(w.t, waitLong, done, func() string { return what })
}

// wish is a command as a channel writes it, made from the documented example.
func wish(t testing.TB, name, id, subject string, change ...func(envelope, data map[string]any)) []byte {
	t.Helper()
	var e map[string]any
	if err := json.Unmarshal(schema.CommandExample(name), &e); err != nil {
		t.Fatal(err)
	}
	e["id"], e["subject"] = id, subject
	for _, c := range change {
		c(e, e["data"].(map[string]any))
	}
	text, err := json.Marshal(e)
	if err != nil {
		t.Fatal(err)
	}
	return text
}

func (w *world) send(name string, body []byte, change ...func(*amqp.Publishing)) {
	w.t.Helper()
	p := amqp.Publishing{Body: body, DeliveryMode: amqp.Persistent}
	for _, c := range change {
		c(&p)
	}
	if err := w.ch.PublishWithContext(context.Background(), ExchangeCommands, "shop."+name, false, false, p); err != nil {
		w.t.Fatal(err)
	}
}

// result waits for a result of the command.
func (w *world) result(id string) decoded {
	w.t.Helper()
	deadline := time.After(waitLong)
	for {
		for n, d := range w.seen {
			if d.Subject == id {
				w.seen = append(w.seen[:n:n], w.seen[n+1:]...)
				return d
			}
		}
		select {
		case d, more := <-w.results:
			if !more {
				w.t.Fatal("the results' consumer ended")
			}
			w.seen = append(w.seen, decodeResult(w.t, d))
		case <-deadline:
			w.t.Fatalf("no result of %s", id)
		}
	}
}

func decodeResult(t testing.TB, d amqp.Delivery) decoded {
	t.Helper()
	r := decoded{Key: d.RoutingKey}
	if err := json.Unmarshal(d.Body, &r.cloudEvent); err != nil {
		t.Fatalf("%v: %s", err, d.Body)
	}
	if r.ID != d.MessageId {
		t.Errorf("message id %s, id %s", d.MessageId, r.ID)
	}
	return r
}

func (w *world) outcome(id string) string {
	w.t.Helper()
	r := w.result(id)
	if len(r.Data.Problems) > 0 {
		return r.Data.Outcome + " " + r.Data.Problems[0].Code
	}
	return r.Data.Outcome
}

func (w *world) command(id string) store.Command {
	w.t.Helper()
	c, _, err := w.ledger.Command(context.Background(), "shop", id)
	if err != nil {
		w.t.Fatal(err)
	}
	return c
}

var errOdooDown = errors.New("odoo is away")

func orderOf(n int) string { return fmt.Sprint(5000 + n) }

// declare makes the whole topology, as somebody else than the bridge does.
func declare(ch *amqp.Channel, cfg *config.Config) error {
	for _, o := range objectsOf(cfg) {
		if err := o.declare(ch); err != nil {
			return err
		}
		if err := o.bind(ch); err != nil {
			return err
		}
	}
	return nil
}
