package e2e

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"github.com/odoobridge/odoobridge/internal/testkit"
)

// program is the path of the built odoobridge.
var program string

func TestMain(m *testing.M) {
	dir, err := os.MkdirTemp("", "odoobridge-e2e-")
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	program = filepath.Join(dir, "odoobridge")
	var flags []string
	if raceEnabled {
		flags = append(flags, "-race", "-gcflags=modernc.org/...=-d=checkptr=0 -race=false") // as make test has it
	}
	if err := build(program, flags...); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	testkit.Main(m)
}

func build(path string, flags ...string) error {
	args := append([]string{"build", "-o", path}, flags...)
	cmd := exec.Command("go", append(args, "github.com/odoobridge/odoobridge/cmd/odoobridge")...)
	if out, err := cmd.CombinedOutput(); err != nil {
		return fmt.Errorf("build odoobridge: %w\n%s", err, out)
	}
	return nil
}

// withoutRace is the program without the race detector, for what is about many rows:
// with it, a hundred thousand documents take minutes.
func withoutRace(t testing.TB) string {
	t.Helper()
	if !raceEnabled {
		return program
	}
	path := filepath.Join(t.TempDir(), "odoobridge")
	if err := build(path); err != nil {
		t.Fatal(err)
	}
	return path
}
