package main

import (
	"bytes"
	"compress/gzip"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"

	"github.com/odoobridge/odoobridge/internal/devenv"
)

// restoreOdoo fills an empty database with Odoo's tables and demonstration
// data: a real one's where its recordings are present, else the simulated one's.
func restoreOdoo(ctx context.Context, dsn string) error {
	dump, err := realOdoo()
	if errors.Is(err, fs.ErrNotExist) {
		return installSimulated(ctx, dsn)
	}
	if err != nil {
		return fmt.Errorf("read the tables of a real Odoo: %w", err)
	}
	return psql(ctx, dsn, withoutRestrict(dump))
}

// realOdoo reads the dump beside the repository.
func realOdoo() ([]byte, error) {
	root, err := repository()
	if err != nil {
		return nil, err
	}
	f, err := os.Open(filepath.Join(root, "..", "shared", "odoo", "17", "baseline.sql.gz"))
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

// psql plays a dump, COPY data included.
func psql(ctx context.Context, dsn string, sql []byte) error {
	binary, err := devenv.Find("psql")
	if err != nil {
		return err
	}
	cmd := exec.CommandContext(ctx, binary, "-X", "-q", "-v", "ON_ERROR_STOP=1", "-o", os.DevNull, "-d", dsn)
	cmd.Stdin = bytes.NewReader(sql)
	if out, err := cmd.CombinedOutput(); err != nil {
		return fmt.Errorf("restore Odoo's tables: %w\n%s", err, out)
	}
	return nil
}

// withoutRestrict leaves out two commands that an older psql does not know.
func withoutRestrict(sql []byte) []byte {
	var kept []byte
	for line := range bytes.Lines(sql) {
		if !bytes.HasPrefix(line, []byte(`\restrict `)) && !bytes.HasPrefix(line, []byte(`\unrestrict `)) {
			kept = append(kept, line...)
		}
	}
	return kept
}
