package postgres

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/odoobridge/odoobridge/internal/store"
	"github.com/odoobridge/odoobridge/internal/store/internal/describe"
	"github.com/odoobridge/odoobridge/internal/store/storetest"
	"github.com/odoobridge/odoobridge/internal/testkit"
)

const patience = 60 * time.Second

// quick shortens what a take-over waits for; a holder stays one as long as its server lets it.
var quick = timing{
	ping: 20 * time.Millisecond, pingTime: patience, lease: patience, silence: time.Hour,
	poll: 10 * time.Millisecond, look: 10 * time.Millisecond, ending: patience,
}

func note(id int64, text string) *store.Batch {
	return &store.Batch{Puts: []store.RowPut{{Table: 2, Row: store.Row{Key: store.Key{id}, Text: text}}}}
}

func put(t *testing.T, s *Store, b *store.Batch) {
	t.Helper()
	if err := errors.Join(s.Write(t.Context(), b), s.Commit(t.Context())); err != nil {
		t.Fatal(err)
	}
}

// depose makes the term of the store that of another, without ending its
// connections: a holder that nobody could reach.
func depose(t *testing.T, s *Store) {
	t.Helper()
	conn := server(t).Connect(t, s.lease.claim.DSN)
	if _, err := conn.Exec(t.Context(), "UPDATE "+describe.Quote(s.lease.claim.Schema)+".holder SET term = term + 1"); err != nil {
		t.Fatal(err)
	}
}

func TestADeposedHolderWritesNothingMore(t *testing.T) {
	s := open(t, claim(server(t).NewDatabase(t), newSchema()), Options{Tables: storetest.Tables()})
	defer closeStore(t, s)
	put(t, s, note(1, "mine"))
	loading, err := s.Load(t.Context(), 0)
	if err != nil {
		t.Fatal(err)
	}
	if err := s.Write(t.Context(), note(2, "begun before the end")); err != nil {
		t.Fatal(err)
	}
	depose(t, s)
	if err := s.Commit(t.Context()); !errors.Is(err, store.ErrDeposed) {
		t.Errorf("a commit after the end of the term: %v", err)
	}
	if err := s.Rollback(); err != nil {
		t.Error(err)
	}
	if err := errors.Join(s.Write(t.Context(), note(3, "begun after it")), s.Commit(t.Context())); !errors.Is(err, store.ErrDeposed) {
		t.Errorf("a transaction after the end of the term: %v", err)
	}
	for name, err := range map[string]error{
		"SaveCursors":  s.SaveCursors(t.Context(), []store.Cursor{{Lane: "a/b", Seq: 1}}),
		"ForgetCursor": s.ForgetCursor(t.Context(), "a/b"),
		"Finish":       loading.Finish(t.Context()),
	} {
		if !errors.Is(err, store.ErrDeposed) {
			t.Errorf("%s after the end of the term: %v", name, err)
		}
	}
	if err := s.Rollback(); err != nil {
		t.Error(err)
	}
	for id, want := range map[int64]bool{1: true, 2: false, 3: false} {
		if _, found, err := s.Row(2, store.Key{id}); err != nil || found != want {
			t.Errorf("row %d is there: %v, %v", id, found, err)
		}
	}
}

func TestASecondProcessWaitsAndTakesOverWhereTheFirstEnded(t *testing.T) {
	c := claim(server(t).NewDatabase(t), newSchema())
	c.timing = quick
	first := open(t, c, Options{Tables: storetest.Tables()})
	put(t, first, note(1, "committed"))
	if err := first.Write(t.Context(), note(2, "not committed")); err != nil {
		t.Fatal(err)
	}

	second, waits := c, make(chan Holder, 1)
	second.Instance = NewInstance()
	if _, err := Acquire(t.Context(), second); !errors.Is(err, store.ErrInUse) || !strings.Contains(err.Error(), "process") {
		t.Errorf("a second process without patience: %v", err)
	}
	second.Waiting = func(h Holder) { waits <- h }
	taken := make(chan *Lease)
	go func() {
		l, err := Acquire(t.Context(), second)
		if err != nil {
			t.Error(err)
		}
		taken <- l
	}()
	if h := <-waits; h.PID == 0 || h.Host == "" {
		t.Errorf("it waits for %+v", h)
	}
	first.lease.dialer.breakAll() // as the kernel does when the process is killed
	l := <-taken
	if l.Former != c.Instance || !l.Waited || l.Term != first.lease.Term+1 {
		t.Errorf("taken over from %q (waited: %v), term %d after %d", l.Former, l.Waited, l.Term, first.lease.Term)
	}
	s, err := Open(t.Context(), l, Options{Tables: storetest.Tables()})
	if err != nil {
		t.Fatal(err)
	}
	defer closeStore(t, s)
	for id, want := range map[int64]bool{1: true, 2: false} {
		if _, found, err := s.Row(2, store.Key{id}); err != nil || found != want {
			t.Errorf("row %d is there: %v, %v", id, found, err)
		}
	}
	<-first.Lost()
	if err := first.Write(t.Context(), note(3, "late")); !errors.Is(err, store.ErrLost) {
		t.Errorf("a write of the former holder: %v", err)
	}
	if err := first.Held(); err == nil {
		t.Error("the former holder believes it may publish")
	}
	closeStore(t, first)
}

func TestASilentHolderIsDeposedAndKnowsItBefore(t *testing.T) {
	c := claim(server(t).NewDatabase(t), newSchema())
	c.timing = quick
	c.timing.ping, c.timing.lease, c.timing.silence = time.Hour, 10*time.Millisecond, 500*time.Millisecond
	first := open(t, c, Options{Tables: storetest.Tables()}) // one sign of life, and no more
	defer closeStore(t, first)
	testkit.Eventually(t, patience, func() bool { return errors.Is(first.Held(), store.ErrDeposed) }, nil)
	select {
	case <-first.Lost():
		t.Error("it was deposed although nobody wanted the store")
	default:
	}
	second := c
	second.Instance, second.Waiting = NewInstance(), func(Holder) {}
	l, err := Acquire(t.Context(), second)
	if err != nil {
		t.Fatal(err)
	}
	if l.Former != c.Instance {
		t.Errorf("taken over from %q", l.Former)
	}
	<-first.Lost()
	if err := l.Close(); err != nil {
		t.Error(err)
	}
}

func TestAStoreGivenUpInGoodOrderHasNoFormerHolder(t *testing.T) {
	c := claim(server(t).NewDatabase(t), newSchema())
	closeStore(t, open(t, c, Options{Tables: storetest.Tables()}))
	c.Instance = NewInstance()
	l, err := Acquire(t.Context(), c)
	if err != nil {
		t.Fatal(err)
	}
	if l.Former != "" || l.Waited {
		t.Errorf("taken over from %q, waited: %v", l.Former, l.Waited)
	}
	if err := l.Close(); err != nil {
		t.Error(err)
	}
}

func TestAnotherLayoutOrANewerStoreIsRefused(t *testing.T) {
	c := claim(server(t).NewDatabase(t), newSchema())
	s := open(t, c, Options{Tables: storetest.Tables()})
	put(t, s, note(1, "kept"))
	closeStore(t, s)
	refused := func(want error, words ...string) {
		t.Helper()
		l, err := Acquire(t.Context(), c)
		if err == nil {
			_, err = Open(t.Context(), l, Options{Tables: storetest.Tables()[:2]})
		}
		if !errors.Is(err, want) {
			t.Fatalf("got %v, want %v", err, want)
		}
		for _, word := range words {
			if !strings.Contains(err.Error(), word) {
				t.Errorf("%v does not say %q", err, word)
			}
		}
	}
	refused(store.ErrLayout, "table note is no longer wanted")
	conn := server(t).Connect(t, c.DSN)
	if _, err := conn.Exec(t.Context(), fmt.Sprintf("INSERT INTO %s.migration (version) VALUES (99)", describe.Quote(c.Schema))); err != nil {
		t.Fatal(err)
	}
	refused(store.ErrNewer, "version 99")
	if _, err := conn.Exec(t.Context(), fmt.Sprintf("DROP TABLE %s.migration", describe.Quote(c.Schema))); err != nil {
		t.Fatal(err)
	}
	if _, err := Acquire(t.Context(), c); err == nil || !strings.Contains(err.Error(), "not a store of the bridge") {
		t.Errorf("a schema of somebody else: %v", err)
	}
}

func TestAFullStoreSaysSoAndRoomIsMadeByTrimming(t *testing.T) {
	s := open(t, claim(server(t).NewDatabase(t), newSchema()), Options{Tables: storetest.Tables(), MaxSize: 8 << 20})
	defer closeStore(t, s)
	body, last := []byte(`{"x":"`+strings.Repeat("y", 1500)+`"}`), int64(0)
	var err error
	for err == nil && last < 100_000 {
		b := &store.Batch{}
		for range 100 {
			last++
			b.Events = append(b.Events, store.Event{Seq: last, Time: time.Unix(last, 0), Body: body})
		}
		err = errors.Join(s.Write(t.Context(), b), s.Commit(t.Context()))
	}
	if !errors.Is(err, store.ErrFull) || !strings.Contains(err.Error(), "8 MiB") {
		t.Fatalf("after %d events: %v", last, err)
	}
	if err := s.Rollback(); err != nil {
		t.Fatal(err)
	}
	last -= 100
	if _, end, err := s.JournalBounds(t.Context()); err != nil || end != last {
		t.Errorf("the journal ends at %d, %v; want %d", end, err, last)
	}
	if last < 2000 {
		t.Errorf("8 MiB were full after %d events of 1.5 kB", last)
	}
	if err := s.SaveCursors(t.Context(), []store.Cursor{{Lane: "a/b", Seq: 1}}); err != nil {
		t.Errorf("cursors cannot be saved: %v", err)
	}
	if n, err := s.TrimJournal(t.Context(), last-100, time.Unix(1<<32, 0)); err != nil || n != last-100 {
		t.Errorf("the journal cannot be trimmed: %d, %v", n, err)
	}
	put(t, s, note(1, "there is room"))
}

func TestAFullDiskIsNamed(t *testing.T) {
	err := explain(fmt.Errorf("write: %w", pgError("53100")))
	if !errors.Is(err, store.ErrFull) {
		t.Errorf("got %v", err)
	}
	for code, want := range map[string]error{"57P01": store.ErrLost, "57P03": store.ErrLost, "53300": store.ErrLost, "25006": store.ErrLost, "OB001": store.ErrDeposed} {
		if err := explain(pgError(code)); !errors.Is(err, want) {
			t.Errorf("%s is %v", code, err)
		}
	}
	for _, err := range []error{pgError("28P01"), pgError("23505"), context.Canceled, pgx.ErrNoRows} {
		if got := explain(err); errors.Is(got, store.ErrLost) || errors.Is(got, store.ErrFull) {
			t.Errorf("%v became %v", err, got)
		}
	}
}
