package capi

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	lib "modernc.org/sqlite/lib"
)

func connect(t *testing.T) *Conn {
	t.Helper()
	path := filepath.Join(t.TempDir(), "x.db")
	if err := os.WriteFile(path, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	c, err := Open(path, time.Millisecond)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := c.Close(); err != nil {
			t.Error(err)
		}
	})
	return c
}

func prepare(t *testing.T, c *Conn, sql string) *Stmt {
	t.Helper()
	q, err := c.Prep(sql)
	if err != nil {
		t.Fatal(err)
	}
	return q
}

func TestWhatIsBoundComesBack(t *testing.T) {
	c := connect(t)
	q := prepare(t, c, "SELECT ?1, ?2, ?3, ?4, ?5, ?6")
	for _, size := range []int{0, 1, arenaFirst - 1, arenaFirst, 5 * arenaFirst, arenaKept + 1, 3} {
		first, second := strings.Repeat("a", size), strings.Repeat("b", size)
		q.Text(1, first)
		q.Int(2, -1<<63)
		q.Bytes(3, []byte(second)) // may outgrow the memory that the first is in
		q.Null(4)
		q.Blob(5, []byte{0, 1, 2})
		q.Blob(6, nil)
		if row, err := q.Step(); err != nil || !row {
			t.Fatal(row, err)
		}
		if q.ColumnText(0) != first || q.ColumnInt(1) != -1<<63 || string(q.ColumnBytes(2)) != second || string(q.ColumnBytes(4)) != "\x00\x01\x02" {
			t.Errorf("texts of %d bytes came back otherwise", size)
		}
		if !q.ColumnNull(3) || q.ColumnNull(0) || q.ColumnBytes(5) != nil || q.ColumnBytes(2) == nil {
			t.Errorf("NULL and empty are mixed up at %d bytes", size)
		}
		q.Reset()
	}
}

func TestErrorsSayWhatHappened(t *testing.T) {
	c := connect(t)
	if err := c.Exec("CREATE TABLE t(a INTEGER PRIMARY KEY, b NOT NULL)"); err != nil {
		t.Fatal(err)
	}
	q := prepare(t, c, "INSERT INTO t VALUES (?1, 1)")
	q.Int(1, 1)
	if err := q.Run(); err != nil {
		t.Fatal(err)
	}
	var e *Error
	if err := q.Run(); !errors.As(err, &e) || !strings.Contains(e.Error(), "UNIQUE constraint failed: t.a") || e.Full() || e.Busy() || e.Damaged() {
		t.Errorf("the same row again: %v", err)
	}
	q.Int(7, 1)
	if err := q.Run(); err == nil {
		t.Error("a parameter that is not there was bound")
	}
	q.Int(1, 2)
	if err := q.Run(); err != nil || c.Changes() != 1 {
		t.Errorf("the statement after an error: %v, %d rows", err, c.Changes())
	}
	if _, err := c.Prep("SELECT x FROM nowhere"); err == nil || !strings.Contains(err.Error(), "nowhere") {
		t.Errorf("a table that is not there: %v", err)
	}
	if _, err := Open(filepath.Join(t.TempDir(), "none.db"), 0); !errors.As(err, &e) || !strings.Contains(err.Error(), "no such file") {
		t.Errorf("a file that is not there: %v", err)
	}
}

func TestAWriterWaitsForAnotherOnlySoLong(t *testing.T) {
	c := connect(t)
	if err := c.Exec("PRAGMA journal_mode=WAL; CREATE TABLE t(a); BEGIN IMMEDIATE"); err != nil {
		t.Fatal(err)
	}
	path := prepare(t, c, "SELECT file FROM pragma_database_list")
	if _, err := path.Step(); err != nil {
		t.Fatal(err)
	}
	other, err := Open(path.ColumnText(0), 10*time.Millisecond)
	path.Reset()
	if err != nil {
		t.Fatal(err)
	}
	var e *Error
	if err := other.Exec("BEGIN IMMEDIATE"); !errors.As(err, &e) || !e.Busy() {
		t.Errorf("two writers: %v", err)
	}
	if err := errors.Join(c.Exec("ROLLBACK"), other.Exec("BEGIN IMMEDIATE"), other.Exec("ROLLBACK"), other.Close()); err != nil {
		t.Error(err)
	}
}

func TestTheLogsLengthIsKnown(t *testing.T) {
	c := connect(t)
	if err := c.Exec("PRAGMA journal_mode=WAL"); err != nil {
		t.Fatal(err)
	}
	if _, _, err := connect(t).Checkpoint(); !errors.Is(err, errNoLog) {
		t.Errorf("a checkpoint without a log: %v", err)
	}
	c.WatchLog()
	if err := c.Exec("CREATE TABLE t(a)"); err != nil || c.LogFrames() == 0 {
		t.Fatalf("after a commit the log has %d pages, %v", c.LogFrames(), err)
	}
	if frames, copied, err := c.Checkpoint(); err != nil || frames != c.LogFrames() || copied != frames {
		t.Errorf("the checkpoint copied %d of %d pages, %v; the log has %d", copied, frames, err, c.LogFrames())
	}
}

func TestAStatementIsPlannedOnceWhateverIsBound(t *testing.T) {
	c := connect(t)
	if err := c.Exec("CREATE TABLE t (id INTEGER PRIMARY KEY, a INTEGER); CREATE INDEX t_a ON t (a)"); err != nil {
		t.Fatal(err)
	}
	q := prepare(t, c, "SELECT id FROM t WHERE a=?1 ORDER BY id")
	for _, v := range []int64{7, 1, 7, 0, 1 << 40, -1, 2} {
		q.Int(1, v)
		if err := q.Run(); err != nil {
			t.Fatal(err)
		}
	}
	if n := lib.Xsqlite3_stmt_status(c.tls, q.stmt, lib.SQLITE_STMTSTATUS_REPREPARE, 0); n != 0 {
		t.Errorf("prepared %d times more", n)
	}
}
