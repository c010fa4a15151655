package e2e

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"sync"
	"testing"

	"github.com/odoobridge/odoobridge/internal/testkit"
)

// built is where the programs that the tests run are.
var built string

func TestMain(m *testing.M) {
	dir, err := os.MkdirTemp("", "odoobridge-e2e-")
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	built = dir
	testkit.OnExit(func() error { return os.RemoveAll(dir) })
	testkit.Main(m)
}

// plain and watched build odoobridge at first use: as it is shipped, and with the race detector if the tests
// themselves have it.
var (
	plain   = sync.OnceValues(func() (string, error) { return build("odoobridge") })
	watched = sync.OnceValues(func() (string, error) {
		if !raceEnabled {
			return plain()
		}
		return build("odoobridge-race", "-race", "-gcflags=modernc.org/...=-d=checkptr=0 -race=false") // as make test has it
	})
)

func build(name string, flags ...string) (string, error) {
	path := filepath.Join(built, name)
	args := append([]string{"build", "-ldflags=-s -w", "-o", path}, flags...)
	cmd := exec.Command("go", append(args, "github.com/odoobridge/odoobridge/cmd/odoobridge")...)
	if out, err := cmd.CombinedOutput(); err != nil {
		return "", fmt.Errorf("build odoobridge: %w\n%s", err, out)
	}
	return path, nil
}

// program is the path of one of them.
func program(t testing.TB, underRaceDetector bool) string {
	t.Helper()
	build := plain
	if underRaceDetector {
		build = watched
	}
	path, err := build()
	if err != nil {
		t.Fatal(err)
	}
	return path
}
