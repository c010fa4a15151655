package main

import (
	"context"
	"fmt"

	"github.com/odoobridge/odoobridge/internal/odoosim"
)

// installSimulated makes the tables of the simulated Odoo, with one confirmed
// order for others to be copied from.
func installSimulated(ctx context.Context, dsn string) error {
	if err := odoosim.Install(ctx, dsn); err != nil {
		return fmt.Errorf("install the simulated Odoo: %w", err)
	}
	server, err := odoosim.New(ctx, dsn, odoosim.Options{})
	if err != nil {
		return fmt.Errorf("start the simulated Odoo: %w", err)
	}
	defer server.Close()
	const admin = 2
	// Numbers as JSON has them.
	line := map[string]any{"product_id": 1.0, "product_uom_qty": 2.0}
	order, err := server.Call(ctx, admin, "sale.order", "create", []any{map[string]any{
		"partner_id": 53.0, "order_line": []any{[]any{0.0, 0.0, line}},
	}}, nil)
	if err != nil {
		return fmt.Errorf("create an order: %w", err)
	}
	id, ok := order.(int64)
	if !ok {
		return fmt.Errorf("create an order: unexpected answer %v", order)
	}
	if _, err := server.Call(ctx, admin, "sale.order", "action_confirm", []any{[]any{float64(id)}}, nil); err != nil {
		return fmt.Errorf("confirm an order: %w", err)
	}
	return nil
}
