package main

import (
	"context"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5"

	"github.com/odoobridge/odoobridge/cmd/odoobridge/internal/check"
	"github.com/odoobridge/odoobridge/internal/testkit"
)

func TestAfterSetupEveryCheckOfTheDatabaseIsFine(t *testing.T) {
	for _, release := range []string{"17", "18", simulated} {
		t.Run(release, func(t *testing.T) {
			l := newLab(t, testkit.Postgres(t), release, "")
			printed := l.setUp(t)
			if strings.Contains(printed, "geheim") {
				t.Errorf("setup shows the password:\n%s", printed)
			}
			if bad := l.check(t); len(bad) > 0 {
				t.Errorf("after setup:\n%s", check.Plain.Text(bad))
			}
			if again := l.setUp(t); !strings.Contains(again, "nothing to run") {
				t.Errorf("a second setup runs something:\n%s", again)
			}
		})
	}
}

func TestTheBridgesRoleMayReadNothingElse(t *testing.T) {
	l := newLab(t, testkit.Postgres(t), "17", "")
	l.setUp(t)
	conn := l.pg.Connect(t, l.dsn)
	ctx := context.Background()
	for sql, allowed := range map[string]bool{
		"SELECT id, login FROM res_users":                         true,
		"SELECT password FROM res_users":                          false,
		"SELECT value FROM ir_config_parameter":                   false,
		"SELECT value FROM odoobridge_identity":                   true,
		"SELECT * FROM res_partner":                               false,
		"SELECT id, email FROM res_partner":                       true,
		"UPDATE res_partner SET name = name":                      false,
		"SELECT id FROM crm_team":                                 false,
		"SELECT pg_read_file('postgresql.conf')":                  false,
		"SELECT pg_logical_emit_message(false, 'odoobridge', '')": true,
	} {
		_, err := conn.Exec(ctx, sql)
		if (err == nil) != allowed {
			t.Errorf("%s: %v, allowed should be %v", sql, err, allowed)
		}
	}
	// A view without a barrier would show its hidden rows to a function that is cheap enough to run first.
	l.pg.Exec(t, l.admin, `CREATE TABLE seen (value text); GRANT INSERT ON seen TO PUBLIC;
		CREATE FUNCTION peek(text) RETURNS boolean COST 0.0000001 LANGUAGE plpgsql AS $$ BEGIN INSERT INTO seen VALUES ($1); RETURN true; END $$;`)
	if _, err := conn.Exec(ctx, "SELECT key FROM odoobridge_identity WHERE peek(key)"); err != nil {
		t.Fatal(err)
	}
	var leaked int
	if err := l.pg.Connect(t, l.admin).QueryRow(ctx, "SELECT count(*) FROM seen WHERE value NOT IN ('database.uuid', 'database.is_neutralized')").Scan(&leaked); err != nil || leaked > 0 {
		t.Errorf("%d rows of ir_config_parameter leak through the view (%v)", leaked, err)
	}
}

func TestUndoLeavesNothing(t *testing.T) {
	l := newLab(t, testkit.Postgres(t), "17", "")
	before := l.objects(t)
	l.setUp(t)
	l.pg.Exec(t, l.admin, "SELECT pg_create_logical_replication_slot('"+l.role+"', 'pgoutput')")
	if during := l.objects(t); during == before {
		t.Fatal("setup made nothing")
	}
	if code, stdout, stderr := l.run(t, "setup", "--undo", "--apply", "--admin-dsn", l.admin); code != exitFine {
		t.Fatalf("undo exits with %d\n%s%s", code, stdout, stderr)
	}
	if after := l.objects(t); after != before {
		t.Errorf("left behind:\n%s\nbefore:\n%s", after, before)
	}
}

// objects lists what setup could have made or changed.
func (l *lab) objects(t *testing.T) string {
	t.Helper()
	rows, err := l.pg.Connect(t, l.admin).Query(context.Background(), `
		SELECT 'role ' || rolname FROM pg_roles WHERE rolname LIKE 'bridge_t%' AND rolname = $1
		UNION ALL SELECT 'publication ' || pubname FROM pg_publication
		UNION ALL SELECT 'slot ' || slot_name FROM pg_replication_slots WHERE database = current_database()
		UNION ALL SELECT 'view ' || relname FROM pg_class WHERE relkind = 'v' AND relnamespace = 'public'::regnamespace
		UNION ALL SELECT 'acl ' || coalesce(nspacl::text, '') FROM pg_namespace WHERE nspname = 'public'
		UNION ALL SELECT 'column acl ' || attrelid::regclass || '.' || attname FROM pg_attribute WHERE array_length(attacl, 1) > 0 AND attrelid >= 16384
		ORDER BY 1`, l.role)
	if err != nil {
		t.Fatal(err)
	}
	names, err := pgx.CollectRows(rows, pgx.RowTo[string])
	if err != nil {
		t.Fatal(err)
	}
	return strings.Join(names, "\n")
}

func TestSetupRefusesTablesWithoutAPrimaryKey(t *testing.T) {
	l := newLab(t, testkit.Postgres(t), "17", "")
	l.pg.Exec(t, l.admin, "ALTER TABLE stock_quant DROP CONSTRAINT stock_quant_pkey")
	code, stdout, stderr := l.run(t, "setup", "--apply", "--admin-dsn", l.admin)
	if code != exitPerson || !strings.Contains(stderr, "stock_quant has no primary key") {
		t.Errorf("exit %d\n%s%s", code, stdout, stderr)
	}
	if strings.Contains(l.objects(t), "publication") {
		t.Error("a publication was made all the same")
	}
}

func TestAFailedSetupChangesNothing(t *testing.T) {
	l := newLab(t, testkit.Postgres(t), "17", "")
	before := l.objects(t)
	// Somebody holds a lock that the publication needs: the last statement of the plan fails.
	holder := l.pg.Connect(t, l.admin)
	ctx := context.Background()
	tx, err := holder.Begin(ctx)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := tx.Exec(ctx, "LOCK TABLE sale_order IN ACCESS EXCLUSIVE MODE"); err != nil {
		t.Fatal(err)
	}
	code, _, stderr := l.run(t, "setup", "--apply", "--admin-dsn", l.admin)
	if err := tx.Rollback(ctx); err != nil {
		t.Fatal(err)
	}
	if code != exitFailed || !strings.Contains(stderr, "nothing was changed") {
		t.Errorf("exit %d: %s", code, stderr)
	}
	if after := l.objects(t); after != before {
		t.Errorf("left behind:\n%s", after)
	}
}
