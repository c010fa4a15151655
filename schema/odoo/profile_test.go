package odoo_test

import (
	"errors"
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/odoobridge/odoobridge/schema/odoo"
)

func TestEveryReleaseHasAProfile(t *testing.T) {
	for _, release := range odoo.Releases() {
		p, err := odoo.For(release, nil)
		if err != nil {
			t.Fatal(err)
		}
		for i, table := range p.Tables {
			if table.ID != i {
				t.Errorf("%s: %s has ID %d, want %d", release, table.Name, table.ID, i)
			}
			for at, c := range table.Columns {
				if c.Name == "" {
					t.Errorf("%s: column %d of %s has no name", release, at, table.Name)
				}
			}
			for _, secret := range []string{"res_users", "ir_config_parameter"} {
				if table.Name == secret {
					t.Errorf("%s maps %s, which holds secrets", release, secret)
				}
			}
		}
		for _, e := range p.Entities {
			for table := range e.Touches {
				if p.Tables[table.ID] != table {
					t.Errorf("%s: %s is touched by a table outside of the profile", release, e.Name)
				}
			}
		}
	}
	var unsupported *odoo.UnsupportedError
	if _, err := odoo.For("14.0", nil); !errors.As(err, &unsupported) {
		t.Errorf("For(14.0) = %v", err)
	}
}

func TestEntitiesComeInTheOrderOfCauses(t *testing.T) {
	p, err := odoo.For("17.0", nil)
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, e := range p.Entities {
		names = append(names, e.Name)
	}
	if diff := cmp.Diff([]string{"customer", "product", "price", "order", "shipment", "return", "stock_move", "invoice", "refund", "payment", "stock_level"}, names); diff != "" {
		t.Error(diff)
	}
}

func TestReleaseIsDetected(t *testing.T) {
	for version, want := range map[string]string{"17.0.1.3": "17.0", "18.0.1.3": "18.0", "15.0.1.3": "15.0", "19.0.1.3": "19.0"} {
		if got, err := odoo.DetectRelease(version); got != want || err != nil {
			t.Errorf("DetectRelease(%q) = %q, %v", version, got, err)
		}
	}
	for _, version := range []string{"", "17", "x.0.1", "14.0.1.3", "saas~17.2.1.3", "20.0.1.0"} {
		if got, err := odoo.DetectRelease(version); err == nil {
			t.Errorf("DetectRelease(%q) = %q", version, got)
		}
	}
	for _, release := range releases {
		got, why, err := odoo.Detect(columnsOf(t, release), "")
		if got != release+".0" || why == "" || err != nil {
			t.Errorf("Detect = %q, %q, %v, want %s.0", got, why, err, release)
		}
	}
	if _, _, err := odoo.Detect(map[string]map[string]string{"orders": {"id": "integer"}}, ""); err == nil {
		t.Error("a database of something else was taken for Odoo")
	}
	if got, _, err := odoo.Detect(nil, "16.0.1.3"); got != "16.0" || err != nil {
		t.Errorf("what base says does not count: %q, %v", got, err)
	}
}

func TestCheckNamesEverythingThatIsMissing(t *testing.T) {
	columns := columnsOf(t, "17")
	delete(columns["sale_order"], "client_order_ref")
	delete(columns["res_partner"], "vat")
	delete(columns, "stock_move_line")
	p, err := odoo.For("17.0", map[string][]string{"sale_order": {"x_gift_note"}})
	if err != nil {
		t.Fatal(err)
	}
	err = odoo.Check(p, columns)
	var mismatch *odoo.MismatchError
	if !errors.As(err, &mismatch) {
		t.Fatalf("Check = %v", err)
	}
	want := &odoo.MismatchError{
		Release: "17.0", Tables: []string{"stock_move_line"},
		Columns: []string{"res_partner.vat", "sale_order.client_order_ref"}, Extra: []string{"sale_order.x_gift_note"},
	}
	if diff := cmp.Diff(want, mismatch); diff != "" {
		t.Error(diff)
	}
	for _, part := range []string{"Odoo 17.0", "stock_move_line", "res_partner.vat", "x_gift_note"} {
		if !strings.Contains(err.Error(), part) {
			t.Errorf("%q does not name %s", err, part)
		}
	}
	// The profile of another release does not fit.
	p, _ = odoo.For("19.0", nil)
	if err := odoo.Check(p, columnsOf(t, "17")); !errors.As(err, &mismatch) || !strings.Contains(err.Error(), "sale_order_line.product_uom_id") {
		t.Errorf("Check of 17 against 19 = %v", err)
	}
}

func TestModulesThatAreNotInstalledAreLeftOut(t *testing.T) {
	columns := columnsOf(t, "17")
	maps.DeleteFunc(columns, func(table string, _ map[string]string) bool {
		return strings.HasPrefix(table, "stock_") || table == "delivery_carrier"
	})
	for _, name := range []string{"warehouse_id", "carrier_id", "delivery_status"} {
		delete(columns["sale_order"], name)
	}
	delete(columns["sale_order_line"], "is_delivery")
	delete(columns["product_template"], "tracking")
	p, err := odoo.For("17.0", nil)
	if err != nil {
		t.Fatal(err)
	}
	if err := odoo.Check(p, columns); err != nil {
		t.Fatal(err)
	}
	b := emptyBridge(t, p)
	for _, table := range p.Tables {
		if absent := columns[table.Name] == nil; table.Absent != absent {
			t.Errorf("%s: Absent = %t", table.Name, table.Absent)
		}
	}
	baseline(t, "17", func(table string, values map[string]string) {
		if mapped := b.byName[table]; mapped != nil && !mapped.Absent {
			b.set(mapped, values)
		}
	})
	b.adopt()
	ofStock := []string{"shipment", "return", "stock_move", "stock_level"}
	for i, e := range p.Entities {
		if none := len(b.documents[i]) == 0; none != slices.Contains(ofStock, e.Name) && e.Name != "payment" {
			t.Errorf("%d documents of %s", len(b.documents[i]), e.Name)
		}
	}
	for _, d := range b.docs("order") {
		if strings.Contains(string(d.body), `"warehouse"`) || strings.Contains(string(d.body), `"is_delivery"`) {
			t.Fatalf("a field of a module that is not there: %s", d.body)
		}
	}
}

func TestExtraColumnsAreCheckedAndShownByTheirType(t *testing.T) {
	if _, err := odoo.For("17.0", map[string][]string{"stock_quant": {"x"}, "res_users": {"password"}}); err == nil ||
		!strings.Contains(err.Error(), "res_users, stock_quant") {
		t.Errorf("For = %v", err)
	}
	b := newBridge(t, "17", map[string][]string{
		"sale_order":       {"note", "validity_date", "require_payment", "currency_rate", "prepayment_percent", "signed_on", "user_id", "note"},
		"product_template": {"description_sale", "volume"}, "product_product": {"volume"},
	})
	b.change("sale_order", 1, map[string]string{"note": `a\tb "c"`, "signed_on": "2026-01-02 03:04:05.5"})
	events := b.commit()
	if len(events) != 1 || events[0].Type != "order.updated" {
		t.Fatalf("events %v", events)
	}
	want := `{"note":"a\tb \"c\"","validity_date":"2026-12-23","require_payment":true,"currency_rate":"1","prepayment_percent":1,` +
		`"signed_on":"2026-01-02T03:04:05.5Z","user_id":6}`
	if diff := cmp.Diff(want, field(events[0].Entity, "custom")); diff != "" {
		t.Error(diff)
	}
	b.change("product_template", 9, map[string]string{"description_sale": `{"en_US": "A desk"}`, "volume": "7"})
	events = b.commit()
	if want := `{"volume":null,"description_sale":{"en_US":"A desk"}}`; len(events) != 5 || field(events[0].Entity, "custom") != want {
		t.Errorf("%d events, custom %s, want %s", len(events), field(events[0].Entity, "custom"), want)
	}
}
