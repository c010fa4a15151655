package apply

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http/httptest"
	"os"
	osexec "os/exec"
	"path/filepath"
	"slices"
	"testing"
	"time"

	amqp "github.com/rabbitmq/amqp091-go"

	"github.com/odoobridge/odoobridge/inbound"
	"github.com/odoobridge/odoobridge/inbound/command"
	"github.com/odoobridge/odoobridge/internal/odoosim"
	"github.com/odoobridge/odoobridge/internal/store"
	"github.com/odoobridge/odoobridge/internal/store/sqlite/ledger"
	"github.com/odoobridge/odoobridge/internal/testkit"
	"github.com/odoobridge/odoobridge/schema"
)

// waitLong is how long is waited for what must happen.
const waitLong = 60 * time.Second

// killing is a broker, an Odoo and a ledger, between which processes die.
type killing struct {
	*lab
	job
	ch     *amqp.Channel
	ledger store.Ledger // while a river runs here
	n      int
}

// going is a command that is under way when a process dies.
type going struct {
	id   string
	wish wish
	n    int
}

// TestAProcessKilledAtAnyStepHasOneEffect has a whole inbound river, from the queue to Odoo with a ledger on disk, in a process
// that is killed while a command of every kind is at its first failpoint; another while they are at their second; and so on,
// until there is none left. After each, the river goes on in another process, and Odoo's database has one effect of each.
func TestAProcessKilledAtAnyStepHasOneEffect(t *testing.T) {
	k := newKilling(t)
	k.exec("UPDATE stock_quant SET quantity = 100000 WHERE product_id IN (1, 6) AND location_id = 8")
	all := slices.Concat(wishes, financial)
	steps := make([]int, len(all))
	for i, w := range all {
		steps[i] = len(k.steps(k.undisturbed(w)))
	}
	kills := 0
	for step := range slices.Max(steps) {
		var batch []going
		k.Points = map[string]point{}
		for i, w := range all {
			if step < steps[i] {
				batch = append(batch, k.publish(w, step))
			}
		}
		kills += len(batch)
		k.kill(step)
		k.goOn(step, batch)
	}
	t.Logf("%d commands were under way in %d processes that were killed", kills, slices.Max(steps))
}

func newKilling(t *testing.T) *killing {
	t.Helper()
	k := &killing{lab: newLab(t), n: 1}
	web := httptest.NewServer(k.wire)
	t.Cleanup(web.Close)
	k.job = job{Broker: testkit.RabbitMQ(t).NewVhost(t), Odoo: web.URL, Database: k.wire.odoo.(*odoosim.Server).Database(), Ledger: t.TempDir()}
	conn, err := amqp.Dial(k.Broker)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = conn.Close() })
	if k.ch, err = conn.Channel(); err != nil {
		t.Fatal(err)
	}
	k.running(func() {}) // which declares the queues
	return k
}

// prepared makes what a wish needs, and its data.
func (k *killing) prepared(w wish) (n int, data json.RawMessage) {
	k.t.Helper()
	k.n++
	if w.prepare != nil {
		w.prepare(k.lab, k.n)
	}
	return k.n, json.RawMessage(w.data(k.lab, k.n).(string))
}

func (k *killing) undisturbed(w wish) func() (command.Outcome, error) {
	n, data := k.prepared(w)
	return func() (command.Outcome, error) { return k.send(w.name, subjectOf(n), string(data)) }
}

// publish sends a wish as a channel does, to be at a step when the process dies.
func (k *killing) publish(w wish, step int) going {
	k.t.Helper()
	n, data := k.prepared(w)
	id := w.name + "/" + subjectOf(n)
	var e map[string]any
	if err := json.Unmarshal(schema.CommandExample(w.name), &e); err != nil {
		k.t.Fatal(err)
	}
	e["id"], e["subject"], e["data"], e["time"], e["source"] = id, subjectOf(n), data, time.Now().UTC().Format(time.RFC3339Nano), "shopify"
	delete(e, "basedon")
	body, err := json.Marshal(e)
	if err != nil {
		k.t.Fatal(err)
	}
	p := amqp.Publishing{Body: body, DeliveryMode: amqp.Persistent}
	if err := k.ch.PublishWithContext(k.t.Context(), inbound.ExchangeCommands, "shopify."+w.name, false, false, p); err != nil {
		k.t.Fatal(err)
	}
	k.Points[id] = point{step, k.shop.PaymentInvoices}
	return going{id, w, n}
}

// kill has a process come to the step with all commands, and die.
func (k *killing) kill(step int) {
	k.t.Helper()
	text, err := json.Marshal(k.job)
	if err != nil {
		k.t.Fatal(err)
	}
	path := filepath.Join(k.t.TempDir(), fmt.Sprint("job-", step))
	if err := os.WriteFile(path, text, 0o600); err != nil {
		k.t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(k.t.Context(), waitLong)
	defer cancel()
	cmd := osexec.CommandContext(ctx, os.Args[0]) //nolint:gosec // ourselves
	cmd.Env = append(os.Environ(), killedJob+"="+path)
	var said bytes.Buffer
	cmd.Stderr = &said
	err = cmd.Run()
	var ended *osexec.ExitError
	if !errors.As(err, &ended) || ctx.Err() != nil || ended.ExitCode() == 1 {
		k.t.Fatalf("not all of %v came to failpoint %d: %v\n%s%s", k.Points, step, err, said.Bytes(), k.states())
	}
}

// running runs the river until do is done.
func (k *killing) running(do func()) {
	k.t.Helper()
	l, err := ledger.Open(k.t.Context(), ledger.Options{Path: k.Ledger})
	if err != nil {
		k.t.Fatal(err)
	}
	k.ledger = l
	in, client, err := k.bridgeOf(l, func(string, int) {})
	if err != nil {
		k.t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(k.t.Context())
	done := make(chan error, 1)
	go func() { done <- in.Run(ctx) }()
	testkit.Eventually(k.t, waitLong, func() bool { return in.Ready() == nil }, func() string { return "ready" })
	do()
	cancel()
	if err := errors.Join(<-done, l.Close()); err != nil {
		k.t.Error(err)
	}
	client.Close()
}

// goOn carries the commands to their ends, and counts what they have done.
func (k *killing) goOn(step int, batch []going) {
	k.t.Helper()
	k.running(func() {
		for _, g := range batch {
			var c store.Command
			testkit.Eventually(k.t, waitLong, func() bool {
				var err error
				if c, _, err = k.ledger.Command(k.t.Context(), "shopify", g.id); err != nil {
					k.t.Fatal(err)
				}
				return c.State == store.CommandApplied || c.State == store.CommandParked || c.State == store.CommandRejected
			}, func() string { return fmt.Sprintf("%s: %s %s", g.id, c.State, c.Error) })
			if c.State != store.CommandApplied || c.Attempts < 2 {
				k.t.Errorf("%s, killed at failpoint %d, is %s after %d attempts: %s", g.id, step, c.State, c.Attempts, c.Outcome)
				continue
			}
			if got := g.wish.effect(k.lab, g.n); got != g.wish.want(g.n) {
				k.t.Errorf("%s, killed at failpoint %d: %q, want %q", g.id, step, got, g.wish.want(g.n))
			}
		}
	})
}

// states are what the ledger says of the commands.
func (k *killing) states() (text string) {
	l, err := ledger.Open(k.t.Context(), ledger.Options{Path: k.Ledger})
	if err != nil {
		return err.Error()
	}
	defer func() { _ = l.Close() }()
	for id := range k.Points {
		c, _, err := l.Command(k.t.Context(), "shopify", id)
		text += fmt.Sprintf("%s: %s after %d attempts %s %s %v\n", id, c.State, c.Attempts, c.Error, c.Outcome, err)
	}
	return text
}
