package apply

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"sync/atomic"
	"syscall"
	"time"

	"github.com/odoobridge/odoobridge/inbound"
	"github.com/odoobridge/odoobridge/inbound/command"
	"github.com/odoobridge/odoobridge/inbound/odoo"
	"github.com/odoobridge/odoobridge/internal/config"
	"github.com/odoobridge/odoobridge/internal/store"
	"github.com/odoobridge/odoobridge/internal/store/sqlite/ledger"
	"github.com/odoobridge/odoobridge/schema"
)

// killedJob names the file of what a process is to do that the tests start and that kills itself.
const killedJob = "ODOOBRIDGE_TEST_APPLY_JOB"

// job is what such a process is told.
type job struct {
	Broker, Odoo, Database, Ledger string
	Points                         map[string]point // by command id
}

// point is where a command is when the process ends: at its n-th failpoint, from 0.
type point struct {
	Step     int
	Invoices string // payment_invoices
}

// bridgeOf is the inbound river of a job, with an executor for each command, since failpoints do not say whose they are.
func (j *job) bridgeOf(l store.Ledger, at func(id string, step int)) (*inbound.Inbound, *odoo.Client, error) {
	client, err := odoo.New(odoo.Options{
		URL: j.Odoo, Database: j.Database, Login: "admin", Key: func(context.Context) (string, error) { return "admin", nil }, Failures: 1 << 30, MaxInFlight: 16,
	})
	if err != nil {
		return nil, nil, err
	}
	each := executors{}
	for id, p := range j.Points {
		passed := 0
		cfg := killedConfig(j.Broker)
		cfg.Channels[0].PaymentInvoices = p.Invoices
		each[id] = New(Options{Odoo: client, Config: cfg, Failpoint: func(string) error {
			at(id, passed)
			passed++
			return nil
		}})
	}
	in, err := inbound.New(inbound.Options{
		Config: killedConfig(j.Broker), Ledger: l, Executor: each, Meter: silent{}, ReadsFirst: true, Log: slog.New(slog.NewTextHandler(os.Stderr, &slog.HandlerOptions{Level: slog.LevelWarn})),
	})
	return in, client, err
}

// killedConfig lets all commands go at a time, and goes on soon with what was cut off: no call is under way when these processes end.
func killedConfig(url string) *config.Config {
	cfg := labConfig()
	cfg.Odoo.LimitTimeReal = -29900 * time.Millisecond // a tenth of a second, with the margin
	cfg.RabbitMQ = config.RabbitMQ{URL: config.Secret(url), Topology: "declare", QueueType: "classic"}
	cfg.Commands = config.Commands{Workers: 32, Prefetch: 100, Retention: 90 * 24 * time.Hour, Patience: 24 * time.Hour}
	cfg.Audit = config.Audit{Retention: 730 * 24 * time.Hour}
	for _, c := range schema.Commands() {
		cfg.Channels[0].Commands = append(cfg.Channels[0].Commands, c.Name)
	}
	return cfg
}

// executors carry out one command each, by its id.
type executors map[string]*Executor

func (e executors) Execute(ctx context.Context, c command.Command, note command.Note) (command.Outcome, error) {
	x := e[c.ID]
	if x == nil {
		return command.Outcome{}, errors.New("nobody told of command " + c.ID)
	}
	return x.Execute(ctx, c, note)
}

func (e executors) Aggregates(c command.Command) []string { return (&Executor{}).Aggregates(c) }

type silent struct{}

func (silent) Command(string, string, string, time.Duration, time.Duration) {}
func (silent) Retried(string, string)                                       {}
func (silent) Panicked(string, string)                                      {}
func (silent) Open([]store.CommandCount)                                    {}
func (silent) Connected(bool)                                               {}
func (silent) Unsent([]inbound.ResultsWaiting)                              {}

// dieAsTold carries out a job's commands until each of them has come to its point, and ends the process there, as kill -9 does.
func dieAsTold(path string) int {
	err := func() error {
		text, err := os.ReadFile(path) //nolint:gosec // the test's own file
		if err != nil {
			return err
		}
		var j job
		if err := json.Unmarshal(text, &j); err != nil {
			return err
		}
		l, err := ledger.Open(context.Background(), ledger.Options{Path: j.Ledger})
		if err != nil {
			return err
		}
		var arrived atomic.Int64
		in, _, err := j.bridgeOf(l, func(id string, step int) {
			if j.Points[id].Step != step {
				return
			}
			if arrived.Add(1) == int64(len(j.Points)) {
				_ = syscall.Kill(os.Getpid(), syscall.SIGKILL)
			}
			select {} // until it arrives
		})
		if err != nil {
			return err
		}
		return in.Run(context.Background())
	}()
	fmt.Fprintln(os.Stderr, err)
	return 1
}
