package capi

import (
	"errors"
	"fmt"
	"unsafe"

	"modernc.org/libc"
	lib "modernc.org/sqlite/lib"
)

// Stmt is a prepared statement. Bind its parameters, numbered from 1, then Run
// it, or Step through its rows and Reset it. What is bound stays bound.
type Stmt struct {
	conn  *Conn
	stmt  uintptr
	texts arena
	err   error // of binding
}

// Prep returns the statement prepared for this connection, once.
func (c *Conn) Prep(sql string) (*Stmt, error) {
	if s := c.cached[sql]; s != nil {
		return s, nil
	}
	s, err := c.Prepare(sql)
	if err != nil {
		return nil, err
	}
	c.cached[sql] = s
	return s, nil
}

// Prepare compiles a statement that the caller finalizes.
func (c *Conn) Prepare(sql string) (*Stmt, error) {
	text, err := libc.CString(sql)
	if err != nil {
		return nil, errors.New("out of memory")
	}
	defer libc.Xfree(c.tls, text)
	rc := lib.Xsqlite3_prepare_v3(c.tls, c.db, text, int32(len(sql)+1), lib.SQLITE_PREPARE_PERSISTENT, c.cell(cellOut), 0)
	if rc != lib.SQLITE_OK {
		return nil, fmt.Errorf("prepare %q: %w", sql, c.error(rc))
	}
	return &Stmt{conn: c, stmt: *at[uintptr](c.cell(cellOut)), texts: arena{tls: c.tls}}, nil
}

// Finalize frees a statement got from Prepare.
func (s *Stmt) Finalize() {
	lib.Xsqlite3_finalize(s.conn.tls, s.stmt)
	s.texts.free()
	s.stmt = 0
}

func (s *Stmt) bound(rc int32) {
	if rc != lib.SQLITE_OK && s.err == nil {
		s.err = fmt.Errorf("bind: %w", s.conn.error(rc))
	}
}

// Int binds a number.
func (s *Stmt) Int(i int, v int64) {
	s.bound(lib.Xsqlite3_bind_int64(s.conn.tls, s.stmt, int32(i), v))
}

// Text binds a text.
func (s *Stmt) Text(i int, v string) {
	s.bound(lib.Xsqlite3_bind_text(s.conn.tls, s.stmt, int32(i), s.texts.keep(v), int32(len(v)), 0))
}

// Bytes binds a text given as bytes.
func (s *Stmt) Bytes(i int, v []byte) { s.Text(i, unsafe.String(unsafe.SliceData(v), len(v))) }

// Blob binds bytes that are not text; nil is NULL.
func (s *Stmt) Blob(i int, v []byte) {
	if v == nil {
		s.Null(i)
		return
	}
	p := s.texts.keep(unsafe.String(unsafe.SliceData(v), len(v)))
	s.bound(lib.Xsqlite3_bind_blob(s.conn.tls, s.stmt, int32(i), p, int32(len(v)), 0))
}

// Null binds NULL.
func (s *Stmt) Null(i int) { s.bound(lib.Xsqlite3_bind_null(s.conn.tls, s.stmt, int32(i))) }

// Step goes to the next row; there is none when it returns false.
func (s *Stmt) Step() (row bool, err error) {
	if s.err != nil {
		return false, s.err
	}
	switch rc := lib.Xsqlite3_step(s.conn.tls, s.stmt); rc {
	case lib.SQLITE_ROW:
		return true, nil
	case lib.SQLITE_DONE:
		return false, nil
	default:
		return false, s.conn.error(rc)
	}
}

// Reset makes the statement ready to be bound and stepped again.
func (s *Stmt) Reset() {
	lib.Xsqlite3_reset(s.conn.tls, s.stmt)
	s.texts.reuse()
	s.err = nil
}

// Run executes a statement that returns no rows and resets it.
func (s *Stmt) Run() error {
	_, err := s.Step()
	s.Reset()
	return err
}

// ColumnInt returns a number of the row, columns counted from 0.
func (s *Stmt) ColumnInt(i int) int64 { return lib.Xsqlite3_column_int64(s.conn.tls, s.stmt, int32(i)) }

// ColumnText returns a copy of a text of the row.
func (s *Stmt) ColumnText(i int) string {
	b := s.ColumnBytes(i)
	return unsafe.String(unsafe.SliceData(b), len(b))
}

// ColumnBytes returns a copy of a text or blob of the row; nil when it is NULL.
func (s *Stmt) ColumnBytes(i int) []byte {
	p := lib.Xsqlite3_column_blob(s.conn.tls, s.stmt, int32(i))
	n := lib.Xsqlite3_column_bytes(s.conn.tls, s.stmt, int32(i))
	if n == 0 {
		if s.ColumnNull(i) {
			return nil
		}
		return []byte{}
	}
	b := make([]byte, n)
	copy(b, unsafe.Slice(at[byte](p), n))
	return b
}

// ColumnNull reports whether the column is NULL.
func (s *Stmt) ColumnNull(i int) bool {
	return lib.Xsqlite3_column_type(s.conn.tls, s.stmt, int32(i)) == lib.SQLITE_NULL
}
