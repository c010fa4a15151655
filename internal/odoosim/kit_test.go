package odoosim

import (
	"fmt"
	"testing"
)

// TestAKitIsDeliveredByItsComponents sells two kits of a glass server and a pack, which is half a dozen filters in two.
func TestAKitIsDeliveredByItsComponents(t *testing.T) {
	for _, release := range []string{"17.0", "19.0"} {
		t.Run(release, func(t *testing.T) { deliverKits(t, shopOf(t, release)) })
	}
}

func deliverKits(t *testing.T, s *Server) {
	if err := s.InstallManufacturing(t.Context()); err != nil {
		t.Fatal(err)
	}
	set := do(t, s, admin, "product.product", "create", map[string]any{"name": "Brew Set", "type": "consu", "invoice_policy": "delivery"}).(int64)
	pack := do(t, s, admin, "product.product", "create", map[string]any{"name": "Pack", "type": "consu"}).(int64)
	template := "(SELECT product_tmpl_id FROM product_product WHERE id = %d)"
	for _, sql := range []string{
		fmt.Sprintf(`INSERT INTO mrp_bom (id, product_tmpl_id, company_id, type, ready_to_produce, consumption, active, product_qty, product_uom_id, sequence) VALUES
			(1, `+template+`, NULL, 'phantom', 'asap', 'warning', true, 1, 1, 2), (2, `+template+`, NULL, 'phantom', 'asap', 'warning', true, 2, 1, NULL),
			(3, `+template+`, 9, 'phantom', 'asap', 'warning', true, 1, 1, 1), (4, `+template+`, NULL, 'normal', 'asap', 'warning', true, 1, 1, 1)`, set, pack, set, set),
		fmt.Sprintf(`INSERT INTO mrp_bom_line (id, bom_id, product_id, product_qty, product_uom_id) VALUES (1, 1, 7, 1, 1), (2, 1, %d, 1, 1), (3, 2, 6, 0.5, 2), (4, 3, 8, 1, 1), (5, 1, 10, 1, 1), (6, 1, 24, 1, 1)`, pack),
		`INSERT INTO mrp_bom_line_product_template_attribute_value_rel VALUES (6, 1)`,
	} {
		if _, err := s.pool.Exec(t.Context(), sql); err != nil {
			t.Fatal(err)
		}
	}
	order := newOrder(t, s, int(set), 2)
	do(t, s, shopify, "sale.order", "action_confirm", []int64{order})
	for product, want := range map[int]float{7: 28, 6: 269, 24: 3, 8: 25} {
		if free, _ := available(t, s, product); free != want {
			t.Errorf("of product %d %v are free, want %v", product, free, want)
		}
	}
	delivered := func() any {
		return do(t, s, admin, "sale.order.line", "search_read", []any{[]any{"order_id", "=", order}}, []string{"qty_delivered"}).([]map[string]any)[0]["qty_delivered"]
	}
	pickings := do(t, s, admin, "stock.picking", "search", []any{[]any{"sale_id", "=", order}}).([]int64)
	filters := do(t, s, admin, "stock.move", "search", []any{[]any{"picking_id", "in", pickings}, []any{"product_id", "=", 6}}).([]int64)
	servers := do(t, s, admin, "stock.move", "search", []any{[]any{"picking_id", "in", pickings}, []any{"product_id", "=", 7}}).([]int64)
	do(t, s, admin, "stock.move", "write", filters, map[string]any{"quantity": 3, "picked": true})
	do(t, s, admin, "stock.move", "write", servers, map[string]any{"quantity": 2, "picked": true})
	do(t, s, admin, "stock.picking", "button_validate", pickings)
	if n := delivered(); n != float(1) {
		t.Errorf("with both servers and half the filters %v kits are delivered, want 1", n)
	}
	rest := do(t, s, admin, "stock.picking", "search", []any{[]any{"sale_id", "=", order}, []any{"state", "!=", "done"}}).([]int64)
	do(t, s, admin, "stock.picking", "button_validate", rest)
	if n := delivered(); n != float(2) {
		t.Errorf("%v kits are delivered, want 2", n)
	}
}
