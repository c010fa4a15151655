package outbound

import (
	"context"
	"errors"
	"sync"
	"testing"
	"time"

	amqp "github.com/rabbitmq/amqp091-go"

	"github.com/odoobridge/odoobridge/internal/testkit"
)

// admin is a plain channel for what operators do.
func admin(t testing.TB, url string) *amqp.Channel {
	t.Helper()
	conn, err := amqp.Dial(url)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = conn.CloseDeadline(time.Now().Add(closeTimeout)) })
	ch, err := conn.Channel()
	if err != nil {
		t.Fatal(err)
	}
	return ch
}

// Fault 2: nobody takes the message, and the broker confirms all the same.
func TestDeletedQueueStopsTheLaneAndIsDeclaredAgain(t *testing.T) {
	for _, kind := range []string{Quorum, Classic} {
		t.Run(kind, func(t *testing.T) {
			url := testkit.RabbitMQ(t).NewVhost(t)
			// RabbitMQ 3.10 leaves a channel without any answer, for more than
			// half a minute, when a quorum queue goes under its hands.
			p := newTestPublisher(t, newTestBroker(t, testConfig(url, kind), func(o *Options) { o.ConfirmTimeout = 2 * time.Second }))
			const n = 20_000
			s := &sender{t: t, p: p, topic: testQueue}
			ctx, cancel := context.WithTimeout(t.Context(), waitLong)
			defer cancel()
			before := 0 // messages that may have been in the queue when it was deleted
			var deleting sync.WaitGroup
			deleting.Go(func() {
				for s.confirmed() < n/4 && ctx.Err() == nil {
					time.Sleep(time.Millisecond)
				}
				if _, err := admin(t, url).QueueDelete(testQueue, false, false, false); err != nil {
					t.Errorf("delete the queue: %v", err)
				}
				before = s.began()
			})
			s.run(ctx, n)
			deleting.Wait()
			if s.confirmed() != n || s.resent == 0 {
				t.Fatalf("%d of %d messages were confirmed, sent again %d times", s.confirmed(), n, s.resent)
			}
			if p.Status().Returned == 0 {
				t.Error("no return was counted")
			}
			requireTail(t, url, n, before)
		})
	}
}

// What was in the queue went with it. All others are there, in order.
func requireTail(t testing.TB, url string, n, before int) {
	t.Helper()
	got := drain(t, url, testQueue)
	first := n - len(got)
	if first > before {
		t.Fatalf("%d messages are gone, only %d were sent before the queue was deleted", first, before)
	}
	for i, id := range got {
		if id != eventID(first+i) {
			t.Fatalf("message %d after the deletion is %s, want %s", i, id, eventID(first+i))
		}
	}
}

// drain reads all there is, leaving out repeated ids.
func drain(t testing.TB, url, queue string) []string {
	t.Helper()
	ch := admin(t, url)
	seen := map[string]bool{}
	var ids []string
	for {
		d, ok, err := ch.Get(queue, true)
		if err != nil {
			t.Fatal(err)
		}
		if !ok {
			return ids
		}
		if !seen[d.MessageId] {
			seen[d.MessageId] = true
			ids = append(ids, d.MessageId)
		}
	}
}

func TestMissingQueueIsSaidAndWaitedForWhereWeMayNotDeclare(t *testing.T) {
	for _, mode := range []string{ModeVerify, ModeNone} {
		t.Run(mode, func(t *testing.T) {
			url := testkit.RabbitMQ(t).NewVhost(t)
			cfg := testConfig(url, Quorum)
			cfg.RabbitMQ.Topology = mode
			p := newTestPublisher(t, newTestBroker(t, cfg))
			connected(t, p)
			m := event(0)
			if err := p.Publish(testQueue, m); !errors.Is(err, ErrReturned) {
				t.Fatalf("published to a queue that is not there: %v", err)
			}
			requireNacked(t, m)
			if !errors.Is(p.Reason(), ErrReturned) {
				t.Errorf("reason: %v", p.Reason())
			}
			if _, err := admin(t, url).QueueDeclare(testQueue, true, false, false, false, nil); err != nil {
				t.Fatal(err)
			}
			again := event(0)
			if err := p.Publish(testQueue, again); err != nil {
				t.Fatal(err)
			}
			requireAcked(t, again)
			if p.Reason() != nil {
				t.Errorf("reason after it went well: %v", p.Reason())
			}
		})
	}
}

// A queue that is full and refuses makes the lane wait, and loses nothing.
func TestFullQueueHoldsTheLaneBack(t *testing.T) {
	rabbit := testkit.RabbitMQ(t)
	url := rabbit.NewVhost(t)
	rabbit.Ctl(t, "set_policy", "-p", testkit.Vhost(url), "full", "^channel", `{"max-length":5,"overflow":"reject-publish"}`, "--apply-to", "queues")
	p := newTestPublisher(t, newTestBroker(t, testConfig(url, Classic)))
	connected(t, p)
	s := &sender{t: t, p: p, topic: testQueue}
	ctx, cancel := context.WithCancel(t.Context())
	var sending sync.WaitGroup
	sending.Go(func() { s.run(ctx, 100) })
	testkit.Eventually(t, waitLong, func() bool { return errors.Is(p.Reason(), ErrNacked) }, nil)
	if s.confirmed() > 5 {
		t.Errorf("%d messages were confirmed, the queue takes 5", s.confirmed())
	}
	cancel()
	sending.Wait()
}

// RabbitMQ stops reading the connection on which a quorum queue does not keep
// up: that is why publishers do not share one.
func TestStuckQueueDoesNotHoldTheOtherLanes(t *testing.T) {
	rabbit := testkit.RabbitMQ(t)
	url := rabbit.NewVhost(t)
	cfg := testConfig(url, Quorum)
	cfg.Channels[0].Lanes = append(cfg.Channels[0].Lanes, cfg.Channels[0].Lanes[0])
	cfg.Channels[0].Lanes[1].Name = "stock"
	b := newTestBroker(t, cfg)
	stuck, free := newTestPublisher(t, b), newTestPublisher(t, b)
	const freeQueue = "channel.shop.stock"
	for _, s := range []*sender{{t: t, p: stuck, topic: testQueue}, {t: t, p: free, topic: freeQueue}} {
		s.run(t.Context(), 1)
	}
	server := "{'" + testkit.Vhost(url) + "_" + testQueue + "', node()}"
	rabbit.Eval(t, "sys:suspend("+server+").")
	ctx, cancel := context.WithCancel(t.Context())
	var sending sync.WaitGroup
	sending.Go(func() { (&sender{t: t, p: stuck, topic: testQueue}).run(ctx, 5000) })
	testkit.Eventually(t, waitLong, func() bool { return stuck.Status().Unconfirmed == cfg.RabbitMQ.Window }, nil)

	(&sender{t: t, p: free, topic: freeQueue}).run(t.Context(), 5000)

	rabbit.Eval(t, "sys:resume("+server+").")
	testkit.Eventually(t, waitLong, func() bool { return stuck.Status().Unconfirmed < cfg.RabbitMQ.Window }, nil)
	cancel()
	sending.Wait()
}
