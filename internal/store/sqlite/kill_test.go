package sqlite

import (
	"context"
	"fmt"
	"math/rand/v2"
	"os"
	"testing"
	"time"

	"go.uber.org/goleak"

	"github.com/odoobridge/odoobridge/internal/store/storetest"
)

// The test binary runs itself to have a process that can be killed.
const (
	childFolder = "ODOOBRIDGE_STORE_CHILD"
	childWork   = "ODOOBRIDGE_STORE_CHILD_WORK"
)

func TestMain(m *testing.M) {
	if dir := os.Getenv(childFolder); dir != "" {
		if err := child(dir, os.Getenv(childWork)); err != nil {
			fmt.Println("failed:", err)
			os.Exit(1)
		}
		return
	}
	goleak.VerifyTestMain(m)
}

// child works on the store and prints how far it has got, until it is killed.
func child(dir, work string) error {
	s, err := Open(context.Background(), Options{Path: dir, Tables: storetest.Tables(), MaxSize: 32 << 20})
	if err != nil {
		return err
	}
	say := func(step int64) { fmt.Println(step) }
	if work == "load" {
		return storetest.LoadForEver(context.Background(), s, say)
	}
	return storetest.Work(context.Background(), s, say)
}

func kills(t *testing.T) int {
	t.Helper()
	if testing.Short() {
		return 3
	}
	return 20
}

func TestAKilledProcessLeavesRowsDocumentsEventsAndPositionThatAgree(t *testing.T) {
	dir, before := t.TempDir(), int64(0)
	for range kills(t) {
		said := storetest.KilledAt(t, rand.N(80*time.Millisecond), childFolder+"="+dir, childWork+"=write")
		s := open(t, Options{Path: dir, Tables: storetest.Tables()})
		step := storetest.Agree(t, s)
		closeStore(t, s)
		if step < said || step < before {
			t.Fatalf("the store is at step %d, but %d was committed, and %d before", step, said, before)
		}
		before = step
	}
	if before < 10 {
		t.Errorf("only %d steps were done: the test has shown little", before)
	}
}

func TestAKilledLoadLeavesAnEmptyTable(t *testing.T) {
	dir := t.TempDir()
	for range kills(t) {
		said := storetest.KilledAt(t, rand.N(120*time.Millisecond), childFolder+"="+dir, childWork+"=load")
		s := open(t, Options{Path: dir, Tables: storetest.Tables()})
		storetest.AgreesWithLoad(t, s, said)
		closeStore(t, s)
	}
}
