package postgres

import (
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/jackc/pgx/v5/pgconn"
)

func pgError(code string) error { return &pgconn.PgError{Code: code, Message: "said the server"} }

func FuzzEveryTextComesBackAndTheServerTakesIt(f *testing.F) {
	for _, s := range []string{"", "plain", "Größe", "\x00", "\x01", "\x0100", "a\x00b\xffc", "\x01", "\xe2\x82", "\x01zz"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		stored := storable(s)
		if !utf8.ValidString(stored) || strings.IndexByte(stored, 0) >= 0 {
			t.Errorf("%q is stored as %q, which the server refuses", s, stored)
		}
		if got := restored(stored); got != s {
			t.Errorf("%q comes back as %q", s, got)
		}
	})
}
