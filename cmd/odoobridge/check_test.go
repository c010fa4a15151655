package main

import (
	"context"
	"encoding/json"
	"strings"
	"testing"
	"time"

	"github.com/odoobridge/odoobridge/cmd/odoobridge/internal/check"
	"github.com/odoobridge/odoobridge/cmd/odoobridge/internal/pgcheck"
	"github.com/odoobridge/odoobridge/internal/config"
	"github.com/odoobridge/odoobridge/internal/testkit"
)

// Each precondition is broken, found, mended with the finding's own SQL, and then not found any more.
func TestEachBrokenPreconditionIsFoundAndItsRemedyMendsIt(t *testing.T) {
	l := newLab(t, testkit.Postgres(t), "17", "channels: {shop: {odoo_login: admin, lanes: {all: {entities: [order]}}}}\n")
	l.setUp(t)
	for name, tc := range map[string]struct {
		breaks string
		code   string
		says   string
		mend   string // where the remedy is not SQL
	}{
		"replication attribute":   {breaks: "ALTER ROLE $role NOREPLICATION", code: "postgres.role", says: "lacks the attribute REPLICATION"},
		"connection limit":        {breaks: "ALTER ROLE $role CONNECTION LIMIT 6", code: "postgres.role_connections", says: "6 connections"},
		"column grant":            {breaks: "REVOKE SELECT (email) ON res_partner FROM $role", code: "odoo.grants", says: "res_partner"},
		"grant on users":          {breaks: "REVOKE SELECT (login) ON res_users FROM $role", code: "odoo.grants", says: "res_users"},
		"schema":                  {breaks: "REVOKE USAGE ON SCHEMA public FROM PUBLIC, $role", code: "postgres.schema", says: "may not use the schema public"},
		"identity grant":          {breaks: "REVOKE SELECT ON odoobridge_identity FROM $role", code: "odoo.identity", says: "may not read database.uuid"},
		"identity view":           {breaks: "DROP VIEW odoobridge_identity", code: "odoo.identity", says: "may not read database.uuid"},
		"no uuid":                 {breaks: "UPDATE ir_config_parameter SET key = 'x.uuid' WHERE key = 'database.uuid'", code: "odoo.identity", says: "has no database.uuid", mend: "UPDATE ir_config_parameter SET key = 'database.uuid' WHERE key = 'x.uuid'"},
		"neutralized":             {breaks: "INSERT INTO ir_config_parameter (key, value) VALUES ('database.is_neutralized', 'True')", code: "odoo.neutralized", says: "copy made for tests", mend: "DELETE FROM ir_config_parameter WHERE key = 'database.is_neutralized'"},
		"login":                   {breaks: "UPDATE res_users SET login = 'other' WHERE login = 'admin'", code: "odoo.logins", says: "no user with the login admin", mend: "UPDATE res_users SET login = 'admin' WHERE login = 'other'"},
		"column":                  {breaks: "ALTER TABLE sale_order RENAME client_order_ref TO gone", code: "odoo.columns", says: "sale_order.client_order_ref", mend: "ALTER TABLE sale_order RENAME gone TO client_order_ref"},
		"publication":             {breaks: "DROP PUBLICATION $role", code: "postgres.publication_missing", says: "does not exist"},
		"table not published":     {breaks: "ALTER PUBLICATION $role DROP TABLE stock_quant", code: "postgres.table_not_published", says: "stock_quant"},
		"table too many":          {breaks: "ALTER PUBLICATION $role ADD TABLE res_users", code: "postgres.extra_table", says: "res_users"},
		"column list":             {breaks: "ALTER PUBLICATION $role DROP TABLE res_partner; ALTER PUBLICATION $role ADD TABLE res_partner (id, name)", code: "postgres.column_list", says: "res_partner"},
		"row filter":              {breaks: "ALTER PUBLICATION $role DROP TABLE res_partner; ALTER PUBLICATION $role ADD TABLE res_partner WHERE (id > 5)", code: "postgres.row_filter", says: "res_partner"},
		"operations":              {breaks: "ALTER PUBLICATION $role SET (publish = 'insert')", code: "postgres.operations_missing", says: "update"},
		"all tables":              {breaks: "DROP PUBLICATION $role; CREATE PUBLICATION $role FOR ALL TABLES", code: "postgres.all_tables", says: "all tables"},
		"primary key":             {breaks: "ALTER TABLE sale_order DROP CONSTRAINT sale_order_pkey", code: "postgres.no_replica_identity", says: "sale_order"},
		"replica identity":        {breaks: "ALTER TABLE sale_order REPLICA IDENTITY NOTHING", code: "postgres.no_replica_identity", says: "sale_order"},
		"a slot of somebody else": {breaks: "SELECT pg_create_logical_replication_slot('$role', 'test_decoding')", code: "postgres.slot", says: `its plugin is "test_decoding"`},
	} {
		t.Run(name, func(t *testing.T) {
			expand := func(sql string) string { return strings.ReplaceAll(sql, "$role", l.role) }
			l.pg.Exec(t, l.admin, expand(tc.breaks))
			found, ok := find(l.check(t), tc.code)
			if !ok {
				t.Fatalf("no finding %s in:\n%s", tc.code, check.Plain.Text(l.check(t)))
			}
			if !strings.Contains(found.What, tc.says) || found.Remedy == "" {
				t.Errorf("the finding does not say %q, or has no remedy: %+v", tc.says, found)
			}
			for _, sql := range append(found.SQL, expand(tc.mend)) {
				l.pg.Exec(t, l.admin, sql)
			}
			if bad := l.check(t); len(bad) > 0 {
				t.Errorf("after the remedy:\n%s", check.Plain.Text(bad))
			}
		})
	}
}

func TestSettingsOfTheServerAreFoundAndMended(t *testing.T) {
	pg := testkit.StartPostgres(t, testkit.WithSetting("wal_level", "replica"), testkit.WithSetting("max_replication_slots", "1"),
		testkit.WithSetting("max_wal_senders", "1"), testkit.WithSetting("wal_sender_timeout", "5s"))
	l := newLab(t, pg, "18", "")
	l.setUp(t)
	bad := l.check(t)
	if f, ok := find(bad, "postgres.slot_creation"); !ok || f.Severity != check.Skip {
		t.Errorf("slot creation is asked for without wal_level: %+v", f)
	}
	for _, code := range []string{"postgres.wal_level", "postgres.max_replication_slots", "postgres.max_wal_senders", "postgres.wal_sender_timeout"} {
		f, ok := find(bad, code)
		if !ok || len(f.SQL) == 0 {
			t.Fatalf("no finding %s with SQL in:\n%s", code, check.Plain.Text(bad))
		}
		for _, sql := range f.SQL {
			l.pg.Exec(t, l.admin, sql)
		}
	}
	pg.Restart(t)
	if bad := l.check(t); len(bad) > 0 {
		t.Errorf("after the remedies and a restart:\n%s", check.Plain.Text(bad))
	}
	if _, stdout, _ := l.run(t, "check"); !strings.Contains(stdout, "max_slot_wal_keep_size sets no limit") {
		t.Errorf("an unlimited slot is not named:\n%s", stdout)
	}
	pg.Exec(t, l.admin, "ALTER SYSTEM SET max_slot_wal_keep_size = '20GB'")
	pg.Exec(t, l.admin, "SELECT pg_reload_conf()")
	testkit.Eventually(t, 10*time.Second, func() bool {
		_, stdout, _ := l.run(t, "check")
		return strings.Contains(stdout, "max_slot_wal_keep_size is 20 GB")
	}, func() string { return "the new setting is not seen" })
}

func TestCheckSaysWhoBlocksANewSlot(t *testing.T) {
	l := newLab(t, testkit.Postgres(t), "17", "")
	l.setUp(t)
	ctx := context.Background()
	writer := l.pg.Connect(t, l.admin)
	tx, err := writer.Begin(ctx)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = tx.Rollback(ctx) }()
	if _, err := tx.Exec(ctx, "UPDATE res_partner SET name = name WHERE id = 1"); err != nil {
		t.Fatal(err)
	}
	var pid string
	if err := tx.QueryRow(ctx, "SELECT pg_backend_pid()::text").Scan(&pid); err != nil {
		t.Fatal(err)
	}
	cfg, err := config.Load(l.config, func(string) (string, bool) { return "", false })
	if err != nil {
		t.Fatal(err)
	}
	checker, err := pgcheck.New(cfg)
	if err != nil {
		t.Fatal(err)
	}
	defer checker.Close()
	checker.SlotWait, checker.Slow = 300*time.Millisecond, 0
	found := check.Run(ctx, checker.Questions(), nil)
	f, _ := find(found, "postgres.slot_creation")
	if f.Severity != check.Fail || !strings.Contains(f.What, "waits for open transactions") || !strings.Contains(f.What, pid) {
		t.Errorf("got %+v, want process %s named", f, pid)
	}
	var slots int
	if err := tx.QueryRow(ctx, "SELECT count(*) FROM pg_replication_slots WHERE database = current_database()").Scan(&slots); err != nil || slots != 0 {
		t.Errorf("%d slots left behind (%v)", slots, err)
	}
}

func TestCheckWithoutAServerSaysSoAndSkipsTheRest(t *testing.T) {
	l := newLab(t, testkit.Postgres(t), "17", "")
	// The role does not exist yet.
	code, stdout, _ := l.run(t, "check", "--json")
	var result checkResult
	if err := json.Unmarshal([]byte(stdout), &result); err != nil {
		t.Fatal(err)
	}
	f, _ := find(result.Findings, "postgres.connect")
	if code != exitFailed || result.OK || f.Severity != check.Fail || !strings.Contains(f.Remedy, "odoobridge setup") {
		t.Errorf("exit %d, %+v", code, f)
	}
	if f, _ := find(result.Findings, "odoo.grants"); f.Severity != check.Skip {
		t.Errorf("grants are looked at without a connection: %+v", f)
	}
	if f, _ := find(result.Findings, "rabbitmq"); f.Severity != check.Fail || !strings.Contains(f.What, "127.0.0.1:1") {
		t.Errorf("the broker: %+v", f)
	}
}
