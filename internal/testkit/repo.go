package testkit

import (
	"os"
	"path/filepath"
	"testing"
)

// Root is the directory of the repository, found by its go.mod.
func Root(t testing.TB) string {
	t.Helper()
	dir, err := os.Getwd()
	if err != nil {
		t.Fatal(err)
	}
	for {
		if _, err := os.Stat(filepath.Join(dir, "go.mod")); err == nil {
			return dir
		}
		parent := filepath.Dir(dir)
		if parent == dir {
			t.Fatal("no go.mod above the working directory")
		}
		dir = parent
	}
}

// OdooData is the directory of what was recorded from a real Odoo of the
// release ("17", "18"): ../shared/odoo beside the repository. Without it the
// test is skipped, or fails where CI=true.
func OdooData(t testing.TB, release string) string {
	t.Helper()
	dir := filepath.Join(Root(t), "..", "shared", "odoo", release)
	if _, err := os.Stat(dir); err != nil {
		if os.Getenv("CI") == "true" {
			t.Fatalf("the recordings of Odoo %s are missing: %v", release, err)
		}
		t.Skipf("the recordings of Odoo %s are not here: %v", release, err)
	}
	return dir
}
