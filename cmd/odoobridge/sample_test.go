package main

import (
	"flag"
	"os"
	"testing"
)

var update = flag.Bool("update", false, "write generated files anew")

// The samples in deploy/ are what setup prints for an Odoo 17.
func TestTheSampleSQLIsCurrent(t *testing.T) {
	for path, args := range map[string][]string{
		"../../deploy/postgres/setup-odoo17.sql": {"setup", "--odoo-release", "17.0", "--database", "prod"},
		"../../deploy/postgres/undo-odoo17.sql":  {"setup", "--odoo-release", "17.0", "--database", "prod", "--undo"},
	} {
		t.Chdir(t.TempDir()) // no configuration of ours may be found
		code, stdout, stderr := execute(t, args...)
		if code != exitFine {
			t.Fatalf("exit %d: %s", code, stderr)
		}
		t.Chdir(packageDir)
		if *update {
			if err := os.WriteFile(path, []byte(stdout), 0o644); err != nil {
				t.Fatal(err)
			}
		}
		got, err := os.ReadFile(path)
		if err != nil || string(got) != stdout {
			t.Errorf("%s is not current: run go test ./cmd/odoobridge -run Sample -update (%v)", path, err)
		}
	}
}

var packageDir = func() string {
	dir, err := os.Getwd()
	if err != nil {
		panic(err)
	}
	return dir
}()
