package postgres

import (
	"strconv"
	"strings"
	"unicode/utf8"
)

// PostgreSQL's text takes every valid UTF-8 but the character NUL. Odoo's own
// database has the same rule, so no text of it needs what follows.

// mark begins an escape: followed by two hexadecimal digits, it stands for that byte.
const mark = '\x01'

// storable is the text in a form that the server takes; restored gives it back.
func storable(s string) string {
	if utf8.ValidString(s) && strings.IndexByte(s, 0) < 0 && strings.IndexByte(s, mark) < 0 {
		return s
	}
	const digits = "0123456789abcdef"
	var b strings.Builder
	for i := 0; i < len(s); {
		r, n := utf8.DecodeRuneInString(s[i:])
		if c := s[i]; c == 0 || c == mark || r == utf8.RuneError && n == 1 {
			b.WriteString(string([]byte{mark, digits[c>>4], digits[c&15]}))
		} else {
			b.WriteString(s[i : i+n])
		}
		i += n
	}
	return b.String()
}

func restored(s string) string {
	if strings.IndexByte(s, mark) < 0 {
		return s
	}
	var b strings.Builder
	for i := 0; i < len(s); i++ {
		if s[i] == mark && i+2 < len(s) {
			if c, err := strconv.ParseUint(s[i+1:i+3], 16, 8); err == nil {
				b.WriteByte(byte(c))
				i += 2
				continue
			}
		}
		b.WriteByte(s[i])
	}
	return b.String()
}
