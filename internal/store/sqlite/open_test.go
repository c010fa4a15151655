package sqlite

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/odoobridge/odoobridge/internal/store"
	"github.com/odoobridge/odoobridge/internal/store/sqlite/capi"
	"github.com/odoobridge/odoobridge/internal/store/storetest"
)

// refused wants Open to fail with an error that is is and says all of the words.
func refused(t *testing.T, o Options, is error, words ...string) {
	t.Helper()
	s, err := Open(context.Background(), o)
	if err == nil {
		closeStore(t, s)
		t.Fatal("the store was opened")
	}
	if is != nil && !errors.Is(err, is) {
		t.Errorf("the error is not %q: %v", is, err)
	}
	for _, word := range append(words, o.Path) {
		if !strings.Contains(err.Error(), word) {
			t.Errorf("the error does not say %q: %v", word, err)
		}
	}
}

func TestAPlaceThatCannotBeAStoreIsNamed(t *testing.T) {
	dir := t.TempDir()
	file := filepath.Join(dir, "file")
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	refused(t, Options{Path: file}, nil, "not a folder")
	refused(t, Options{}, nil, "needs a folder")
	refused(t, Options{Path: filepath.Join(file, "below")}, nil, "not a directory")
	if os.Geteuid() != 0 { // root may write everywhere
		closed := filepath.Join(dir, "closed")
		if err := os.Mkdir(closed, 0o500); err != nil {
			t.Fatal(err)
		}
		refused(t, Options{Path: closed}, fs.ErrPermission, "permission denied")
	}
}

func TestAStrangeFileIsLeftAlone(t *testing.T) {
	dir := t.TempDir()
	file := filepath.Join(dir, fileName)
	garbage := []byte(strings.Repeat("this is no database at all\n", 1000))
	if err := os.WriteFile(file, garbage, 0o600); err != nil {
		t.Fatal(err)
	}
	refused(t, Options{Path: dir}, nil, "is not a store of the bridge, or is damaged")
	if after, err := os.ReadFile(file); err != nil || string(after) != string(garbage) {
		t.Errorf("the file was changed (%v)", err)
	}
}

func edit(t *testing.T, dir, sql string) {
	t.Helper()
	c, err := capi.Open(filepath.Join(dir, fileName), capi.Patience)
	if err != nil {
		t.Fatal(err)
	}
	if err := errors.Join(c.Exec(sql), c.Close()); err != nil {
		t.Fatal(err)
	}
}

func TestAnotherProgramsDatabaseIsRefused(t *testing.T) {
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, fileName), nil, 0o600); err != nil {
		t.Fatal(err)
	}
	edit(t, dir, "CREATE TABLE theirs(x)")
	refused(t, Options{Path: dir}, nil, "not a store of the bridge")
}

func TestAStoreOfANewerProgramIsRefused(t *testing.T) {
	dir := t.TempDir()
	closeStore(t, open(t, Options{Path: dir}))
	edit(t, dir, "PRAGMA user_version = 9")
	refused(t, Options{Path: dir}, store.ErrNewer, "schema version 9", "up to "+strconv.Itoa(len(migrations)))
}

func TestADamagedStoreIsNamed(t *testing.T) {
	dir := t.TempDir()
	closeStore(t, open(t, Options{Path: dir, Tables: storetest.Tables()}))
	file, err := os.OpenFile(filepath.Join(dir, fileName), os.O_RDWR, 0)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := file.WriteAt([]byte(strings.Repeat("damage", 2000)), pageSize/2); err != nil {
		t.Fatal(err)
	}
	if err := file.Close(); err != nil {
		t.Fatal(err)
	}
	refused(t, Options{Path: dir, Tables: storetest.Tables()}, nil, "damaged")
}

func TestTwoProcessesNeverHaveOneStore(t *testing.T) {
	dir := t.TempDir()
	s := open(t, Options{Path: dir})
	refused(t, Options{Path: dir}, store.ErrInUse, "process "+strconv.Itoa(os.Getpid()))
	closeStore(t, s)
	closeStore(t, open(t, Options{Path: dir}))
}

func TestTheStoreIsForItsOwnerAlone(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "new", "store")
	s := open(t, Options{Path: dir})
	defer closeStore(t, s)
	entries, err := os.ReadDir(dir)
	if err != nil || len(entries) < 2 {
		t.Fatalf("found %v, %v", entries, err)
	}
	for _, e := range entries {
		if info, err := e.Info(); err != nil || info.Mode().Perm() != 0o600 {
			t.Errorf("%s: %v, %v", e.Name(), info.Mode(), err)
		}
	}
	if info, err := os.Stat(dir); err != nil || info.Mode().Perm() != 0o700 {
		t.Errorf("folder: %v, %v", info.Mode(), err)
	}
}

func TestATemporaryStoreLeavesNothing(t *testing.T) {
	t.Setenv("TMPDIR", t.TempDir())
	killed := filepath.Join(os.TempDir(), temporaryPrefix+"killed")
	if err := os.Mkdir(killed, 0o700); err != nil {
		t.Fatal(err)
	}
	long := time.Now().Add(-time.Hour)
	if err := os.Chtimes(killed, long, long); err != nil {
		t.Fatal(err)
	}
	s, other := open(t, Options{Temporary: true}), open(t, Options{Temporary: true})
	if err := os.Chtimes(s.options.Path, long, long); err != nil {
		t.Fatal(err)
	}
	sweep(os.TempDir(), time.Now()) // s is old, but in use
	if err := s.Write(t.Context(), &store.Batch{Meta: map[string]string{"a": "b"}}); err != nil {
		t.Fatal(err)
	}
	closeStore(t, s)
	closeStore(t, other)
	if left, _ := os.ReadDir(os.TempDir()); len(left) > 0 {
		t.Errorf("left behind: %v", left)
	}
}

func TestPeopleCanReadTheStoreWhileItIsOpen(t *testing.T) {
	if _, err := exec.LookPath("sqlite3"); err != nil {
		t.Skip("sqlite3 is not installed")
	}
	dir := t.TempDir()
	s := open(t, Options{Path: dir, Tables: storetest.Tables()})
	defer closeStore(t, s)
	b := &store.Batch{
		Puts:      []store.RowPut{{Table: 0, Row: store.Row{Key: store.Key{7}, Text: "7\t5\tname", Indexed: []int64{5, store.NoIndex}}}},
		Documents: []store.Document{{Entity: "order", Key: store.Key{5}, Subject: "order/S5", LSN: 0x1A2B3C8, Body: []byte(`{"state":"sale"}`)}},
		Events: []store.Event{{
			Seq: 1, Timeline: 1, LSN: 0x1A2B3C8, Ordinal: 2, Time: time.Date(2026, 11, 23, 7, 21, 37, 3456000, time.UTC),
			Entity: "order", What: "confirmed", Subject: "order/S5", Body: []byte(`{}`), Changed: []string{"state"},
		}},
	}
	if err := errors.Join(s.Write(t.Context(), b), s.Commit(t.Context()), s.SaveCursors(t.Context(), []store.Cursor{{Lane: "shop/orders", Seq: 1, Updated: time.Unix(0, 0)}})); err != nil {
		t.Fatal(err)
	}
	for sql, want := range map[string]string{
		`SELECT id, "row" FROM row_sale_order_line WHERE order_id = 5`:                  "7|7\t5\tname",
		`SELECT subject, lsn, body ->> '$.state' FROM documents WHERE entity = 'order'`: "order/S5|0/1A2B3C8|sale",
		`SELECT id, type, time, changed FROM events`:                                    `1-0/1A2B3C8-2|order.confirmed|2026-11-23T07:21:37.003456Z|["state"]`,
		`SELECT lane, seq, updated FROM cursors`:                                        "shop/orders|1|1970-01-01T00:00:00Z",
		`SELECT columns FROM layout WHERE name = 'note'`:                                `["id","text"]`,
	} {
		out, err := exec.CommandContext(t.Context(), "sqlite3", "-readonly", s.file, sql).CombinedOutput() //nolint:gosec // our own texts
		if got := strings.TrimSpace(string(out)); err != nil || got != want {
			t.Errorf("%s\ngives %q (%v), want %q", sql, got, err, want)
		}
	}
	backup := filepath.Join(t.TempDir(), fileName)
	if out, err := exec.CommandContext(t.Context(), "sqlite3", s.file, ".backup "+backup).CombinedOutput(); err != nil { //nolint:gosec // our own texts
		t.Fatalf("%s: %v", out, err)
	}
	copied := open(t, Options{Path: filepath.Dir(backup), Tables: storetest.Tables()})
	defer closeStore(t, copied)
	if text, found, err := copied.Row(0, store.Key{7}); err != nil || !found || text != "7\t5\tname" {
		t.Errorf("the copy has %q, %v, %v", text, found, err)
	}
}

// TestAStoreOfAnOlderVersionIsReadAsBefore makes a store as version 2 of its schema had it.
func TestAStoreOfAnOlderVersionIsReadAsBefore(t *testing.T) {
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, fileName), nil, 0o600); err != nil {
		t.Fatal(err)
	}
	edit(t, dir, "PRAGMA journal_mode = WAL; BEGIN; "+schemaV1+"; "+schemaV2+"; PRAGMA application_id = "+strconv.Itoa(applicationID)+`; PRAGMA user_version = 2;
		INSERT INTO entity VALUES (1, 'order');
		INSERT INTO document (entity, k1, k2, subject, revision, lsn, company, body) VALUES (1, 42, 0, 'order/S00042', 2, '0/10', 1, '{}');
		INSERT INTO event (seq, timeline, lsn, ordinal, xid, time, entity, what, k1, k2, subject, revision, company, origin, body)
			VALUES (1, 1, '0/10', 1, 7, 0, 'order', 'updated', 42, 0, 'order/S00042', 2, 1, '', '{}'); COMMIT`)
	if _, err := OpenReader(dir); err == nil || !strings.Contains(err.Error(), "`odoobridge run` brings it up to date") {
		t.Errorf("a reader of an older store: %v", err)
	}
	s, err := Open(t.Context(), Options{Path: dir})
	if err != nil {
		t.Fatal(err)
	}
	defer closeStore(t, s)
	found, err := s.DocumentsNamed(t.Context(), "order/S00042")
	if err != nil || len(found) != 1 || found[0].Last != store.Unlinked {
		t.Fatalf("found %v, %v", found, err)
	}
	n := 0
	err = store.History(t.Context(), s, "order", found[0].Key, found[0].Last, 10, func(e store.Event) bool {
		n++
		return e.Seq == 1 && e.Previous == store.Unlinked
	})
	if err != nil || n != 1 {
		t.Errorf("%d entries, %v", n, err)
	}
}

// TestAReaderSeesWhatIsCommittedAndWritesNothing reads beside the store, and where a killed one has left its log.
func TestAReaderSeesWhatIsCommittedAndWritesNothing(t *testing.T) {
	dir := t.TempDir()
	if _, err := OpenReader(dir); !errors.Is(err, ErrNone) {
		t.Errorf("where there is none: %v", err)
	}
	s, err := Open(t.Context(), Options{Path: dir})
	if err != nil {
		t.Fatal(err)
	}
	order := store.Document{Entity: "order", Key: store.Key{42}, Subject: "order/S00042", Revision: 1, Body: []byte("{}")}
	write := func(b *store.Batch, commit bool) {
		t.Helper()
		if err := s.Write(t.Context(), b); err != nil {
			t.Fatal(err)
		}
		if commit {
			if err := s.Commit(t.Context()); err != nil {
				t.Fatal(err)
			}
		}
	}
	write(&store.Batch{Documents: []store.Document{order}, Meta: map[string]string{"position": "1"}}, true)
	order.Revision = 2
	write(&store.Batch{Documents: []store.Document{order}, Meta: map[string]string{"position": "2"}}, false)
	look := func(where string) {
		t.Helper()
		r, err := OpenReader(dir)
		if err != nil {
			t.Fatal(err)
		}
		found, err := r.DocumentsNamed(t.Context(), order.Subject)
		position, _, metaErr := r.Meta(t.Context(), "position")
		if err := errors.Join(err, metaErr, r.Close()); err != nil || len(found) != 1 || found[0].Revision != 1 || position != "1" {
			t.Errorf("%s: %v, position %q, %v", where, found, position, err)
		}
	}
	look("beside the bridge")
	left := t.TempDir() // what a killed process leaves
	for _, name := range []string{fileName, fileName + "-wal"} {
		body, err := os.ReadFile(filepath.Join(dir, name))
		if err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(left, name), body, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	closeStore(t, s)
	look("after it")
	dir = left
	before, _ := os.ReadFile(filepath.Join(dir, fileName))
	look("after a killed one")
	if after, _ := os.ReadFile(filepath.Join(dir, fileName)); string(after) != string(before) {
		t.Error("looking has written the database")
	}
}
