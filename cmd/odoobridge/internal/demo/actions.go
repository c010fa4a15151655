package demo

import (
	"context"
	"fmt"
)

// item is so many of a product.
type item struct{ product, quantity int }

// sell orders and confirms, as the user of a channel.
func (s *story) sell(ctx context.Context, as string, user, customer int, items ...item) error {
	var lines []any
	for _, i := range items {
		lines = append(lines, []any{0, 0, map[string]any{"product_id": i.product, "product_uom_qty": i.quantity}})
	}
	order, err := s.shop.id(ctx, user, "sale.order", "create", map[string]any{
		"partner_id": customer, "client_order_ref": fmt.Sprintf("WEB-%03d", 1001+len(s.orders)), "order_line": lines,
	})
	if err != nil {
		return err
	}
	if _, err := s.shop.call(ctx, user, "sale.order", "action_confirm", []int{order}); err != nil {
		return err
	}
	s.orders[as] = order
	name, picking, err := s.names(ctx, order)
	if err != nil {
		return err
	}
	s.expect("webshop.orders", "order.created", name)
	s.expect("webshop.orders", "order.confirmed", name)
	s.expect("webshop.orders", "shipment.created", picking)
	s.expect("warehouse.pick", "shipment.created", picking)
	return nil
}

// names are an order's and its open delivery's.
func (s *story) names(ctx context.Context, order int) (name, picking string, err error) {
	orders, err := s.shop.find(ctx, "sale.order", []any{[]any{"id", "=", order}}, "name")
	if err != nil {
		return "", "", err
	}
	pickings, err := s.openPickings(ctx, order)
	if err != nil {
		return "", "", err
	}
	if len(orders) != 1 || len(pickings) != 1 {
		return "", "", fmt.Errorf("order %d has %d rows and %d open deliveries, want one of each", order, len(orders), len(pickings))
	}
	return orders[0]["name"].(string), pickings[0]["name"].(string), nil
}

func (s *story) openPickings(ctx context.Context, order int) ([]map[string]any, error) {
	return s.shop.find(ctx, "stock.picking", []any{[]any{"sale_id", "=", order}, []any{"state", "not in", []any{"done", "cancel"}}}, "name", "move_ids")
}

// ship validates an order's delivery with a tracking number.
func (s *story) ship(ctx context.Context, as, tracking string) error {
	pickings, err := s.openPickings(ctx, s.orders[as])
	if err != nil {
		return err
	}
	for _, p := range pickings {
		id := int(p["id"].(float64))
		if _, err := s.shop.call(ctx, warehouse, "stock.picking", "write", []int{id}, map[string]any{"carrier_tracking_ref": tracking}); err != nil {
			return err
		}
		if _, err := s.shop.call(ctx, warehouse, "stock.picking", "button_validate", []int{id}); err != nil {
			return err
		}
		s.expect("webshop.orders", "shipment.shipped", p["name"].(string))
		s.expect("warehouse.pick", "shipment.shipped", p["name"].(string))
	}
	return nil
}

// cancel cancels an order and with it its delivery.
func (s *story) cancel(ctx context.Context, as string) error {
	name, picking, err := s.names(ctx, s.orders[as])
	if err != nil {
		return err
	}
	s.expect("webshop.orders", "order.cancelled", name)
	s.expect("warehouse.pick", "shipment.cancelled", picking)
	_, err = s.shop.call(ctx, marketplace, "sale.order", "action_cancel", []int{s.orders[as]})
	return err
}
