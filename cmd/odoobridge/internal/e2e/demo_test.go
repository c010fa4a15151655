package e2e

import (
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"syscall"
	"testing"

	"github.com/odoobridge/odoobridge/internal/testkit"
)

// TestTheDemoPlaysAndStays runs `odoobridge demo --stay` as a newcomer does: what it prints is what the README
// shows, every promise is kept, the order that it asks the reader to place comes back and is heard by the
// others, and Ctrl-C leaves nothing behind.
func TestTheDemoPlaysAndStays(t *testing.T) {
	t.Parallel()
	temp, out := openDir(t), &testkit.Log{}
	demo := exec.Command(program(t, false), "demo", "--stay")
	demo.Stdout, demo.Stderr = out, out
	demo.Env = append(os.Environ(), "TMPDIR="+temp, "ODOO_DSN=")
	demo.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL}
	if err := demo.Start(); err != nil {
		t.Fatal(err)
	}
	ended := make(chan error, 1)
	go func() { ended <- demo.Wait() }()
	t.Cleanup(func() { _ = demo.Process.Kill(); ended <- <-ended })
	says := func(text string) {
		t.Helper()
		testkit.Eventually(t, 3*patience, func() bool {
			select {
			case err := <-ended:
				ended <- err
				t.Fatalf("the demo ended before it said %q: %v\n%s", text, err, out)
			default:
			}
			return strings.Contains(out.String(), text)
		}, func() string { return "the demo does not say " + text + ":\n" + out.String() })
	}
	says("Everything stays up until Ctrl-C")
	says("bin/odoobridge audit")
	said := out.String()
	if strings.Contains(said, "✘") || strings.Count(said, "✔") != 4 {
		t.Errorf("not all is as promised:\n%s", said)
	}
	readmeShows(t, said)

	example := regexp.MustCompile(`go run \./examples/go (.*)`).FindStringSubmatch(said)
	config := regexp.MustCompile(`export (ODOOBRIDGE_CONFIG=\S+)`).FindStringSubmatch(said)
	if example == nil || config == nil {
		t.Fatalf("nothing says how to place an order, or where the configuration is:\n%s", said)
	}
	placed, err := exec.CommandContext(t.Context(), goExample(t), strings.Fields(example[1])...).CombinedOutput()
	if err != nil || !strings.Contains(string(placed), "origin you") {
		t.Errorf("the reader's order: %v\n%s", err, placed)
	}
	says(", by you")
	for _, verb := range []string{"status", "trace WEB-1001", "exceptions list --waiting", "audit"} {
		cmd := exec.CommandContext(t.Context(), program(t, false), strings.Fields(verb)...)
		cmd.Env = append(os.Environ(), config[1])
		if text, err := cmd.CombinedOutput(); err != nil {
			t.Errorf("odoobridge %s: %v\n%s", verb, err, text)
		}
	}
	if err := demo.Process.Signal(syscall.SIGINT); err != nil {
		t.Fatal(err)
	}
	err = <-ended
	ended <- err
	if err != nil {
		t.Errorf("the demo ends with %v\n%s", err, out)
	}
	if left, _ := filepath.Glob(filepath.Join(temp, "*")); len(left) > 0 {
		t.Errorf("left behind: %v", left)
	}
}

// openDir is a directory that PostgreSQL's own user may enter too.
func openDir(t *testing.T) string {
	t.Helper()
	dir, err := os.MkdirTemp("", "odoobridge-demo-test-")
	if err == nil {
		err = os.Chmod(dir, 0o755) //nolint:gosec // nothing secret is in it
	}
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = os.RemoveAll(dir) })
	return dir
}

// changing is what differs from run to run: how long things took, when, and in which year.
var changing = regexp.MustCompile(`\d+\.\d m?s\b|\d{4}-\d\d-\d\d \d\d:\d\d:\d\d|/20\d\d/`)

// readmeShows wants every line of the README's example, but for …, in what the demo said, in this order.
func readmeShows(t *testing.T, said string) {
	t.Helper()
	readme, err := os.ReadFile(filepath.Join(testkit.Root(t), "README.md"))
	if err != nil {
		t.Fatal(err)
	}
	_, example, found := strings.Cut(string(readme), "```text\n1. ")
	example, _, closed := strings.Cut("1. "+example, "\n```")
	if !found || !closed {
		t.Fatal("the README shows nothing of the demo")
	}
	lines := strings.Split(changing.ReplaceAllString(said, "…"), "\n")
	for line := range strings.SplitSeq(changing.ReplaceAllString(example, "…"), "\n") {
		if strings.TrimSpace(line) == "…" || line == "" {
			continue
		}
		at := slices.Index(lines, line)
		if at < 0 {
			t.Fatalf("the README shows a line that the demo does not print there:\n%s\nThe demo:\n%s", line, said)
		}
		lines = lines[at+1:]
	}
}
