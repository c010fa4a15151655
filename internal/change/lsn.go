package change

import (
	"fmt"
	"strconv"
	"strings"
)

// LSN is a byte position in PostgreSQL's write-ahead log. The only positions
// that the bridge stores or confirms are commit end-LSNs and the ends of idle
// keepalives (PostgreSQL documentation, 55.4 Streaming Replication Protocol).
type LSN uint64

// String prints the position as PostgreSQL does: two hexadecimal halves, "0/1A2B3C8".
func (l LSN) String() string {
	return string(l.Append(make([]byte, 0, 17)))
}

// Append appends the printed position to dst.
func (l LSN) Append(dst []byte) []byte {
	dst = appendUpperHex(dst, uint32(l>>32))
	dst = append(dst, '/')
	return appendUpperHex(dst, uint32(l))
}

func appendUpperHex(dst []byte, v uint32) []byte {
	const digits = "0123456789ABCDEF"
	if v == 0 {
		return append(dst, '0')
	}
	shift := 28
	for v>>shift == 0 {
		shift -= 4
	}
	for ; shift >= 0; shift -= 4 {
		dst = append(dst, digits[v>>shift&0xF])
	}
	return dst
}

// ParseLSN reads the form that String prints.
func ParseLSN(s string) (LSN, error) {
	high, low, found := strings.Cut(s, "/")
	if !found {
		return 0, fmt.Errorf("position %q: want two hexadecimal numbers with a slash between, like 0/1A2B3C8", s)
	}
	h, err := strconv.ParseUint(high, 16, 32)
	if err != nil {
		return 0, fmt.Errorf("position %q: %w", s, err)
	}
	l, err := strconv.ParseUint(low, 16, 32)
	if err != nil {
		return 0, fmt.Errorf("position %q: %w", s, err)
	}
	return LSN(h<<32 | l), nil
}
