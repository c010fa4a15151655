package devenv

import (
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"golang.org/x/sync/errgroup"
)

func TestPostgresTakesLogicalReplicationAndSurvivesACrash(t *testing.T) {
	if testing.Short() {
		t.Skip("starts a server")
	}
	ctx := context.Background()
	pg, err := StartPostgres(ctx, map[string]string{"max_slot_wal_keep_size": "16MB"})
	if err != nil {
		t.Fatal(err)
	}
	defer func() {
		if err := pg.Close(); err != nil {
			t.Error(err)
		}
	}()
	if got := ask(t, pg, "SHOW wal_level"); got != "logical" {
		t.Errorf("wal_level = %q", got)
	}
	if got := ask(t, pg, "SHOW max_slot_wal_keep_size"); got != "16MB" {
		t.Errorf("the caller's setting is %q", got)
	}
	ask(t, pg, "CREATE TABLE kept AS SELECT 1 AS one")
	if err := pg.Stop(true); err != nil {
		t.Fatal(err)
	}
	if err := pg.Start(ctx); err != nil {
		t.Fatal(err)
	}
	if got := ask(t, pg, "SELECT one FROM kept"); got != "1" {
		t.Errorf("after the crash the row is %q", got)
	}
}

func TestServersBeginAsCopiesOfOneCluster(t *testing.T) {
	if testing.Short() {
		t.Skip("starts two servers")
	}
	dir, err := os.MkdirTemp("", "odoobridge-cluster-")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = os.RemoveAll(dir) })
	if err := os.Chmod(dir, 0o755); err != nil { //nolint:gosec // the server's user must get in
		t.Fatal(err)
	}
	var servers [2]*Postgres
	var starting errgroup.Group
	for i := range servers { // at once: one makes the cluster, the other waits for it
		starting.Go(func() (err error) {
			servers[i], err = StartPostgresFrom(t.Context(), filepath.Join(dir, "cluster"), nil)
			return err
		})
	}
	err = starting.Wait()
	for _, pg := range servers {
		if pg != nil {
			t.Cleanup(func() { _ = pg.Close() })
		}
	}
	if err != nil {
		t.Fatal(err)
	}
	const system = "SELECT system_identifier FROM pg_control_system()"
	if first, second := ask(t, servers[0], system), ask(t, servers[1], system); first != second {
		t.Errorf("the clusters are %s and %s", first, second)
	}
	ask(t, servers[0], "CREATE TABLE of_one AS SELECT 1 AS one")
	if got := ask(t, servers[1], "SELECT count(*) FROM pg_class WHERE relname = 'of_one'"); got != "0" {
		t.Error("the two servers have one data directory")
	}
}

func ask(t *testing.T, pg *Postgres, sql string) string {
	t.Helper()
	psql, err := Find("psql")
	if err != nil {
		t.Fatal(err)
	}
	out, err := exec.Command(psql, "-X", "-At", "-d", pg.DSN("postgres"), "-c", sql).CombinedOutput()
	if err != nil {
		t.Fatalf("%s: %v\n%s", sql, err, out)
	}
	return strings.TrimSpace(string(out))
}

func TestRabbitMQAnswersItsToolsAndComesBackAfterKill(t *testing.T) {
	if testing.Short() {
		t.Skip("starts a server")
	}
	ctx := context.Background()
	r, err := StartRabbitMQ(ctx)
	if err != nil {
		t.Fatal(err)
	}
	defer func() {
		if err := r.Close(); err != nil {
			t.Error(err)
		}
	}()
	if _, err := r.Ctl(ctx, "add_vhost", "kept"); err != nil {
		t.Fatal(err)
	}
	evaluates(t, r)
	r.Kill()
	if r.speaksAMQP(ctx) {
		t.Fatal("a killed broker still answers")
	}
	if err := r.Start(ctx); err != nil {
		t.Fatal(err)
	}
	out, err := r.Ctl(ctx, "list_vhosts")
	if err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(out, "kept") {
		t.Errorf("after the restart the virtual hosts are %q", out)
	}
}

func evaluates(t *testing.T, r *RabbitMQ) {
	t.Helper()
	out, err := r.Eval(t.Context(), `A = 1, {A + 1, "a \"b\"", [8364]}.`)
	if want := `{2,"a \"b\"",[8364]}`; err != nil || out != want {
		t.Errorf("the value is %s (%v), want %s", out, err, want)
	}
	for _, wrong := range []string{"ok = not_ok.", "a b."} {
		if out, err := r.Eval(t.Context(), wrong); err == nil {
			t.Errorf("%s gives %s", wrong, out)
		}
	}
}
