package e2e

import (
	"context"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"sync"
	"testing"
	"time"

	amqp "github.com/rabbitmq/amqp091-go"

	"github.com/odoobridge/odoobridge/internal/odoosim"
	"github.com/odoobridge/odoobridge/internal/testkit"
	"github.com/odoobridge/odoobridge/outbound/outboundtest"
)

// TestCommandsHaveOneEffectThoughTheBridgeIsKilled sends customers and their orders, each
// order twice, to a bridge that is killed again and again while Odoo is slow: each order is
// in Odoo once, and every command has its result.
func TestCommandsHaveOneEffectThoughTheBridgeIsKilled(t *testing.T) {
	t.Parallel()
	const orders = 10
	seed := uint64(time.Now().UnixNano())
	t.Logf("seed %d", seed)
	draw := rand.New(rand.NewPCG(seed, 2))
	odoo, url := newShop(t), testkit.RabbitMQ(t).NewVhost(t)
	odoo.server.Inject(odoosim.Fault{Delay: 20 * time.Millisecond, Times: odoosim.Always})
	p := newProcess(t, setup{dsn: odoo.dsn, amqp: url, more: odoo.settings(), channels: `  webshop:
    odoo_login: channel_shopify
    commands: [customer.upsert, order.place]
    lanes:
      orders: {entities: [order], pace: instant}
`})
	p.run()
	results := hearResults(t, url, "results.webshop")
	send := newSender(t, url)
	for i := range orders {
		customer, order := fmt.Sprint(7000+i), fmt.Sprint(5000+i)
		send.command("customer.upsert", "c-"+customer, customer, map[string]any{"name": "Customer " + customer, "email": customer + "@example.test"})
		placed := map[string]any{
			"placed_at": "2026-11-23T07:21:36Z", "currency": "USD", "customer": customer, "confirm": true,
			"lines":  []any{map[string]any{"id": "1", "sku": "FILTER-100", "quantity": "1", "unit_price": "6.50", "taxes": []string{}}},
			"totals": map[string]any{"total": "6.50"},
		}
		send.command("order.place", "o-"+order, order, placed)
		send.command("order.place", "again-"+order, order, placed)
		if i%4 == 2 {
			results.atLeast(t, draw.IntN(3*i))
			p.kill()
			p.start("run")
		}
	}
	p.ready()
	results.atLeast(t, 3*orders)
	for id, outcome := range results.all() {
		want := "applied"
		if id[0] == 'a' {
			want = "duplicate"
		}
		if outcome != want {
			t.Errorf("command %s is %s, want %s", id, outcome, want)
		}
	}
	if n := odoo.count(`SELECT count(*) FROM sale_order WHERE state = 'sale'`); n != orders {
		t.Errorf("%d orders in Odoo, want %d", n, orders)
	}
	if n := odoo.count(`SELECT count(*) FROM res_partner WHERE name LIKE 'Customer %'`); n != orders {
		t.Errorf("%d customers in Odoo, want %d", n, orders)
	}
	if n := odoo.server.MostInFlight(); n > 2 {
		t.Errorf("Odoo saw %d calls at a time, want at most 2", n)
	}
}

// outcomes are results by command; a result that comes again must say the same.
type outcomes struct {
	mu sync.Mutex
	of map[string]string
}

func hearResults(t *testing.T, url, queue string) *outcomes {
	t.Helper()
	o := &outcomes{of: map[string]string{}}
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
			if was, heard := o.of[r.Subject]; heard && was != r.Data.Outcome {
				t.Errorf("command %s was %s and is %s", r.Subject, was, r.Data.Outcome)
			}
			o.of[r.Subject] = r.Data.Outcome
		})
		if err != nil {
			t.Errorf("consume results: %v", err)
		}
	})
	t.Cleanup(func() { cancel(); done.Wait() })
	return o
}

func (o *outcomes) all() map[string]string {
	o.mu.Lock()
	defer o.mu.Unlock()
	all := map[string]string{}
	for id, outcome := range o.of {
		all[id] = outcome
	}
	return all
}

func (o *outcomes) atLeast(t *testing.T, n int) {
	t.Helper()
	testkit.Eventually(t, 2*patience, func() bool { return len(o.all()) >= n }, func() string {
		return fmt.Sprintf("%d results, want %d: %v", len(o.all()), n, o.all())
	})
}

// sender publishes commands as a channel does.
type sender struct {
	t  *testing.T
	ch *amqp.Channel
}

func newSender(t *testing.T, url string) *sender {
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
	return &sender{t, ch}
}

func (s *sender) command(kind, id, subject string, data map[string]any) {
	s.t.Helper()
	s.commandOf("webshop", kind, id, subject, data)
}

func (s *sender) commandOf(channel, kind, id, subject string, data map[string]any) {
	s.t.Helper()
	body, err := json.Marshal(map[string]any{
		"specversion": "1.0", "id": id, "source": "https://shop.example.com", "type": kind, "subject": subject,
		"time": time.Now().UTC().Format(time.RFC3339Nano), "data": data,
	})
	if err != nil {
		s.t.Fatal(err)
	}
	confirm, err := s.ch.PublishWithDeferredConfirm("odoo.commands", channel+"."+kind, true, false, amqp.Publishing{
		ContentType: "application/cloudevents+json", DeliveryMode: amqp.Persistent, MessageId: id, Type: kind, Body: body,
	})
	if err != nil {
		s.t.Fatal(err)
	}
	if !confirm.Wait() {
		s.t.Fatalf("command %s was not confirmed", id)
	}
}
