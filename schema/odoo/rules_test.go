package odoo_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/odoobridge/odoobridge/schema"
)

func field(body []byte, path ...string) string {
	for _, name := range path {
		body = schema.Field(body, name)
	}
	return string(body)
}

func lineField(body []byte, name string) (values []string) {
	schema.Elements(schema.Field(body, "lines"), func(line []byte) bool {
		values = append(values, field(line, name))
		return true
	})
	return values
}

// told is types and subjects of what happened.
func told(events []happened) (list []string) {
	for _, e := range events {
		list = append(list, e.Type+" "+e.Subject)
	}
	return list
}

func (b *bridge) expect(t *testing.T, want ...string) []happened {
	t.Helper()
	events := b.commit()
	if diff := cmp.Diff(want, told(events)); diff != "" {
		t.Fatal(diff)
	}
	return events
}

const (
	confirmedOrder = 4  // S00004 of the baseline
	orderAddress   = 31 // a contact of the company 11 in the baseline of 17
)

func TestOpenOrderFollowsItsAddressAndAClosedOneKeepsIt(t *testing.T) {
	for _, release := range releases {
		t.Run(release, func(t *testing.T) {
			b := newBridge(t, release, nil)
			for id := range b.docs("order") { // of all orders one is left open
				if id[0] != confirmedOrder {
					b.change("sale_order", id[0], map[string]string{"state": "cancel"})
				}
			}
			for id := range b.docs("shipment") {
				b.change("stock_picking", id[0], map[string]string{"state": "done"})
			}
			b.commit()

			row, _ := b.Get(b.byName["sale_order"], [2]int64{confirmedOrder})
			address := b.value(row, "sale_order", "partner_shipping_id")
			b.change("res_partner", address, map[string]string{"street": "1 New St"})
			events := b.commit()
			var order *happened
			for i, e := range events {
				if strings.HasPrefix(e.Type, "order.") {
					if order != nil {
						t.Errorf("%s %s too", e.Type, e.Subject)
					}
					order = &events[i]
				}
				if strings.HasPrefix(e.Type, "shipment.") {
					t.Errorf("a shipment that is done changed: %s", e.Subject)
				}
			}
			if order == nil || order.Subject != "order/S00004" || field(order.Entity, "delivery_address", "street") != `"1 New St"` {
				t.Fatalf("the open order did not follow its address: %v", told(events))
			}

			b.change("sale_order", confirmedOrder, map[string]string{"delivery_status": "full"})
			b.expect(t, "order.updated order/S00004")
			product := field(b.docs("order")[[2]int64{confirmedOrder}].body, "lines")
			b.change("res_partner", address, map[string]string{"street": "2 Later St"})
			for _, line := range b.Find(b.byName["sale_order_line"], b.column("sale_order_line", "order_id"), confirmedOrder) {
				b.change("product_product", b.value(line, "sale_order_line", "product_id"), map[string]string{"default_code": "RENAMED"})
			}
			for _, e := range b.commit() {
				if e.Subject == "order/S00004" {
					t.Errorf("a closed order changed: %s %v", e.Type, e.Changed)
				}
			}
			b.change("sale_order", confirmedOrder, map[string]string{"invoice_status": "invoiced"})
			events = b.expect(t, "order.updated order/S00004")
			if got := field(events[0].Entity, "delivery_address", "street"); got != `"1 New St"` {
				t.Errorf("the closed order's street is %s", got)
			}
			if got := field(events[0].Entity, "lines"); got != product {
				t.Errorf("the closed order's lines are %s, were %s", got, product)
			}

			b.change("sale_order", confirmedOrder, map[string]string{"state": "draft", "delivery_status": `\N`})
			events = b.expect(t, "order.reopened order/S00004")
			if got := field(events[0].Entity, "delivery_address", "street"); got != `"2 Later St"` {
				t.Errorf("the reopened order's street is %s", got)
			}
			if got := lineField(events[0].Entity, "sku"); len(got) == 0 || got[0] != `"RENAMED"` {
				t.Errorf("the reopened order's skus are %v", got)
			}
		})
	}
}

func TestOrderStepsAreNamed(t *testing.T) {
	b := newBridge(t, "17", nil)
	step := func(state string, want ...string) {
		t.Helper()
		b.change("sale_order", 1, map[string]string{"state": state})
		b.expect(t, want...)
	}
	step("sent", "order.updated order/S00001")
	step("sale", "order.confirmed order/S00001")
	step("cancel", "order.cancelled order/S00001")
	step("draft", "order.reopened order/S00001")
	step("cancel", "order.cancelled order/S00001")
	step("sale", "order.reopened order/S00001", "order.confirmed order/S00001")
}

func TestOrdersOfOneNameHaveSubjectsOfTheirOwn(t *testing.T) {
	b := newBridge(t, "17", nil)
	row, _ := b.Get(b.byName["sale_order"], [2]int64{1})
	values := map[string]string{}
	for i, text := range strings.Split(row.COPY(), "\t") {
		values[b.byName["sale_order"].Columns[i].Source] = text
	}
	values["id"], values["company_id"], values["state"] = "900", "2", "sale"
	b.set(b.byName["sale_order"], values)
	events := b.expect(t, "order.created order/S00001~900", "order.confirmed order/S00001~900")
	if events[1].Company != 2 || len(events[1].Changed) != 1 || events[1].Changed[0] != "state" {
		t.Errorf("the implied step: %+v", events[1])
	}
	b.change("sale_order", 900, map[string]string{"client_order_ref": "x"})
	b.expect(t, "order.updated order/S00001~900")
	b.remove(b.byName["sale_order"], map[string]string{"id": "900"})
	b.expect(t, "order.deleted order/S00001~900")
}

func TestExternalIDsAreTheChannels(t *testing.T) {
	b := newBridge(t, "17", nil)
	data := func(id, module, name, model, record string) {
		b.set(b.byName["ir_model_data"], map[string]string{"id": id, "module": module, "name": name, "model": model, "res_id": record})
	}
	data("900001", "channel_shopify", "customer_7001", "res.partner", "11")
	data("900002", "channel_pos", `p"1`, "res.partner", "11")
	data("900003", "channel_pos", "second", "res.partner", "11")
	data("900004", "base", "x", "res.partner", "11")
	data("900005", "channel_pos", "x", "res.users", "11")
	events := b.commit()
	if events[0].Type != "customer.updated" {
		t.Fatalf("events %v", told(events))
	}
	want := `{"pos":"p\"1","shopify":"customer_7001"}`
	if got := field(events[0].Entity, "external_ids"); got != want {
		t.Errorf("external_ids = %s, want %s", got, want)
	}
	for _, e := range events[1:] {
		if e.Type != "order.updated" || field(e.Entity, "customer", "external_ids") != want {
			t.Errorf("%s %s %s", e.Type, e.Subject, field(e.Entity, "customer"))
		}
	}
	if len(events) < 10 {
		t.Errorf("only %d open orders learned of it", len(events)-1)
	}
	data("900010", "channel_shopify", "variant_1", "product.product", "12")
	data("900011", "channel_shopify", "template_1", "product.template", "9")
	events = b.commit()
	if len(events) != 5 || field(events[0].Entity, "external_ids") != `{"shopify":"variant_1"}` ||
		field(events[1].Entity, "external_ids") != `{"shopify":"template_1"}` {
		t.Errorf("products: %v", told(events))
	}
	b.remove(b.byName["ir_model_data"], map[string]string{"id": "900010"})
	b.expect(t, "product.updated product/12")
}

func TestShipmentThatVanishesIsCancelled(t *testing.T) {
	b := newBridge(t, "17", nil)
	var open int64
	for key, d := range b.docs("shipment") {
		if field(d.body, "state") == `"assigned"` {
			open = key[0]
		}
	}
	name := b.docs("shipment")[[2]int64{open}].name
	b.remove(b.byName["stock_picking"], map[string]string{"id": fmtInt(open)})
	events := b.expect(t, "shipment.cancelled shipment/"+name)
	if field(events[0].Entity, "state") != `"assigned"` {
		t.Error("the last document is not what it was")
	}
}
