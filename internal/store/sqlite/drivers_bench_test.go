package sqlite_test

import (
	"database/sql"
	"errors"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	_ "modernc.org/sqlite" // driver of database/sql
	zombiezen "zombiezen.com/go/sqlite"
	"zombiezen.com/go/sqlite/sqlitex"

	"github.com/odoobridge/odoobridge/internal/store"
	"github.com/odoobridge/odoobridge/internal/store/sqlite"
)

// What docs/adr/0001-store-sqlite.md rests on: the same 2,000 events to a
// commit, through each Go interface to SQLite.

const (
	eventsToACommit = 2000
	eventTable      = `CREATE TABLE event(seq INTEGER PRIMARY KEY, timeline INTEGER, lsn TEXT, ordinal INTEGER, xid INTEGER, time INTEGER,
		entity TEXT, what TEXT, k1 INTEGER, k2 INTEGER, subject TEXT, revision INTEGER, company INTEGER, origin TEXT, changed TEXT, before TEXT, body TEXT)`
	insertEvent = `INSERT INTO event VALUES(?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?)`
	before      = `{"on_hand":"1"}`
)

var body = `{"note":"` + strings.Repeat("y", 240) + `"}`

// BenchmarkDriver inserts events; an operation is one. Compare processor time.
func BenchmarkDriver(b *testing.B) {
	for _, driver := range []struct {
		name string
		open func(b *testing.B, dir string) (add func(seq int64) error, commit func() error)
	}{{"database-sql", databaseSQL}, {"zombiezen", zombiezenConn}, {"store", ours}} {
		b.Run(driver.name, func(b *testing.B) {
			add, commit := driver.open(b, b.TempDir())
			began, seq := processorTime(b), int64(0)
			for b.Loop() {
				seq++
				err := add(seq)
				if err == nil && seq%eventsToACommit == 0 {
					err = commit()
				}
				if err != nil {
					b.Fatal(err)
				}
			}
			if seq%eventsToACommit > 0 {
				if err := commit(); err != nil {
					b.Fatal(err)
				}
			}
			b.ReportMetric(float64(processorTime(b)-began)/float64(b.N)/1000, "cpu-µs/op")
		})
	}
}

func processorTime(tb testing.TB) time.Duration {
	tb.Helper()
	var used syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &used); err != nil {
		tb.Fatal(err)
	}
	return time.Duration(used.Utime.Nano() + used.Stime.Nano())
}

func databaseSQL(b *testing.B, dir string) (func(int64) error, func() error) {
	db, err := sql.Open("sqlite", "file:"+filepath.Join(dir, "x.db")+"?_pragma=journal_mode(WAL)&_pragma=synchronous(FULL)&_pragma=wal_autocheckpoint(16000)")
	if err == nil {
		_, err = db.Exec(eventTable)
	}
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { _ = db.Close() })
	prepared, err := db.Prepare(insertEvent)
	if err != nil {
		b.Fatal(err)
	}
	var tx *sql.Tx
	var insert *sql.Stmt
	add := func(seq int64) (err error) {
		if tx == nil {
			if tx, err = db.Begin(); err != nil {
				return err
			}
			insert = tx.Stmt(prepared)
		}
		_, err = insert.Exec(seq, 1, "0/16B3748", 1, 777, seq, "stock_level", "changed", 17, 1, "stock_level/17/1", 4, 1, "", `["on_hand"]`, before, body)
		return err
	}
	return add, func() error {
		ended := tx
		tx = nil
		return ended.Commit()
	}
}

func zombiezenConn(b *testing.B, dir string) (func(int64) error, func() error) {
	c, err := zombiezen.OpenConn(filepath.Join(dir, "x.db"), zombiezen.OpenReadWrite|zombiezen.OpenCreate)
	for _, statement := range []string{"PRAGMA journal_mode=WAL", "PRAGMA synchronous=FULL", "PRAGMA wal_autocheckpoint=16000", eventTable} {
		if err == nil {
			err = sqlitex.ExecuteTransient(c, statement, nil)
		}
	}
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { _ = c.Close() })
	insert, open := c.Prep(insertEvent), false
	add := func(seq int64) error {
		if !open {
			open = true
			if err := sqlitex.ExecuteTransient(c, "BEGIN", nil); err != nil {
				return err
			}
		}
		for i, number := range [...]int64{seq, 1, 1, 777, seq, 17, 1, 4, 1} {
			insert.BindInt64([...]int{1, 2, 4, 5, 6, 9, 10, 12, 13}[i], number)
		}
		for i, text := range [...]string{"0/16B3748", "stock_level", "changed", "stock_level/17/1", "", `["on_hand"]`, before, body} {
			insert.BindText([...]int{3, 7, 8, 11, 14, 15, 16, 17}[i], text)
		}
		_, err := insert.Step()
		return errors.Join(err, insert.Reset())
	}
	return add, func() error {
		open = false
		return sqlitex.ExecuteTransient(c, "COMMIT", nil)
	}
}

func ours(b *testing.B, dir string) (func(int64) error, func() error) {
	s, err := sqlite.Open(b.Context(), sqlite.Options{Path: dir})
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { _ = s.Close() })
	batch := &store.Batch{}
	add := func(seq int64) error {
		batch.Events = append(batch.Events, store.Event{
			Seq: seq, Timeline: 1, LSN: 0x16b3748, Ordinal: 1, XID: 777, Time: time.UnixMicro(seq), Entity: "stock_level", What: "changed",
			Key: store.Key{17, 1}, Subject: "stock_level/17/1", Revision: 4, Company: 1, Body: []byte(body), Changed: []string{"on_hand"}, Before: []byte(before),
		})
		return nil
	}
	return add, func() error {
		if err := s.Write(b.Context(), batch); err != nil {
			return err
		}
		batch.Events = batch.Events[:0]
		return s.Commit(b.Context())
	}
}
