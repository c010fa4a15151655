package e2e

import (
	"syscall"
	"testing"
	"time"

	"github.com/odoobridge/odoobridge/internal/testkit"
)

// pair is two bridges with one store, of which one is at work.
type pair struct {
	active, standby *process
}

func newPair(t testing.TB, s setup) *pair {
	t.Helper()
	s.store = testkit.PostgresAlone(t).NewDatabase(t)
	p := &pair{newProcess(t, s), newProcess(t, s)}
	p.run()
	return p
}

func (p *pair) run() {
	p.active.run()
	p.active.in("active")
	p.standby.run()
	p.standby.in("standby")
}

// swap makes the stand-by the active one.
func (p *pair) swap() { p.active, p.standby = p.standby, p.active }

// in waits until the bridge's store is in the state.
func (p *process) in(state string) {
	p.t.Helper()
	testkit.Eventually(p.t, patience, func() bool {
		p.alive()
		s, err := p.status()
		return err == nil && s.Store.State == state
	}, func() string { return "the bridge is not " + state + ":\n" + tailOf(p.log.String()) })
}

// TestAStandbyTakesOverFromAKilledBridgeWithoutLossOrDisorder kills the active
// of two bridges under load, and its successor, and that one's.
func TestAStandbyTakesOverFromAKilledBridgeWithoutLossOrDisorder(t *testing.T) {
	t.Parallel()
	dsn, amqp := restored(t, "17"), testkit.RabbitMQ(t).NewVhost(t)
	p := newPair(t, setup{dsn: dsn, amqp: amqp, channels: stockOnly})
	queue, shop := listen(t, amqp, allQueue), sell(t, dsn)
	for range 3 {
		shop.atLeast(200)
		p.active.kill()
		killed, committed := time.Now(), int(shop.changes.Load())
		// One event for each change: this many show one of a change committed afterwards.
		queue.waitFor(committed + 2)
		t.Logf("an event of a change after the kill arrived %s after it", time.Since(killed).Round(time.Millisecond))
		p.swap()
		p.active.in("active")
		p.standby.start("run")
		p.standby.in("standby")
	}
	n := shop.end()
	queue.waitFor(n)
	shop.checkStory(queue)
	t.Logf("%d changes, %d events came again", n, queue.repeated())
}

// TestAStoppedBridgeIsDeposedAndPublishesNothingWhenItComesBack stops the
// active bridge without ending it: all its connections stay.
func TestAStoppedBridgeIsDeposedAndPublishesNothingWhenItComesBack(t *testing.T) {
	t.Parallel()
	dsn, amqp := restored(t, "17"), testkit.RabbitMQ(t).NewVhost(t)
	p := newPair(t, setup{dsn: dsn, amqp: amqp, channels: stockOnly})
	queue, shop := listen(t, amqp, allQueue), sell(t, dsn)
	shop.atLeast(200)
	p.active.signal(syscall.SIGSTOP)
	stopped, committed := time.Now(), int(shop.changes.Load())
	queue.waitFor(committed + 2)
	t.Logf("an event of a change after the stop arrived %s after it", time.Since(stopped).Round(time.Millisecond))
	n := shop.end()
	queue.waitFor(n)
	again := queue.repeated()

	p.active.signal(syscall.SIGCONT)
	p.active.in("standby")
	p.swap()
	p.active.in("active")
	more := sell(t, dsn) // what the other may have published comes before these
	more.atLeast(10)
	m := more.end()
	queue.waitFor(n + m)
	// A message may have been on its way from the last look at the lease to the socket.
	if late := queue.repeated() - again; late > 1 {
		t.Errorf("the bridge that was stopped published %d events when it came back", late)
	}
	shop.changes.Add(int64(m))
	shop.last = more.last
	shop.checkStory(queue)
}

// TestAStoreThatIsRestartedLosesNothing crashes the shared store's server under load.
func TestAStoreThatIsRestartedLosesNothing(t *testing.T) {
	t.Parallel()
	server := testkit.StartPostgres(t)
	dsn, amqp := restored(t, "17"), testkit.RabbitMQ(t).NewVhost(t)
	p := newProcess(t, setup{watched: true, dsn: dsn, amqp: amqp, channels: stockOnly, store: server.NewDatabase(t)})
	p.run()
	queue, shop := listen(t, amqp, allQueue), sell(t, dsn)
	for range 3 {
		shop.atLeast(200)
		server.Stop(t, true)
		shop.atLeast(50)
		server.Start(t)
		p.in("active")
	}
	n := shop.end()
	queue.waitFor(n)
	shop.checkStory(queue)
	p.says("the store is lost")
	t.Logf("%d changes, %d events came again", n, queue.repeated())
}
