package cdc

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/odoobridge/odoobridge/internal/testkit"
)

func TestLostSnapshotIsAnError(t *testing.T) {
	r := newRig(t, testkit.Postgres(t), counterTable, "item")
	snap, err := r.source.CreateSlot(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	snap.Close()
	var lost *SnapshotLostError
	testkit.Eventually(t, patience, func() bool {
		err = snap.Copy(t.Context(), []CopyTable{{Name: "item", Exprs: []string{"id"}}}, newLines(1), nil)
		return errors.As(err, &lost)
	}, func() string { return fmt.Sprintf("Copy: %v", err) })
}

// TRUNCATE makes a table look empty to an older snapshot: that must not pass for its contents.
func TestTableRewrittenAfterTheSnapshotIsAnError(t *testing.T) {
	r := newRig(t, testkit.Postgres(t), counterTable, "item")
	r.exec(`INSERT INTO item VALUES (1, 'x')`)
	snap, err := r.source.CreateSlot(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	defer snap.Close()
	r.exec(`ALTER TABLE item ALTER id TYPE int`)
	var lost *SnapshotLostError
	if err := snap.Copy(t.Context(), []CopyTable{{Name: "item", Exprs: []string{"id"}}}, newLines(1), nil); !errors.As(err, &lost) {
		t.Errorf("Copy: %v", err)
	}
}

// The creation waits for a transaction that is open: it says for which, and
// leaves nothing behind when it is given up.
func TestCancelledCreateLeavesNoSlot(t *testing.T) {
	r := newRig(t, testkit.Postgres(t), counterTable, "item")
	idle, err := r.pg.Connect(t, r.dsn).Begin(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if _, err := idle.Exec(t.Context(), `INSERT INTO item VALUES (1, 'open')`); err != nil {
		t.Fatal(err)
	}
	waits := make(chan []Blocker, 100)
	s := r.newSource(func(c *Config, _ *timing) { c.Hooks.SlotWait = func(b []Blocker) { waits <- b } })
	ctx, cancel := context.WithCancel(t.Context())
	created := make(chan error, 1)
	go func() {
		_, err := s.CreateSlot(ctx)
		created <- err
	}()
	select {
	case b := <-waits:
		if b[0].PID != int32(idle.Conn().PgConn().PID()) || b[0].State != "idle in transaction" || time.Since(b[0].Since) > time.Minute {
			t.Errorf("it waits for %+v, not for process %d", b, idle.Conn().PgConn().PID())
		}
	case err := <-created:
		t.Fatalf("the slot did not wait: %v", err)
	case <-time.After(patience):
		t.Fatal("nobody was told what the creation waits for")
	}
	cancel()
	if err := <-created; !errors.Is(err, context.Canceled) {
		t.Errorf("CreateSlot: %v", err)
	}
	if state, err := s.SlotState(t.Context()); err != nil || state.Exists {
		t.Errorf("a slot is left: %+v, %v", state, err)
	}
	if err := idle.Rollback(t.Context()); err != nil {
		t.Fatal(err)
	}
	if state, err := s.SlotState(t.Context()); err != nil || state.Exists {
		t.Errorf("a slot came about later: %+v, %v", state, err)
	}
}

func TestExistingSlotIsNotTouched(t *testing.T) {
	r := newRig(t, testkit.Postgres(t), counterTable, "item")
	from := r.createSlot()
	var exists *SlotExistsError
	if _, err := r.source.CreateSlot(t.Context()); !errors.As(err, &exists) || !NeedsPerson(err) {
		t.Errorf("CreateSlot: %v", err)
	}
	if got := r.confirmedOnServer(); got != from {
		t.Errorf("the slot moved to %s", got)
	}
}

// A temporary slot streams over the connection that made it, and leaves nothing.
func TestTemporarySlot(t *testing.T) {
	r := newRig(t, testkit.Postgres(t), counterTable, "item")
	r.exec(`INSERT INTO item VALUES (1, 'before')`)
	s := r.newSource(func(c *Config, _ *timing) { c.Temporary = true })
	snap, err := s.CreateSlot(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	sink := newLines(1)
	if err := snap.Copy(t.Context(), []CopyTable{{Name: "item", Exprs: []string{"id"}}}, sink, nil); err != nil {
		t.Fatal(err)
	}
	snap.Close()
	r.exec(`INSERT INTO item VALUES (2, 'between')`)
	var rec recorder
	run := start(t, s, snap.LSN, confirming(s, rec.handle))
	r.exec(`INSERT INTO item VALUES (3, 'after')`)
	txs := rec.await(t, 2)
	if len(sink.tables[0]) != 1 || txs[0].Changes[0].New[0] != "2" {
		t.Errorf("snapshot %v, stream %v", sink.tables[0], txs)
	}
	run.stop()
	testkit.Eventually(t, patience, func() bool { state, err := s.SlotState(t.Context()); return err == nil && !state.Exists },
		func() string { return "the temporary slot is left" })

	var alone recorder
	run = start(t, s, 0, alone.handle) // without CreateSlot: from now on
	r.streaming()
	r.exec(`INSERT INTO item VALUES (4, 'again')`)
	if txs := alone.await(t, 1); txs[0].Changes[0].New[0] != "4" {
		t.Errorf("stream %v", txs)
	}
	run.stop()
}
