package cdc

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/odoobridge/odoobridge/internal/change"
	"github.com/odoobridge/odoobridge/internal/testkit"
)

func TestSlotRecreatedIsDetected(t *testing.T) {
	r := newRig(t, testkit.Postgres(t), counterTable, "item")
	stored := Position{Applied: r.createSlot()}
	var err error
	if stored.Identity, err = r.source.Identify(t.Context()); err != nil {
		t.Fatal(err)
	}
	if _, err := r.source.CheckPosition(t.Context(), stored); err != nil {
		t.Fatalf("nothing has changed: %v", err)
	}
	r.exec(`SELECT pg_drop_replication_slot('` + r.slot + `')`)
	var missing *SlotMissingError
	if _, err := r.source.CheckPosition(t.Context(), stored); !errors.As(err, &missing) || !NeedsPerson(err) {
		t.Errorf("the slot is gone: %v", err)
	}
	if err := start(t, r.source, stored.Applied, nil).wait(); !errors.As(err, &missing) {
		t.Errorf("Stream without the slot: %v", err)
	}
	r.exec(`INSERT INTO item VALUES (1, 'nobody listens')`)
	r.exec(`SELECT pg_create_logical_replication_slot('` + r.slot + `', 'pgoutput')`)
	var ahead *SlotAheadError
	if _, err := r.source.CheckPosition(t.Context(), stored); !errors.As(err, &ahead) || !NeedsPerson(err) {
		t.Errorf("the slot was re-created: %v", err)
	}
	if err := start(t, r.source, stored.Applied, nil).wait(); !errors.As(err, &ahead) {
		t.Errorf("Stream on the re-created slot: %v", err)
	}
}

// The same while streaming: Odoo restores its database behind our back.
func TestSlotRecreatedWhileStreamingIsDetected(t *testing.T) {
	r := newRig(t, testkit.Postgres(t), counterTable, "item")
	from := r.createSlot()
	var lost disconnections
	s := r.newSource(func(c *Config, tm *timing) {
		c.Hooks.Disconnected = lost.hook
		tm.killedMin, tm.killedMax = 2*time.Second, 2*time.Second
	})
	var rec recorder
	run := start(t, s, from, confirming(s, rec.handle))
	r.exec(fmt.Sprintf(`SELECT pg_terminate_backend(%d)`, r.streaming()))
	lost.await(t, 1)
	r.dropSlot()
	r.exec(`INSERT INTO item VALUES (1, 'nobody listens')`)
	r.exec(`SELECT pg_create_logical_replication_slot('` + r.slot + `', 'pgoutput')`)
	var ahead *SlotAheadError
	if err := run.wait(); !errors.As(err, &ahead) {
		t.Errorf("Stream: %v", err)
	}
}

func (r *rig) dropSlot() {
	r.t.Helper()
	testkit.Eventually(r.t, patience, func() bool {
		_, err := r.conn.Exec(context.Background(), `SELECT pg_drop_replication_slot('`+r.slot+`')`)
		return err == nil
	}, func() string { return "the slot cannot be dropped" })
}

func TestWrongDatabaseIsRefused(t *testing.T) {
	pg := testkit.Postgres(t)
	r := newRig(t, pg, counterTable, "item")
	applied := r.createSlot()
	id, err := r.source.Identify(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if id.Database == "" || id.SystemID == "" || id.Timeline == 0 || id.ServerVersion < 120000 {
		t.Errorf("identity %+v", id)
	}
	other := newRig(t, pg, counterTable, "item")
	var wrong *WrongDatabaseError
	if _, err := other.source.CheckPosition(t.Context(), Position{id, applied}); !errors.As(err, &wrong) || !NeedsPerson(err) {
		t.Errorf("another database: %v", err)
	}
	foreign := id
	foreign.SystemID = "1"
	if _, err := r.source.CheckPosition(t.Context(), Position{foreign, applied}); !errors.As(err, &wrong) {
		t.Errorf("another cluster: %v", err)
	}
	var behind *ServerBehindError
	if _, err := r.source.CheckPosition(t.Context(), Position{id, applied + 1<<40}); !errors.As(err, &behind) || !NeedsPerson(err) {
		t.Errorf("a server set back: %v", err)
	}
	newer := id
	newer.Timeline = 7
	if _, err := r.source.CheckPosition(t.Context(), Position{newer, applied}); !errors.As(err, &wrong) {
		t.Errorf("a timeline that never was: %v", err)
	}
}

func TestSlotLostIsTerminal(t *testing.T) {
	pg := testkit.Postgres(t, testkit.WithSetting("max_slot_wal_keep_size", "1MB"), testkit.WithSetting("min_wal_size", "32MB"))
	lose := func(r *rig) {
		for range 5 {
			r.exec(`INSERT INTO item SELECT n, 'x' FROM generate_series(1, 1000) n ON CONFLICT DO NOTHING`)
			r.exec(`SELECT pg_switch_wal()`)
		}
		r.exec(`CHECKPOINT`)
	}
	var gone *SlotLostError
	t.Run("at the start", func(t *testing.T) {
		r := newRig(t, pg, counterTable, "item")
		from := r.createSlot()
		id, err := r.source.Identify(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		lose(r)
		if _, err := r.source.CheckPosition(t.Context(), Position{id, from}); !errors.As(err, &gone) || !NeedsPerson(err) {
			t.Errorf("CheckPosition: %v", err)
		}
		state, err := r.source.SlotState(t.Context())
		if err != nil || state.WALStatus != "lost" || state.Lost() == "" {
			t.Errorf("SlotState: %+v, %v", state, err)
		}
		if err := start(t, r.source, from, nil).wait(); !errors.As(err, &gone) {
			t.Errorf("Stream: %v", err)
		}
	})
	t.Run("while streaming", func(t *testing.T) {
		r := newRig(t, pg, counterTable, "item")
		from := r.createSlot()
		run := start(t, r.source, from, func(context.Context, []change.Piece) error { return nil }) // confirms nothing
		r.streaming()
		lose(r)
		if err := run.wait(); !errors.As(err, &gone) {
			t.Errorf("Stream: %v", err)
		}
	})
}

// A slot belongs to one: the second says who has it, or waits for its turn.
func TestSecondReaderWaitsOrSaysWhoHoldsTheSlot(t *testing.T) {
	r := newRig(t, testkit.Postgres(t), counterTable, "item")
	from := r.createSlot()
	var one, two recorder
	first := start(t, r.source, from, confirming(r.source, one.handle))
	pid := r.streaming()

	refused := r.newSource(func(_ *Config, tm *timing) { tm.activeGrace = 50 * time.Millisecond })
	var active *SlotActiveError
	if err := start(t, refused, from, nil).wait(); !errors.As(err, &active) || active.Holder.PID != pid {
		t.Fatalf("the second: %v, the slot is held by %d", err, pid)
	}
	for _, text := range []string{active.Error(), (&SlotExistsError{Slot: r.slot, Holder: active.Holder}).Error()} {
		if want := fmt.Sprintf("in use by server process %d (user %s, application odoobridge, from 127.0.0.1)", pid, r.conn.Config().User); !strings.Contains(text, want) {
			t.Errorf("no %q in %q", want, text)
		}
	}
	var waits atomic.Int32
	standby := r.newSource(func(c *Config, tm *timing) {
		tm.activeGrace = 50 * time.Millisecond
		c.Standby = true
		c.Hooks.Waiting = func(h Holder) { waits.Store(h.PID) }
	})
	start(t, standby, 0, confirming(standby, two.handle))
	testkit.Eventually(t, patience, func() bool { return waits.Load() == pid }, nil)
	r.exec(`INSERT INTO item VALUES (1, 'for the first')`)
	one.await(t, 1)
	first.stop()
	r.exec(`INSERT INTO item VALUES (2, 'for the stand-by')`)
	if txs := two.await(t, 1); txs[0].Changes[0].New[0] != "2" {
		t.Errorf("the stand-by got %v", txs)
	}
}

// TestTheFormerBridgesReaderIsEndedAndNoOther: a successor does not wait until
// the server notices that its predecessor is gone, and takes the slot from nobody else.
func TestTheFormerBridgesReaderIsEndedAndNoOther(t *testing.T) {
	r := newRig(t, testkit.Postgres(t), counterTable, "item")
	from := r.createSlot()
	var one, two recorder
	former := r.newSource(func(c *Config, tm *timing) {
		c.Application, tm.killedMin, tm.killedMax = "bridge:former", time.Hour, time.Hour
	})
	start(t, former, from, one.handle)
	pid := r.streaming()

	stranger := r.newSource(func(c *Config, tm *timing) { c.Former, tm.activeGrace = "bridge:another", 50*time.Millisecond })
	var active *SlotActiveError
	if err := start(t, stranger, from, two.handle).wait(); !errors.As(err, &active) || active.Holder.PID != pid {
		t.Fatalf("the successor of another: %v, the slot is held by %d", err, pid)
	}
	successor := r.newSource(func(c *Config, _ *timing) { c.Standby, c.Former = true, "bridge:former" })
	start(t, successor, from, confirming(successor, two.handle))
	r.exec(`INSERT INTO item VALUES (1, 'for the successor')`)
	if txs := two.await(t, 1); txs[0].Changes[0].New[0] != "1" {
		t.Errorf("the successor got %v", txs)
	}
}

func TestMissingPublicationIsTerminal(t *testing.T) {
	r := newRig(t, testkit.Postgres(t), counterTable, "item")
	from := r.createSlot()
	r.exec(`DROP PUBLICATION pub`)
	var missing *PublicationMissingError
	if err := start(t, r.source, from, nil).wait(); !errors.As(err, &missing) || !NeedsPerson(err) {
		t.Errorf("Stream: %v", err)
	}
	// Made after the slot: at the slot's position it does not exist.
	r.exec(`INSERT INTO item VALUES (1, 'x')`)
	r.exec(CreatePublicationSQL("pub", []string{"item"}))
	if err := start(t, r.source, from, nil).wait(); !errors.As(err, &missing) {
		t.Errorf("Stream with a later publication: %v", err)
	}
}

func TestSlotStateAndHealth(t *testing.T) {
	r := newRig(t, testkit.Postgres(t), counterTable, "item")
	state, err := r.source.SlotState(t.Context())
	if err != nil || state.Exists {
		t.Fatalf("before: %+v, %v", state, err)
	}
	from := r.createSlot()
	r.exec(`INSERT INTO item SELECT n, 'x' FROM generate_series(1, 1000) n`)
	health, err := r.source.Health(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	s := health.Slot
	if !s.Exists || s.Plugin != "pgoutput" || s.Active || s.ConfirmedFlush != from || s.RestartLSN == 0 || s.RestartLSN > from ||
		s.WALStatus != "reserved" || s.Lost() != "" || s.Retained < health.Lag || health.Lag < 10_000 {
		t.Errorf("%+v", health)
	}
	if err := r.source.DropSlot(t.Context()); err != nil {
		t.Error(err)
	}
	if err := r.source.DropSlot(t.Context()); err != nil {
		t.Errorf("dropped twice: %v", err)
	}
}
