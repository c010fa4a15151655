package outbound

import (
	"context"
	"fmt"
	"log/slog"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/ThreeDotsLabs/watermill/message"

	"github.com/odoobridge/odoobridge/internal/config"
	"github.com/odoobridge/odoobridge/internal/testkit"
	"github.com/odoobridge/odoobridge/outbound/outboundtest"
	"github.com/odoobridge/odoobridge/schema"
)

// waitLong is how long tests wait for what must happen.
const waitLong = 60 * time.Second

// testConfig is a bridge with one channel that has one lane.
func testConfig(url, queueType string) *config.Config {
	return &config.Config{
		RabbitMQ: config.RabbitMQ{URL: config.Secret(url), Topology: ModeDeclare, QueueType: queueType, Window: 256},
		Channels: []config.Channel{{Name: "shop", Lanes: []config.Lane{{Name: "orders"}}}},
	}
}

const testQueue = "channel.shop.orders"

// newTestBroker is a broker of this test, with short time-outs.
func newTestBroker(t testing.TB, cfg *config.Config, change ...func(*Options)) *Broker {
	t.Helper()
	o := Options{Log: testLog(t), Version: "test", Patience: 200 * time.Millisecond, Heartbeat: 2 * time.Second, Grace: 20 * time.Second}
	for _, f := range change {
		f(&o)
	}
	b, err := New(cfg, o)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func newTestPublisher(t testing.TB, b *Broker) *Publisher {
	t.Helper()
	p := b.NewPublisher("test")
	t.Cleanup(func() { _ = p.Close() })
	return p
}

// testLog writes to the test's log while the test runs.
func testLog(t testing.TB) *slog.Logger {
	if testing.Verbose() {
		return slog.New(slog.NewTextHandler(t.Output(), &slog.HandlerOptions{Level: slog.LevelDebug}))
	}
	return slog.New(slog.DiscardHandler)
}

// event is the n-th message of a test.
func event(n int) *message.Message {
	m := message.NewMessage(eventID(n), fmt.Appendf(nil, `{"n":%d}`, n))
	m.Metadata[schema.HeaderEntity] = "order"
	m.Metadata[schema.HeaderKey] = fmt.Sprintf("S%05d", n)
	m.Metadata[schema.HeaderRevision] = "7"
	m.Metadata[schema.HeaderCompany] = "1"
	m.Metadata[schema.MetadataType] = "order.confirmed"
	m.Metadata[schema.MetadataTime] = "2026-11-23T07:21:37.123456Z"
	return m
}

func eventID(n int) string { return fmt.Sprintf("1-0/%X-1", 0x1A2B000+n) }

func eventIDs(n int) []string {
	ids := make([]string, n)
	for i := range ids {
		ids[i] = eventID(i)
	}
	return ids
}

// sender publishes messages as a lane does: after a failure it goes back to the
// oldest that is not confirmed.
type sender struct {
	t      testing.TB
	p      message.Publisher
	topic  string
	resent int

	mu   sync.Mutex
	sent int // handed to the publisher at least once
	done int // confirmed, in order
}

// began is how many messages may have reached the broker.
func (s *sender) began() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.sent
}

func (s *sender) begin(i int) *message.Message {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.sent = max(s.sent, i+1)
	return event(i)
}

func (s *sender) confirmed() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.done
}

// run returns when all n messages are confirmed, or ctx ends.
func (s *sender) run(ctx context.Context, n int) {
	flight := make([]*message.Message, 0, n)
	for s.confirmed() < n && ctx.Err() == nil {
		first := s.confirmed()
		flight = flight[:0]
		failed := make(chan struct{})
		var acks sync.WaitGroup
		queue := make(chan *message.Message, n)
		acks.Go(func() { s.await(ctx, queue, failed) })
		for i := first; i < n; i++ {
			select {
			case <-failed:
			case <-ctx.Done():
			default:
				m := s.begin(i)
				m.SetContext(ctx)
				queue <- m
				if s.p.Publish(s.topic, m) == nil {
					continue
				}
			}
			break
		}
		close(queue)
		acks.Wait()
		if s.confirmed() < n {
			s.resent++
		}
	}
}

// await counts confirmations up to the first message that is nacked.
func (s *sender) await(ctx context.Context, queue <-chan *message.Message, failed chan<- struct{}) {
	good := true
	for m := range queue {
		select {
		case <-m.Acked():
			if !good {
				s.t.Errorf("message %s was acked after one before it was nacked", m.UUID)
			}
			s.mu.Lock()
			s.done++
			s.mu.Unlock()
		case <-m.Nacked():
			if good {
				close(failed)
			}
			good = false
		case <-ctx.Done():
			return
		}
	}
}

// requireAll reads a queue until every one of n messages has come, and checks
// that they are in order when repeated ids are left out.
func requireAll(t testing.TB, url, queue string, n int) {
	t.Helper()
	ctx, enough := context.WithTimeout(t.Context(), waitLong)
	defer enough()
	seen := map[string]bool{}
	var order []string
	err := outboundtest.Consumer{URL: url, Queue: queue}.Run(ctx, func(d outboundtest.Delivery) {
		if !seen[d.ID] {
			seen[d.ID] = true
			order = append(order, d.ID)
		}
		if len(order) == n {
			enough()
		}
	})
	if err != nil {
		t.Fatal(err)
	}
	if !slices.Equal(order, eventIDs(n)) {
		t.Fatalf("%d of %d messages came, or not in order: %s", len(order), n, firstDifference(order, eventIDs(n)))
	}
}

func firstDifference(have, want []string) string {
	for i := range want {
		if i >= len(have) || have[i] != want[i] {
			return fmt.Sprintf("first difference at %d, want %s", i, want[i])
		}
	}
	return "more than wanted"
}

// requireAcked waits until every message is acked.
func requireAcked(t testing.TB, messages ...*message.Message) {
	t.Helper()
	for _, m := range messages {
		select {
		case <-m.Acked():
		case <-m.Nacked():
			t.Fatalf("message %s was nacked", m.UUID)
		case <-time.After(waitLong):
			t.Fatalf("message %s has no outcome", m.UUID)
		}
	}
}

// requireNacked waits until every message is nacked.
func requireNacked(t testing.TB, messages ...*message.Message) {
	t.Helper()
	for _, m := range messages {
		select {
		case <-m.Nacked():
		case <-m.Acked():
			t.Fatalf("message %s was acked", m.UUID)
		case <-time.After(waitLong):
			t.Fatalf("message %s has no outcome", m.UUID)
		}
	}
}

// connected waits for the publisher's connection.
func connected(t testing.TB, p *Publisher) {
	t.Helper()
	testkit.Eventually(t, waitLong, func() bool { return p.Status().Connected }, nil)
}
