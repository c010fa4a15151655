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
	return pg.newDatabase(t, pg.baseline(t, release))
}

// baseline is the name of the database from which this server's databases of a
// release are copied: a copy costs a quarter of what restoring the dump does.
func (pg *PG) baseline(t testing.TB, release string) string {
	t.Helper()
	pg.mu.Lock()
	defer pg.mu.Unlock()
	if name, ok := pg.baselines[release]; ok {
		return name
	}
	dump := filepath.Join(OdooData(t, release), "baseline.sql.gz")
	name := fmt.Sprintf("baseline%s_%d", release, os.Getpid())
	// A database of a test that failed half-way would be in the way of the next.
	pg.Exec(t, pg.dsn, "DROP DATABASE IF EXISTS "+name)
	if err := createDatabase(context.Background(), pg.dsn, name, "template0"); err != nil {
		t.Fatalf("make a database: %v", err)
	}
	restore(t, pg.DSN(name), dump)
	pg.Exec(t, pg.dsn, "ALTER DATABASE "+name+" ALLOW_CONNECTIONS false")
	if pg.server == nil {
		onExit(func() error { return runSQL(context.Background(), pg.dsn, "DROP DATABASE IF EXISTS "+name) })
	}
	if pg.baselines == nil {
		pg.baselines = map[string]string{}
	}
	pg.baselines[release] = name
	return name
}

// restore plays a dump into an empty database.
func restore(t testing.TB, dsn, dump string) {
	t.Helper()
	sql, err := readGzip(dump)
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
