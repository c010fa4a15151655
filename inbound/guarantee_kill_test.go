package inbound

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	osexec "os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"github.com/odoobridge/odoobridge/inbound/command"
	"github.com/odoobridge/odoobridge/internal/store"
	"github.com/odoobridge/odoobridge/internal/store/sqlite/ledger"
	"github.com/odoobridge/odoobridge/internal/testkit"
)

// The test binary runs itself to have a process that can be killed.
const (
	childFolder = "ODOOBRIDGE_TEST_INBOUND_CHILD"
	childURL    = "ODOOBRIDGE_TEST_INBOUND_URL"
	childPoint  = "ODOOBRIDGE_TEST_INBOUND_POINT"
)

// files is an executor whose effects are files: it makes one for each command, looks before it
// does, and appends to a list of effects that must hold each command once.
type files struct{ dir string }

func (f files) Execute(ctx context.Context, c command.Command, note command.Note) (command.Outcome, error) {
	if err := note(ctx, "trying", c.ID); err != nil {
		return command.Outcome{}, err
	}
	_, err := os.Stat(filepath.Join(f.dir, "effect-"+c.ID))
	if err == nil && c.Attempt > 1 {
		return applied(c), nil // done by an earlier attempt
	}
	effects, err := os.OpenFile(filepath.Join(f.dir, "effects"), os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o600)
	if err != nil {
		return command.Outcome{}, err
	}
	_, err = fmt.Fprintln(effects, c.ID)
	return applied(c), errors.Join(err, effects.Close(), os.WriteFile(filepath.Join(f.dir, "effect-"+c.ID), nil, 0o600))
}

func (files) Aggregates(c command.Command) []string { return aggregates(c) }

// child is a bridge that kills itself at a point.
func child(dir string) int {
	l, err := ledger.Open(context.Background(), ledger.Options{Path: dir})
	if err == nil {
		var in *Inbound
		in, err = New(Options{Config: testConfig(os.Getenv(childURL)), Ledger: l, Executor: files{dir}, Meter: silent{}, Log: slog.New(slog.NewTextHandler(os.Stderr, nil)),
			Failpoint: func(point string) {
				if point == os.Getenv(childPoint) {
					_ = syscall.Kill(os.Getpid(), syscall.SIGKILL)
					select {} // until it arrives
				}
			}})
		if err == nil {
			err = in.Run(context.Background())
		}
	}
	fmt.Fprintln(os.Stderr, err)
	return 1
}

func TestKilledBetweenAnyTwoStepsThereIsOneEffectAndTheResultArrives(t *testing.T) {
	for _, point := range []string{"claimed", "taken", "executed", "settled", "sent"} {
		t.Run(point, func(t *testing.T) {
			url, dir := testkit.RabbitMQ(t).NewVhost(t), t.TempDir()
			w := &world{t: t}
			w.connect(url)
			if err := declare(w.ch, testConfig(url)); err != nil {
				t.Fatal(err)
			}
			for n := range 8 {
				w.send("order.place", wish(t, "order.place", orderOf(n), orderOf(n)))
			}
			killAt(t, dir, url, point)
			l, err := ledger.Open(t.Context(), ledger.Options{Path: dir})
			if err != nil {
				t.Fatal(err)
			}
			t.Cleanup(func() { _ = l.Close() })
			w.ledger = l
			w.run(testConfig(url), files{dir})
			for n := range 8 {
				if got := w.outcome(orderOf(n)); got != "applied" {
					t.Errorf("%s: %s", orderOf(n), got)
				}
			}
			effects, err := os.ReadFile(filepath.Join(dir, "effects"))
			if err != nil {
				t.Fatal(err)
			}
			for n := range 8 {
				if count := strings.Count(string(effects), orderOf(n)+"\n"); count != 1 {
					t.Errorf("%s has %d effects", orderOf(n), count)
				}
				if c := w.command(orderOf(n)); c.State != store.CommandApplied || c.Notes["trying"] == "" {
					t.Errorf("%s is %s, notes %v", orderOf(n), c.State, c.Notes)
				}
			}
			w.until("all acknowledged", func() bool {
				q, err := w.ch.QueueDeclarePassive(CommandQueue("shop", "orders"), true, false, false, false, nil)
				return err == nil && q.Messages == 0
			})
		})
	}
}

func killAt(t *testing.T, dir, url, point string) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), waitLong)
	defer cancel()
	cmd := osexec.CommandContext(ctx, os.Args[0]) //nolint:gosec // ourselves
	cmd.Env = append(os.Environ(), childFolder+"="+dir, childURL+"="+url, childPoint+"="+point)
	var said bytes.Buffer
	cmd.Stderr = &said
	err := cmd.Run()
	var ended *osexec.ExitError
	if !errors.As(err, &ended) || ctx.Err() != nil || ended.ExitCode() == 1 {
		t.Fatalf("the bridge did not come to %q: %v\n%s", point, err, said.Bytes())
	}
}
