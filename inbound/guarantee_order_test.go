package inbound

import (
	"context"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"net/url"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/ThreeDotsLabs/watermill/message"
	amqp "github.com/rabbitmq/amqp091-go"

	"github.com/odoobridge/odoobridge/internal/broker"
	"github.com/odoobridge/odoobridge/internal/config"
	"github.com/odoobridge/odoobridge/internal/testkit"
)

// relay is bridges that receive from one queue, one after the other, each with its own way to the broker. What they claim is in
// one ledger, which takes a command once, and only from the bridge that is at work.
type relay struct {
	t      *testing.T
	queue  string
	direct string // the broker's URL

	mu      sync.Mutex
	term    int
	claimed []string
	known   map[string]bool
}

// runner is one of them.
type runner struct {
	r     *relay
	term  int
	proxy *testkit.TCPProxy
	stop  func() // in order
}

// take is what receive does: a batch is claimed, then acknowledged.
func (n *runner) take(m *message.Message, batch []*message.Message) {
	n.r.mu.Lock()
	defer n.r.mu.Unlock()
	if n.r.term != n.term {
		m.Nack() // deposed
		return
	}
	for _, m := range append([]*message.Message{m}, batch...) {
		if text := string(m.Payload); !n.r.known[text] {
			n.r.known[text] = true
			n.r.claimed = append(n.r.claimed, text)
		}
		m.Ack()
	}
}

func (r *relay) count() int {
	r.mu.Lock()
	defer r.mu.Unlock()
	return len(r.claimed)
}

// next puts another bridge to work, from this moment on.
func (r *relay) next() *runner {
	r.mu.Lock()
	r.term++
	n := &runner{r: r, term: r.term}
	r.mu.Unlock()
	u, err := url.Parse(r.direct)
	if err != nil {
		r.t.Fatal(err)
	}
	n.proxy = testkit.Proxy(r.t, u.Host)
	u.Host = n.proxy.Addr()
	d, err := broker.NewDialer(&config.RabbitMQ{URL: config.Secret(u.String())}, broker.Options{Version: "test", Heartbeat: time.Second})
	if err != nil {
		r.t.Fatal(err)
	}
	s := &subscriber{dialer: d, prefetch: 20, log: slog.New(slog.DiscardHandler), changed: func(string, error) {}, prepare: func(*broker.Connection, string) error { return nil }}
	ctx, cancel := context.WithCancel(context.Background())
	messages, err := s.Subscribe(ctx, r.queue)
	if err != nil {
		r.t.Fatal(err)
	}
	var done sync.WaitGroup
	done.Go(func() {
		for {
			batch := gather(ctx, messages, 7)
			if batch == nil {
				return
			}
			n.take(batch[0], batch[1:])
		}
	})
	n.stop = sync.OnceFunc(func() { cancel(); done.Wait(); _ = s.Close() })
	r.t.Cleanup(n.stop)
	return n
}

// TestCommandsAreClaimedInOrderHoweverBridgesEnd has bridges take over from one another in the middle of what they had been given:
// stopped in order, their connection reset, or cut off so that the broker hears of it two heartbeats later, while the next
// one is there at once. It also cuts off one bridge from the broker that then comes back itself.
func TestCommandsAreClaimedInOrderHoweverBridgesEnd(t *testing.T) {
	const commands, rounds = 800, 8
	for _, kind := range []string{"quorum", "classic"} {
		t.Run(kind, func(t *testing.T) {
			t.Parallel()
			r := &relay{t: t, queue: "commands.shop.orders", direct: testkit.RabbitMQ(t).NewVhost(t), known: map[string]bool{}}
			want := r.publish(kind, commands)
			random := rand.New(rand.NewPCG(7, 16)) //nolint:gosec // no secret
			n := r.next()
			for round := range rounds {
				goal := min(commands, r.count()+1+random.IntN(commands/rounds))
				testkit.Eventually(t, time.Minute, func() bool { return r.count() >= goal }, func() string {
					return fmt.Sprintf("round %d: %d of %d are claimed", round, r.count(), goal)
				})
				switch round % 8 {
				case 3: // cut off, and replaced before the broker knows
					n.proxy.Stall()
					n = r.next()
				case 6: // cut off for so short that it comes back before the broker knows
					n.proxy.Stall()
					n.proxy.Resume()
				case 1, 4:
					n.proxy.Cut()
				case 2, 7:
					n.proxy.Refuse()
					n.proxy.Cut()
					n = r.next()
				default:
					n.stop()
					n = r.next()
				}
			}
			testkit.Eventually(t, time.Minute, func() bool { return r.count() >= commands }, func() string { return fmt.Sprintf("%d of %d are claimed", r.count(), commands) })
			r.mu.Lock()
			defer r.mu.Unlock()
			for i := range want {
				if r.claimed[i] != want[i] {
					t.Fatalf("claimed as number %d is %s: %v", i, r.claimed[i], r.claimed[max(0, i-3):min(len(r.claimed), i+25)])
				}
			}
		})
	}
}

// publish fills the queue.
func (r *relay) publish(kind string, commands int) (bodies []string) {
	conn, err := amqp.Dial(r.direct)
	if err != nil {
		r.t.Fatal(err)
	}
	defer conn.Close() //nolint:errcheck // a test's
	ch, err := conn.Channel()
	if err == nil {
		err = ch.Confirm(false)
	}
	if err == nil {
		_, err = ch.QueueDeclare(r.queue, true, false, false, false, amqp.Table{amqp.QueueTypeArg: kind})
	}
	if err != nil {
		r.t.Fatal(err)
	}
	var confirms []*amqp.DeferredConfirmation
	for i := range commands {
		body := fmt.Sprint(i)
		c, err := ch.PublishWithDeferredConfirm("", r.queue, false, false, amqp.Publishing{Body: []byte(body), DeliveryMode: amqp.Persistent})
		if err != nil {
			r.t.Fatal(err)
		}
		bodies, confirms = append(bodies, body), append(confirms, c)
	}
	if slices.ContainsFunc(confirms, func(c *amqp.DeferredConfirmation) bool { return !c.Wait() }) {
		r.t.Fatal("the broker took not all of them")
	}
	return bodies
}
