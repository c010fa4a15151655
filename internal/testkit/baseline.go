package testkit

import (
	"bytes"
	"compress/gzip"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"github.com/odoobridge/odoobridge/internal/devenv"
)

// RestoreBaseline fills an empty database with the tables and demonstration
// data of a real Odoo, as they were before the first recording.
func RestoreBaseline(t testing.TB, dsn, release string) {
	t.Helper()
	sql, err := readGzip(filepath.Join(OdooData(t, release), "baseline.sql.gz"))
	if err != nil {
		t.Fatalf("read the baseline: %v", err)
	}
	psql, err := devenv.Find("psql")
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(psql, "-X", "-q", "-v", "ON_ERROR_STOP=1", "-o", os.DevNull, "-d", dsn)
	cmd.Stdin = bytes.NewReader(withoutRestrict(sql))
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("restore the baseline: %v\n%s", err, out)
	}
}

func readGzip(path string) ([]byte, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer func() { _ = f.Close() }()
	z, err := gzip.NewReader(f)
	if err != nil {
		return nil, err
	}
	return io.ReadAll(z)
}

// withoutRestrict leaves out two commands that an older psql does not know.
func withoutRestrict(sql []byte) []byte {
	lines := bytes.SplitAfter(sql, []byte("\n"))
	kept := lines[:0:0]
	for _, line := range lines {
		if !bytes.HasPrefix(line, []byte(`\restrict `)) && !bytes.HasPrefix(line, []byte(`\unrestrict `)) {
			kept = append(kept, line)
		}
	}
	return bytes.Join(kept, nil)
}
