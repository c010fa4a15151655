package ledger

import (
	"context"
	"errors"
	"path/filepath"
	"sync/atomic"
	"testing"
	"time"

	"github.com/odoobridge/odoobridge/internal/store"
	"github.com/odoobridge/odoobridge/internal/store/internal/commands"
	"github.com/odoobridge/odoobridge/internal/store/sqlite/readers"
	"github.com/odoobridge/odoobridge/internal/testkit"
)

// mortal is a disk at which a process ends: after so many transactions more, nothing it does has an effect.
type mortal struct {
	*database
	left atomic.Int64 // less than zero: any number
}

var errKilled = errors.New("the process has ended")

func (m *mortal) Transact(grows bool, do func(commands.Conn) error) error {
	switch n := m.left.Load(); {
	case n == 0:
		return errors.Join(store.ErrLost, errKilled)
	case n > 0:
		m.left.Add(-1)
	}
	return m.database.Transact(grows, do)
}

func openMortal(t *testing.T, dir string) (*mortal, *commands.Ledger) {
	t.Helper()
	file := filepath.Join(dir, fileName)
	m := &mortal{database: &database{options: Options{Path: dir}, file: file, readers: readers.New(file, readers.Options{Conns: readConns, Cache: readerCache})}}
	m.left.Store(-1)
	if err := m.database.open(); err != nil {
		t.Fatal(err)
	}
	l, err := commands.Open(m)
	if err != nil {
		t.Fatal(err)
	}
	return m, l
}

// killedSettling leaves a ledger as a process does that ends while it settles: after the outcome, before all that follows from it.
func killedSettling(t *testing.T, change func(*store.Settlement)) (dir string) {
	t.Helper()
	dir = t.TempDir()
	disk, l := openMortal(t, dir)
	first, next := order("a"), order("b")
	first.Provides, next.Keys = "order/a", append(next.Keys, first.Keys...)
	if _, err := l.Claim(t.Context(), first, next); err != nil {
		t.Fatal(err)
	}
	of := takeOne(t, l)
	s := &store.Settlement{
		Seq: of.Seq, State: store.CommandApplied, Taken: time.Now(), Now: time.Now(), Outcome: []byte(`{"outcome":"applied"}`), Provided: "order/a", Odoo: store.OdooRecord{Model: "sale.order", ID: 42, Name: "S42"},
		Results: []store.Result{{ID: "shop/a/1", RoutingKey: "shop.order.place.applied", Body: []byte("{}")}}, Audit: []store.AuditEntry{{Time: time.Now(), Action: "applied", Channel: "shop", ID: "a"}},
		Bindings: []store.Binding{{ExternalID: "channel_shop.order_a", Model: "sale.order", Record: 42}},
	}
	change(s)
	disk.left.Store(1)
	if err := l.Settle(t.Context(), s); !errors.Is(err, errKilled) {
		t.Fatalf("settled: %v", err)
	}
	if err := l.Close(); !errors.Is(err, errKilled) {
		t.Fatalf("closed: %v", err)
	}
	return dir
}

// TestAnOutcomeThatIsOnDiskStandsThoughTheProcessIsKilled has the process end between the two transactions of a settlement. The next
// one, and one more after it, find all of it once.
func TestAnOutcomeThatIsOnDiskStandsThoughTheProcessIsKilled(t *testing.T) {
	for state, change := range map[store.CommandState]func(*store.Settlement){
		store.CommandApplied: func(*store.Settlement) {},
		store.CommandParked: func(s *store.Settlement) {
			s.State, s.Provided, s.WaitsFor = store.CommandParked, "", []string{"sku/A"}
		},
		store.CommandReceived: func(s *store.Settlement) {
			s.State, s.Provided, s.Due, s.Error = store.CommandReceived, "", time.Now().Add(time.Hour), "busy"
		},
	} {
		t.Run(string(state), func(t *testing.T) {
			dir := killedSettling(t, change)
			for range 2 {
				l := open(t, dir)
				if n, err := l.Recover(t.Context(), time.Now(), time.Now().Add(time.Hour)); err != nil || n != 0 {
					t.Errorf("%d commands were being applied, %v", n, err)
				}
				c, _, err := l.Command(t.Context(), "shop", "a")
				if err != nil || c.State != state || c.Odoo.Name != "S42" {
					t.Errorf("%+v, %v", c, err)
				}
				results, err := l.Results(t.Context(), c.Seq)
				if err != nil || len(results) != 1 {
					t.Errorf("results: %v, %v", results, err)
				}
				trail, err := l.Audit(t.Context(), store.AuditFilter{})
				if err != nil || len(trail) != 1 {
					t.Errorf("audit trail: %v, %v", trail, err)
				}
				if _, bound, err := l.Bound(t.Context(), "channel_shop.order_a"); err != nil || !bound {
					t.Errorf("bound: %v, %v", bound, err)
				}
				closeIt(t, l)
			}
			l := open(t, dir)
			defer closeIt(t, l)
			taken, err := l.Take(t.Context(), "orders", 9, time.Now())
			if err != nil || (len(taken) == 1) != (state != store.CommandReceived) {
				t.Errorf("took %v, %v: what follows is held back by what is to be tried again, and by nothing else", taken, err)
			}
		})
	}
}

// TestALedgerThatIsMovedHasTheOutcomeThatWasOnDisk has nobody open the ledger between the end of a process and the move.
func TestALedgerThatIsMovedHasTheOutcomeThatWasOnDisk(t *testing.T) {
	s, err := OpenSource(t.Context(), killedSettling(t, func(*store.Settlement) {}))
	if err != nil {
		t.Fatal(err)
	}
	state := ""
	err = conn{s.database.w}.Send("SELECT state FROM command WHERE id = 'a'", func(q commands.Row) error { state = q.ColumnText(0); return nil })
	if err := errors.Join(err, s.Close()); err != nil || state != "applied" {
		t.Errorf("it is %q, %v", state, err)
	}
}

// TestAnOutcomeIsNotTakenForThatOfALaterAttempt ends the process while a command is applied that was settled as to be tried again before.
func TestAnOutcomeIsNotTakenForThatOfALaterAttempt(t *testing.T) {
	dir := t.TempDir()
	disk, l := openMortal(t, dir)
	if _, err := l.Claim(t.Context(), order("a")); err != nil {
		t.Fatal(err)
	}
	of := takeOne(t, l)
	if err := l.Settle(t.Context(), &store.Settlement{Seq: of.Seq, State: store.CommandReceived, Now: time.Now(), Due: time.Now(), Error: "busy"}); err != nil {
		t.Fatal(err)
	}
	if taken, err := l.Take(t.Context(), "orders", 1, time.Now()); err != nil || len(taken) != 1 {
		t.Fatalf("took %v, %v", taken, err)
	}
	disk.left.Store(0)
	if err := l.Close(); !errors.Is(err, errKilled) {
		t.Fatal(err)
	}
	again := open(t, dir)
	defer closeIt(t, again)
	if n, err := again.Recover(t.Context(), time.Now(), time.Now()); err != nil || n != 1 {
		t.Errorf("recovered %d, %v", n, err)
	}
	steps, err := again.Steps(t.Context(), of.Seq)
	if err != nil || len(steps) != 2 || steps[0].What != store.StepFailed || steps[1].What != store.StepCutOff {
		t.Errorf("%+v, %v", steps, err)
	}
}

// TestASettlementReturnsOnceItsOutcomeIsOnDisk holds back the disk: everybody in the process sees what became of the command, and nobody
// is told that it is durable.
func TestASettlementReturnsOnceItsOutcomeIsOnDisk(t *testing.T) {
	for _, refused := range []error{nil, errors.New("input/output error")} {
		disk, l := openSlow(t)
		if _, err := l.Claim(t.Context(), order("a")); err != nil {
			t.Fatal(err)
		}
		of := takeOne(t, l)
		disk.hold()
		settled := later(func() error {
			return l.Settle(context.WithoutCancel(t.Context()), &store.Settlement{Seq: of.Seq, State: store.CommandApplied, Now: time.Now(), Results: []store.Result{{ID: "r"}}})
		})
		testkit.Eventually(t, time.Minute, func() bool {
			c, _, err := l.Command(t.Context(), "shop", "a")
			return err == nil && c.State == store.CommandApplied
		}, func() string { return "the outcome is entered" })
		pending(t, "the settlement", settled)
		disk.open(refused)
		if err := <-settled; errors.Is(err, store.ErrLost) != (refused != nil) {
			t.Errorf("with a disk that says %v: %v", refused, err)
		}
		if err := l.Close(); (err == nil) != (refused == nil) {
			t.Error(err)
		}
	}
}

// TestWhatWasWrittenAheadGoesWithTrimming has nothing be kept longer than the command that it is of.
func TestWhatWasWrittenAheadGoesWithTrimming(t *testing.T) {
	dir := t.TempDir()
	disk, l := openMortal(t, dir)
	defer closeIt(t, l)
	if _, err := l.Claim(t.Context(), order("a")); err != nil {
		t.Fatal(err)
	}
	if err := l.Settle(t.Context(), &store.Settlement{Seq: takeOne(t, l).Seq, State: store.CommandRejected, Now: time.Now(), Outcome: []byte("x")}); err != nil {
		t.Fatal(err)
	}
	ahead := func() (there bool) {
		err := disk.Read(t.Context(), func(c commands.Conn) error {
			return c.Send("SELECT outcome IS NOT NULL FROM closed", func(q commands.Row) error { there = q.ColumnInt(0) != 0; return nil })
		})
		if err != nil {
			t.Fatal(err)
		}
		return there
	}
	if !ahead() {
		t.Error("the outcome was not written ahead")
	}
	if _, err := l.Trim(t.Context(), time.Now(), time.Now(), 10); err != nil {
		t.Fatal(err)
	}
	if ahead() {
		t.Error("it is still there")
	}
}
