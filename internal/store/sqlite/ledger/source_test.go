package ledger

import (
	"errors"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/odoobridge/odoobridge/internal/store"
	"github.com/odoobridge/odoobridge/internal/store/sqlite/capi"
)

// TestALedgerOfTheFirstVersionIsASource moves a ledger out of the way that the first version of the schema has written, while somebody looks into it.
func TestALedgerOfTheFirstVersionIsASource(t *testing.T) {
	dir := t.TempDir()
	file := filepath.Join(dir, fileName)
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	c, err := capi.Open(file, time.Second)
	if err != nil {
		t.Fatal(err)
	}
	const old = "PRAGMA journal_mode=WAL; PRAGMA application_id=0x6f646f6c; PRAGMA user_version=1; INSERT INTO said VALUES ('shop', 'x', 1)"
	if err := errors.Join(c.Exec(schemaV1), c.Exec(old), c.Close()); err != nil {
		t.Fatal(err)
	}
	if found, err := Unmoved(t.Context(), dir); !found || err != nil {
		t.Errorf("a ledger of the first version has contents: %v, %v", found, err)
	}
	s, err := OpenSource(t.Context(), dir)
	if err != nil {
		t.Fatal(err)
	}
	tables, err := s.Tables()
	if err != nil || len(tables) != 9 {
		t.Errorf("%d tables, %v", len(tables), err)
	}
	if _, err := Open(t.Context(), Options{Path: dir}); !errors.Is(err, store.ErrInUse) {
		t.Errorf("opened beside: %v", err)
	}
	r, err := OpenReader(t.Context(), dir)
	if err != nil {
		t.Fatal(err)
	}
	if err := errors.Join(s.Retire(), s.Close(), r.Close()); err != nil {
		t.Error(err)
	}
	if found, err := Unmoved(t.Context(), dir); found || err != nil {
		t.Errorf("after it was retired: %v, %v", found, err)
	}
	if _, err := os.Stat(file); err == nil || !Moved(dir) {
		t.Errorf("the file was not renamed: %v", err)
	}
	closeIt(t, open(t, dir))
	if found, err := Unmoved(t.Context(), dir); found || err != nil {
		t.Errorf("an empty ledger has contents: %v, %v", found, err)
	}
	if _, err := OpenSource(t.Context(), dir); err == nil {
		t.Error("a second move would replace what the first has left")
	}
}

// TestTheContentsOfALedgerHaveAnotherNameAfterItWasOpen has what was copied told from what a bridge made of it since.
func TestTheContentsOfALedgerHaveAnotherNameAfterItWasOpen(t *testing.T) {
	dir := t.TempDir()
	identity := func() string {
		s, err := OpenSource(t.Context(), dir)
		if err != nil {
			t.Fatal(err)
		}
		if err := s.Close(); err != nil {
			t.Error(err)
		}
		return s.Identity()
	}
	closeIt(t, open(t, dir))
	first := identity()
	if again := identity(); first == "" || again != first {
		t.Errorf("it was called %q, and %q when nobody had it", first, again)
	}
	closeIt(t, open(t, dir))
	if after := identity(); after == first {
		t.Errorf("it is called %q as before it was open", after)
	}
}
