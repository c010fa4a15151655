package odoosim

import (
	"context"
	"fmt"
	"testing"
)

// TestMergingPointsEverythingToTheSurvivor checks in the database what a merge leaves.
func TestMergingPointsEverythingToTheSurvivor(t *testing.T) {
	s := shop(t)
	keep := toInt(do(t, s, admin, "res.partner", "create", map[string]any{"name": "Kept"}))
	loaded := do(t, s, admin, "res.partner", "load", []any{"id", "name", "email"}, []any{[]any{"bridge.twin", "Twin", "Twin@example.com"}})
	twin := toIDs(loaded.(map[string]any)["ids"])[0]
	child := toInt(do(t, s, admin, "res.partner", "create", map[string]any{"name": "Child", "parent_id": twin}))
	order := toInt(do(t, s, shopify, "sale.order", "create", map[string]any{
		"partner_id": twin, "order_line": []any{[]any{0, 0, map[string]any{"product_id": 24, "product_uom_qty": 1}}},
	}))
	stamp := "SELECT write_date::text FROM sale_order WHERE id = $1"
	before := one(t, s, stamp, order)

	if _, err := try(s, admin, "base.partner.merge.automatic.wizard", "action_merge", []any{mergeWizard(t, s, twin, child)}); err == nil {
		t.Error("a contact was merged with its own child")
	}
	do(t, s, admin, "base.partner.merge.automatic.wizard", "action_merge", []any{mergeWizard(t, s, keep, twin)})

	for name, c := range map[string]struct {
		sql  string
		id   int64
		want string
	}{
		"source":        {"SELECT count(*)::text FROM res_partner WHERE id = $1", twin, "0"},
		"order":         {"SELECT concat_ws(' ', partner_id, partner_invoice_id, partner_shipping_id) FROM sale_order WHERE id = $1", order, fmt.Sprint(keep, keep, keep)},
		"order's stamp": {stamp, order, before},
		"child":         {"SELECT parent_id::text FROM res_partner WHERE id = $1", child, fmt.Sprint(keep)},
		"external id":   {"SELECT name FROM ir_model_data WHERE model = 'res.partner' AND res_id = $1", keep, "twin"},
		"what is said of it": {"SELECT body FROM mail_message WHERE model = 'res.partner' AND res_id = $1", keep,
			fmt.Sprintf("<p>Merged with the following partners: Twin &lt;Twin@example.com&gt; (ID %d)</p>", twin)},
		"survivor's e-mail": {"SELECT name || ' ' || email_normalized FROM res_partner WHERE id = $1", keep, "Kept twin@example.com"},
	} {
		if got := one(t, s, c.sql, c.id); got != c.want {
			t.Errorf("%s: %q, want %q", name, got, c.want)
		}
	}
}

func mergeWizard(t *testing.T, s *Server, keep, other int64) any {
	t.Helper()
	return do(t, s, admin, "base.partner.merge.automatic.wizard", "create", map[string]any{
		"partner_ids": []any{[]any{6, 0, []any{keep, other}}}, "dst_partner_id": keep,
	})
}

// one is the single value of a query.
func one(t *testing.T, s *Server, sql string, id int64) (value string) {
	t.Helper()
	if err := s.pool.QueryRow(context.Background(), sql, id).Scan(&value); err != nil {
		t.Fatalf("%s: %v", sql, err)
	}
	return value
}
