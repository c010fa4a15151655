package postgres

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/odoobridge/odoobridge/internal/store"
	"github.com/odoobridge/odoobridge/internal/store/storetest"
)

// TestAVisitWritesWhileNoBridgeIsAtWork decides on a command after a bridge was killed: nothing of what the next bridge
// has to know of the killed one is lost.
func TestAVisitWritesWhileNoBridgeIsAtWork(t *testing.T) {
	c := claim(server(t).NewDatabase(t), newSchema())
	if _, err := VisitLedger(t.Context(), c.DSN, c.Schema); err == nil || !strings.Contains(err.Error(), "there is no store") {
		t.Errorf("where there is none: %v", err)
	}
	first := openLedger(t, c)
	command := &store.Command{Channel: "shop", ID: "a", Name: "order.place", Workload: "orders", Keys: []string{"order/a"}, Body: []byte("{}"), Received: time.Now()}
	if _, err := first.Claim(t.Context(), command); err != nil {
		t.Fatal(err)
	}
	taken, err := first.Take(t.Context(), "orders", 1, time.Now())
	if err != nil || len(taken) != 1 {
		t.Fatalf("took %v, %v", taken, err)
	}
	if err := first.Settle(t.Context(), &store.Settlement{Seq: taken[0].Seq, State: store.CommandParked, Code: "unknown_sku", Now: time.Now()}); err != nil {
		t.Fatal(err)
	}
	if _, err := VisitLedger(t.Context(), c.DSN, c.Schema); !errors.Is(err, store.ErrInUse) || !strings.Contains(err.Error(), "the bridge on ") {
		t.Errorf("while a bridge is at work: %v", err)
	}
	// Its lock ends and nothing else: the rest of it hangs somewhere.
	server(t).Exec(t, c.DSN, fmt.Sprintf("SELECT pg_terminate_backend(%d, 60000)", first.store.lease.conn.PgConn().PID()))

	v, err := VisitLedger(t.Context(), c.DSN, c.Schema)
	if err != nil {
		t.Fatal(err)
	}
	waiting := claim(c.DSN, c.Schema)
	if _, err := Acquire(t.Context(), waiting); !errors.Is(err, store.ErrInUse) {
		t.Errorf("a bridge came in: %v", err)
	}
	decided, err := v.Decide(t.Context(), &store.Decision{Channel: "shop", ID: "a", State: store.CommandDiscarded, Now: time.Now(), Outcome: []byte("{}"),
		Audit: store.AuditEntry{Actor: "user anna", Action: "discard", Reason: "agreed"}})
	if err != nil || decided.State != store.CommandDiscarded {
		t.Errorf("%v, %v", decided.State, err)
	}
	if err := v.Close(); err != nil {
		t.Error(err)
	}
	next := claim(c.DSN, c.Schema)
	lease, err := Acquire(t.Context(), next)
	if err != nil {
		t.Fatal(err)
	}
	if lease.Former != c.Instance {
		t.Errorf("the next bridge takes over from %q, want the one that was killed, %q", lease.Former, c.Instance)
	}
	s, err := Open(t.Context(), lease, Options{Tables: storetest.Tables()})
	if err != nil {
		t.Fatal(err)
	}
	defer closeStore(t, s)
	_ = first.Ledger.Close() // only so that it ends
	_ = first.store.Close()  // its lease is over
}
