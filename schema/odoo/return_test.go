package odoo_test

import (
	"testing"

	"github.com/odoobridge/odoobridge/schema/odoo"
)

// TestAReturnIsNoShipmentInAnyRelease: until Odoo 16 only its moves tell.
func TestAReturnIsNoShipmentInAnyRelease(t *testing.T) {
	for _, release := range odoo.Releases() {
		t.Run(release, func(t *testing.T) {
			b := shop(t, release)
			b.insert(map[string]values{
				"stock_picking_type#3": {"id": "3", "code": "incoming", "warehouse_id": "1"},
				"stock_picking_type#4": {"id": "4", "code": "internal", "warehouse_id": "1"},
				"stock_picking#2":      {"id": "2", "name": "WH/IN/1", "state": "assigned", "picking_type_id": "3", "sale_id": "1", "return_id": "1", "partner_id": "7"},
				"stock_move#2":         {"id": "2", "picking_id": "2", "product_id": "4", "state": "assigned", "product_uom_qty": "1", "product_uom": "1", "quantity": "1", "origin_returned_move_id": "1", "to_refund": "t"},
				"stock_picking#3":      {"id": "3", "name": "WH/IN/2", "state": "assigned", "picking_type_id": "3"}, // a receipt
				"stock_picking#4":      {"id": "4", "name": "WH/OUT/2", "state": "assigned", "picking_type_id": "2"},
				"stock_move#4":         {"id": "4", "picking_id": "4", "product_id": "4", "state": "assigned", "product_uom_qty": "1", "origin_returned_move_id": "9"}, // back to the supplier
				"stock_picking#5":      {"id": "5", "name": "WH/INT/1", "state": "assigned", "picking_type_id": "4"},
				"stock_move#5":         {"id": "5", "picking_id": "5", "product_id": "4", "state": "assigned", "product_uom_qty": "1", "origin_returned_move_id": "9"}, // between shelves
			})
			events := b.expect(t, "return.created return/WH/IN/1", "return.created return/WH/OUT/2")
			is(t, "shipment", field(events[0].Entity, "shipment"), `{"id":1,"name":"WH/OUT/1"}`)
			is(t, "order", field(events[0].Entity, "order"), `{"id":1,"name":"S1"}`)
			is(t, "direction", field(events[0].Entity, "direction")+field(events[1].Entity, "direction"), `"incoming""outgoing"`)
			is(t, "to_refund", lineField(events[0].Entity, "to_refund")[0], "true")
			is(t, "received", lineField(events[0].Entity, "received")[0], `"0"`)
			b.change("res_partner", 7, values{"street": "moved"})
			b.expect(t, "customer.updated customer/7", "order.updated order/S1", "return.updated return/WH/IN/1")
			b.insert(map[string]values{"stock_move_line": {"id": "9", "picking_id": "2", "move_id": "2", "qty_done": "1", "quantity": "1"}})
			b.change("stock_move", 2, values{"state": "done"})
			b.change("stock_picking", 2, values{"state": "done"})
			done := b.expect(t, "return.received return/WH/IN/1", "stock_move.done stock_move/2")[0].Entity
			is(t, "received", lineField(done, "received")[0], `"1"`)
			b.change("res_partner", 7, values{"street": "moved on"})
			b.expect(t, "customer.updated customer/7", "order.updated order/S1")
			b.remove(b.byName["stock_picking"], values{"id": "4"})
			b.expect(t, "return.cancelled return/WH/OUT/2")
		})
	}
}
