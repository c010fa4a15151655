package ledger

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"testing"
	"time"

	"go.uber.org/goleak"

	"github.com/odoobridge/odoobridge/internal/store"
	"github.com/odoobridge/odoobridge/internal/store/sqlite/capi"
	"github.com/odoobridge/odoobridge/internal/store/storetest"
)

// The test binary runs itself to have a process that can be killed.
const (
	childFolder = "ODOOBRIDGE_TEST_LEDGER_CHILD"
	childFrom   = "ODOOBRIDGE_TEST_LEDGER_FROM"
)

func TestMain(m *testing.M) {
	if dir := os.Getenv(childFolder); dir != "" {
		if err := child(dir); err != nil {
			fmt.Println("failed:", err)
			os.Exit(1)
		}
		return
	}
	goleak.VerifyTestMain(m)
}

func child(dir string) error {
	var from int64
	if _, err := fmt.Sscan(os.Getenv(childFrom), &from); err != nil {
		return err
	}
	l, err := Open(context.Background(), Options{Path: dir})
	if err != nil {
		return err
	}
	return storetest.LedgerWork(context.Background(), l, from, func(done string) { fmt.Println(done) })
}

func open(t testing.TB, dir string) store.Ledger {
	t.Helper()
	l, err := Open(t.Context(), Options{Path: dir})
	if err != nil {
		t.Fatal(err)
	}
	return l
}

func closeIt(t testing.TB, l store.Ledger) {
	t.Helper()
	if err := l.Close(); err != nil {
		t.Error(err)
	}
}

func TestConformance(t *testing.T) {
	storetest.RunLedger(t, func(t testing.TB) store.Ledger { return open(t, t.TempDir()) })
}

func TestAKilledProcessHasLostNothingThatACallReturnedFor(t *testing.T) {
	dir, from, all := t.TempDir(), int64(1), []string{}
	for round := 0; round < 6 || len(all) < 20 && round < 60; round++ { // a busy machine needs more
		all = append(all, storetest.Killed(t, rand.N(80*time.Millisecond), childFolder+"="+dir, fmt.Sprintf("%s=%d", childFrom, from))...)
		l := open(t, dir)
		from = storetest.LedgerAgrees(t, l, all)
		closeIt(t, l)
	}
	if len(all) < 20 {
		t.Errorf("only %d steps were done: the test has shown little", len(all))
	}
}

func TestASecondProcessIsRefused(t *testing.T) {
	dir := t.TempDir()
	l := open(t, dir)
	defer closeIt(t, l)
	if _, err := Open(t.Context(), Options{Path: dir}); !errors.Is(err, store.ErrInUse) {
		t.Errorf("opened twice: %v", err)
	}
}

func TestAnOrderlyEndCountsNoAttempt(t *testing.T) {
	dir := t.TempDir()
	l := open(t, dir)
	if _, err := l.Claim(t.Context(), &store.Command{Channel: "shop", ID: "a", Workload: "orders", Keys: []string{"k"}, Received: time.Now()}); err != nil {
		t.Fatal(err)
	}
	closeIt(t, l)
	l = open(t, dir)
	defer closeIt(t, l)
	taken, err := l.Take(t.Context(), "orders", 1, time.Now())
	if err != nil || len(taken) != 1 || taken[0].Attempts != 1 {
		t.Errorf("%+v, %v", taken, err)
	}
}

func TestAfterAPowerCutWhateverMayHaveCalledWaits(t *testing.T) {
	calling := time.Now().Add(time.Hour)
	for name, c := range map[string]struct {
		boot  string
		waits bool
	}{"a crash": {(&database{}).Boot(), false}, "a power cut": {"another start", true}, "a store of an older version": {"", true}} {
		t.Run(name, func(t *testing.T) {
			dir := t.TempDir()
			l := open(t, dir)
			if _, err := l.Claim(t.Context(), &store.Command{Channel: "shop", ID: "a", Workload: "orders", Keys: []string{"k"}, Received: time.Now()}); err != nil {
				t.Fatal(err)
			}
			closeIt(t, l)
			db, err := capi.Open(filepath.Join(dir, fileName), time.Second)
			if err != nil {
				t.Fatal(err)
			}
			if err := errors.Join(conn{db}.Send("UPDATE closed SET orderly = 0, boot = ?1", nil, c.boot), db.Close()); err != nil {
				t.Fatal(err)
			}
			closeIt(t, open(t, dir)) // a verb, which recovers nothing
			l = open(t, dir)
			defer closeIt(t, l)
			if _, err := l.Recover(t.Context(), time.Now(), calling); err != nil {
				t.Fatal(err)
			}
			taken, err := l.Take(t.Context(), "orders", 1, time.Now())
			if err != nil || (len(taken) == 0) != c.waits {
				t.Errorf("took %d, %v", len(taken), err)
			}
		})
	}
}

// TestAfterAPowerCutNothingWakesWhatMayHaveCalled has the power go while a command that had waited may have been taken again, the mark
// of which is lost. What it waited for comes at once, and must not have it carried out while Odoo may be at work for it.
func TestAfterAPowerCutNothingWakesWhatMayHaveCalled(t *testing.T) {
	now, dir := time.Now(), t.TempDir()
	calling := now.Add(time.Hour)
	l := open(t, dir)
	claims, err := l.Claim(t.Context(), &store.Command{Channel: "shop", ID: "a", Workload: "orders", Keys: []string{"k"}, Received: now})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := l.Take(t.Context(), "orders", 1, now); err != nil {
		t.Fatal(err)
	}
	waits := &store.Settlement{Seq: claims[0].Seq, State: store.CommandWaiting, Now: now, Due: now.Add(time.Second), Begun: now, WaitsFor: []string{"customer/7"}}
	if err := l.Settle(t.Context(), waits); err != nil {
		t.Fatal(err)
	}
	closeIt(t, l)
	db, err := capi.Open(filepath.Join(dir, fileName), time.Second)
	if err != nil {
		t.Fatal(err)
	}
	if err := errors.Join(conn{db}.Send("UPDATE closed SET orderly = 0, boot = 'another start'", nil), db.Close()); err != nil {
		t.Fatal(err)
	}
	l = open(t, dir)
	defer closeIt(t, l)
	if _, err := l.Recover(t.Context(), now, calling); err != nil {
		t.Fatal(err)
	}
	if _, err := l.Wake(t.Context(), "shop", []string{"customer/7"}, now, "bridge"); err != nil {
		t.Fatal(err)
	}
	if taken, err := l.Take(t.Context(), "orders", 1, calling.Add(-time.Second)); err != nil || len(taken) > 0 {
		t.Errorf("took %d while Odoo may be at work: %v", len(taken), err)
	}
	taken, err := l.Take(t.Context(), "orders", 1, calling)
	if err != nil || len(taken) != 1 || taken[0].Begun.Unix() != now.Unix() {
		t.Errorf("afterwards took %+v, which began %s: %v", taken, now, err)
	}
}

func TestOtherFilesAreRefused(t *testing.T) {
	for name, make := range map[string]func(c *capi.Conn) error{
		"another database": func(c *capi.Conn) error { return c.Exec("CREATE TABLE x (y)") },
		"a newer ledger":   func(c *capi.Conn) error { return c.Exec("PRAGMA application_id=0x6f646f6c; PRAGMA user_version=99") },
	} {
		dir := t.TempDir()
		closeIt(t, open(t, t.TempDir()))
		file, err := os.Create(dir + "/" + fileName) //nolint:gosec // ours
		if err != nil {
			t.Fatal(err)
		}
		if err := file.Close(); err != nil {
			t.Fatal(err)
		}
		c, err := capi.Open(dir+"/"+fileName, time.Second)
		if err != nil {
			t.Fatal(err)
		}
		if err := errors.Join(make(c), c.Close()); err != nil {
			t.Fatal(err)
		}
		if l, err := Open(t.Context(), Options{Path: dir}); err == nil {
			closeIt(t, l)
			t.Errorf("%s was opened", name)
		} else if errors.Is(err, store.ErrNewer) != (name == "a newer ledger") {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestAFullDiskRefusesClaimsAndLetsSettle(t *testing.T) {
	dir := t.TempDir()
	first := open(t, dir)
	if _, err := first.Claim(t.Context(), &store.Command{Channel: "shop", ID: "a", Workload: "orders", Keys: []string{"k"}, Received: time.Now()}); err != nil {
		t.Fatal(err)
	}
	closeIt(t, first)
	l, err := Open(t.Context(), Options{Path: dir, Reserve: 1 << 62})
	if err != nil {
		t.Fatal(err)
	}
	defer closeIt(t, l)
	if _, err := l.Claim(t.Context(), &store.Command{Channel: "shop", ID: "b", Workload: "orders", Keys: []string{"k"}, Received: time.Now()}); !errors.Is(err, store.ErrFull) {
		t.Errorf("claimed on a full disk: %v", err)
	}
	taken, err := l.Take(t.Context(), "orders", 1, time.Now())
	if err != nil || len(taken) != 1 {
		t.Fatalf("%+v, %v", taken, err)
	}
	if err := l.Settle(t.Context(), &store.Settlement{Seq: taken[0].Seq, State: store.CommandApplied, Now: time.Now()}); err != nil {
		t.Errorf("settle on a full disk: %v", err)
	}
}

func TestTheAuditTrailIsNeverChanged(t *testing.T) {
	dir := t.TempDir()
	l := open(t, dir)
	defer closeIt(t, l)
	if err := l.Refuse(t.Context(), &store.Command{}, &store.Settlement{Audit: []store.AuditEntry{{Time: time.Now(), Action: "rejected"}}}); err != nil {
		t.Fatal(err)
	}
	c, err := capi.Open(filepath.Join(dir, fileName), capi.Patience)
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close() //nolint:errcheck // nothing is open on it
	for _, sql := range []string{"UPDATE audit SET actor = 'nobody'", "DELETE FROM audit"} {
		if err := c.Exec(sql); err == nil {
			t.Errorf("%s was done", sql)
		}
	}
	if n, err := l.Trim(t.Context(), time.Now(), time.Now().Add(-48*time.Hour), 10); err != nil || n != 0 {
		t.Errorf("trimmed %d, %v", n, err)
	}
}

// TestAReaderSeesTheLedgerBesideItAndAfterIt looks while a bridge has the ledger, and when none has.
func TestAReaderSeesTheLedgerBesideItAndAfterIt(t *testing.T) {
	dir := t.TempDir()
	if _, err := OpenReader(t.Context(), dir); !errors.Is(err, ErrNone) {
		t.Errorf("where there is none: %v", err)
	}
	l := open(t, dir)
	if _, err := l.Claim(t.Context(), &store.Command{Channel: "shop", ID: "a", Workload: "orders", Keys: []string{"k"}, Body: []byte("{}"), Received: time.Now()}); err != nil {
		t.Fatal(err)
	}
	look := func(when string) {
		t.Helper()
		r, err := OpenReader(t.Context(), dir)
		if err != nil {
			t.Fatalf("%s: %v", when, err)
		}
		list, err := r.Commands(t.Context(), store.CommandFilter{About: "a"})
		if err := errors.Join(err, r.Close()); err != nil || len(list) != 1 {
			t.Errorf("%s: %v, %v", when, list, err)
		}
	}
	look("beside it")
	closeIt(t, l)
	look("after it")
}
