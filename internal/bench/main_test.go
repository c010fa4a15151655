package main

import (
	"log/slog"
	"os"
	"testing"
)

// The limits run as processes of this same program, which here is the test's.
func TestMain(m *testing.M) {
	if len(os.Args) > 1 && os.Args[1] == contestantVerb {
		exit(asContestant(os.Args[2:]))
	}
	os.Exit(m.Run())
}

// testLab is a lab at a very small scale.
func testLab(t *testing.T) *lab {
	t.Helper()
	if testing.Short() {
		t.Skip("starts servers")
	}
	l := &lab{rounds: 1, scale: 0.005, log: slog.New(slog.DiscardHandler)}
	if err := openLab(t.Context(), l); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := l.close(); err != nil {
			t.Error(err)
		}
	})
	return l
}
