package inbound

import (
	"context"
	"errors"
	"sync/atomic"
	"testing"
	"time"

	amqp "github.com/rabbitmq/amqp091-go"

	"github.com/odoobridge/odoobridge/internal/store"
	"github.com/odoobridge/odoobridge/internal/testkit"
)

func TestCommandsHaveOneEffectInOrderAndOneAnswerThoughTheBrokerIsKilled(t *testing.T) {
	rabbit := testkit.RabbitMQ(t)
	c := newCrowd(t, rabbit)
	c.runWith(c.o)
	const n = 300
	c.put(0, 1)
	c.until("a first answer", func() bool { return c.answered() == 1 })
	// RabbitMQ 3.10 writes the name of a new quorum queue to disk half a second late. See docs/adr/0003.
	rabbit.Ctl(t, "eval", "ok = dets:sync(ra_directory_reverse).")
	rabbit.SyncDeclarations(t)
	c.put(1, n-1)
	c.stored(n) // in the queue, and so are those before it
	c.until("under way", func() bool { return c.done() > n/20 })
	rabbit.KillNow(t)
	if c.done() == n {
		t.Error("the broker was not killed under load: the test shows nothing")
	}
	rabbit.Start(t)
	c.holds(n)
}

// stored waits until the broker has all n commands: those that the bridge has not acknowledged are on its disk.
func (c *crowd) stored(n int) {
	c.t.Helper()
	if err := c.ch.Confirm(false); err != nil {
		c.t.Fatal(err)
	}
	last, err := c.ch.PublishWithDeferredConfirm("", CommandQueue("shop", "customers"), false, false, amqp.Publishing{
		Body: c.numbered(n - 1), DeliveryMode: amqp.Persistent})
	if err != nil {
		c.t.Fatal(err)
	}
	if !last.Wait() {
		c.t.Fatal("the broker refused a command")
	}
}

// An alarm stops results, longer than confirmations may take, and nothing else.
func TestResultsWaitOutAnAlarmAndAreSentOnce(t *testing.T) {
	rabbit := testkit.RabbitMQ(t)
	c := newCrowd(t, rabbit)
	c.o.Confirm = 500 * time.Millisecond
	c.runWith(c.o)
	const n = 200
	c.put(0, n/2)
	c.until("half of the answers", func() bool { return c.answered() == n/2 })
	lift := c.alarmed(rabbit, n)
	rabbit.Ctl(t, "eval", "timer:sleep(1500).")
	lift()
	if again := c.holds(n); again > 0 {
		t.Errorf("%d answers were sent again for an alarm", again)
	}
}

// alarmed raises an alarm with commands in the queue, and waits until they are carried out all the same. It is the ledger that holds them back: what
// publishes cannot while there is an alarm.
func (c *crowd) alarmed(rabbit *testkit.Rabbit, n int) (lift func()) {
	c.t.Helper()
	c.stop()
	c.put(n/2, n)
	lift = rabbit.Alarm(c.t)
	c.runWith(c.o)
	c.until("all carried out during the alarm", func() bool { return c.done() == n })
	return lift
}

func TestAStopEndsDuringAnAlarm(t *testing.T) {
	rabbit := testkit.RabbitMQ(t)
	c := newCrowd(t, rabbit)
	c.o.Confirm = time.Hour
	c.runWith(c.o)
	const n = 20
	c.put(0, n/2)
	c.until("half of the answers", func() bool { return c.answered() == n/2 })
	lift := c.alarmed(rabbit, n)
	c.stops()
	lift()
	c.runWith(c.o)
	c.holds(n)
}

// sick is a ledger that can be made to take nothing.
type sick struct {
	store.Ledger
	ill     atomic.Bool
	refused atomic.Int64
}

var errSick = errors.New("no room")

func (s *sick) Claim(ctx context.Context, commands ...*store.Command) ([]store.Claim, error) {
	if s.ill.Load() {
		s.refused.Add(1)
		return nil, errSick
	}
	return s.Ledger.Claim(ctx, commands...)
}

// A broker loses patience with a consumer that acknowledges nothing: consumer_timeout, half an hour unless configured.
func TestCommandsGoOnAfterTheBrokerLostPatience(t *testing.T) {
	rabbit := testkit.RabbitMQ(t)
	rabbit.Ctl(t, "eval", "[application:set_env(rabbit, K, V) || {K, V} <- [{consumer_timeout, 300}, {channel_tick_interval, 200}]].")
	t.Cleanup(func() {
		rabbit.Ctl(t, "eval", "[application:set_env(rabbit, K, V) || {K, V} <- [{consumer_timeout, 1800000}, {channel_tick_interval, 60000}]].")
	})
	c := newCrowd(t, rabbit)
	l := &sick{Ledger: c.ledger}
	c.o.Ledger = l
	c.runWith(c.o)
	const n = 300
	c.put(0, n/2)
	c.until("half", func() bool { return c.done() == n/2 })
	l.ill.Store(true)
	c.put(n/2, n)
	c.until("said", func() bool { return l.refused.Load() > 0 && c.in.Ready() != nil })
	l.ill.Store(false)
	c.holds(n)
}
