package odoo_test

import (
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/odoobridge/odoobridge/schema/odoo"
)

// mergeShop has two customers: 7, which the channel knows and which has a
// contact, and 9. Nobody has told of anything yet.
func mergeShop(t *testing.T) *bridge {
	b := shop(t, "17.0")
	b.insert(map[string]values{
		"res_partner#8": {"id": "8", "name": "Ada (home)", "parent_id": "7", "commercial_partner_id": "7", "type": "delivery", "active": "t"},
		"res_partner#9": {"id": "9", "name": "Ada L.", "commercial_partner_id": "9", "active": "t"},
		"res_partner#6": {"id": "6", "name": "Bob", "commercial_partner_id": "6", "active": "t"},
		"sale_order":    {"id": "2", "name": "S2", "state": "cancel", "partner_id": "7"},
		"ir_model_data": {"id": "1", "module": "channel_shop", "name": "c-7", "model": "res.partner", "res_id": "7"},
	})
	b.commit()
	return b
}

func (b *bridge) deletePartner(id string) { b.remove(b.byName["res_partner"], values{"id": id}) }

// TestMergedCustomersNameTheirHeir does what Odoo's wizard does: point at the
// other partner whatever points at this one, and delete it.
func TestMergedCustomersNameTheirHeir(t *testing.T) {
	for what, repoint := range map[string]func(b *bridge){
		"nothing but its orders": func(b *bridge) { b.deletePartner("8"); b.remove(b.byName["ir_model_data"], values{"id": "1"}) },
		"a contact":              func(b *bridge) { b.change("res_partner", 8, values{"parent_id": "9", "commercial_partner_id": "9"}) },
		"a channel's name":       func(b *bridge) { b.change("ir_model_data", 1, values{"res_id": "9"}); b.deletePartner("8") },
		"both, and a name for a child": func(b *bridge) {
			b.change("res_partner", 8, values{"parent_id": "9", "commercial_partner_id": "9"})
			b.change("ir_model_data", 1, values{"res_id": "8"})
		},
	} {
		t.Run(what, func(t *testing.T) {
			b := mergeShop(t)
			repoint(b)
			for _, column := range []string{"partner_id", "partner_shipping_id", "partner_invoice_id"} {
				b.change("sale_order", 1, values{column: "9"})
			}
			b.deletePartner("7")
			want := []string{"customer.merged customer/7", "customer.updated customer/9", "order.updated order/S1"}
			if what == "nothing but its orders" {
				want = slices.Delete(want, 1, 2) // a customer's document shows no orders
			}
			events := b.expect(t, want...)
			if got := field(events[0].Entity, "merged_into"); got != "9" {
				t.Errorf("merged into %s", got)
			}
			if got := field(events[0].Entity, "name"); got != `"Ada"` {
				t.Errorf("the last document says %s", events[0].Entity)
			}
		})
	}
}

// TestADeletedCustomerIsNotCalledMerged: what merely happens together is no merge.
func TestADeletedCustomerIsNotCalledMerged(t *testing.T) {
	for what, together := range map[string]struct {
		do   func(b *bridge)
		want []string
	}{
		"nothing refers to it any more": {
			func(b *bridge) { b.deletePartner("8"); b.remove(b.byName["ir_model_data"], values{"id": "1"}) },
			[]string{"customer.deleted customer/7"},
		},
		"its contact is left alone": {
			func(b *bridge) { b.change("res_partner", 8, values{"parent_id": `\N`, "commercial_partner_id": "8"}) },
			[]string{"customer.deleted customer/7", "customer.created customer/8"},
		},
		"its contacts are now below one of them": {
			func(b *bridge) {
				b.insert(map[string]values{"res_partner": {"id": "10", "name": "C", "parent_id": "8", "commercial_partner_id": "7", "active": "t"}})
				b.commit()
				b.change("res_partner", 8, values{"parent_id": `\N`, "commercial_partner_id": "8"})
				b.change("res_partner", 10, values{"commercial_partner_id": "8"})
			},
			[]string{"customer.deleted customer/7", "customer.created customer/8"},
		},
		"one customer has its orders, another its name": {
			func(b *bridge) {
				b.change("ir_model_data", 1, values{"res_id": "6"})
				b.change("sale_order", 2, values{"partner_id": "9"})
			},
			[]string{"customer.updated customer/6", "customer.deleted customer/7", "order.updated order/S2"},
		},
		"two customers share what it had": {
			func(b *bridge) {
				b.change("res_partner", 8, values{"parent_id": "9", "commercial_partner_id": "9"})
				b.change("ir_model_data", 1, values{"res_id": "6"})
			},
			[]string{"customer.updated customer/6", "customer.deleted customer/7", "customer.updated customer/9"},
		},
	} {
		t.Run(what, func(t *testing.T) {
			b := mergeShop(t)
			together.do(b)
			b.change("sale_order", 1, values{"state": "cancel", "partner_id": `\N`, "partner_shipping_id": `\N`, "partner_invoice_id": `\N`})
			b.deletePartner("7")
			events := b.expect(t, sortedWant(together.want)...)
			for _, e := range events {
				if got := field(e.Entity, "merged_into"); got != "" {
					t.Errorf("%s says merged into %s", e.Subject, got)
				}
			}
		})
	}
}

// sortedWant puts the cancelled order S1 where its id belongs.
func sortedWant(want []string) []string {
	at := slices.IndexFunc(want, func(e string) bool { return strings.HasPrefix(e, "order.") })
	if at < 0 {
		at = len(want)
	}
	return slices.Insert(slices.Clone(want), at, "order.cancelled order/S1")
}

// TestAChainOfMergesNamesTheOneThatIsLeft: three partners become one at once, as the wizard allows.
func TestAChainOfMergesNamesTheOneThatIsLeft(t *testing.T) {
	b := mergeShop(t)
	b.insert(map[string]values{"ir_model_data": {"id": "2", "module": "channel_shop", "name": "c-9", "model": "res.partner", "res_id": "9"}})
	b.commit()
	for id := int64(1); id <= 2; id++ {
		b.change("ir_model_data", id, values{"res_id": "6"})
	}
	b.change("res_partner", 8, values{"parent_id": "6", "commercial_partner_id": "6"})
	b.change("sale_order", 1, values{"partner_id": "6", "partner_shipping_id": "6", "partner_invoice_id": "6"})
	b.deletePartner("7")
	b.deletePartner("9")
	events := b.expect(t, "customer.updated customer/6", "customer.merged customer/7", "customer.merged customer/9", "order.updated order/S1")
	for _, e := range events[1:3] {
		if got := field(e.Entity, "merged_into"); got != "6" {
			t.Errorf("%s was merged into %s", e.Subject, got)
		}
	}
	customer, documents := b.entityOf("customer")
	if _, there := customer.Build(b, odoo.Key{7}, nil); there || len(documents) != 1 {
		t.Errorf("%s documents are left", strconv.Itoa(len(documents)))
	}
}
