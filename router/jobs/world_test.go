package jobs

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"testing"
	"time"

	"github.com/ThreeDotsLabs/watermill/message"
	"go.uber.org/goleak"

	"github.com/odoobridge/odoobridge/internal/change"
	"github.com/odoobridge/odoobridge/internal/store"
	"github.com/odoobridge/odoobridge/internal/store/sqlite"
	"github.com/odoobridge/odoobridge/router/journal"
	"github.com/odoobridge/odoobridge/router/lane"
	"github.com/odoobridge/odoobridge/schema"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// began is the commit of the first event; each later one is a minute after.
var began = time.Date(2026, 11, 23, 7, 0, 0, 0, time.UTC)

// bridge is a store, a journal, one lane and the jobs, as cmd joins them.
type bridge struct {
	t       *testing.T
	store   *sqlite.Store
	journal *journal.Journal
	lanes   *lane.Set
	jobs    *Manager
	broker  *broker
	spec    lane.Spec
	stop    func()
}

// broker takes every message, or refuses those that are too large.
type broker struct {
	mu      sync.Mutex
	queue   []delivered
	largest int // bytes; 0: any
	down    bool
}

type delivered struct{ id, replay, kind, subject string }

type tooLarge struct{ id string }

func (e tooLarge) Error() string     { return "message " + e.id + " is too large" }
func (e tooLarge) Permanent() bool   { return true }
func (e tooLarge) MessageID() string { return e.id }
func (e tooLarge) Code() string      { return "message_too_large" }

func (b *broker) Publish(_ string, messages ...*message.Message) error {
	b.mu.Lock()
	defer b.mu.Unlock()
	for _, m := range messages {
		switch {
		case b.down:
			return errors.New("down")
		case b.largest > 0 && len(m.Payload) > b.largest:
			return fmt.Errorf("publish: %w", tooLarge{m.UUID})
		}
		var e struct{ Subject string }
		if err := json.Unmarshal(m.Payload, &e); err != nil {
			return err
		}
		b.queue = append(b.queue, delivered{m.UUID, m.Metadata[schema.HeaderReplay], m.Metadata[schema.MetadataType], e.Subject})
		m.Ack()
	}
	return nil
}

func (b *broker) Close() error { return nil }

func (b *broker) set(change func()) {
	b.mu.Lock()
	defer b.mu.Unlock()
	change()
}

// of returns what a job, "" for the live flow, has delivered.
func (b *broker) of(job string) (list []delivered) {
	b.mu.Lock()
	defer b.mu.Unlock()
	for _, d := range b.queue {
		if d.replay == job {
			list = append(list, d)
		}
	}
	return list
}

func newBridge(t *testing.T) *bridge {
	t.Helper()
	s, err := sqlite.Open(t.Context(), sqlite.Options{Path: t.TempDir(), Tables: []store.Table{{Name: "x", Columns: []string{"id"}, Keys: []string{"id"}}}})
	if err != nil {
		t.Fatal(err)
	}
	b := &bridge{t: t, store: s, broker: &broker{}, spec: lane.Spec{Channel: "shop", Name: "orders", Entities: []string{"order"}}}
	b.start()
	t.Cleanup(func() {
		b.stop()
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	})
	return b
}

// start begins anew with what the store holds.
func (b *bridge) start() {
	b.t.Helper()
	ctx, cancel := context.WithCancel(context.Background())
	fatal := func(err error) {
		if err != nil {
			b.t.Fatal(err)
		}
	}
	var err error
	b.journal, err = journal.Open(ctx, b.store, 1<<20)
	fatal(err)
	log := slog.New(slog.DiscardHandler)
	b.jobs, err = Open(ctx, Options{Store: b.store, Journal: b.journal, Now: time.Now, Log: log})
	fatal(err)
	b.lanes, err = lane.NewSet([]lane.Spec{b.spec}, lane.Options{
		Source: "odoo/test", Journal: b.journal, Documents: b.store, Cursors: b.store, Park: b.jobs.Park,
		Publisher: func(lane.Spec) (message.Publisher, error) { return b.broker, nil },
	})
	fatal(err)
	b.jobs.Attach(b.lanes)
	var work sync.WaitGroup
	lanes, stopLanes := context.WithCancel(ctx)
	work.Go(func() {
		if err := b.lanes.Run(lanes); err != nil {
			b.t.Error(err)
		}
	})
	var jobs sync.WaitGroup
	jobs.Go(func() {
		if err := b.jobs.Run(ctx); err != nil {
			b.t.Error(err)
		}
	})
	b.eventually("live", func() bool { return b.lanes.Status()[0].State == lane.Live })
	b.stop = sync.OnceFunc(func() { stopLanes(); work.Wait(); cancel(); jobs.Wait() })
}

func (b *bridge) eventually(what string, holds func() bool) {
	b.t.Helper()
	for deadline := time.Now().Add(time.Minute); !holds(); time.Sleep(2 * time.Millisecond) {
		if time.Now().After(deadline) {
			b.t.Fatalf("never: %s; jobs %+v, lane %+v", what, b.jobs.List(), b.lanes.Status())
		}
	}
}

// write adds events of orders from to to, one a commit, and their documents.
func (b *bridge) write(from, to int64, body string) {
	b.t.Helper()
	batch := &store.Batch{}
	var events []*store.Event
	for n := from; n <= to; n++ {
		e := store.Event{
			Seq: n, Timeline: 1, LSN: change.LSN(0x1000 + n*0x10), Ordinal: 1, XID: uint32(n), Time: began.Add(time.Duration(n-1) * time.Minute),
			Entity: "order", What: "created", Key: store.Key{n}, Subject: fmt.Sprint("order/S", n), Revision: 1, Body: []byte(body),
		}
		events = append(events, &e)
		batch.Events = append(batch.Events, e)
		batch.Documents = append(batch.Documents, store.Document{Entity: "order", Key: e.Key, Subject: e.Subject, Revision: 1, LSN: e.LSN, Body: e.Body})
	}
	if err := errors.Join(b.store.Write(b.t.Context(), batch), b.store.Commit(b.t.Context())); err != nil {
		b.t.Fatal(err)
	}
	b.journal.Append(events)
}

func (b *bridge) caughtUp() {
	b.t.Helper()
	b.eventually("caught up", func() bool { s := b.lanes.Status()[0]; return s.Backlog == 0 && s.InFlight == 0 })
}

func (b *bridge) trim(upTo int64) {
	b.t.Helper()
	if _, err := b.journal.Trim(b.t.Context(), b.store, journal.Retention{Age: time.Hour}, began.Add(1000*time.Hour), upTo, upTo); err != nil {
		b.t.Fatal(err)
	}
}

func (b *bridge) order(from, to string) Order {
	return Order{Kind: Replay, Channel: "shop", Lane: "orders", From: from, To: to, Rate: 10_000}
}

// do starts a job and waits for its end.
func (b *bridge) do(o Order) Job {
	b.t.Helper()
	j, err := b.jobs.Start(b.t.Context(), o)
	if err != nil {
		b.t.Fatal(err)
	}
	return b.end(j.ID)
}

func (b *bridge) end(id string) (j Job) {
	b.t.Helper()
	b.eventually("the job ends", func() bool {
		var err error
		j, err = b.jobs.Get(id)
		return err == nil && j.State != Running
	})
	return j
}
