package e2e

import (
	"maps"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"sync"
	"sync/atomic"
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

// front is a bridge's own way to the simulated Odoo: it counts its calls, and can withhold the answer to one.
type front struct {
	*httptest.Server
	calls atomic.Int64

	mu       sync.Mutex
	withhold *withheld // nil: nothing
}

// withheld is an answer that Odoo has given and the bridge has not.
type withheld struct{ given, release chan struct{} }

func newFront(t *testing.T, odoo http.Handler) *front {
	f := &front{}
	f.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		f.calls.Add(1)
		answer := httptest.NewRecorder()
		odoo.ServeHTTP(answer, r)
		f.mu.Lock()
		held := f.withhold
		f.withhold = nil
		f.mu.Unlock()
		if held != nil {
			close(held.given)
			<-held.release
		}
		maps.Copy(w.Header(), answer.Header())
		w.WriteHeader(answer.Code)
		_, _ = w.Write(answer.Body.Bytes()) // whoever asked may be gone
	}))
	t.Cleanup(f.Close)
	return f
}

// catch withholds the answer to the next call until release, and waits for that call.
func (f *front) catch(t *testing.T) (release func()) {
	t.Helper()
	held := &withheld{make(chan struct{}), make(chan struct{})}
	f.mu.Lock()
	f.withhold = held
	f.mu.Unlock()
	select {
	case <-held.given:
	case <-time.After(patience):
		t.Fatal("the bridge makes no call")
	}
	return sync.OnceFunc(func() { close(held.release) })
}

// TestADeposedBridgeCallsOdooNoMore stops the active of two bridges in the middle of a command, while Odoo has its one call.
// The other one carries out that command and all others; when the first comes back and reads the answer, it makes no call.
func TestADeposedBridgeCallsOdooNoMore(t *testing.T) {
	t.Parallel()
	const orders = 6
	a, url := odooAtHand(t, func(string) string { return "" }, "18.0"), testkit.RabbitMQ(t).NewVhost(t)
	a.slow(50 * time.Millisecond)
	first, second := newFront(t, a.server), newFront(t, a.server)
	s := a.setup(url, orderCommands...)
	s.store = testkit.PostgresAlone(t).NewDatabase(t)
	way := s.more
	through := func(f *front) *process {
		// One call at a time: none can be between the look whether it is allowed and its way while Odoo has another.
		s.more = strings.Replace(strings.Replace(way, a.url, f.URL, 1), "odoo: {", "odoo: {max_in_flight: 1, ", 1)
		return a.process(s)
	}
	p := &pair{through(first), through(second)}
	p.run()
	results := hearResults(t, url, "results."+a.name)
	send := newSender(t, url)
	_, sku := a.product()
	for i := range orders {
		a.order(send, sku, i)
	}
	results.atLeast(t, 4)
	count := ledger(t, s.store)
	testkit.Eventually(t, patience, func() bool {
		release := first.catch(t)
		defer release()
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
	made := first.calls.Load()

	p.active.signal(syscall.SIGCONT)
	p.active.in("standby")
	if n := first.calls.Load() - made; n > 0 {
		t.Errorf("the bridge that was stopped made %d calls when it came back", n)
	}
	a.ordersAreThereOnce(results, orders)
	oneResultEach(t, s.store)
}
