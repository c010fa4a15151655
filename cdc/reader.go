package cdc

import (
	"bytes"
	"encoding/binary"

	"github.com/odoobridge/odoobridge/internal/change"
)

// reader takes a message apart. The first error sticks, and everything after
// it is zero.
type reader struct {
	buf  []byte
	what string // the message, for errors
	err  error
}

func (r *reader) fail(format string, args ...any) {
	if r.err == nil {
		r.err = protocolErrorf(r.what+" message: "+format, args...)
	}
	r.buf = nil
}

// end reports what went wrong, and bytes that nobody asked for.
func (r *reader) end() error {
	if r.err == nil && len(r.buf) > 0 {
		r.fail("%d bytes too many", len(r.buf))
	}
	return r.err
}

// zeros stands in for what a message that is too short lacks.
var zeros [8]byte

// bytes takes the next n bytes.
func (r *reader) bytes(n int) []byte {
	if n < 0 || n > len(r.buf) {
		r.fail("it ends %d bytes early", n-len(r.buf))
		return nil
	}
	v := r.buf[:n:n]
	r.buf = r.buf[n:]
	return v
}

func (r *reader) fixed(n int) []byte {
	if v := r.bytes(n); v != nil {
		return v
	}
	return zeros[:n]
}

func (r *reader) byte() byte      { return r.fixed(1)[0] }
func (r *reader) uint16() uint16  { return binary.BigEndian.Uint16(r.fixed(2)) }
func (r *reader) uint32() uint32  { return binary.BigEndian.Uint32(r.fixed(4)) }
func (r *reader) uint64() uint64  { return binary.BigEndian.Uint64(r.fixed(8)) }
func (r *reader) lsn() change.LSN { return change.LSN(r.uint64()) }

// cstring takes a string that ends with a zero byte.
func (r *reader) cstring() []byte {
	i := bytes.IndexByte(r.buf, 0)
	if i < 0 {
		r.fail("a string without end")
		return nil
	}
	v := r.buf[:i:i]
	r.buf = r.buf[i+1:]
	return v
}

// peek looks at the next byte without taking it; 0 at the end.
func (r *reader) peek() byte {
	if len(r.buf) == 0 {
		return 0
	}
	return r.buf[0]
}

func (r *reader) expect(want byte) {
	if got := r.byte(); r.err == nil && got != want {
		r.fail("%q where %q should be", got, want)
	}
}
