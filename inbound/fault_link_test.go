package inbound

import (
	"math/rand/v2"
	"testing"
	"time"

	"github.com/odoobridge/odoobridge/internal/testkit"
)

// Cuts hit deliveries, acknowledgements, results and their confirmations.
func TestCommandsHaveOneEffectInOrderAndOneAnswerThoughTheLinkIsCut(t *testing.T) {
	rabbit := testkit.RabbitMQ(t)
	var proxy *testkit.TCPProxy
	c := newCrowd(t, rabbit, behind(t, rabbit, &proxy))
	c.runWith(c.o)
	const n, cuts = 300, 5
	c.put(0, n)
	for i := range cuts {
		at := (i*n + rand.IntN(n)) / (cuts + 1)
		c.until("going on after a cut", func() bool { return c.done() >= at })
		proxy.Cut()
	}
	t.Logf("%d answers came again", c.holds(n))
}

// A network that swallows everything says nothing of it.
func TestASilentLinkIsNoticedAndCommandsGoOn(t *testing.T) {
	rabbit := testkit.RabbitMQ(t)
	var proxy *testkit.TCPProxy
	c := newCrowd(t, rabbit, behind(t, rabbit, &proxy))
	c.runWith(c.o)
	c.put(0, 50)
	c.until("under way", func() bool { return c.done() > 20 })
	proxy.Stall()
	c.put(50, 100)
	c.until("noticed", func() bool { return c.in.Ready() != nil })
	proxy.Resume()
	c.holds(100)
}

// stops fails when the bridge does not stop.
func (c *crowd) stops() {
	c.t.Helper()
	done := make(chan struct{})
	go func() { c.stop(); close(done) }()
	select {
	case <-done:
	case <-time.After(waitLong):
		c.t.Fatal("the bridge does not stop")
	}
}

// Nothing but the stop ends these connections: the broker's silence would be noticed hours later.
func TestAStopEndsThoughTheLinkIsSilent(t *testing.T) {
	rabbit := testkit.RabbitMQ(t)
	var proxy *testkit.TCPProxy
	c := newCrowd(t, rabbit, behind(t, rabbit, &proxy))
	c.o.Heartbeat, c.o.Confirm = time.Hour, time.Hour
	c.runWith(c.o)
	c.put(0, 200)
	c.until("under way", func() bool { return c.done() > 20 })
	proxy.Stall()
	c.until("carrying out what was taken", func() bool {
		open, err := c.ledger.Counts(t.Context())
		return err == nil && len(open) == 0
	})
	c.stops()
	proxy.Resume()
	c.runWith(c.o)
	c.holds(200)
}
