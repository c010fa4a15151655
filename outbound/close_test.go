package outbound

import (
	"context"
	"errors"
	"strings"
	"sync"
	"testing"

	"github.com/ThreeDotsLabs/watermill/message"

	"github.com/odoobridge/odoobridge/internal/testkit"
	"github.com/odoobridge/odoobridge/schema"
)

var _ message.Publisher = (*Publisher)(nil)

func TestCloseWaitsForWhatIsOnItsWay(t *testing.T) {
	url := testkit.RabbitMQ(t).NewVhost(t)
	p := newTestPublisher(t, newTestBroker(t, testConfig(url, Quorum)))
	connected(t, p)
	messages := make([]*message.Message, 200)
	for i := range messages {
		messages[i] = event(i)
	}
	if err := p.Publish(testQueue, messages...); err != nil {
		t.Fatal(err)
	}
	if err := p.Close(); err != nil {
		t.Fatal(err)
	}
	for _, m := range messages {
		select {
		case <-m.Acked():
		default:
			t.Fatalf("message %s was not acked when Close returned", m.UUID)
		}
	}
	late := event(200)
	if err := p.Publish(testQueue, late); !errors.Is(err, ErrClosed) {
		t.Errorf("publish after close: %v", err)
	}
	requireNacked(t, late)
	if err := p.Close(); err != nil {
		t.Errorf("closed twice: %v", err)
	}
}

func TestCloseEndsWaitingForAConnection(t *testing.T) {
	rabbit := testkit.RabbitMQ(t)
	proxy := testkit.Proxy(t, rabbit.Addr())
	proxy.Refuse()
	cfg := testConfig(through(rabbit.NewVhost(t), rabbit.Addr(), proxy), Quorum)
	p := newTestPublisher(t, newTestBroker(t, cfg, func(o *Options) { o.Patience = waitLong }))
	waiting := make(chan error)
	go func() { waiting <- p.Publish(testQueue, event(0)) }()
	if err := p.Close(); err != nil {
		t.Error(err)
	}
	if err := <-waiting; !errors.Is(err, ErrClosed) {
		t.Errorf("the waiting Publish: %v", err)
	}
}

func TestContextEndsWaitingForAConnection(t *testing.T) {
	rabbit := testkit.RabbitMQ(t)
	proxy := testkit.Proxy(t, rabbit.Addr())
	proxy.Refuse()
	cfg := testConfig(through(rabbit.NewVhost(t), rabbit.Addr(), proxy), Quorum)
	p := newTestPublisher(t, newTestBroker(t, cfg, func(o *Options) { o.Patience = waitLong }))
	ctx, cancel := context.WithCancel(t.Context())
	m := event(0)
	m.SetContext(ctx)
	waiting := make(chan error)
	go func() { waiting <- p.Publish(testQueue, m) }()
	cancel()
	if err := <-waiting; !errors.Is(err, context.Canceled) {
		t.Errorf("the waiting Publish: %v", err)
	}
}

func TestPublishFailsWhileThereIsNoConnection(t *testing.T) {
	rabbit := testkit.RabbitMQ(t)
	url := rabbit.NewVhost(t)
	proxy := testkit.Proxy(t, rabbit.Addr())
	proxy.Refuse()
	b := newTestBroker(t, testConfig(through(url, rabbit.Addr(), proxy), Quorum))
	p := newTestPublisher(t, b)
	if err := p.Publish(testQueue, event(0)); !errors.Is(err, ErrConnectionLost) {
		t.Errorf("publish without a connection: %v", err)
	}
	if err := b.Ready(); err == nil || b.Connected() {
		t.Errorf("ready %v, connected %t without a connection", err, b.Connected())
	}
	proxy.Accept()
	(&sender{t: t, p: p, topic: testQueue}).run(t.Context(), 10)
	requireAll(t, url, testQueue, 10)
}

func TestSeveralMayPublishAtOnce(t *testing.T) {
	url := testkit.RabbitMQ(t).NewVhost(t)
	p := newTestPublisher(t, newTestBroker(t, testConfig(url, Quorum)))
	connected(t, p)
	var all sync.WaitGroup
	for i := range 8 {
		all.Go(func() {
			for k := range 50 {
				m := event(i*50 + k)
				if err := p.Publish(testQueue, m); err != nil {
					t.Error(err)
				}
				requireAcked(t, m)
			}
		})
	}
	all.Wait()
	if got := len(drain(t, url, testQueue)); got != 400 {
		t.Errorf("%d messages came, want 400", got)
	}
}

func TestMessagesThatCannotBeSentAreNamedAndHarmOthersNot(t *testing.T) {
	url := testkit.RabbitMQ(t).NewVhost(t)
	p := newTestPublisher(t, newTestBroker(t, testConfig(url, Quorum)))
	connected(t, p)
	for name, spoil := range map[string]func(*message.Message){
		"type":       func(m *message.Message) { m.Metadata[schema.MetadataType] = strings.Repeat("x", 300) },
		"message_id": func(m *message.Message) { m.UUID = strings.Repeat("x", 300) },
		"routing key": func(m *message.Message) {
			m.Metadata[schema.MetadataExchange], m.Metadata[schema.MetadataRoutingKey] = "e", strings.Repeat("x", 300)
		},
		"revision":    func(m *message.Message) { m.Metadata[schema.HeaderRevision] = "seven" },
		"header name": func(m *message.Message) { m.Metadata[strings.Repeat("x", 300)] = "" },
		"headers":     func(m *message.Message) { m.Metadata["note"] = strings.Repeat("x", 200_000) },
		"timestamp":   func(m *message.Message) { m.Metadata[schema.MetadataTime] = "yesterday" },
	} {
		t.Run(name, func(t *testing.T) {
			before, bad := event(0), event(1)
			spoil(bad)
			err := p.Publish(testQueue, before, bad)
			var invalid *InvalidError
			if !errors.As(err, &invalid) || !invalid.Permanent() {
				t.Fatalf("publish: %v", err)
			}
			requireAcked(t, before)
			requireNacked(t, bad)
			if !p.Status().Connected || p.Reason() != nil {
				t.Errorf("connected %t, reason %v", p.Status().Connected, p.Reason())
			}
		})
	}
}

func TestMessageLargerThanTheBrokerTakesIsNamed(t *testing.T) {
	rabbit := testkit.RabbitMQ(t)
	url := rabbit.NewVhost(t)
	rabbit.Eval(t, "application:set_env(rabbit, max_message_size, 100000).")
	t.Cleanup(func() {
		rabbit.Eval(t, "application:set_env(rabbit, max_message_size, 134217728).")
	})
	p := newTestPublisher(t, newTestBroker(t, testConfig(url, Quorum)))
	connected(t, p)
	small, large := event(0), event(1)
	large.Payload = make([]byte, 100_001)
	if err := p.Publish(testQueue, small, large); err != nil {
		t.Fatal(err)
	}
	requireNacked(t, large)
	if !errors.Is(p.Reason(), ErrTooLarge) {
		t.Fatalf("reason: %v", p.Reason())
	}
	// Whoever publishes next is told first: it must not overtake what was lost.
	if err := p.Publish(testQueue, small.Copy()); !errors.Is(err, ErrTooLarge) {
		t.Fatalf("publish after a loss: %v", err)
	}
	// Sent again it is known, and nothing else suffers.
	again, largeAgain := small.Copy(), large.Copy()
	err := p.Publish(testQueue, again, largeAgain)
	var tooLarge *TooLargeError
	if !errors.As(err, &tooLarge) || !tooLarge.Permanent() || tooLarge.ID != large.UUID || tooLarge.Limit != 100_000 {
		t.Errorf("publish again: %v", err)
	}
	requireAcked(t, again)

	// A restarted broker may take more. Its new limit takes effect on the next connection.
	rabbit.Eval(t, "application:set_env(rabbit, max_message_size, 200000).")
	was, _ := p.link.get()
	rabbit.Ctl(t, "close_all_connections", "--vhost", testkit.Vhost(url), "test")
	testkit.Eventually(t, waitLong, func() bool {
		now, _ := p.link.get()
		return now.conn != nil && now.conn != was.conn
	}, nil)
	largeNow := large.Copy()
	if err := p.Publish(testQueue, largeNow); err != nil {
		t.Fatalf("publish when the broker takes it: %v", err)
	}
	requireAcked(t, largeNow)
}
