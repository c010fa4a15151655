package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/odoobridge/odoobridge/cmd/odoobridge/internal/check"
	"github.com/odoobridge/odoobridge/internal/odoosim"
	"github.com/odoobridge/odoobridge/internal/testkit"
)

// simulated stands for a release: the database of the demo.
const simulated = "simulated"

// lab is a database of a real Odoo, an administrator, and a bridge that is to be set up.
type lab struct {
	pg     *testkit.PG
	admin  string // DSN
	role   string
	dsn    string // the bridge's
	config string // file
}

func newLab(t *testing.T, pg *testkit.PG, release, channels string) *lab {
	t.Helper()
	admin := ""
	if release == simulated {
		admin = pg.NewCopy(t, "shop17", odoosim.Install)
	} else {
		admin = pg.NewOdoo(t, release)
	}
	u, err := url.Parse(admin)
	if err != nil {
		t.Fatal(err)
	}
	database := strings.TrimPrefix(u.Path, "/")
	l := &lab{pg: pg, admin: admin, role: "bridge_" + database, config: filepath.Join(t.TempDir(), "odoobridge.yaml")}
	u.User = url.UserPassword(l.role, "geheim")
	l.dsn = u.String()
	store := filepath.Join(t.TempDir(), "store")
	text := fmt.Sprintf("postgres: {dsn: %q, slot: %s, publication: %s}\nrabbitmq: {url: \"amqp://nobody@127.0.0.1:1\"}\nstore: {path: %s, max_size: 64MiB}\n%s",
		l.dsn, l.role, l.role, store, channels)
	if err := os.WriteFile(l.config, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { l.run(t, "setup", "--undo", "--apply", "--admin-dsn", l.admin) })
	return l
}

// run runs one command line and returns its exit code and what it printed.
func (l *lab) run(t *testing.T, args ...string) (code int, stdout, stderr string) {
	t.Helper()
	return execute(t, append(args, "--config", l.config)...)
}

func execute(t *testing.T, args ...string) (code int, stdout, stderr string) {
	t.Helper()
	var out, errs bytes.Buffer
	a := newApp(strings.NewReader(""), &out, &errs)
	code = a.execute(context.Background(), args)
	return code, out.String(), errs.String()
}

// setUp applies setup, which must succeed.
func (l *lab) setUp(t *testing.T) string {
	t.Helper()
	code, stdout, stderr := l.run(t, "setup", "--apply", "--admin-dsn", l.admin)
	if code != exitFine {
		t.Fatalf("setup exits with %d\n%s%s", code, stdout, stderr)
	}
	return stdout
}

// check returns the findings about PostgreSQL and Odoo that are not well; the
// broker and the limits of a test server are not what is looked at here.
func (l *lab) check(t *testing.T) []check.Finding {
	t.Helper()
	_, stdout, stderr := l.run(t, "check", "--json")
	var result checkResult
	if err := json.Unmarshal([]byte(stdout), &result); err != nil {
		t.Fatalf("%v\n%s%s", err, stdout, stderr)
	}
	var bad []check.Finding
	for _, f := range result.Findings {
		if f.Severity == check.OK || f.Code == "rabbitmq" || f.Code == "postgres.max_slot_wal_keep_size" || strings.HasPrefix(f.Code, "store.") {
			continue
		}
		bad = append(bad, f)
	}
	return bad
}

func find(findings []check.Finding, code string) (check.Finding, bool) {
	for _, f := range findings {
		if f.Code == code {
			return f, true
		}
	}
	return check.Finding{}, false
}
