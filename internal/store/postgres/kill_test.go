package postgres

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

	"github.com/odoobridge/odoobridge/internal/store"
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
	lease, err := Acquire(ctx, Claim{DSN: dsn, Schema: schema, Instance: NewInstance(), Waiting: func(Holder) {}})
	if err != nil {
		return err
	}
	s, err := Open(ctx, lease, Options{Tables: storetest.Tables()})
	if err != nil {
		return err
	}
	say := func(step int64) { fmt.Println(step) }
	if work == "load" {
		return loadForEver(ctx, s, say)
	}
	return storetest.Work(ctx, s, say)
}

// loadForEver loads the third table, each time with its number in every row.
func loadForEver(ctx context.Context, s *Store, say func(int64)) error {
	for n := int64(1); ; n++ {
		l, err := s.Load(ctx, 2)
		if err != nil {
			return err
		}
		say(-n)
		for id := int64(0); id < 50_000; id += 5000 {
			var rows []store.Row
			for k := id; k < id+5000; k++ {
				rows = append(rows, store.Row{Key: store.Key{k}, Text: strconv.FormatInt(n, 10)})
			}
			if err := l.Add(ctx, rows); err != nil {
				return err
			}
		}
		if err := l.Finish(ctx); err != nil {
			return err
		}
		say(n)
	}
}

// killed runs a child, kills it a while after its first step, and returns the last it printed.
func killed(t *testing.T, c Claim, work string, after time.Duration) (last int64) {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), os.Args[0]) //nolint:gosec // ourselves
	cmd.Env = append(os.Environ(), childDSN+"="+c.DSN, childSchema+"="+c.Schema, childWork+"="+work)
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

// after opens the store as a stand-by would.
func after(t *testing.T, c Claim) *Store {
	t.Helper()
	c.Instance, c.Waiting = NewInstance(), func(Holder) {}
	return open(t, c, Options{Tables: storetest.Tables()})
}

func TestAKilledProcessLeavesRowsDocumentsEventsAndPositionThatAgree(t *testing.T) {
	c, before := claim(server(t).NewDatabase(t), newSchema()), int64(0)
	for range kills {
		said := killed(t, c, "write", rand.N(300*time.Millisecond))
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
		said := killed(t, c, "load", rand.N(500*time.Millisecond))
		s := after(t, c)
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
