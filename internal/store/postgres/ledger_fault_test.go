package postgres

import (
	"errors"
	"fmt"
	"testing"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/odoobridge/odoobridge/internal/store"
)

// TestALostConnectionIsNotTriedAgain ends the session that commits answers, at the moment of the commit: whether
// they were kept is not known to who sees that, so they must not be kept again.
func TestALostConnectionIsNotTriedAgain(t *testing.T) {
	c := claim(server(t).NewDatabase(t), newSchema())
	l := openLedger(t, c)
	defer l.Close() //nolint:errcheck // looked at elsewhere
	conn := server(t).Connect(t, c.DSN)
	// A deferred trigger runs when everything else of the transaction is done.
	const sabotage = `SET search_path = %q;
		CREATE SEQUENCE tries;
		CREATE FUNCTION try() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN PERFORM nextval('tries'); RETURN NEW; END $$;
		CREATE TRIGGER try BEFORE INSERT ON result FOR EACH ROW EXECUTE FUNCTION try();
		CREATE FUNCTION cut() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN PERFORM pg_terminate_backend(pg_backend_pid()); RETURN NULL; END $$;
		CREATE CONSTRAINT TRIGGER cut AFTER INSERT ON result DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION cut();`
	if _, err := conn.Exec(t.Context(), fmt.Sprintf(sabotage, c.Schema)); err != nil {
		t.Fatal(err)
	}
	var group errgroup.Group
	const answers = 20
	for i := range answers { // several come together
		group.Go(func() error {
			err := l.Answer(t.Context(), []store.Result{{ID: fmt.Sprint(i)}})
			if !errors.Is(err, store.ErrLost) {
				return fmt.Errorf("an answer over a connection that was cut: %w", err)
			}
			return nil
		})
	}
	if err := group.Wait(); err != nil {
		t.Error(err)
	}
	tries := 0 // a sequence counts what is rolled back, too
	if err := conn.QueryRow(t.Context(), "SELECT last_value FROM tries").Scan(&tries); err != nil || tries != answers {
		t.Errorf("%d answers were tried %d times, %v", answers, tries, err)
	}
	if kept, err := l.Unsent(t.Context(), 0, 100); err != nil || len(kept) > 0 {
		t.Errorf("kept: %d, %v", len(kept), err)
	}
	if _, err := conn.Exec(t.Context(), "DROP TRIGGER cut ON result"); err != nil {
		t.Fatal(err)
	}
	if err := l.Answer(t.Context(), []store.Result{{ID: "after"}}); err != nil {
		t.Errorf("with another connection: %v", err)
	}
}

// TestAReaderSeesTheSharedLedgerBesideItAndAfterIt looks while a bridge has the ledger, and when none has, for
// a command whose id has a character that PostgreSQL does not take.
func TestAReaderSeesTheSharedLedgerBesideItAndAfterIt(t *testing.T) {
	c := claim(server(t).NewDatabase(t), newSchema())
	l := openLedger(t, c)
	const id = "a\x00b"
	if _, err := l.Claim(t.Context(), &store.Command{Channel: "shop", ID: id, Workload: "orders", Keys: []string{"k/" + id}, Body: []byte("{}"), Received: time.Now()}); err != nil {
		t.Fatal(err)
	}
	look := func(when string) {
		t.Helper()
		r, err := OpenReader(t.Context(), c.DSN, c.Schema)
		if err != nil {
			t.Fatalf("%s: %v", when, err)
		}
		list, err := r.Ledger().Commands(t.Context(), store.CommandFilter{About: id, Key: "k/" + id})
		if err := errors.Join(err, r.Close()); err != nil || len(list) != 1 || list[0].ID != id {
			t.Errorf("%s: %v, %v", when, list, err)
		}
	}
	look("beside it")
	if err := l.Close(); err != nil {
		t.Fatal(err)
	}
	look("after it")
}
