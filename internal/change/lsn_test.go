package change

import (
	"testing"

	"pgregory.net/rapid"
)

func TestLSNPrintsAsPostgreSQLDoes(t *testing.T) {
	for lsn, want := range map[LSN]string{0: "0/0", 0x1A2B3C8: "0/1A2B3C8", 0x16_B374D848: "16/B374D848", 1 << 32: "1/0"} {
		if got := lsn.String(); got != want {
			t.Errorf("LSN(%d) = %q, want %q", uint64(lsn), got, want)
		}
	}
}

func TestLSNRoundTrips(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		want := LSN(rapid.Uint64().Draw(t, "lsn"))
		got, err := ParseLSN(want.String())
		if err != nil || got != want {
			t.Fatalf("ParseLSN(%q) = %d, %v", want.String(), got, err)
		}
	})
}

func TestParseLSNRefusesGarbage(t *testing.T) {
	for _, s := range []string{"", "0", "/", "0/", "x/1", "0/100000000", "0/1/2"} {
		if _, err := ParseLSN(s); err == nil {
			t.Errorf("ParseLSN(%q) succeeded", s)
		}
	}
}
