package capi

import (
	"unsafe"

	"modernc.org/libc"
)

// arena is C memory for the texts bound to one execution of a statement.
type arena struct {
	tls   *libc.TLS
	block uintptr
	size  int
	used  int
	full  []uintptr // earlier blocks of this execution, still bound
}

const (
	arenaFirst = 1 << 10
	arenaKept  = 1 << 20 // larger ones are given back
)

// keep copies the text and returns its address, which holds until reuse.
func (a *arena) keep(text string) uintptr {
	if a.block == 0 || a.used+len(text) > a.size {
		a.grow(len(text))
	}
	p := a.block + uintptr(a.used)
	copy(unsafe.Slice(at[byte](p), len(text)), text)
	a.used += len(text)
	return p
}

func (a *arena) grow(need int) {
	if a.block != 0 {
		a.full = append(a.full, a.block)
	}
	a.size = max(2*a.size, need, arenaFirst)
	a.block, a.used = libc.Xmalloc(a.tls, libc.Tsize_t(a.size)), 0
	if a.block == 0 {
		panic("out of memory")
	}
}

// reuse forgets the texts kept so far.
func (a *arena) reuse() {
	for _, p := range a.full {
		libc.Xfree(a.tls, p)
	}
	a.full, a.used = a.full[:0], 0
	if a.size > arenaKept {
		a.free()
	}
}

func (a *arena) free() {
	for _, p := range a.full {
		libc.Xfree(a.tls, p)
	}
	if a.block != 0 {
		libc.Xfree(a.tls, a.block)
	}
	a.block, a.size, a.used, a.full = 0, 0, 0, nil
}
