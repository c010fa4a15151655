package storecheck

import (
	"context"
	gopath "path"
	"strings"
	"testing"

	"github.com/odoobridge/odoobridge/cmd/odoobridge/internal/check"
	"github.com/odoobridge/odoobridge/internal/config"
	"github.com/odoobridge/odoobridge/internal/store/postgres"
	"github.com/odoobridge/odoobridge/internal/testkit"
)

func TestMain(m *testing.M) { testkit.Main(m) }

func lookAtShared(t *testing.T, store, odoo string, insist bool) []check.Finding {
	t.Helper()
	cfg := &config.Config{Store: config.Store{Path: t.TempDir(), DSN: config.Secret(store), Schema: "odoobridge", InOdooDatabase: insist}}
	cfg.Postgres.DSN = config.Secret(odoo)
	return check.Run(context.Background(), Questions(cfg), nil)
}

func severity(t *testing.T, findings []check.Finding, code string, want check.Severity) {
	t.Helper()
	if f := find(t, findings, code); f.Severity != want {
		t.Errorf("%s is %v (%s), want %v", code, f.Severity, f.What, want)
	}
}

func TestTheSharedStoreIsLookedAt(t *testing.T) {
	server := testkit.Postgres(t, testkit.WithSetting("fsync", "on"))
	store, odoo := server.NewDatabase(t), server.NewDatabase(t)
	findings := lookAtShared(t, store, odoo, false)
	severity(t, findings, "store.dsn", check.OK)
	severity(t, findings, "store.apart", check.Warn) // the same server
	severity(t, findings, "store.pooler", check.OK)
	severity(t, findings, "store.schema", check.OK)
	severity(t, findings, "store.durable", check.OK)
	severity(t, findings, "store.holder", check.OK)

	severity(t, lookAtShared(t, odoo, odoo, false), "store.apart", check.Fail)
	severity(t, lookAtShared(t, odoo, odoo, true), "store.apart", check.Warn)

	lease, err := postgres.Acquire(t.Context(), postgres.Claim{DSN: store, Schema: "odoobridge", Instance: postgres.NewInstance()})
	if err != nil {
		t.Fatal(err)
	}
	held := find(t, lookAtShared(t, store, odoo, false), "store.holder").What
	if err := lease.Close(); err != nil {
		t.Error(err)
	}
	if free := find(t, lookAtShared(t, store, odoo, false), "store.holder").What; free == held {
		t.Errorf("held or not, it says %q", held)
	}
}

func TestASharedStoreThatMayNotBeUsedIsNamed(t *testing.T) {
	server := testkit.Postgres(t)
	store, odoo := server.NewDatabase(t), server.NewDatabase(t)
	server.Exec(t, store, "CREATE ROLE nobody_special LOGIN")
	t.Cleanup(func() { server.Exec(t, server.Superuser(), "DROP ROLE nobody_special") })
	as := "postgres://nobody_special@" + server.Addr() + "/" + gopath.Base(strings.TrimSuffix(store, "?sslmode=disable")) + "?sslmode=disable"
	severity(t, lookAtShared(t, as, odoo, false), "store.schema", check.Fail)
	severity(t, lookAtShared(t, "postgres://127.0.0.1:1/none?sslmode=disable&connect_timeout=1", odoo, false), "store.dsn", check.Fail)
}
