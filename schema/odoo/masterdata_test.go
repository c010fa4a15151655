package odoo_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestCustomerIsTheCommercialPartner(t *testing.T) {
	b := newBridge(t, "17", nil)
	if _, there := b.docs("customer")[[2]int64{orderAddress}]; there {
		t.Error("a contact of a company has a document of its own")
	}
	b.change("res_partner", orderAddress, map[string]string{"parent_id": "10", "commercial_partner_id": "10"})
	events := b.commit()
	var customers []string
	for _, e := range events {
		if strings.HasPrefix(e.Type, "customer.") {
			customers = append(customers, e.Type+" "+e.Subject)
		}
	}
	if diff := cmp.Diff([]string{"customer.updated customer/10", "customer.updated customer/11"}, customers); diff != "" {
		t.Error(diff)
	}
	b.change("res_partner", orderAddress, map[string]string{"parent_id": `\N`, "commercial_partner_id": fmtInt(orderAddress)})
	if events := b.commit(); events[0].Subject != "customer/10" || events[1].Type != "customer.created" {
		t.Errorf("a contact made a customer: %v", told(events))
	}
	b.change("res_partner", orderAddress, map[string]string{"active": "f"})
	b.expect(t, "customer.archived customer/31")
	b.change("res_partner", orderAddress, map[string]string{"active": "t"})
	b.expect(t, "customer.restored customer/31")
	b.remove(b.byName["res_partner"], map[string]string{"id": "31"})
	if events := b.commit(); events[0].Type != "customer.deleted" {
		t.Errorf("a customer removed: %v", told(events))
	}
	b.set(b.byName["res_partner"], map[string]string{"id": "9001", "type": "private", "name": "x", "commercial_partner_id": "11", "parent_id": "11"})
	b.expect(t)
}

func TestReferencesThatAreRenamedReachTheirProducts(t *testing.T) {
	b := newBridge(t, "18", nil)
	for table, columns := range map[string][2]string{
		"uom_uom": {"1", "name"}, "product_category": {"1", "complete_name"}, "product_attribute": {"1", "name"},
		"product_attribute_value": {"1", "name"}, "res_company": {"1", "currency_id"},
	} {
		value := `{"en_US": "Renamed"}`
		switch columns[1] {
		case "complete_name":
			value = "Renamed"
		case "currency_id":
			value = "2"
		}
		id := int64(1)
		if table == "product_category" {
			id = b.someCategory()
		}
		b.change(table, id, map[string]string{columns[1]: value})
		events := b.commit()
		if len(events) == 0 {
			t.Errorf("%s renamed: nobody heard of it", table)
		}
		for i, e := range b.profile.Entities { // nothing else would change, were it built
			for key, d := range b.documents[i] {
				if built, ok := e.Build(b, key, d.body); ok && string(built.Body) != string(d.body) && (e.Name == "product" || e.Name == "stock_level") {
					t.Errorf("%s renamed: %s %v was not touched", table, e.Name, key)
				}
			}
		}
	}
}

func (b *bridge) someCategory() int64 {
	row, _ := b.Get(b.byName["product_template"], [2]int64{9})
	return b.value(row, "product_template", "categ_id")
}
