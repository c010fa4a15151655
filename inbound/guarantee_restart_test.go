package inbound

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os"
	osexec "os/exec"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/odoobridge/odoobridge/inbound/apply"
	"github.com/odoobridge/odoobridge/inbound/command"
	"github.com/odoobridge/odoobridge/inbound/odoo"
	"github.com/odoobridge/odoobridge/internal/config"
	"github.com/odoobridge/odoobridge/internal/odoosim"
	"github.com/odoobridge/odoobridge/internal/store"
	"github.com/odoobridge/odoobridge/internal/store/sqlite/ledger"
	"github.com/odoobridge/odoobridge/internal/testkit"
)

const (
	childOdoo     = "ODOOBRIDGE_TEST_INBOUND_ODOO"
	childDatabase = "ODOOBRIDGE_TEST_INBOUND_DATABASE"
)

// slowOdoo is a simulated Odoo that is long at a payment, and goes on with it although nobody listens any more.
type slowOdoo struct {
	t       *testing.T
	url     string
	sim     *odoosim.Server
	count   func() int    // payments in its database
	begun   chan struct{} // closed when a payment's call is there
	release func()        // lets it go on
}

// registering is the call that makes a payment, and cannot be told from another one afterwards.
const registering = "action_create_payments"

func newSlowOdoo(t *testing.T) *slowOdoo {
	t.Helper()
	pg := testkit.Postgres(t)
	dsn := pg.NewDatabase(t)
	if err := odoosim.Install(t.Context(), dsn); err != nil {
		t.Fatal(err)
	}
	sim, err := odoosim.New(t.Context(), dsn, odoosim.Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(sim.Close)
	released := make(chan struct{})
	s := &slowOdoo{t: t, sim: sim, begun: make(chan struct{}), release: sync.OnceFunc(func() { close(released) })}
	var first atomic.Bool
	web := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(r.Body)
		if err != nil {
			return
		}
		if bytes.Contains(body, []byte(registering)) && !first.Swap(true) {
			close(s.begun)
			<-released
		}
		again := r.WithContext(context.WithoutCancel(r.Context())) // as Odoo's workers do
		again.Body = io.NopCloser(bytes.NewReader(body))
		sim.ServeHTTP(w, again)
	}))
	t.Cleanup(func() { s.release(); web.Close() })
	s.url = web.URL
	db := pg.Connect(t, dsn)
	s.count = func() (n int) {
		err := db.QueryRow(context.Background(), "SELECT count(*) FROM account_payment p JOIN account_move m ON m.id = p.move_id WHERE m.ref = 'tx1' AND m.state = 'posted'").Scan(&n)
		if err != nil {
			t.Fatal(err)
		}
		return n
	}
	var shipment string
	s.carryOut("order.place", "5001", `{"number":"#5001","placed_at":"2026-11-20T10:00:00Z","currency":"USD","guest":{"name":"Gast","email":"gast@example.test"},
		"lines":[{"id":"a","sku":"FILTER-100","quantity":"2","unit_price":"6.50"}],"shipping":{"name":"Door","street":"Side St 1","city":"Berlin","country":"DE"},"totals":{"total":"14.04"}}`)
	if err := db.QueryRow(context.Background(), "SELECT p.name FROM stock_picking p JOIN sale_order o ON o.id = p.sale_id WHERE client_order_ref = '#5001'").Scan(&shipment); err != nil {
		t.Fatal(err)
	}
	s.carryOut("shipment.confirm", "s1", fmt.Sprintf(`{"shipment":%q}`, shipment))
	return s
}

// carryOut does what must be there before.
func (s *slowOdoo) carryOut(name, subject, data string) {
	s.t.Helper()
	x, err := realExecutor(paying(""), s.url, s.sim.Database())
	if err != nil {
		s.t.Fatal(err)
	}
	c := command.Command{Channel: "shop", ID: name, Name: name, Subject: subject, Time: time.Now(), Data: json.RawMessage(data), Attempt: 1}
	out, err := x.Execute(context.Background(), c, func(context.Context, string, string) error { return nil })
	if err != nil || out.Kind != command.Applied {
		s.t.Fatalf("%s: %+v, %v", name, out, err)
	}
}

// paying is a configuration in which payments are registered against invoices.
func paying(url string) *config.Config {
	cfg := testConfig(url)
	channel := &cfg.Channels[0]
	channel.Order = config.OrderRules{Confirm: "always", Guest: "match", Tolerance: "0.05"}
	channel.PaymentInvoices, channel.NotOwned = "invoice", "leave"
	channel.Mapping = config.Mapping{PaymentMethods: map[string]config.Record{"card": "BNK1"}}
	return cfg
}

func realExecutor(cfg *config.Config, url, database string) (*apply.Executor, error) {
	client, err := odoo.New(odoo.Options{
		URL: url, Database: database, Login: "admin", Key: func(context.Context) (string, error) { return "admin", nil }, Failures: 1 << 30,
	})
	if err != nil {
		return nil, err
	}
	return apply.New(apply.Options{Odoo: client, Config: cfg}), nil
}

func (s *slowOdoo) executor(cfg *config.Config) command.Executor {
	s.t.Helper()
	x, err := realExecutor(cfg, s.url, s.sim.Database())
	if err != nil {
		s.t.Fatal(err)
	}
	return x
}

// payingChild is a bridge in a process of its own.
func payingChild(dir string) int {
	l, err := ledger.Open(context.Background(), ledger.Options{Path: dir})
	if err == nil {
		cfg := paying(os.Getenv(childURL))
		var x *apply.Executor
		if x, err = realExecutor(cfg, os.Getenv(childOdoo), os.Getenv(childDatabase)); err == nil {
			var in *Inbound
			in, err = New(Options{Config: cfg, Ledger: l, Executor: x, Meter: silent{}, Log: slog.New(slog.NewTextHandler(os.Stderr, nil))})
			if err == nil {
				err = in.Run(context.Background())
			}
		}
	}
	fmt.Fprintln(os.Stderr, err)
	return 1
}

// restart is a world whose clock can be put forward.
type restart struct {
	*world
	odoo    *slowOdoo
	cfg     *config.Config
	forward atomic.Int64
}

func newRestart(t *testing.T) (*restart, string) {
	t.Helper()
	url, dir := testkit.RabbitMQ(t).NewVhost(t), t.TempDir()
	r := &restart{world: &world{t: t}, odoo: newSlowOdoo(t), cfg: paying(url)}
	r.connect(url)
	if err := declare(r.ch, r.cfg); err != nil {
		t.Fatal(err)
	}
	r.send("payment.record", wish(t, "payment.record", "p", "tx1", func(_, d map[string]any) {
		d["order"], d["amount"], d["currency"], d["transaction_id"] = "5001", "5.00", "USD", "tx1"
	}))
	return r, dir
}

func (r *restart) open(dir string) {
	r.t.Helper()
	l, err := ledger.Open(r.t.Context(), ledger.Options{Path: dir})
	if err != nil {
		r.t.Fatal(err)
	}
	r.t.Cleanup(func() { _ = l.Close() })
	r.ledger = l
}

func (r *restart) begin(change ...func(*Options)) {
	r.t.Helper()
	o := Options{Config: r.cfg, Ledger: r.ledger, Executor: r.odoo.executor(r.cfg), Meter: silent{}, Log: testLog(r.t),
		Now: func() time.Time { return time.Now().Add(time.Duration(r.forward.Load())) }}
	for _, c := range change {
		c(&o)
	}
	r.runWith(o)
}

// resolves checks that the payment is not tried again while Odoo may be at work for it, and is found afterwards.
func (r *restart) resolves(step store.StepKind) {
	r.t.Helper()
	began := time.Now()
	r.until("the payment put off", func() bool { c := r.command("p"); return c.State == store.CommandReceived && c.Due.After(began) })
	if left := time.Until(r.command("p").Due); left < r.cfg.Odoo.CallTimeout()/2 {
		r.t.Errorf("the payment is tried again in %s: Odoo may be at work for it for %s", left, r.cfg.Odoo.CallTimeout())
	}
	steps, err := r.ledger.Steps(r.t.Context(), r.command("p").Seq)
	if err != nil || len(steps) != 1 || steps[0].What != step || steps[0].Attempt != 1 {
		r.t.Errorf("the attempt that was cut off is told as %+v, %v", steps, err)
	}
	r.odoo.release()
	r.until("Odoo done", func() bool { return r.odoo.count() == 1 })
	r.forward.Store(int64(r.cfg.Odoo.CallTimeout()) + int64(time.Second))
	r.in.nudge()
	if got := r.outcome("p"); got != "applied" {
		r.t.Errorf("the payment is %s", got)
	}
	if n := r.odoo.count(); n != 1 {
		r.t.Errorf("%d payments were made of one", n)
	}
}

func TestABridgeKilledInTheMiddleOfACallHasOneEffect(t *testing.T) {
	r, dir := newRestart(t)
	cmd := osexec.CommandContext(t.Context(), os.Args[0]) //nolint:gosec // ourselves
	cmd.Env = append(os.Environ(), childFolder+"="+dir, childURL+"="+r.cfg.RabbitMQ.URL.Reveal(), childOdoo+"="+r.odoo.url, childDatabase+"="+r.odoo.sim.Database())
	var said bytes.Buffer
	cmd.Stderr = &said
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	r.await(r.odoo.begun, &said)
	if err := cmd.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	_ = cmd.Wait() // killed
	r.open(dir)
	r.begin()
	r.resolves(store.StepCutOff)
}

// TestTheWaitFollowsOdoosLimit has an Odoo that goes on with calls for ten minutes.
func TestTheWaitFollowsOdoosLimit(t *testing.T) {
	r, dir := newRestart(t)
	r.cfg.Odoo.LimitTimeReal = 10 * time.Minute
	r.open(dir)
	r.begin()
	r.await(r.odoo.begun, &bytes.Buffer{})
	r.stop()
	began := time.Now()
	r.begin()
	r.until("the payment put off", func() bool {
		c := r.command("p")
		return c.State == store.CommandReceived && c.Due.After(began.Add(10*time.Minute))
	})
	r.odoo.release()
	r.until("Odoo done", func() bool { return r.odoo.count() == 1 })
}

func (r *restart) await(c <-chan struct{}, said fmt.Stringer) {
	r.t.Helper()
	select {
	case <-c:
	case <-time.After(waitLong):
		r.t.Fatalf("the call did not come: %s", said)
	}
}

func TestABridgeStoppedInTheMiddleOfACallHasOneEffect(t *testing.T) {
	r, dir := newRestart(t)
	r.open(dir)
	r.begin()
	r.await(r.odoo.begun, &bytes.Buffer{})
	r.stop()
	r.begin()
	r.resolves(store.StepInterrupted)
}

func TestAStopWaitsForTheCallThatIsUnderWay(t *testing.T) {
	r, dir := newRestart(t)
	r.open(dir)
	r.begin(func(o *Options) { o.Grace = waitLong })
	r.await(r.odoo.begun, &bytes.Buffer{})
	r.stopping()
	r.odoo.release()
	r.stop()
	if c := r.command("p"); c.State != store.CommandApplied || r.odoo.count() != 1 {
		t.Errorf("the payment is %s, and Odoo has %d", c.State, r.odoo.count())
	}
}

func TestAReplacedBridgeStopsWithoutGrace(t *testing.T) {
	r, dir := newRestart(t)
	r.open(dir)
	r.begin(func(o *Options) {
		o.Grace = 10 * waitLong
		o.Held = func() error { return store.ErrDeposed }
	})
	r.await(r.odoo.begun, &bytes.Buffer{})
	r.stop() // although the call is still under way, and waits for the test
	r.begin()
	r.resolves(store.StepInterrupted)
}
