package devenv

import (
	"context"
	"os/exec"
	"strings"
	"testing"
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
