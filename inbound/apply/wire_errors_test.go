package apply

import (
	"context"
	"errors"
	"net/http/httptest"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/odoobridge/odoobridge/inbound/odoo"
	"github.com/odoobridge/odoobridge/internal/odoosim"
)

// TestErrorsMeanTheSameByEitherWire asks an Odoo 17 by JSON-RPC and an Odoo 19 by JSON-2 for what it
// refuses. Who decides by the error's kind need not know which wire it came by.
func TestErrorsMeanTheSameByEitherWire(t *testing.T) {
	kinds := map[string]map[string]odoo.Kind{}
	for _, release := range []string{"17.0", "19.0"} {
		kinds[release] = refusals(t, newLabOf(t, release))
	}
	if diff := cmp.Diff(kinds["17.0"], kinds["19.0"]); diff != "" {
		t.Errorf("(- JSON-RPC, + JSON-2)\n%s", diff)
	}
	want := map[string]odoo.Kind{
		"user": odoo.User, "missing": odoo.Missing, "method": odoo.Faulty, "field": odoo.Faulty, "access": odoo.Access, "key": odoo.Denied,
		"mandatory": odoo.Validation, "busy": odoo.Busy, "proxy": odoo.Ambiguous,
	}
	if diff := cmp.Diff(want, kinds["19.0"]); diff != "" {
		t.Errorf("(- wanted, + JSON-2)\n%s", diff)
	}
}

func refusals(t *testing.T, l *lab) map[string]odoo.Kind {
	t.Helper()
	ctx, sim := t.Context(), l.wire.odoo.(*odoosim.Server)
	web := httptest.NewServer(sim)
	t.Cleanup(web.Close)
	as := func(login, key string) *odoo.Client {
		c, err := odoo.New(odoo.Options{
			URL: web.URL, Database: sim.Database(), Login: login, Key: func(context.Context) (string, error) { return key, nil }, Failures: 1 << 30,
		})
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(c.Close)
		return c
	}
	found, admin := map[string]odoo.Kind{}, as("admin", "admin")
	note := func(what string, err error) {
		var e *odoo.Error
		if !errors.As(err, &e) {
			t.Fatalf("%s: %v", what, err)
		}
		found[what] = e.Kind
	}
	order, err := admin.Create(ctx, "sale.order", map[string]any{"partner_id": 52}, nil)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := admin.Run(ctx, "sale.order", "action_cancel", []int64{order}, nil); err != nil {
		t.Fatal(err)
	}
	_, err = admin.Run(ctx, "sale.order", "action_confirm", []int64{order}, nil)
	note("user", err)
	if found, err := admin.Read(ctx, "res.partner", []int64{99999999}, []string{"name"}, nil); err != nil || len(found) != 0 {
		t.Errorf("read what is gone: %v, %v", found, err)
	}
	note("missing", admin.Write(ctx, "res.partner", []int64{99999999}, map[string]any{"ref": "R"}, nil))
	_, err = admin.Run(ctx, "res.partner", "no_such_method", []int64{52}, nil)
	note("method", err)
	note("field", admin.Write(ctx, "res.partner", []int64{52}, map[string]any{"no_such_field": 1}, nil))
	_, err = as("channel_limited", "channel_limited").Read(ctx, "sale.order", []int64{order}, []string{"name"}, nil)
	note("access", err)
	_, err = as("admin", "revoked").Read(ctx, "res.partner", []int64{52}, []string{"name"}, nil)
	note("key", err)
	_, err = admin.Create(ctx, "sale.order", map[string]any{"client_order_ref": "X"}, nil)
	note("mandatory", err)
	sim.Inject(odoosim.Fault{Error: "psycopg2.errors.SerializationFailure", Message: "could not serialize access due to concurrent update"})
	note("busy", admin.Write(ctx, "res.partner", []int64{52}, map[string]any{"ref": "R"}, nil))
	sim.Inject(odoosim.Fault{LateProxy: 504})
	note("proxy", admin.Write(ctx, "res.partner", []int64{52}, map[string]any{"ref": "R"}, nil))
	return found
}
