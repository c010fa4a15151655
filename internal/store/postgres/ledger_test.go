package postgres

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"github.com/odoobridge/odoobridge/internal/store"
	"github.com/odoobridge/odoobridge/internal/store/storetest"
)

// ledgerOf is a ledger that closes its store after it.
type ledgerOf struct {
	store.Ledger
	store *Store
}

func (l ledgerOf) Close() error { return errors.Join(l.Ledger.Close(), l.store.Close()) }

func openLedger(t testing.TB, c Claim) ledgerOf {
	t.Helper()
	s := open(t, c, Options{Tables: storetest.Tables()})
	l, err := s.OpenLedger()
	if err != nil {
		t.Fatal(errors.Join(err, s.Close()))
	}
	return ledgerOf{l, s}
}

func TestLedgerConformance(t *testing.T) {
	dsn := server(t).NewDatabase(t)
	storetest.RunLedger(t, func(t testing.TB) store.Ledger { return openLedger(t, claim(dsn, newSchema())) })
}

func TestAKilledProcessHasLostNothingThatACallOfTheLedgerReturnedFor(t *testing.T) {
	c, from, all := claim(server(t).NewDatabase(t), newSchema()), int64(1), []string{}
	for round := 0; round < kills || len(all) < 2*kills && round < 10*kills; round++ { // a busy machine needs more
		all = append(all, storetest.Killed(t, rand.N(300*time.Millisecond), variables(c, fmt.Sprint(ledgerWork, from))...)...)
		c.Instance, c.Waiting = NewInstance(), func(Holder) {}
		l := openLedger(t, c)
		from = storetest.LedgerAgrees(t, l, all)
		if err := l.Close(); err != nil {
			t.Fatal(err)
		}
	}
	if len(all) < 2*kills {
		t.Errorf("only %d steps were done: the test has shown little", len(all))
	}
}

// What a deposed process does with commands would be done twice: its successor has them.
func TestADeposedHolderClaimsTakesAndSettlesNothingMore(t *testing.T) {
	l := openLedger(t, claim(server(t).NewDatabase(t), newSchema()))
	defer l.Close() //nolint:errcheck // it is deposed
	command := func(id string) *store.Command {
		return &store.Command{Channel: "shop", ID: id, Workload: "orders", Keys: []string{"order/" + id}, Body: []byte("{}"), Received: time.Now()}
	}
	if _, err := l.Claim(t.Context(), command("taken"), command("left")); err != nil {
		t.Fatal(err)
	}
	taken, err := l.Take(t.Context(), "orders", 1, time.Now())
	if err != nil || len(taken) != 1 {
		t.Fatalf("took %v: %v", taken, err)
	}
	depose(t, l.store)
	for name, err := range map[string]error{
		"claimed": second(l.Claim(t.Context(), command("new"))),
		"took":    second(l.Take(t.Context(), "orders", 1, time.Now())),
		"called":  l.Calling(t.Context(), taken[0].Seq),
		"noted":   l.Note(t.Context(), taken[0].Seq, "key", "value"),
		"settled": l.Settle(t.Context(), &store.Settlement{Seq: taken[0].Seq, State: store.CommandApplied, Now: time.Now()}),
	} {
		if !errors.Is(err, store.ErrDeposed) {
			t.Errorf("a deposed process %s: %v", name, err)
		}
	}
}

func second[T any](_ T, err error) error { return err }

func TestTheAuditTrailIsNeverChanged(t *testing.T) {
	l := openLedger(t, claim(server(t).NewDatabase(t), newSchema()))
	defer l.Close() //nolint:errcheck // the test is over
	if err := l.Refuse(t.Context(), &store.Command{}, &store.Settlement{Audit: []store.AuditEntry{{Time: time.Now(), Action: "rejected"}}}); err != nil {
		t.Fatal(err)
	}
	for _, sql := range []string{"UPDATE audit SET actor = 'nobody'", "DELETE FROM audit"} {
		if _, err := l.store.pool.Exec(t.Context(), sql); err == nil || !strings.Contains(err.Error(), "the audit trail") {
			t.Errorf("%s was done: %v", sql, err)
		}
	}
}
