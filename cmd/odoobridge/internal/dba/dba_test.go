package dba

import (
	"bytes"
	"context"
	"encoding/base64"
	"fmt"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5"
	"github.com/odoobridge/odoobridge/internal/testkit"
)

func TestMain(m *testing.M) { testkit.Main(m) }

// The server makes its own verifier of a password; ours from the same salt must be the same.
func TestVerifiersAreThoseOfPostgreSQL(t *testing.T) {
	pg := testkit.Postgres(t)
	conn := pg.Connect(t, pg.Superuser())
	ctx := context.Background()
	for i, password := range []string{"geheim", `with 'quotes' and \ backslash`, strings.Repeat("long", 50)} {
		role := fmt.Sprintf("dba_scram_%d", i)
		if _, err := conn.Exec(ctx, "CREATE ROLE "+role+" PASSWORD "+Literal(password)); err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { _, _ = conn.Exec(ctx, "DROP ROLE "+role) })
		var theirs string
		if err := conn.QueryRow(ctx, "SELECT rolpassword FROM pg_authid WHERE rolname = $1", role).Scan(&theirs); err != nil {
			t.Fatal(err)
		}
		var iterations int
		rest := strings.TrimPrefix(theirs, "SCRAM-SHA-256$")
		head, _, _ := strings.Cut(rest, "$")
		if _, err := fmt.Sscanf(head, "%d:", &iterations); err != nil {
			t.Fatalf("%v in %s", err, theirs)
		}
		_, encoded, _ := strings.Cut(head, ":")
		salt, err := base64.StdEncoding.DecodeString(encoded)
		if err != nil {
			t.Fatal(err)
		}
		if ours := verifierFor(password, salt, iterations); ours != theirs {
			t.Errorf("%q: ours %s, theirs %s", password, ours, theirs)
		}
	}
	if one, other := scramVerifier("x"), scramVerifier("x"); one == other {
		t.Error("two verifiers have one salt")
	}
}

func TestIdentifiersAreQuotedWhereTheyMustBe(t *testing.T) {
	for name, want := range map[string]string{"res_partner": "res_partner", "order": `"order"`, "user": `"user"`, "Weird": `"Weird"`, `a"b`: `"a""b"`, "name": "name", "x-y": `"x-y"`, "": `""`} {
		if got := Quote(name); got != want {
			t.Errorf("Quote(%q) = %s, want %s", name, got, want)
		}
	}
}

// The list of reserved words is the server's own.
func TestEveryReservedWordIsKnown(t *testing.T) {
	pg := testkit.Postgres(t)
	rows, err := pg.Connect(t, pg.Superuser()).Query(context.Background(), "SELECT word FROM pg_get_keywords() WHERE catcode IN ('R', 'T', 'C')")
	if err != nil {
		t.Fatal(err)
	}
	words, err := pgx.CollectRows(rows, pgx.RowTo[string])
	if err != nil {
		t.Fatal(err)
	}
	for _, word := range words {
		if !reserved[word] {
			t.Errorf("%s is not quoted", word)
		}
	}
}

func TestAPrintedPlanRunsWhole(t *testing.T) {
	plan := []Statement{{Section: "A", Why: "because", SQL: "SELECT 1"}, {Section: "B", SQL: "SELECT 2"}, {Section: "C", SQL: "ALTER SYSTEM …", Advice: true}}
	var b bytes.Buffer
	if err := Print(&b, plan); err != nil {
		t.Fatal(err)
	}
	want := "BEGIN;\nSET LOCAL lock_timeout = '5s'; -- never make Odoo queue behind us\n\n-- A\n--   because\nSELECT 1;\n\n-- B\nSELECT 2;\n\nCOMMIT;\n\n-- C\n--       ALTER SYSTEM …\n"
	if b.String() != want {
		t.Errorf("got:\n%s", b.String())
	}
	if Steps(plan) != 2 {
		t.Errorf("%d steps", Steps(plan))
	}
}

func TestNothingIsPlannedThatIsThere(t *testing.T) {
	w := &Wants{Role: "r", Database: "d", Publication: "p", Tables: []Table{{Name: "t", Columns: []string{"a", "b"}, Published: true}, {Name: "absent", Columns: []string{"x"}, Published: true}}}
	have := &Have{Version: 170000, Role: &Role{Login: true, Replication: true}, Connect: true, Usage: true, Identity: true, Identify: true,
		Columns:  map[string]map[string]bool{"t": {"a": true, "b": false}},
		Settings: map[string]string{"wal_level": "logical", "max_replication_slots": "10", "max_slot_wal_keep_size": "20480"}}
	plan := Plan(w, have, nil)
	if Steps(plan) != 1 || plan[0].SQL != "GRANT SELECT (b) ON t TO r" || plan[0].Undo != "REVOKE SELECT (b) ON t FROM r" {
		t.Errorf("plan = %+v", plan)
	}
	if names := w.Published(have); len(names) != 1 || names[0] != "t" {
		t.Errorf("published = %v", names)
	}
}
