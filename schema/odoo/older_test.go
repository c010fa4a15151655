package odoo_test

import (
	"strings"
	"testing"

	"github.com/odoobridge/odoobridge/schema/odoo"
)

// shop is a made-up database of a release that nothing was recorded of: one
// product, one warehouse, one order and its shipment. It holds the mapping's own
// logic; that the release's tables are so is taken from the documentation.
func shop(t *testing.T, release string) *bridge {
	p, err := odoo.For(release, nil)
	if err != nil {
		t.Fatal(err)
	}
	b := emptyBridge(t, p)
	name := `{"en_US": "Units"}`
	if release == "15.0" {
		name = "Units"
	}
	for table, values := range map[string]map[string]string{
		"res_company":        {"id": "1", "name": "Us", "currency_id": "1"},
		"res_currency":       {"id": "1", "name": "EUR", "decimal_places": "2"},
		"res_partner":        {"id": "7", "name": "Ada", "commercial_partner_id": "7", "mobile": "+1", "active": "t"},
		"uom_uom":            {"id": "1", "name": name},
		"product_template":   {"id": "3", "name": name, "uom_id": "1", "type": "product", "list_price": "1.5", "active": "t"},
		"product_product":    {"id": "4", "product_tmpl_id": "3", "default_code": "A", "active": "t"},
		"stock_warehouse":    {"id": "1", "code": "WH", "company_id": "1", "view_location_id": "7"},
		"stock_location":     {"id": "8", "parent_path": "1/7/8/"},
		"stock_quant":        {"id": "1", "product_id": "4", "location_id": "8", "quantity": "5", "reserved_quantity": "2"},
		"stock_picking_type": {"id": "2", "code": "outgoing", "warehouse_id": "1"},
		"sale_order":         {"id": "1", "name": "S1", "state": "sale", "partner_id": "7", "partner_shipping_id": "7", "partner_invoice_id": "7", "currency_id": "1"},
		"sale_order_line":    {"id": "1", "order_id": "1", "product_id": "4", "product_uom": "1", "product_uom_id": "1", "product_uom_qty": "2"},
		"stock_picking":      {"id": "1", "name": "WH/OUT/1", "state": "assigned", "picking_type_id": "2", "sale_id": "1"},
		"stock_move":         {"id": "1", "picking_id": "1", "product_id": "4", "state": "assigned", "product_uom_qty": "2", "product_uom": "1", "name": "A", "quantity": "2"},
		lots(release):        {"id": "1", "name": "LOT1"},
	} {
		if mapped := b.byName[table]; mapped != nil {
			b.set(mapped, values)
		}
	}
	for _, id := range []string{"1", "2"} {
		b.set(b.byName["stock_move_line"], map[string]string{
			"id": id, "picking_id": "1", "move_id": "1", "lot_id": "1", "quantity": "1", "reserved_uom_qty": "1", "product_uom_qty": "1", "qty_done": "0",
		})
	}
	b.commit()
	return b
}

func lots(release string) string {
	if release == "15.0" {
		return "stock_production_lot"
	}
	return "stock_lot"
}

func TestOtherReleasesGiveTheSameDocuments(t *testing.T) {
	for _, release := range odoo.Releases() {
		t.Run(release, func(t *testing.T) {
			b := shop(t, release)
			body := func(entity string, key odoo.Key) []byte {
				_, documents := b.entityOf(entity)
				if documents[key].body == nil {
					t.Fatalf("no %s %v", entity, key)
				}
				return documents[key].body
			}
			is := func(what, got, want string) {
				t.Helper()
				if got != want {
					t.Errorf("%s is %s, want %s", what, got, want)
				}
			}
			level := body("stock_level", odoo.Key{4, 1})
			is("available", field(level, "available"), `"3"`)
			is("unit", field(level, "uom"), `"Units"`)
			product := body("product", odoo.Key{4})
			is("names", field(product, "names"), `{"en_US":"Units"}`)
			is("type", field(product, "type")+field(product, "storable"), `"goods"true`)
			is("list price", field(product, "list_price"), `"1.50"`)
			order := body("order", odoo.Key{1})
			is("unit of the line", strings.Join(lineField(order, "uom"), ""), `"Units"`)
			if has := strings.Contains(string(body("customer", odoo.Key{7})), `"mobile"`); has != (release < "19.0") {
				t.Errorf("mobile is there: %t", has)
			}
			if has := strings.Contains(string(order), `"delivery_status"`); has != (release > "15.0") {
				t.Errorf("delivery_status is there: %t", has)
			}
			shipment := body("shipment", odoo.Key{1})
			is("reserved", strings.Join(lineField(shipment, "reserved"), ""), `"2"`)
			is("done", strings.Join(lineField(shipment, "done"), ""), `"0"`)
			is("lots", strings.Join(lineField(shipment, "lots"), ""), `[{"name":"LOT1","quantity":"2"}]`)
		})
	}
}

// TestALineOfOdoo19IsCalledWhatItsProductIs: moves have no text of their own there, unless a person wrote one.
func TestALineOfOdoo19IsCalledWhatItsProductIs(t *testing.T) {
	b := shop(t, "19.0")
	named := func(want string, events ...string) {
		t.Helper()
		for _, e := range b.expect(t, events...) {
			if strings.HasPrefix(e.Type, "shipment.") {
				if got := strings.Join(lineField(e.Entity, "name"), ""); got != want {
					t.Errorf("%s: %s, want %s", e.Type, got, want)
				}
			}
		}
	}
	b.change("product_template", 3, map[string]string{"name": `{"en_US": "Desk"}`})
	named(`"[A] Desk"`, "product.updated product/4", "shipment.updated shipment/WH/OUT/1")
	b.change("stock_move", 1, map[string]string{"description_picking_manual": "The big one"})
	named(`"The big one"`, "shipment.updated shipment/WH/OUT/1")
	b.change("stock_move", 1, map[string]string{"description_picking_manual": `\N`})
	named(`"[A] Desk"`, "shipment.updated shipment/WH/OUT/1")
	b.change("stock_move", 1, map[string]string{"state": "done"})
	b.change("stock_picking", 1, map[string]string{"state": "done"})
	named(`"[A] Desk"`, "shipment.shipped shipment/WH/OUT/1", "stock_move.done stock_move/1")
	b.change("product_template", 3, map[string]string{"name": `{"en_US": "Table"}`})
	named("", "product.updated product/4")
	b.change("stock_picking", 1, map[string]string{"origin": "x"})
	named(`"[A] Desk"`, "shipment.updated shipment/WH/OUT/1")
}

func TestShippedQuantityIsWhatWasDoneInEveryRelease(t *testing.T) {
	for _, release := range odoo.Releases() {
		b := shop(t, release)
		b.change("stock_move", 1, map[string]string{"state": "done"})
		b.change("stock_picking", 1, map[string]string{"state": "done"})
		for _, id := range []int64{1, 2} {
			b.change("stock_move_line", id, map[string]string{"qty_done": "1", "reserved_uom_qty": "0", "product_uom_qty": "0"})
		}
		events := b.expect(t, "shipment.shipped shipment/WH/OUT/1", "stock_move.done stock_move/1")
		line := events[0].Entity
		if got := strings.Join(lineField(line, "reserved"), "") + strings.Join(lineField(line, "done"), "") + strings.Join(lineField(line, "lots"), ""); got != `"0""2"[{"name":"LOT1","quantity":"2"}]` {
			t.Errorf("%s: %s", release, got)
		}
	}
}

func TestLockedOrderIsAConfirmedOne(t *testing.T) {
	b := shop(t, "16.0")
	b.change("sale_order", 1, map[string]string{"state": "done"})
	events := b.expect(t, "order.updated order/S1")
	if got := field(events[0].Entity, "state") + field(events[0].Entity, "locked"); got != `"sale"true` {
		t.Errorf("a locked order of Odoo 16 is %s", got)
	}
}

func TestClosedOrdersOfEveryReleaseKeepTheirAddress(t *testing.T) {
	for _, release := range odoo.Releases() {
		b := shop(t, release)
		closing := map[string]string{"delivery_status": "full"}
		if release == "15.0" {
			closing = map[string]string{"state": "done"}
		}
		b.change("sale_order", 1, closing)
		b.expect(t, "order.updated order/S1")
		b.change("res_partner", 7, map[string]string{"street": "moved"})
		b.expect(t, "customer.updated customer/7")
		b.change("sale_order", 1, map[string]string{"client_order_ref": "x"})
		events := b.expect(t, "order.updated order/S1")
		if got := field(events[0].Entity, "delivery_address", "street"); got != "null" {
			t.Errorf("%s: the closed order went along to %s", release, got)
		}
	}
}
