package storetest

import (
	"bufio"
	"os"
	"os/exec"
	"slices"
	"strconv"
	"testing"
	"time"
)

// Killed runs the test's own binary as a child with these variables, which its
// TestMain sees; kills it a while after its first line; and returns the lines it printed.
func Killed(t testing.TB, after time.Duration, variables ...string) (said []string) {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), os.Args[0]) //nolint:gosec // ourselves
	cmd.Env = slices.Concat(os.Environ(), variables)
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	var kill *time.Timer
	for lines := bufio.NewScanner(out); lines.Scan(); {
		said = append(said, lines.Text())
		if kill == nil {
			kill = time.AfterFunc(after, func() { _ = cmd.Process.Kill() })
		}
	}
	if kill == nil {
		t.Fatal("the child did nothing")
	}
	if err := cmd.Wait(); err == nil {
		t.Error("the child ended by itself")
	}
	return said
}

// KilledAt is the number that a child printed last, before it was killed.
func KilledAt(t testing.TB, after time.Duration, variables ...string) int64 {
	t.Helper()
	said := Killed(t, after, variables...)
	step, err := strconv.ParseInt(said[len(said)-1], 10, 64)
	if err != nil {
		t.Fatalf("the child says %q", said[len(said)-1])
	}
	return step
}
