package testkit

import (
	"context"
	"fmt"
	"net/url"
	"os"
	"os/exec"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/odoobridge/odoobridge/internal/devenv"
)

// Rabbit is a RabbitMQ node for tests.
type Rabbit struct {
	node *devenv.RabbitMQ // nil: somebody else's
	url  string

	mu     sync.Mutex
	made   int
	vhosts []string // made and not given out yet
}

var sharedRabbit struct {
	sync.Mutex
	node *Rabbit
}

// RabbitMQ returns the node that all tests of this binary share.
func RabbitMQ(t testing.TB) *Rabbit {
	t.Helper()
	sharedRabbit.Lock()
	defer sharedRabbit.Unlock()
	if sharedRabbit.node != nil {
		return sharedRabbit.node
	}
	r := &Rabbit{url: os.Getenv("ODOOBRIDGE_TEST_RABBITMQ")}
	if r.url == "" {
		r = startRabbitMQ(t)
		OnExit(r.node.Close)
	}
	sharedRabbit.node = r
	return r
}

// StartRabbitMQ starts a node for this test alone, which may kill it.
func StartRabbitMQ(t testing.TB) *Rabbit {
	t.Helper()
	r := startRabbitMQ(t)
	t.Cleanup(func() {
		if err := r.node.Close(); err != nil {
			t.Errorf("close the node: %v", err)
		}
	})
	return r
}

func startRabbitMQ(t testing.TB) *Rabbit {
	t.Helper()
	if testing.Short() {
		t.Skip("starts a RabbitMQ")
	}
	node, err := devenv.StartRabbitMQ(context.Background())
	if err != nil {
		t.Fatalf("start RabbitMQ: %v", err)
	}
	return &Rabbit{node: node, url: node.URL("")}
}

// URL is an administrator's to the default virtual host.
func (r *Rabbit) URL() string { return r.url }

// Addr is the node's TCP address, for a proxy.
func (r *Rabbit) Addr() string {
	u, err := url.Parse(r.url)
	if err != nil {
		return ""
	}
	if u.Port() == "" {
		return u.Hostname() + ":5672"
	}
	return u.Host
}

// Eval has the node evaluate Erlang expressions, which end with a full stop, and returns the
// value of the last as Erlang writes it. It is much cheaper than Ctl.
func (r *Rabbit) Eval(t testing.TB, expressions string) string {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), 2*time.Minute)
	defer cancel()
	out, err := r.eval(ctx, expressions)
	if err != nil {
		t.Fatal(err)
	}
	return out
}

func (r *Rabbit) eval(ctx context.Context, expressions string) (string, error) {
	if r.node != nil {
		return r.node.Eval(ctx, expressions)
	}
	return r.ctl(ctx, "eval", expressions)
}

// Ctl runs rabbitmqctl and returns what it says.
func (r *Rabbit) Ctl(t testing.TB, args ...string) string {
	t.Helper()
	// Generous: each call starts an Erlang machine, and the cores are shared.
	ctx, cancel := context.WithTimeout(context.Background(), 2*time.Minute)
	defer cancel()
	out, err := r.ctl(ctx, args...)
	if err != nil {
		t.Fatal(err)
	}
	return out
}

func (r *Rabbit) ctl(ctx context.Context, args ...string) (string, error) {
	if r.node != nil {
		return r.node.Ctl(ctx, args...)
	}
	command := strings.Fields(os.Getenv("ODOOBRIDGE_TEST_RABBITMQCTL"))
	if len(command) == 0 {
		command = []string{"rabbitmqctl"}
	}
	command = append(append(command, "--quiet"), args...)
	out, err := exec.CommandContext(ctx, command[0], command[1:]...).CombinedOutput()
	if err != nil {
		return "", fmt.Errorf("%s: %w\n%s", strings.Join(command, " "), err, out)
	}
	return string(out), nil
}

// Kill9 ends the node as a power cut would. What exists by then stays: a
// RabbitMQ 3 keeps declared queues in memory for up to two seconds and forgets them when it is
// killed, with the confirmed messages in them. That is the broker's own hole
// and not what tests here are about, so the log of declarations is written first.
func (r *Rabbit) Kill9(t testing.TB) {
	t.Helper()
	r.SyncDeclarations(t)
	r.KillNow(t)
}

// SyncDeclarations has what was declared so far written to disk.
func (r *Rabbit) SyncDeclarations(t testing.TB) {
	t.Helper()
	r.mustOwn(t)
	r.Eval(t, "catch mnesia:sync_log().")
}

// KillNow kills without taking the second that SyncDeclarations takes: for a
// node on which nothing was declared since.
func (r *Rabbit) KillNow(t testing.TB) {
	t.Helper()
	r.mustOwn(t)
	r.node.Kill()
}

// Stop stops the node in order.
func (r *Rabbit) Stop(t testing.TB) {
	t.Helper()
	r.mustOwn(t)
	if err := r.node.Stop(); err != nil {
		t.Fatalf("stop RabbitMQ: %v", err)
	}
}

// Start starts a node that was stopped or killed, on the port it had.
func (r *Rabbit) Start(t testing.TB) {
	t.Helper()
	r.mustOwn(t)
	if err := r.node.Start(context.Background()); err != nil {
		t.Fatalf("start RabbitMQ: %v", err)
	}
}

// mustOwn skips a test that would break a node somebody else runs.
func (r *Rabbit) mustOwn(t testing.TB) {
	t.Helper()
	if r.node == nil {
		t.Skip("needs a RabbitMQ of its own: ODOOBRIDGE_TEST_RABBITMQ is set")
	}
}
