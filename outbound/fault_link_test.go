package outbound

import (
	"context"
	"math/rand/v2"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/odoobridge/odoobridge/internal/testkit"
)

// through is the URL that leads to the same virtual host through a proxy.
func through(url, broker string, proxy *testkit.TCPProxy) string {
	return strings.Replace(url, broker, proxy.Addr(), 1)
}

// Fault 1: the link drops between publish and confirm.
func TestNothingIsLostAndOrderHoldsWhenTheLinkIsCut(t *testing.T) {
	for _, kind := range []string{Quorum, Classic} {
		t.Run(kind, func(t *testing.T) {
			rabbit := testkit.RabbitMQ(t)
			url := rabbit.NewVhost(t)
			proxy := testkit.Proxy(t, rabbit.Addr())
			p := newTestPublisher(t, newTestBroker(t, testConfig(through(url, rabbit.Addr(), proxy), kind)))
			const n, cuts = 20_000, 8
			s := &sender{t: t, p: p, topic: testQueue}
			ctx, cancel := context.WithTimeout(t.Context(), waitLong)
			defer cancel()
			var cutting sync.WaitGroup
			cutting.Go(func() { cutAtRandom(ctx, proxy, s, n, cuts) })
			s.run(ctx, n)
			cutting.Wait()
			if s.confirmed() != n {
				t.Fatalf("%d of %d messages were confirmed", s.confirmed(), n)
			}
			if s.resent == 0 {
				t.Error("no cut hit a message on its way: the test shows nothing")
			}
			requireAll(t, url, testQueue, n)
		})
	}
}

// cutAtRandom cuts the link as often, at points spread over the messages.
func cutAtRandom(ctx context.Context, proxy *testkit.TCPProxy, s *sender, n, cuts int) {
	for i := range cuts {
		at := (i*n + rand.IntN(n)) / (cuts + 1)
		for s.confirmed() < at && ctx.Err() == nil {
			time.Sleep(time.Millisecond)
		}
		proxy.Cut()
	}
}

// A broker that dies of a power cut takes nothing confirmed with it.
func TestNothingIsLostWhenTheBrokerIsKilled(t *testing.T) {
	rabbit := testkit.RabbitMQAlone(t)
	url := rabbit.NewVhost(t)
	cfg := testConfig(url, Quorum)
	p := newTestPublisher(t, newTestBroker(t, cfg))
	const n = 20_000
	s := &sender{t: t, p: p, topic: testQueue}
	s.run(t.Context(), 1)
	// RabbitMQ 3.10 writes the name of a new quorum queue to disk half a second
	// late, and finds the queue empty when it is killed before. See docs/adr/0003.
	rabbit.Eval(t, "ok = dets:sync(ra_directory_reverse).")
	rabbit.SyncDeclarations(t)
	ctx, cancel := context.WithTimeout(t.Context(), 2*waitLong)
	defer cancel()
	var killing sync.WaitGroup
	killing.Go(func() {
		for s.confirmed() < n/4 && ctx.Err() == nil {
			time.Sleep(time.Millisecond)
		}
		rabbit.KillNow(t)
		rabbit.Start(t)
	})
	s.run(ctx, n)
	killing.Wait()
	if s.confirmed() != n {
		t.Fatalf("%d of %d messages were confirmed", s.confirmed(), n)
	}
	if s.resent == 0 {
		t.Error("the broker was not killed under load: the test shows nothing")
	}
	requireAll(t, url, testQueue, n)
}

func TestHalfOpenConnectionIsNoticed(t *testing.T) {
	rabbit := testkit.RabbitMQ(t)
	url := rabbit.NewVhost(t)
	proxy := testkit.Proxy(t, rabbit.Addr())
	p := newTestPublisher(t, newTestBroker(t, testConfig(through(url, rabbit.Addr(), proxy), Quorum)))
	s := &sender{t: t, p: p, topic: testQueue}
	s.run(t.Context(), 10)

	proxy.Stall()
	m := event(10)
	if err := p.Publish(testQueue, m); err != nil {
		t.Fatalf("publish into the stalled connection: %v", err)
	}
	requireNacked(t, m)
	testkit.Eventually(t, waitLong, func() bool { return !p.Status().Connected }, func() string { return "still counts as connected" })
	proxy.Resume()
	s.run(t.Context(), 11)
	requireAll(t, url, testQueue, 11)
}
