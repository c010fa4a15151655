package ledger

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"runtime"
	"sync/atomic"
	"testing"
	"time"

	"github.com/odoobridge/odoobridge/internal/store"
	"github.com/odoobridge/odoobridge/internal/store/internal/commands"
	"github.com/odoobridge/odoobridge/internal/store/sqlite/readers"
)

// slowDisk syncs when the test lets it, and counts how often.
type slowDisk struct {
	*database
	syncs, transactions atomic.Int64
	gate                atomic.Pointer[gate] // nil: syncs are not held back
}

// gate holds back syncs until it is opened.
type gate struct {
	opened chan struct{}
	err    error // what they come to; nil: they are done
}

func (s *slowDisk) hold() { s.gate.Store(&gate{opened: make(chan struct{})}) }

func (s *slowDisk) open(err error) {
	g := s.gate.Load()
	g.err = err
	close(g.opened)
}

func (s *slowDisk) Transact(grows bool, do func(commands.Conn) error) error {
	s.transactions.Add(1)
	return s.database.Transact(grows, do)
}

func (s *slowDisk) Sync() error {
	s.syncs.Add(1)
	if g := s.gate.Load(); g != nil {
		<-g.opened
		if g.err != nil {
			return g.err
		}
	}
	return s.database.Sync()
}

func openSlow(t *testing.T) (*slowDisk, *commands.Ledger) {
	t.Helper()
	dir := t.TempDir()
	file := filepath.Join(dir, fileName)
	s := &slowDisk{database: &database{options: Options{Path: dir}, file: file, readers: readers.New(file, readers.Options{Conns: readConns, Cache: readerCache})}}
	if err := s.database.open(); err != nil {
		t.Fatal(err)
	}
	l, err := commands.Open(s)
	if err != nil {
		t.Fatal(err)
	}
	return s, l
}

func order(id string) *store.Command {
	return &store.Command{Channel: "shop", ID: id, Workload: "orders", Keys: []string{"order/" + id}, Body: []byte("{}"), Received: time.Now()}
}

// later runs do beside the test.
func later(do func() error) <-chan error {
	done := make(chan error, 1)
	go func() { done <- do() }()
	return done
}

func pending(t *testing.T, what string, done <-chan error) {
	t.Helper()
	select {
	case err := <-done:
		t.Errorf("%s has returned, %v, before the disk has kept it", what, err)
	default:
	}
}

// takeOne takes what is claimed.
func takeOne(t *testing.T, l *commands.Ledger) store.Taken {
	t.Helper()
	taken, err := l.TakeNext(t.Context(), "orders", 1, time.Now, nil)
	if err != nil || len(taken) != 1 {
		t.Fatalf("took %v, %v", taken, err)
	}
	return taken[0]
}

// TestNothingIsCalledAndNothingAcknowledgedBeforeTheClaimIsOnDisk holds back the disk: a command is taken meanwhile, and that is all.
func TestNothingIsCalledAndNothingAcknowledgedBeforeTheClaimIsOnDisk(t *testing.T) {
	disk, l := openSlow(t)
	defer closeIt(t, l)
	disk.hold()
	claimed := later(func() error { _, err := l.Claim(t.Context(), order("a")); return err })
	of := takeOne(t, l)
	called := later(func() error { return l.Calling(t.Context(), of.Seq) })
	// What is asked after it is answered after it: the mark is written by now.
	if _, err := l.Take(t.Context(), "orders", 1, time.Now()); err != nil {
		t.Fatal(err)
	}
	pending(t, "the claim", claimed)
	pending(t, "the mark of calling", called)
	disk.open(nil)
	for what, done := range map[string]<-chan error{"claim": claimed, "mark": called} {
		if err := <-done; err != nil {
			t.Errorf("the %s: %v", what, err)
		}
	}
	settled := later(func() error {
		return l.Settle(t.Context(), &store.Settlement{Seq: of.Seq, State: store.CommandApplied, Now: time.Now(), Results: []store.Result{{ID: "r"}}})
	})
	if err := <-settled; err != nil {
		t.Error(err)
	}
}

// TestACommandAloneCostsTwoSyncs counts them: marks wait for none of their own.
func TestACommandAloneCostsTwoSyncs(t *testing.T) {
	disk, l := openSlow(t)
	defer closeIt(t, l)
	before := disk.syncs.Load()
	if _, err := l.Claim(t.Context(), order("a")); err != nil {
		t.Fatal(err)
	}
	taken, err := l.Take(t.Context(), "orders", 1, time.Now())
	if err != nil || len(taken) != 1 {
		t.Fatalf("took %v, %v", taken, err)
	}
	settlement := &store.Settlement{Seq: taken[0].Seq, State: store.CommandApplied, Now: time.Now(), Results: []store.Result{{ID: "r"}}}
	if err := errors.Join(l.Calling(t.Context(), taken[0].Seq), l.Settle(t.Context(), settlement)); err != nil {
		t.Fatal(err)
	}
	unsent, err := l.Unsent(t.Context(), 0, 1)
	if err != nil || len(unsent) != 1 {
		t.Fatalf("%v, %v", unsent, err)
	}
	if err := l.MarkSent(t.Context(), []int64{unsent[0].Number}); err != nil {
		t.Fatal(err)
	}
	if n := disk.syncs.Load() - before; n != 2 {
		t.Errorf("%d syncs", n)
	}
}

// TestACommandIsTakenInTheTransactionOfItsClaim has somebody wait for it. Who waits when is not known, so it is tried until it is so.
func TestACommandIsTakenInTheTransactionOfItsClaim(t *testing.T) {
	disk, l := openSlow(t)
	defer closeIt(t, l)
	for began := time.Now(); ; {
		before := disk.transactions.Load()
		var of []store.Taken
		taken := later(func() (err error) {
			of, err = l.TakeNext(t.Context(), "orders", 1, time.Now, nil)
			return err
		})
		runtime.Gosched()
		if _, err := l.Claim(t.Context(), order(fmt.Sprint(before))); err != nil {
			t.Fatal(err)
		}
		if err := <-taken; err != nil || len(of) != 1 {
			t.Fatalf("took %v, %v", of, err)
		}
		if disk.transactions.Load()-before == 1 {
			return
		}
		if time.Since(began) > time.Minute {
			t.Fatal("a claim and a taking are never one transaction")
		}
	}
}

// TestADiskThatRefusesToKeepEndsTheLedger fails one sync: what it was to keep may be gone though the next one works, so nothing
// is promised any more, and the next start does not take the end for orderly.
func TestADiskThatRefusesToKeepEndsTheLedger(t *testing.T) {
	disk, l := openSlow(t)
	disk.hold()
	claimed := later(func() error { _, err := l.Claim(t.Context(), order("a")); return err })
	of := takeOne(t, l)
	disk.open(errors.New("input/output error"))
	if err := <-claimed; !errors.Is(err, store.ErrLost) {
		t.Errorf("the claim: %v", err)
	}
	ctx := context.WithoutCancel(t.Context())
	_, claim := l.Claim(ctx, order("b"))
	_, take := l.Take(ctx, "orders", 1, time.Now())
	for what, err := range map[string]error{"claim": claim, "take": take, "mark": l.Calling(ctx, of.Seq), "settlement": l.Settle(ctx, &store.Settlement{Seq: of.Seq, State: store.CommandApplied})} {
		if !errors.Is(err, store.ErrLost) {
			t.Errorf("a later %s: %v", what, err)
		}
	}
	if err := l.Close(); !errors.Is(err, store.ErrLost) {
		t.Errorf("closed: %v", err)
	}
	again := open(t, disk.options.Path)
	defer closeIt(t, again)
	if n, err := again.Recover(ctx, time.Now(), time.Now()); err != nil || n != 1 {
		t.Errorf("recovered %d, %v", n, err)
	}
	if taken, err := again.Take(ctx, "orders", 1, time.Now()); err != nil || len(taken) != 1 || taken[0].Attempts != 2 {
		t.Errorf("took %+v, %v", taken, err)
	}
}
