package sqlite

import (
	"bufio"
	"context"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"strconv"
	"testing"
	"time"

	"go.uber.org/goleak"

	"github.com/odoobridge/odoobridge/internal/store"
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
		return loadForEver(s, say)
	}
	return storetest.Work(context.Background(), s, say)
}

// loadForEver loads the third table, each time with its number in every row.
func loadForEver(s *Store, say func(int64)) error {
	for n := int64(1); ; n++ {
		l, err := s.Load(context.Background(), 2)
		if err != nil {
			return err
		}
		say(-n)
		for id := int64(0); id < 50_000; id += 5000 {
			var rows []store.Row
			for k := id; k < id+5000; k++ {
				rows = append(rows, store.Row{Key: store.Key{k}, Text: strconv.FormatInt(n, 10)})
			}
			if err := l.Add(context.Background(), rows); err != nil {
				return err
			}
		}
		if err := l.Finish(context.Background()); err != nil {
			return err
		}
		say(n)
	}
}

// killed runs a child, kills it a while after its first step, and returns the last it printed.
func killed(t *testing.T, dir, work string, after time.Duration) (last int64) {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), os.Args[0]) //nolint:gosec // ourselves
	cmd.Env = append(os.Environ(), childFolder+"="+dir, childWork+"="+work)
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	var kill *time.Timer
	for lines := bufio.NewScanner(out); lines.Scan(); {
		step, err := strconv.ParseInt(lines.Text(), 10, 64)
		if err != nil {
			t.Errorf("the child says %q", lines.Text())
			break
		}
		if last = step; kill == nil {
			kill = time.AfterFunc(after, func() { _ = cmd.Process.Kill() })
		}
	}
	if kill == nil {
		t.Error("the child did nothing")
	}
	if err := cmd.Wait(); err == nil {
		t.Error("the child ended by itself")
	}
	return last
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
		said := killed(t, dir, "write", rand.N(80*time.Millisecond))
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
		said := killed(t, dir, "load", rand.N(120*time.Millisecond))
		s := open(t, Options{Path: dir, Tables: storetest.Tables()})
		count, number := 0, ""
		if err := s.Scan(2, func(_ store.Key, text string) bool {
			if count++; number != "" && number != text {
				t.Errorf("rows of loads %s and %s side by side", number, text)
			}
			number = text
			return true
		}); err != nil {
			t.Fatal(err)
		}
		closeStore(t, s)
		if count != 0 && count != 50_000 {
			t.Errorf("%d rows of a load are there", count)
		}
		if want := strconv.FormatInt(max(said, -said), 10); count != 0 && number != want {
			t.Errorf("the rows are of load %s, but load %s was the last", number, want)
		}
	}
}
