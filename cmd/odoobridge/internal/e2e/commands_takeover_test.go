package e2e

import (
	"os"
	"syscall"
	"testing"
	"time"

	"github.com/odoobridge/odoobridge/internal/testkit"
)

// pair is two bridges that carry out commands, with one store.
func (a *atHand) pair(amqp string) (p *pair, store string) {
	a.t.Helper()
	s := a.setup(amqp, orderCommands...)
	s.store = testkit.PostgresAlone(a.t).NewDatabase(a.t)
	p = &pair{a.process(s), a.process(s)}
	p.run()
	return p, s.store
}

// ledger counts something in a shared store.
func ledger(t *testing.T, store string) (count func(sql string) int) {
	t.Helper()
	conn := testkit.PostgresAlone(t).Connect(t, store)
	return func(sql string) (n int) {
		t.Helper()
		if err := conn.QueryRow(t.Context(), sql).Scan(&n); err != nil {
			t.Fatal(err)
		}
		return n
	}
}

// oneResultEach checks that no command was answered twice, by whichever bridge.
func oneResultEach(t *testing.T, store string) {
	t.Helper()
	if n := ledger(t, store)("SELECT count(*) FROM odoobridge.command WHERE 1 <> (SELECT count(*) FROM odoobridge.result WHERE command = command.seq)"); n > 0 {
		t.Errorf("%d commands have no result or several", n)
	}
}

// TestCommandsHaveOneEffectThoughAStandbyTakesOver kills the active of two bridges while commands are carried out, and
// its successor, and that one's.
func TestCommandsHaveOneEffectThoughAStandbyTakesOver(t *testing.T) {
	t.Parallel()
	a, url := odooAtHand(t, os.Getenv, "18.0"), testkit.RabbitMQ(t).NewVhost(t)
	a.slow(20 * time.Millisecond)
	p, store := a.pair(url)
	a.commandsHaveOneEffect(url, func() {
		p.active.kill()
		p.swap()
		p.active.in("active")
		p.standby.start("run")
		p.standby.in("standby")
	})
	p.active.ready()
	oneResultEach(t, store)
}

// TestADeposedBridgeCallsOdooNoMore stops the active of two bridges in the middle of a command. The other one carries out
// that command and all others; when the first comes back, it makes no call.
func TestADeposedBridgeCallsOdooNoMore(t *testing.T) {
	t.Parallel()
	const orders = 6
	a, url := odooAtHand(t, func(string) string { return "" }, "18.0"), testkit.RabbitMQ(t).NewVhost(t)
	a.slow(50 * time.Millisecond)
	p, store := a.pair(url)
	results := hearResults(t, url, "results."+a.name)
	send := newSender(t, url)
	_, sku := a.product()
	for i := range orders {
		a.order(send, sku, i)
	}
	results.atLeast(t, 4)
	count := ledger(t, store)
	testkit.Eventually(t, patience, func() bool {
		p.active.signal(syscall.SIGSTOP)
		if count("SELECT count(*) FROM odoobridge.command WHERE state = 'applying'") > 0 {
			return true
		}
		p.active.signal(syscall.SIGCONT)
		return false
	}, func() string { return "no command is ever being carried out" })
	p.standby.in("active")
	results.atLeast(t, 3*orders)
	a.ordersAreThereOnce(results, orders)
	made := a.server.Calls("", "")

	p.active.signal(syscall.SIGCONT)
	p.active.in("standby")
	if n := a.server.Calls("", "") - made; n > 0 {
		t.Errorf("the bridge that was stopped made %d calls when it came back", n)
	}
	a.ordersAreThereOnce(results, orders)
	oneResultEach(t, store)
}
