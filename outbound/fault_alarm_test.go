package outbound

import (
	"context"
	"errors"
	"sync"
	"testing"
	"time"

	"github.com/odoobridge/odoobridge/internal/testkit"
)

// Fault 3: a memory alarm blocks the connection.
func TestAlarmIsWaitedOutAndEverythingIsDelivered(t *testing.T) {
	rabbit := testkit.RabbitMQAlone(t) // an alarm is for the whole node
	url := rabbit.NewVhost(t)
	var mu sync.Mutex
	changes := 0
	b := newTestBroker(t, testConfig(url, Quorum), func(o *Options) {
		o.ConfirmTimeout = 2 * time.Second // much shorter than the alarm
		o.OnChange = func() { mu.Lock(); defer mu.Unlock(); changes++ }
	})
	p := newTestPublisher(t, b)
	s := &sender{t: t, p: p, topic: testQueue}
	s.run(t.Context(), 100)
	if err := b.Ready(); err != nil {
		t.Errorf("not ready: %v", err)
	}

	lift := rabbit.Alarm(t)
	const n = 5000
	ctx, cancel := context.WithTimeout(t.Context(), waitLong)
	defer cancel()
	var sending sync.WaitGroup
	sending.Go(func() { s.run(ctx, n) })
	testkit.Eventually(t, waitLong, func() bool { return b.Blocked() }, nil)
	testkit.Eventually(t, waitLong, func() bool { return errors.Is(p.Reason(), ErrBlocked) }, nil)
	if err := b.Ready(); !errors.Is(err, ErrBlocked) {
		t.Errorf("ready while blocked: %v", err)
	}
	// Longer than the time-out for confirmations: waiting is no failure.
	rabbit.Eval(t, "timer:sleep(3000).")
	before := s.confirmed()
	if s.resent > 0 || !p.Status().Connected || before == n {
		t.Errorf("sent again %d times, connected %t, %d confirmed", s.resent, p.Status().Connected, before)
	}

	lift()
	sending.Wait()
	if s.confirmed() != n || s.resent > 0 {
		t.Fatalf("%d of %d messages were confirmed, sent again %d times", s.confirmed(), n, s.resent)
	}
	if b.Blocked() || b.Ready() != nil {
		t.Errorf("blocked %t, ready %v after the alarm", b.Blocked(), b.Ready())
	}
	requireAll(t, url, testQueue, n)
	mu.Lock()
	defer mu.Unlock()
	if changes < 3 {
		t.Errorf("%d changes were told; connected, blocked and unblocked are three", changes)
	}
}

func TestCloseDoesNotWaitForAnAlarmToEnd(t *testing.T) {
	rabbit := testkit.RabbitMQAlone(t)
	p := newTestPublisher(t, newTestBroker(t, testConfig(rabbit.NewVhost(t), Quorum), func(o *Options) { o.Grace = 100 * time.Millisecond }))
	(&sender{t: t, p: p, topic: testQueue}).run(t.Context(), 10)
	rabbit.Alarm(t)
	first := event(10)
	if err := p.Publish(testQueue, first); err != nil { // only this tells that we are blocked
		t.Fatal(err)
	}
	testkit.Eventually(t, waitLong, func() bool { return p.Status().Blocked }, nil)
	waiting := make(chan error)
	second := event(11)
	go func() { waiting <- p.Publish(testQueue, second) }()
	testkit.Eventually(t, waitLong, func() bool { return errors.Is(p.Reason(), ErrBlocked) }, nil)
	if err := p.Close(); err == nil {
		t.Error("closed as if everything had been confirmed")
	}
	if err := <-waiting; !errors.Is(err, ErrClosed) {
		t.Errorf("the waiting Publish: %v", err)
	}
	requireNacked(t, first, second)
}
