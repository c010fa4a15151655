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
	args := []string{"build", "-o", program}
	if raceEnabled {
		args = append(args, "-race")
	}
	build := exec.Command("go", append(args, "github.com/odoobridge/odoobridge/cmd/odoobridge")...)
	if out, err := build.CombinedOutput(); err != nil {
		fmt.Fprintf(os.Stderr, "build odoobridge: %v\n%s", err, out)
		os.Exit(1)
	}
	testkit.Main(m)
}
