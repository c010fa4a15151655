package testkit

import (
	"bytes"
	"compress/gzip"
	"context"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"github.com/odoobridge/odoobridge/internal/devenv"
)

// NewOdoo makes a database with the tables and demonstration data of a real Odoo of
// the release ("17", "18"), as they were before the first recording, and returns the
// superuser's DSN to it. It goes like one of [PG.NewDatabase].
func (pg *PG) NewOdoo(t testing.TB, release string) string {
	t.Helper()
	dump := filepath.Join(OdooData(t, release), "baseline.sql.gz")
	return pg.NewCopy(t, "baseline"+release, func(ctx context.Context, dsn string) error { return restore(ctx, dsn, dump) })
}

// restore plays a dump into an empty database.
func restore(ctx context.Context, dsn, dump string) error {
	sql, err := readGzip(dump)
	if err != nil {
		return fmt.Errorf("read the baseline: %w", err)
	}
	psql, err := devenv.Find("psql")
	if err != nil {
		return err
	}
	cmd := exec.CommandContext(ctx, psql, "-X", "-q", "-v", "ON_ERROR_STOP=1", "-o", os.DevNull, "-d", dsn)
	cmd.Stdin = bytes.NewReader(withoutRestrict(sql))
	if out, err := cmd.CombinedOutput(); err != nil {
		return fmt.Errorf("restore the baseline: %w\n%s", err, out)
	}
	return nil
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
