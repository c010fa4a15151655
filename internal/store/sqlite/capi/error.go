package capi

import (
	"errors"
	"fmt"
	"syscall"

	lib "modernc.org/sqlite/lib"
)

// Error is what SQLite said.
type Error struct {
	Code    int32 // extended result code
	Errno   syscall.Errno
	Message string
}

func (e *Error) Error() string {
	if e.Errno != 0 {
		return fmt.Sprintf("%s (SQLite code %d, %v)", e.Message, e.Code, e.Errno)
	}
	return fmt.Sprintf("%s (SQLite code %d)", e.Message, e.Code)
}

func (e *Error) primary() int32 { return e.Code & 0xff }

// Full reports that the database or its disk has no room left.
func (e *Error) Full() bool {
	return e.primary() == lib.SQLITE_FULL || e.Errno == syscall.ENOSPC || e.Errno == syscall.EDQUOT
}

// Busy reports that another process holds the database's write lock.
func (e *Error) Busy() bool { return e.primary() == lib.SQLITE_BUSY }

// Damaged reports that the file is no database, or a broken one.
func (e *Error) Damaged() bool {
	return e.primary() == lib.SQLITE_CORRUPT || e.primary() == lib.SQLITE_NOTADB
}

// ExplainOpening says why a file could not be opened that should be what is named: "a store".
func ExplainOpening(err error, file, what string) error {
	var e *Error
	switch {
	case !errors.As(err, &e):
		return err
	case e.Damaged():
		return fmt.Errorf("%s is not %s of the bridge, or is damaged: %w", file, what, err)
	case e.Busy():
		return fmt.Errorf("another program keeps %s locked: %w", file, err)
	}
	return err
}
