package capi

import (
	"errors"
	"unsafe"

	"modernc.org/libc"
	lib "modernc.org/sqlite/lib"
)

// WatchLog makes LogFrames tell how long the write-ahead log is. It replaces
// SQLite's automatic checkpoints.
func (c *Conn) WatchLog() {
	lib.Xsqlite3_wal_hook(c.tls, c.db, funcPointer(noteFrames), c.cell(cellFrames))
}

// noteFrames is called by SQLite after each commit.
func noteFrames(_ *libc.TLS, cell, _, _ uintptr, frames int32) int32 {
	*at[int32](cell) = frames
	return lib.SQLITE_OK
}

// LogFrames is how many pages the write-ahead log held after this connection's
// last commit.
func (c *Conn) LogFrames() int { return int(*at[int32](c.cell(cellFrames))) }

var errNoLog = errors.New("this connection knows of no write-ahead log: it has read nothing yet, or the database has none")

// Checkpoint copies pages from the log to the database, as far as it can be done
// without keeping readers or the writer waiting. It returns how many the log has, and how
// many of them are copied.
func (c *Conn) Checkpoint() (frames, copied int, err error) {
	rc := lib.Xsqlite3_wal_checkpoint_v2(c.tls, c.db, 0, lib.SQLITE_CHECKPOINT_PASSIVE, c.cell(cellTotal), c.cell(cellCopied))
	if rc != lib.SQLITE_OK {
		return 0, 0, c.error(rc)
	}
	frames, copied = int(*at[int32](c.cell(cellTotal))), int(*at[int32](c.cell(cellCopied)))
	if frames < 0 {
		return 0, 0, errNoLog
	}
	return frames, copied, nil
}

// funcPointer is a declared function as C sees it: the translated engine calls
// through the address of the function's own value, which is static data.
func funcPointer[T any](f T) uintptr {
	return *(*uintptr)(unsafe.Pointer(&struct{ f T }{f}))
}
