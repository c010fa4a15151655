package inbound

import (
	"context"
	"errors"
	"log/slog"
	"os"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/ThreeDotsLabs/watermill"
	wmamqp "github.com/ThreeDotsLabs/watermill-amqp/v3/pkg/amqp"
	"github.com/ThreeDotsLabs/watermill/message"
	amqp "github.com/rabbitmq/amqp091-go"

	"github.com/odoobridge/odoobridge/internal/broker"
	"github.com/odoobridge/odoobridge/internal/config"
	"github.com/odoobridge/odoobridge/internal/store"
	"github.com/odoobridge/odoobridge/internal/store/sqlite/ledger"
	"github.com/odoobridge/odoobridge/internal/testkit"
)

// TestContest measures watermill-amqp's subscriber and this package's over the same broker, for docs/adr/0011. It judges nothing.
//
//	ODOOBRIDGE_CONTEST=1 go test -race -count 1 -v -timeout 8m -run TestContest ./inbound
func TestContest(t *testing.T) {
	if os.Getenv("ODOOBRIDGE_CONTEST") == "" {
		t.Skip("measures for docs/adr/0011: set ODOOBRIDGE_CONTEST=1")
	}
	for _, discipline := range []struct {
		name string
		run  func(*testing.T, *contest)
	}{
		{"claims", contestClaims}, {"nacks", contestNacks}, {"cuts", contestCuts}, {"router", contestRouter},
	} {
		for _, contestant := range []string{"ours", "watermill"} {
			t.Run(discipline.name+"/"+contestant, func(t *testing.T) { discipline.run(t, newContest(t, contestant)) })
		}
	}
}

const (
	contestQueue    = "contest"
	contestPrefetch = 200
	contestKeys     = 10
)

type contest struct {
	t     *testing.T
	proxy *testkit.TCPProxy
	sub   message.Subscriber
	ch    *amqp.Channel
	ctx   context.Context
	end   func()
}

func newContest(t *testing.T, contestant string) *contest {
	rabbit := testkit.RabbitMQ(t)
	url := rabbit.NewVhost(t)
	c := &contest{t: t, proxy: testkit.Proxy(t, rabbit.Addr())}
	w := &world{t: t}
	w.connect(url)
	c.ch = w.ch
	if _, err := c.ch.QueueDeclare(contestQueue, true, false, false, false, amqp.Table{amqp.QueueTypeArg: "quorum"}); err != nil {
		t.Fatal(err)
	}
	through := strings.Replace(url, rabbit.Addr(), c.proxy.Addr(), 1)
	c.ctx, c.end = context.WithCancel(t.Context())
	if contestant == "ours" {
		d, err := broker.NewDialer(&config.RabbitMQ{URL: config.Secret(through)}, broker.Options{})
		if err != nil {
			t.Fatal(err)
		}
		c.sub = &subscriber{dialer: d, prefetch: contestPrefetch, budget: share(1), prepare: func(*broker.Connection, string) error { return nil },
			changed: func(string, error) {}, log: slog.New(slog.DiscardHandler)}
	} else {
		cfg := wmamqp.NewDurableQueueConfig(through)
		cfg.Marshaler = tolerant{}
		cfg.Queue.Arguments = amqp.Table{amqp.QueueTypeArg: "quorum"}
		cfg.Consume.Qos.PrefetchCount = contestPrefetch
		s, err := wmamqp.NewSubscriber(cfg, watermill.NopLogger{})
		if err != nil {
			t.Fatal(err)
		}
		c.sub = s
	}
	t.Cleanup(func() { c.end(); _ = c.sub.Close() })
	return c
}

// tolerant takes the headers that quorum queues add, which watermill-amqp's own marshaler refuses.
type tolerant struct{}

func (tolerant) Unmarshal(d amqp.Delivery) (*message.Message, error) {
	return message.NewMessage(d.MessageId, d.Body), nil
}
func (tolerant) Marshal(m *message.Message) (amqp.Publishing, error) {
	return amqp.Publishing{Body: m.Payload}, nil
}

func (c *contest) fill(n int) {
	c.t.Helper()
	if err := c.ch.Confirm(false); err != nil {
		c.t.Fatal(err)
	}
	var last *amqp.DeferredConfirmation
	for i := range n {
		var err error
		if last, err = c.ch.PublishWithDeferredConfirm("", contestQueue, false, false, amqp.Publishing{MessageId: strconv.Itoa(i), Body: []byte(strconv.Itoa(i)), DeliveryMode: amqp.Persistent}); err != nil {
			c.t.Fatal(err)
		}
	}
	last.Wait()
}

func (c *contest) subscribe() <-chan *message.Message {
	c.t.Helper()
	messages, err := c.sub.Subscribe(c.ctx, contestQueue)
	if err != nil {
		c.t.Fatal(err)
	}
	return messages
}

// tally is what came of numbered messages.
type tally struct {
	mu          sync.Mutex
	last        map[int]int // by key
	seen        map[int]bool
	again, late int
}

func newTally() *tally { return &tally{last: map[int]int{}, seen: map[int]bool{}} }

// take counts a message that was taken: again, or after a later one of its key.
func (y *tally) take(m *message.Message) (different int) {
	y.mu.Lock()
	defer y.mu.Unlock()
	n, _ := strconv.Atoi(string(m.Payload))
	key := n % contestKeys

	switch {
	case y.seen[n]:
		y.again++
	case n < y.last[key]:
		y.late++
	}
	y.seen[n] = true
	y.last[key] = max(y.last[key], n)
	return len(y.seen)
}

// contestClaims takes messages into a ledger as the bridge does: what has come together by one durable claim.
func contestClaims(t *testing.T, c *contest) {
	const n = 3000
	l, err := ledger.Open(t.Context(), ledger.Options{Path: t.TempDir()})
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close() //nolint:errcheck // of a measurement
	c.fill(n)
	began, syncs := time.Now(), 0
	for taken, messages := 0, c.subscribe(); taken < n; syncs++ {
		batch := gather(c.ctx, messages, contestPrefetch)
		var commands []*store.Command
		for _, m := range batch {
			commands = append(commands, &store.Command{Channel: "shop", ID: m.UUID, Name: "order.place", Workload: "orders", Body: m.Payload, Keys: []string{m.UUID}, Received: time.Now()})
		}
		if _, err := l.Claim(t.Context(), commands...); err != nil {
			t.Fatal(err)
		}
		for _, m := range batch {
			m.Ack()
		}
		taken += len(batch)
	}
	took := time.Since(began)
	t.Logf("%d messages claimed by %d claims in %s: %.0f a second", n, syncs, took.Round(time.Millisecond), n/took.Seconds())
}

// contestNacks refuses each fiftieth message once, as a failing ledger would.
func contestNacks(t *testing.T, c *contest) {
	const n = 1000
	c.fill(n)
	y, refused := newTally(), map[string]bool{}
	messages := c.subscribe()
	for {
		batch := gather(c.ctx, messages, 1)
		if len(batch) == 0 {
			t.Fatal("the subscription ended")
		}
		m := batch[0]
		if number, _ := strconv.Atoi(m.UUID); number%50 == 7 && !refused[m.UUID] {
			refused[m.UUID] = true
			m.Nack()
			continue
		}
		done := y.take(m) == n
		m.Ack()
		if done {
			break
		}
	}
	t.Logf("%d messages, %d refused once: %d taken after a later one of their key, %d taken again", n, len(refused), y.late, y.again)
}

// contestCuts cuts the link while messages are taken.
func contestCuts(t *testing.T, c *contest) {
	const n, cuts = 5000, 10
	c.fill(n)
	y, cut := newTally(), 0
	messages := c.subscribe()
	deadline := time.After(waitLong)
	for got := 0; got < n; {
		select {
		case m, more := <-messages:
			if !more {
				t.Fatal("the subscription ended")
			}
			if m.Context().Err() != nil {
				m.Nack()
				continue
			}
			got = y.take(m)
			m.Ack()
			if cut < cuts && got > cut*n/cuts+n/20 {
				cut++
				c.proxy.Cut()
			}
		case <-deadline:
			t.Logf("gave up: %d of %d messages within %s, after %d cuts", got, n, waitLong, cut)
			return
		}
	}
	t.Logf("%d messages, %d cuts: %d lost, %d taken again, %d taken after a later one of their key", n, cuts, n-len(y.seen), y.again, y.late)
}

// contestRouter puts watermill's Router on top, and looks at the order in which its handler is called.
func contestRouter(t *testing.T, c *contest) {
	const n = 5000
	c.fill(n)
	router, err := message.NewRouter(message.RouterConfig{}, watermill.NopLogger{})
	if err != nil {
		t.Fatal(err)
	}
	y, all := newTally(), make(chan struct{})
	var once sync.Once
	router.AddConsumerHandler("contest", contestQueue, c.sub, func(m *message.Message) error {
		if y.take(m) == n {
			once.Do(func() { close(all) })
		}
		return nil
	})
	ctx, cancel := context.WithCancel(c.ctx)
	done := make(chan error, 1)
	began := time.Now()
	go func() { done <- router.Run(ctx) }()
	select {
	case <-all:
	case <-time.After(waitLong):
		t.Log("gave up")
	}
	took := time.Since(began)
	cancel()
	if err := <-done; err != nil && !errors.Is(err, context.Canceled) {
		t.Error(err)
	}
	t.Logf("%d messages through the Router in %s: %d began after a later one of their key, %d came again", n, took.Round(time.Millisecond), y.late, y.again)
}
