package demo

import (
	"context"
	"fmt"
	"time"
)

// line is one line of an order that a channel places.
type line struct{ sku, quantity, price string }

// orderOf is the data of order.place for a customer of the web shop.
func orderOf(number, total string, lines ...line) map[string]any {
	var all []any
	for i, l := range lines {
		all = append(all, map[string]any{"id": fmt.Sprint(i + 1), "sku": l.sku, "quantity": l.quantity, "unit_price": l.price})
	}
	return map[string]any{
		"number": number, "placed_at": time.Now().Add(-time.Minute).UTC().Format(time.RFC3339), "currency": "USD", "customer": graceAtTheShop,
		"lines": all, "totals": map[string]any{"total": total}, "confirm": true,
	}
}

func now() string { return time.Now().UTC().Format(time.RFC3339) }

// placed is the command that places an order, named by what it means, so that it can be
// sent again.
func placed(number string) sent {
	return sent{channel: "webshop", name: "order.place", id: "order-" + number + "-placed", subject: number}
}

// expectOrder notes who must hear of an order that was placed by a channel's command.
func (s *story) expectOrder(ctx context.Context, number, by string, a *answer) error {
	s.once("sale.order", "client_order_ref", number)
	s.orders[number] = a.Data.Odoo.ID
	name, picking, err := s.names(ctx, a.Data.Odoo.ID)
	if err != nil {
		return err
	}
	s.pickings[number] = picking
	s.expectBy("webshop.orders", "order.created", name, by)
	s.expectBy("webshop.orders", "order.confirmed", name, by)
	s.expectBy("webshop.orders", "shipment.created", picking, by)
	s.expectBy("warehouse.pick", "shipment.created", picking, by)
	return nil
}

// grace orders a mug; her customer goes ahead, and the order waits for it where it must.
func (s *story) grace(ctx context.Context) error {
	customer, err := s.send(ctx, sent{channel: "webshop", name: "customer.upsert", id: "customer-7001-1", subject: graceAtTheShop}, "grace@example.test",
		map[string]any{"name": "Grace Hopper", "email": "grace@example.test"})
	if err != nil {
		return err
	}
	s.mug = orderOf("WEB-1001", "36.72", line{"MUG-COP-500", "1", "34.00"})
	order, err := s.send(ctx, placed("WEB-1001"), "1 MUG-COP-500 at 34.00, with tax 36.72", s.mug)
	if err != nil {
		return err
	}
	if _, err := s.answered(ctx, customer, "applied"); err != nil {
		return err
	}
	a, err := s.answered(ctx, order, "applied")
	if err != nil {
		return err
	}
	s.expectLevel("24/1", "changed")
	s.once("res.partner", "email", "grace@example.test")
	return s.expectOrder(ctx, "WEB-1001", "webshop", a)
}

// graceAgain sends her order again, as a shop does whose connection broke.
func (s *story) graceAgain(ctx context.Context) error {
	order, err := s.send(ctx, placed("WEB-1001"), "the same once more", s.mug)
	if err != nil {
		return err
	}
	a, err := s.answered(ctx, order, "duplicate")
	if err == nil && a.Data.Odoo.ID != s.orders["WEB-1001"] {
		err = fmt.Errorf("%w: the duplicate is answered with order %d, and the first was %d", ErrNotAsPromised, a.Data.Odoo.ID, s.orders["WEB-1001"])
	}
	return err
}

// shipMug has the warehouse's system confirm the shipment.
func (s *story) shipMug(ctx context.Context) error {
	shipment := s.pickings["WEB-1001"]
	_, err := s.do(ctx, sent{channel: "warehouse", name: "shipment.confirm", id: "wms-88120", subject: "88120"}, shipment+", tracking 1Z999AA1",
		map[string]any{"shipment": shipment, "tracking_references": []string{"1Z999AA1"}})
	if err != nil {
		return err
	}
	s.expectBy("webshop.orders", "shipment.shipped", shipment, "warehouse")
	s.expectBy("warehouse.pick", "shipment.shipped", shipment, "warehouse")
	s.expectBy("warehouse.levels", "stock_level.changed", "24/1", "warehouse")
	return nil
}

// pay records that the customer has paid; the invoice is made for it.
func (s *story) pay(ctx context.Context) error {
	a, err := s.do(ctx, sent{channel: "webshop", name: "payment.record", id: "pay-ch_3N8z", subject: "ch_3N8z"}, "36.72 by card for WEB-1001", map[string]any{
		"order": "WEB-1001", "amount": "36.72", "currency": "USD", "method": "card", "transaction_id": "ch_3N8z", "paid_at": now(),
	})
	if err != nil {
		return err
	}
	s.once("account.payment", "id", a.Data.Odoo.ID)
	s.expectAny("webshop.orders", "invoice.posted", "webshop")
	s.expectAny("webshop.orders", "invoice.paid", "webshop")
	return nil
}

// refund gives the money back.
func (s *story) refund(ctx context.Context) error {
	a, err := s.do(ctx, sent{channel: "webshop", name: "refund.record", id: "refund-9001", subject: "9001"}, "all of WEB-1001, 36.72 by card", map[string]any{
		"order": "WEB-1001", "full": true, "total": "36.72", "currency": "USD", "reason": "The lid leaks", "refunded_at": now(),
		"payment": map[string]any{"method": "card", "transaction_id": "re_77Ab"},
	})
	if err != nil {
		return err
	}
	s.once("account.move", "id", a.Data.Odoo.ID)
	s.expectAny("webshop.orders", "refund.posted", "webshop")
	return nil
}

// count has the warehouse's system say how many there are.
func (s *story) count(ctx context.Context) error {
	s.expectLevel("24/1", "back")
	_, err := s.do(ctx, sent{channel: "warehouse", name: "stock.count", id: "count-301", subject: "301"}, "12 MUG-COP-500 in WH", map[string]any{
		"sku": "MUG-COP-500", "warehouse": "WH", "quantity": "12", "counted_at": now(),
	})
	return err
}

// rush places orders all at once.
func (s *story) rush(ctx context.Context, orders int) error {
	var all []*sent
	for i := range orders {
		number := fmt.Sprint("WEB-", 2001+i)
		c, err := s.send(ctx, placed(number), "", orderOf(number, "21.06", line{"FILTER-100", "3", "6.50"}))
		if err != nil {
			return err
		}
		all = append(all, c)
	}
	for _, c := range all {
		a, err := s.answered(ctx, c, "applied")
		if err != nil {
			return err
		}
		if err := s.expectOrder(ctx, c.subject, "webshop", a); err != nil {
			return err
		}
	}
	return nil
}
