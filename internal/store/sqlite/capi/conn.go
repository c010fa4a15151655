package capi

import (
	"errors"
	"fmt"
	"sync"
	"syscall"
	"time"
	"unsafe"

	"modernc.org/libc"
	lib "modernc.org/sqlite/lib"
)

// Conn is a connection to a database file.
type Conn struct {
	tls    *libc.TLS
	db     uintptr
	cells  uintptr // cellCount machine words for results by pointer
	cached map[string]*Stmt
}

// Places in Conn.cells.
const (
	cellOut    = iota // result of open and prepare
	cellTotal         // frames in the log, of a checkpoint
	cellCopied        // frames copied, of a checkpoint
	cellFrames        // frames in the log, after the last commit of this connection
	cellCount
)

const wordSize = unsafe.Sizeof(uintptr(0))

func (c *Conn) cell(i int) uintptr { return c.cells + uintptr(i)*wordSize }

// at is the C memory at an address as a Go pointer. It never points to what the
// garbage collector owns.
func at[T any](p uintptr) *T { return *(**T)(unsafe.Pointer(&p)) }

// TempDir tells SQLite where to sort what is too large for memory, unless it
// was told before. It holds for the process.
func TempDir(dir string) {
	tempDir.Do(func() {
		if p, err := libc.CString(dir); err == nil {
			lib.Xsqlite3_temp_directory = p
		}
	})
}

var tempDir sync.Once

// Open opens a database file that is there, if only empty. A lock that another
// process holds is waited for.
func Open(path string, wait time.Duration) (*Conn, error) {
	return open(path, wait, lib.SQLITE_OPEN_READWRITE)
}

// OpenReadOnly opens a database file to look into it: it is never written, not even with what its
// write-ahead log holds.
func OpenReadOnly(path string, wait time.Duration) (*Conn, error) {
	return open(path, wait, lib.SQLITE_OPEN_READONLY)
}

func open(path string, wait time.Duration, mode int32) (*Conn, error) {
	tls := libc.NewTLS()
	c := &Conn{tls: tls, cells: libc.Xcalloc(tls, cellCount, libc.Tsize_t(wordSize)), cached: map[string]*Stmt{}}
	name, err := libc.CString(path)
	if err != nil || c.cells == 0 {
		return nil, errors.New("out of memory")
	}
	defer libc.Xfree(tls, name)
	rc := lib.Xsqlite3_open_v2(tls, name, c.cell(cellOut), mode|lib.SQLITE_OPEN_NOMUTEX, 0)
	c.db = *at[uintptr](c.cell(cellOut))
	if rc != lib.SQLITE_OK {
		return nil, errors.Join(c.error(rc), c.Close())
	}
	lib.Xsqlite3_extended_result_codes(tls, c.db, 1)
	lib.Xsqlite3_busy_timeout(tls, c.db, int32(wait.Milliseconds()))
	if rc := c.keepPlans(); rc != lib.SQLITE_OK {
		return nil, errors.Join(c.error(rc), c.Close())
	}
	return c, nil
}

// keepPlans makes SQLite plan a statement once, whatever is bound to it (its query planner
// stability guarantee). Else it prepares a statement anew each time that a
// value becomes 0 or 1, or another than these, which it takes for more common: and the
// first warehouse, company, category and pricelist are all 1.
func (c *Conn) keepPlans() (rc int32) {
	args := libc.NewVaList(int32(1), uintptr(0))
	if args == 0 {
		return lib.SQLITE_NOMEM
	}
	defer libc.Xfree(c.tls, args)
	return lib.Xsqlite3_db_config(c.tls, c.db, lib.SQLITE_DBCONFIG_ENABLE_QPSG, args)
}

func (c *Conn) error(rc int32) error {
	e := &Error{Code: rc, Message: "out of memory"}
	if c.db != 0 {
		e.Message = libc.GoString(lib.Xsqlite3_errmsg(c.tls, c.db))
		switch e.primary() {
		case lib.SQLITE_IOERR, lib.SQLITE_FULL, lib.SQLITE_CANTOPEN:
			e.Errno = syscall.Errno(lib.Xsqlite3_system_errno(c.tls, c.db)) //nolint:gosec // errno is small
		}
	}
	return e
}

// Close ends the connection and its statements.
func (c *Conn) Close() error {
	if c.tls == nil {
		return nil
	}
	for _, s := range c.cached {
		s.Finalize()
	}
	var err error
	if rc := lib.Xsqlite3_close(c.tls, c.db); rc != lib.SQLITE_OK {
		err = fmt.Errorf("close: %w", c.error(rc))
		lib.Xsqlite3_close_v2(c.tls, c.db)
	}
	libc.Xfree(c.tls, c.cells)
	c.tls.Close()
	c.tls, c.db, c.cells, c.cached = nil, 0, 0, nil
	return err
}

// Exec runs statements, separated by semicolons, that return nothing of interest.
func (c *Conn) Exec(sql string) error {
	text, err := libc.CString(sql)
	if err != nil {
		return errors.New("out of memory")
	}
	defer libc.Xfree(c.tls, text)
	if rc := lib.Xsqlite3_exec(c.tls, c.db, text, 0, 0, 0); rc != lib.SQLITE_OK {
		return fmt.Errorf("%.60s: %w", sql, c.error(rc))
	}
	return nil
}

// InTransaction reports whether a transaction is open. SQLite ends one by itself
// on some errors.
func (c *Conn) InTransaction() bool { return lib.Xsqlite3_get_autocommit(c.tls, c.db) == 0 }

// Changes is how many rows the last statement that writes has written.
func (c *Conn) Changes() int64 { return lib.Xsqlite3_changes64(c.tls, c.db) }
