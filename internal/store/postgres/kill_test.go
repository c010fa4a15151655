package postgres

import (
	"context"
	"fmt"
	"math/rand/v2"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/odoobridge/odoobridge/internal/store/storetest"
)

// The test binary runs itself to have a process that can be killed.
const (
	childDSN    = "ODOOBRIDGE_STORE_CHILD_DSN"
	childSchema = "ODOOBRIDGE_STORE_CHILD_SCHEMA"
	childWork   = "ODOOBRIDGE_STORE_CHILD_WORK"
)

// kills is how often a process is killed.
const kills = 4

// child works on the store and prints how far it has got, until it is killed.
func child(dsn, schema, work string) error {
	ctx := context.Background()
	if what, ok := strings.CutPrefix(work, moveWork); ok {
		return childMove(ctx, dsn, schema, what)
	}
	lease, err := Acquire(ctx, Claim{DSN: dsn, Schema: schema, Instance: NewInstance(), Waiting: func(Holder) {}})
	if err != nil {
		return err
	}
	s, err := Open(ctx, lease, Options{Tables: storetest.Tables()})
	if err != nil {
		return err
	}
	if from, ok := strings.CutPrefix(work, ledgerWork); ok {
		return childLedger(ctx, s, from)
	}
	say := func(step int64) { fmt.Println(step) }
	if work == "load" {
		return storetest.LoadForEver(ctx, s, say)
	}
	return storetest.Work(ctx, s, say)
}

// ledgerWork and the number to go on from are what a child does with the ledger.
const ledgerWork = "ledger "

func childLedger(ctx context.Context, s *Store, from string) error {
	number, err := strconv.ParseInt(from, 10, 64)
	if err != nil {
		return err
	}
	l, err := s.OpenLedger()
	if err != nil {
		return err
	}
	return storetest.LedgerWork(ctx, l, number, func(done string) { fmt.Println(done) })
}

func variables(c Claim, work string) []string {
	return []string{childDSN + "=" + c.DSN, childSchema + "=" + c.Schema, childWork + "=" + work}
}

// after opens the store as a stand-by would.
func after(t *testing.T, c Claim) *Store {
	t.Helper()
	c.Instance, c.Waiting = NewInstance(), func(Holder) {}
	return open(t, c, Options{Tables: storetest.Tables()})
}

func TestAKilledProcessLeavesRowsDocumentsEventsAndPositionThatAgree(t *testing.T) {
	c, before := claim(server(t).NewDatabase(t), newSchema()), int64(0)
	for range kills {
		said := storetest.KilledAt(t, rand.N(300*time.Millisecond), variables(c, "write")...)
		s := after(t, c)
		step := storetest.Agree(t, s)
		closeStore(t, s)
		if step < said || step < before {
			t.Fatalf("the store is at step %d, but %d was committed, and %d before", step, said, before)
		}
		before = step
	}
	if before < kills {
		t.Errorf("only %d steps were done: the test has shown little", before)
	}
}

func TestAKilledLoadLeavesAnEmptyTable(t *testing.T) {
	c := claim(server(t).NewDatabase(t), newSchema())
	for range kills {
		said := storetest.KilledAt(t, rand.N(500*time.Millisecond), variables(c, "load")...)
		s := after(t, c)
		storetest.AgreesWithLoad(t, s, said)
		closeStore(t, s)
	}
}
