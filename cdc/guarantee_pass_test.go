package cdc

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/odoobridge/odoobridge/internal/change"
	"github.com/odoobridge/odoobridge/internal/testkit"
)

// TestWhatWasCommittedBeforeAPassIsDurableAfterIt commits, passes and looks, again and again, with and without the right to
// write marks, and with what is nothing for us between.
func TestWhatWasCommittedBeforeAPassIsDurableAfterIt(t *testing.T) {
	for _, mute := range []bool{false, true} {
		r := newRig(t, testkit.Postgres(t), counterTable, "item")
		from := r.createSlot()
		s := r.source
		if mute {
			role := "mute_" + r.slot
			r.exec(`REVOKE EXECUTE ON FUNCTION pg_logical_emit_message(boolean, text, text) FROM PUBLIC; CREATE ROLE ` + role + ` LOGIN REPLICATION`)
			t.Cleanup(func() { r.exec(`DROP ROLE ` + role) })
			s = r.newSource(func(c *Config, _ *timing) { c.DSN = via(t, r.dsn, "", "user", role) })
		}
		var rec recorder
		start(t, s, from, confirming(s, rec.handle))
		r.exec(`CREATE TABLE other (id int)`)
		for n := 1; n <= 30; n++ {
			r.exec(`INSERT INTO item VALUES ($1, 'x')`, n)
			if n%3 == 0 {
				r.exec(`INSERT INTO other VALUES (1)`)
			}
			ctx, cancel := context.WithTimeout(context.Background(), patience)
			if err := s.Pass(ctx); err != nil {
				t.Fatal(err)
			}
			cancel()
			if got := rec.count(); got != n {
				t.Fatalf("%d transactions were durable after the pass, of %d that were committed before it (mute: %v)", got, n, mute)
			}
		}
	}
}

// TestAPassWaitsForWhatIsInHand holds up the handler: what has come and is not durable is waited for.
func TestAPassWaitsForWhatIsInHand(t *testing.T) {
	r := newRig(t, testkit.Postgres(t), counterTable, "item")
	from := r.createSlot()
	release := make(chan struct{})
	var rec recorder
	start(t, r.source, from, confirming(r.source, func(ctx context.Context, pieces []change.Piece) error {
		<-release
		return rec.handle(ctx, pieces)
	}))
	r.exec(`INSERT INTO item VALUES (1, 'x')`)
	came := uint64(r.currentWAL())
	passed := make(chan error, 1)
	go func() { passed <- r.source.Pass(context.Background()) }()
	testkit.Eventually(t, patience, func() bool { return r.source.reached.Load() > came }, func() string { return "the mark did not come" })
	select {
	case err := <-passed:
		t.Fatalf("it passed what is not durable: %v", err)
	default:
	}
	close(release)
	select {
	case err := <-passed:
		if err != nil || rec.count() != 1 {
			t.Errorf("%v, %d transactions", err, rec.count())
		}
	case <-time.After(patience):
		t.Fatal("it did not pass")
	}
}

// TestAPassEndsWithItsContext asks a source that does not stream.
func TestAPassEndsWithItsContext(t *testing.T) {
	r := newRig(t, testkit.Postgres(t), counterTable, "item")
	ctx, cancel := context.WithTimeout(context.Background(), 50*time.Millisecond)
	defer cancel()
	if err := r.source.Pass(ctx); !errors.Is(err, context.DeadlineExceeded) {
		t.Error(err)
	}
}
