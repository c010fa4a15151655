package sqlite

import (
	"errors"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/odoobridge/odoobridge/internal/store"
	"github.com/odoobridge/odoobridge/internal/store/storetest"
)

// fill writes until that fails, and returns how many commits there were.
func fill(t *testing.T, s *Store, from int64) (commits int64, err error) {
	t.Helper()
	text := strings.Repeat("x", 20_000)
	for n := from; n < from+100_000; n++ {
		b := &store.Batch{Meta: map[string]string{"commits": strconv.FormatInt(n, 10)}}
		for k := range int64(10) {
			b.Puts = append(b.Puts, store.RowPut{Table: 2, Row: store.Row{Key: store.Key{n*10 + k}, Text: text}})
			b.Events = append(b.Events, store.Event{Seq: n*10 + k + 1, Time: time.Unix(n, 0), Body: []byte(`{}`)})
		}
		if err := s.Write(t.Context(), b); err != nil {
			return n, err
		}
		if err := s.Commit(t.Context()); err != nil {
			return n, err
		}
	}
	t.Fatal("it never became full")
	return 0, nil
}

// wholeCommits wants exactly so many commits in the store.
func wholeCommits(t *testing.T, s *Store, commits int64) {
	t.Helper()
	rows := int64(0)
	if err := s.Scan(2, func(store.Key, string) bool { rows++; return true }); err != nil {
		t.Fatal(err)
	}
	_, last, err := s.JournalBounds(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if rows != commits*10 || last != commits*10 {
		t.Errorf("%d rows and a journal up to %d are there, after %d commits of ten", rows, last, commits)
	}
}

func TestAFullStoreSaysSoAndKeepsNothingOfTheFailedWrite(t *testing.T) {
	s := open(t, Options{Path: t.TempDir(), Tables: storetest.Tables(), MaxSize: 32 << 20, Reserve: -1})
	defer closeStore(t, s)
	commits, err := fill(t, s, 0)
	if !errors.Is(err, store.ErrFull) || !strings.Contains(err.Error(), "32 MiB") {
		t.Fatalf("got %v", err)
	}
	if commits < 50 {
		t.Errorf("32 MiB were full after %d commits of 200 kB", commits)
	}
	if err := s.Rollback(); err != nil {
		t.Fatal(err)
	}
	wholeCommits(t, s, commits)
	if info, err := os.Stat(s.file); err != nil || info.Size() > 32<<20 {
		t.Errorf("the database has %d bytes, %v", info.Size(), err)
	}

	// What makes room still works, and then there is room.
	if err := s.SaveCursors(t.Context(), []store.Cursor{{Lane: "a/b", Seq: 1}}); err != nil {
		t.Errorf("cursors cannot be saved: %v", err)
	}
	if n, err := s.TrimJournal(t.Context(), 100, time.Unix(1<<40, 0)); err != nil || n != 100 {
		t.Errorf("the journal cannot be trimmed: %d, %v", n, err)
	}
	put(t, s, &store.Batch{Deletes: []store.RowDelete{{Table: 2, Old: store.Row{Key: store.Key{0}}}}})
	put(t, s, &store.Batch{Puts: []store.RowPut{{Table: 2, Row: store.Row{Key: store.Key{0}, Text: "there is room"}}}})
}

func TestAFullLoadLeavesAnEmptyTable(t *testing.T) {
	s := open(t, Options{Path: t.TempDir(), Tables: storetest.Tables(), MaxSize: 8 << 20, Reserve: -1})
	defer closeStore(t, s)
	l, err := s.Load(t.Context(), 2)
	if err != nil {
		t.Fatal(err)
	}
	text := strings.Repeat("x", 20_000)
	for k := int64(0); err == nil && k < 10_000; k++ {
		err = l.Add(t.Context(), []store.Row{{Key: store.Key{k}, Text: text}})
	}
	if !errors.Is(err, store.ErrFull) {
		t.Fatalf("got %v", err)
	}
	if err := l.Abort(); err != nil {
		t.Fatal(err)
	}
	wholeCommits(t, s, 0)
	put(t, s, &store.Batch{Puts: []store.RowPut{{Table: 2, Row: store.Row{Text: "there is room"}}}})
}

func TestALowDiskStopsWritesBeforeItIsFull(t *testing.T) {
	s := open(t, Options{Temporary: true, Tables: storetest.Tables()})
	defer closeStore(t, s)
	free, total := int64(300<<20), int64(1<<40)
	s.room = func(string) (int64, int64, error) { return free, total, nil }
	write := func() error {
		err := s.Write(t.Context(), &store.Batch{Meta: map[string]string{"a": "b"}})
		return errors.Join(err, s.Rollback())
	}
	if err := write(); err != nil {
		t.Errorf("with 300 MiB free: %v", err)
	}
	free = 255 << 20
	if err := write(); !errors.Is(err, store.ErrFull) || !strings.Contains(err.Error(), "255 MiB left, and 256 MiB are to stay free") {
		t.Errorf("with 255 MiB free: %v", err)
	}
	if err := s.SaveCursors(t.Context(), []store.Cursor{{Lane: "a/b"}}); err != nil {
		t.Errorf("cursors cannot be saved: %v", err)
	}
	total = 5000 << 20 // a small disk has a smaller reserve
	if err := write(); err != nil {
		t.Errorf("with 255 of 5000 MiB free: %v", err)
	}
	s.options.Reserve, free = -1, 0
	if err := write(); err != nil {
		t.Errorf("without a reserve: %v", err)
	}
}

func TestRoomWithinTheFileCounts(t *testing.T) {
	s := open(t, Options{Path: t.TempDir(), Tables: storetest.Tables(), Reserve: 8 << 20, MaxSize: 1 << 30})
	defer closeStore(t, s)
	free := int64(100 << 20)
	s.room = func(string) (int64, int64, error) { return free, 1 << 40, nil }
	text := strings.Repeat("x", 20_000)
	for seq := int64(1); seq <= 500; seq++ {
		put(t, s, &store.Batch{Events: []store.Event{{Seq: seq, Time: time.Unix(seq, 0), Body: []byte(`"` + text + `"`)}}})
	}
	small := &store.Batch{Meta: map[string]string{"a": "b"}}
	limits := func(what string, full bool) {
		t.Helper()
		used, err := s.Size(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		limit, err := s.Limit(t.Context())
		if err != nil || (limit <= used) != full {
			t.Errorf("%s: %d bytes of at most %d, %v; want full: %v", what, used, limit, err, full)
		}
		err = errors.Join(s.Write(t.Context(), small), s.Rollback())
		if errors.Is(err, store.ErrFull) != full {
			t.Errorf("%s: writing gives %v; want full: %v", what, err, full)
		}
	}
	limits("with 100 MiB free", false)
	free = 5 << 20
	limits("with 5 MiB free of which 8 are to stay", true)
	if _, err := s.TrimJournal(t.Context(), 500, time.Unix(1<<40, 0)); err != nil {
		t.Fatal(err)
	}
	limits("with 5 MiB free and 10 MB vacant in the file", false)
	free = 1 << 20
	limits("with next to no room for the log beside the file", true)
}

// A disk that is really full needs one that may be filled.
func TestAFullDiskSaysSoAndKeepsNothingOfTheFailedWrite(t *testing.T) {
	dir := t.TempDir()
	if err := exec.CommandContext(t.Context(), "mount", "-t", "tmpfs", "-o", "size=24m", "none", dir).Run(); err != nil { //nolint:gosec // our own folder
		t.Skip("no disk can be mounted here")
	}
	t.Cleanup(func() {
		if err := exec.Command("umount", dir).Run(); err != nil { //nolint:gosec // our own folder
			t.Errorf("unmount: %v", err)
		}
	})
	s := open(t, Options{Path: dir, Tables: storetest.Tables(), Reserve: -1})
	commits, err := fill(t, s, 0)
	if !errors.Is(err, store.ErrFull) || !strings.Contains(err.Error(), "disk has no room left") {
		t.Fatalf("got %v", err)
	}
	if err := s.Rollback(); err != nil {
		t.Fatal(err)
	}
	wholeCommits(t, s, commits)
	if err := s.Close(); err != nil {
		t.Logf("close on a full disk: %v", err)
	}
	if err := os.Remove(dir + "/" + lockName); err != nil {
		t.Fatal(err)
	}
	s = open(t, Options{Path: dir, Tables: storetest.Tables(), Reserve: -1})
	defer closeStore(t, s)
	wholeCommits(t, s, commits)
}
