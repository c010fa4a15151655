package e2e

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"math/rand/v2"
	"os"
	"sync"
	"testing"
	"time"

	amqp "github.com/rabbitmq/amqp091-go"

	"github.com/odoobridge/odoobridge/inbound/odoo"
	"github.com/odoobridge/odoobridge/internal/testkit"
	"github.com/odoobridge/odoobridge/outbound/outboundtest"
)

// TestCommandsHaveOneEffectThoughTheBridgeIsKilled kills the bridge again and again while Odoo is slow. It runs on a live
// Odoo too (docs/LIVE.md).
func TestCommandsHaveOneEffectThoughTheBridgeIsKilled(t *testing.T) {
	t.Parallel()
	a, url := odooAtHand(t, os.Getenv, "18.0"), testkit.RabbitMQ(t).NewVhost(t)
	a.slow(20 * time.Millisecond)
	p := a.bridge(url, orderCommands...)
	a.commandsHaveOneEffect(url, func() {
		p.kill()
		p.start("run")
	})
	p.ready()
}

var orderCommands = []string{"customer.upsert", "order.place", "order.cancel"}

// commandsHaveOneEffect sends customers and their orders, each order twice, and interrupts the bridge now and then: each
// order is in Odoo once, and every command has its result.
func (a *atHand) commandsHaveOneEffect(url string, interrupt func()) {
	const orders = 10
	t, seed := a.t, uint64(time.Now().UnixNano())
	t.Helper()
	t.Logf("seed %d", seed)
	draw := rand.New(rand.NewPCG(seed, 2))
	results := hearResults(t, url, "results."+a.name)
	send := newSender(t, url)
	_, sku := a.product()
	for i := range orders {
		a.order(send, sku, i)
		if i%4 == 2 {
			results.atLeast(t, draw.IntN(3*i))
			interrupt()
		}
	}
	results.atLeast(t, 3*orders)
	a.ordersAreThereOnce(results, orders)
	for i := range orders { // an Odoo that goes on living should not plan for them
		send.commandOf(a.name, "order.cancel", fmt.Sprint("x-", i), fmt.Sprint(5000+i), map[string]any{"reason": "a test"})
	}
	results.atLeast(t, 4*orders)
	if n := len(a.found("sale.order", odoo.Domain{{"client_order_ref", "=like", a.name + "%"}, {"state", "=", "cancel"}}, "id")); n != orders {
		t.Errorf("%d of %d orders were cancelled afterwards", n, orders)
	}
	if a.server != nil {
		if n := a.server.MostInFlight(); n > 2 {
			t.Errorf("Odoo saw %d calls at a time, want at most 2", n)
		}
	}
}

// order sends a customer and an order of his, which comes again with another id.
func (a *atHand) order(send *sender, sku string, i int) {
	customer, order := fmt.Sprint(7000+i), fmt.Sprint(5000+i)
	send.commandOf(a.name, "customer.upsert", "c-"+customer, customer, map[string]any{"name": a.name + customer, "email": a.name + customer + "@example.test"})
	placed := map[string]any{
		"number": a.name + order, "placed_at": now(), "currency": a.currency, "customer": customer,
		"lines":  []any{map[string]any{"id": "1", "sku": sku, "quantity": "1", "unit_price": "6.50", "taxes": []string{}}},
		"totals": map[string]any{"total": "6.50"},
	}
	send.commandOf(a.name, "order.place", "o-"+order, order, placed)
	send.commandOf(a.name, "order.place", "again-"+order, order, placed)
}

// ordersAreThereOnce looks at the results of so many calls of order, and at Odoo.
func (a *atHand) ordersAreThereOnce(results *outcomes, orders int) {
	a.t.Helper()
	for id, outcome := range results.all() {
		want := "applied"
		if id[0] == 'a' {
			want = "duplicate"
		}
		if outcome != want {
			a.t.Errorf("command %s is %s, want %s: %s", id, outcome, want, results.said(id))
		}
	}
	if n := len(a.found("sale.order", odoo.Domain{{"client_order_ref", "=like", a.name + "%"}, {"state", "=", "sale"}}, "id")); n != orders {
		a.t.Errorf("%d orders in Odoo, want %d", n, orders)
	}
	if n := len(a.found("res.partner", odoo.Domain{{"name", "=like", a.name + "%"}}, "id")); n != orders {
		a.t.Errorf("%d customers in Odoo, want %d", n, orders)
	}
}

// outcomes are results by command; a result that comes again must say the same, but for what was parked.
type outcomes struct {
	mu     sync.Mutex
	of     map[string]string
	bodies map[string]string
}

func hearResults(t testing.TB, url, queue string) *outcomes {
	t.Helper()
	o := &outcomes{of: map[string]string{}, bodies: map[string]string{}}
	ctx, cancel := context.WithCancel(context.Background())
	var done sync.WaitGroup
	done.Go(func() {
		err := outboundtest.Consumer{URL: url, Queue: queue}.Run(ctx, func(d outboundtest.Delivery) {
			var r struct {
				Subject string
				Data    struct{ Outcome string }
			}
			if err := json.Unmarshal(d.Body, &r); err != nil {
				t.Errorf("a result is not JSON: %v", err)
			}
			o.mu.Lock()
			defer o.mu.Unlock()
			if was, heard := o.of[r.Subject]; heard && was != r.Data.Outcome && was != "parked" {
				t.Errorf("command %s was %s and is %s", r.Subject, was, r.Data.Outcome)
			}
			o.of[r.Subject], o.bodies[r.Subject] = r.Data.Outcome, string(d.Body)
		})
		if err != nil {
			t.Errorf("consume results: %v", err)
		}
	})
	t.Cleanup(func() { cancel(); done.Wait() })
	return o
}

// said is a command's result.
func (o *outcomes) said(id string) string {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.bodies[id]
}

// becomes waits until a command has the outcome.
func (o *outcomes) becomes(t *testing.T, id, outcome string) {
	t.Helper()
	testkit.Eventually(t, patience, func() bool { return o.all()[id] == outcome }, func() string { return fmt.Sprintf("%s is not %s: %v", id, outcome, o.all()) })
}

func (o *outcomes) all() map[string]string {
	o.mu.Lock()
	defer o.mu.Unlock()
	return maps.Clone(o.of)
}

func (o *outcomes) atLeast(t testing.TB, n int) {
	t.Helper()
	testkit.Eventually(t, 2*patience, func() bool { return len(o.all()) >= n }, func() string {
		return fmt.Sprintf("%d results, want %d: %v", len(o.all()), n, o.all())
	})
}

// sender publishes commands as a channel does.
type sender struct {
	t    testing.TB
	ch   *amqp.Channel
	user string // whom RabbitMQ is to vouch for; "" for nobody
}

func newSender(t testing.TB, url string) *sender {
	t.Helper()
	conn, err := amqp.Dial(url)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = conn.Close() })
	ch, err := conn.Channel()
	if err != nil {
		t.Fatal(err)
	}
	if err := ch.Confirm(false); err != nil {
		t.Fatal(err)
	}
	return &sender{t: t, ch: ch}
}

func (s *sender) command(kind, id, subject string, data map[string]any) {
	s.t.Helper()
	s.commandOf("webshop", kind, id, subject, data)
}

func (s *sender) commandOf(channel, kind, id, subject string, data map[string]any) {
	s.t.Helper()
	s.based(channel, kind, id, subject, 0, data)
}

// based publishes a command that is based on a revision; 0 for none.
func (s *sender) based(channel, kind, id, subject string, revision int64, data map[string]any) {
	s.t.Helper()
	event := map[string]any{
		"specversion": "1.0", "id": id, "source": "https://shop.example.com", "type": kind, "subject": subject,
		"time": time.Now().UTC().Format(time.RFC3339Nano), "data": data,
	}
	if revision > 0 {
		event["basedon"] = revision
	}
	body, err := json.Marshal(event)
	if err != nil {
		s.t.Fatal(err)
	}
	confirm, err := s.ch.PublishWithDeferredConfirm("odoo.commands", channel+"."+kind, true, false, amqp.Publishing{
		ContentType: "application/cloudevents+json", DeliveryMode: amqp.Persistent, MessageId: id, Type: kind, Body: body, UserId: s.user,
	})
	if err != nil {
		s.t.Fatal(err)
	}
	if !confirm.Wait() {
		s.t.Fatalf("command %s was not confirmed", id)
	}
}
