package bridge

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/odoobridge/odoobridge/inbound"
	"github.com/odoobridge/odoobridge/inbound/command"
	"github.com/odoobridge/odoobridge/internal/change"
	"github.com/odoobridge/odoobridge/internal/config"
	"github.com/odoobridge/odoobridge/internal/store"
	"github.com/odoobridge/odoobridge/schema"
)

func TestEventsWakeWhatWaitsForWhatTheyTell(t *testing.T) {
	for _, c := range []struct {
		entity, what, body string
		want               []wake
	}{
		{"product", "created", `{"sku":"A","barcode":"400"}`, []wake{{"", "sku/A"}, {"", "barcode/400"}}},
		{"product", "updated", `{"sku":null}`, nil},
		{"product", "deleted", `{"sku":"A"}`, []wake{{"", "sku/A"}}},
		{"customer", "updated", `{"external_ids":{"shopify":"customer_70~2F01"}}`, []wake{{"shopify", "customer/70/01"}}},
		{"customer", "created", `{"external_ids":{"pos":"guest_5001"}}`, []wake{{"pos", "guest/5001"}}},
		{"customer", "updated", `{"external_ids":{"pos":"address_1","web":"customer_~"}}`, nil},
		{"customer", "merged", `{}`, []wake{{"", "partner/7"}, {"", "partner/active/7"}}},
		{"customer", "restored", `{}`, []wake{{"", "partner/active/7"}}},
		{"customer", "archived", `{"external_ids":{"shopify":"customer_1"}}`, []wake{{"", "partner/7"}}},
		{"customer", "deleted", `{}`, []wake{{"", "partner/7"}, {"", "partner/active/7"}}},
		{"customer", "updated", `{"email":"a"}`, []wake{{"", "partner/7"}}},
		{"order", "created", `{"external_ids":{"shopify":"order_5001","pos":"customer_1"}}`, []wake{{"shopify", "order/5001"}}},
		{"order", "deleted", `{"external_ids":{"shopify":"order_5001"}}`, nil},
		{"shipment", "created", `{"name":"WH/OUT/1","order":{"id":1,"name":"S1"}}`, []wake{{"", "transfer/WH/OUT/1"}}},
		{"shipment", "shipped", `{"name":"WH/OUT/1","order":{"id":1,"name":"S1"}}`, []wake{{"", "transfer/WH/OUT/1"}, {"", "shipment/order/S1"}}},
		{"return", "created", `{"name":"WH/IN/1"}`, []wake{{"", "transfer/WH/IN/1"}}},
		{"invoice", "created", `{"name":"INV/1","source_document":"S1"}`, nil},
		{"invoice", "posted", `{"name":"INV/1","source_document":"S1, S2"}`, []wake{{"", "invoice/INV/1"}, {"", "invoice/order/S1"}, {"", "invoice/order/S2"}}},
		{"invoice", "paid", `{"name":"INV/1","state":"posted"}`, nil},
		{"invoice", "cancelled", `{"name":"INV/1","state":"cancel"}`, []wake{{"", "refund/INV/1"}}},
		{"refund", "posted", `{"name":"RINV/1","state":"posted","reversal_of":{"id":1,"name":"INV/1"}}`, []wake{{"", "refund/INV/1"}}},
		{"refund", "paid", `{"name":"RINV/1","state":"posted","reversal_of":{"id":1,"name":"INV/1"}}`, []wake{{"", "refund/INV/1"}}},
		{"refund", "created", `{"state":"draft","reversal_of":{"id":1,"name":"INV/1"}}`, nil},
		{"refund", "posted", `{"name":"RINV/1","state":"posted","reversal_of":null}`, nil},
		{"payment", "registered", `{"name":"P1"}`, nil},
	} {
		e := store.Event{Entity: c.entity, What: c.what, Key: store.Key{7}, Body: []byte(c.body)}
		if c.what == "updated" {
			schema.Fields(e.Body, func(name string, _ []byte) bool { e.Changed = append(e.Changed, name); return true })
		}
		got := wakesOf(&e)
		if diff := cmp.Diff(c.want, got, cmp.AllowUnexported(wake{})); diff != "" {
			t.Errorf("%s.%s: %s", c.entity, c.what, diff)
		}
	}
}

// TestACodeThatPassesFromOneProductToAnotherWakes renames one of two products of a code.
func TestACodeThatPassesFromOneProductToAnotherWakes(t *testing.T) {
	got := wakesOf(&store.Event{Entity: "product", What: "updated", Body: []byte(`{"sku":"B"}`), Before: []byte(`{"sku":"A"}`)})
	if diff := cmp.Diff([]wake{{"", "sku/B"}, {"", "sku/A"}}, got, cmp.AllowUnexported(wake{})); diff != "" {
		t.Error(diff)
	}
}

// rowWake is what a row wakes, "" for nothing.
func rowWake(kind change.Kind, table, column, text string) string {
	w, _ := wakeOfRow(&change.Change{
		Kind: kind, Relation: &change.Relation{Name: table, Columns: []change.Column{{Name: "id"}, {Name: column}}},
		New: []change.Value{{State: change.Text, Text: []byte("1")}, {State: change.Text, Text: []byte(text)}},
	})
	return w.key
}

func TestRowsWakeWhatNoEventTellsOf(t *testing.T) {
	for _, c := range []struct {
		table, column, text, want string
	}{
		{"stock_warehouse", "code", "WH2", "warehouse/WH2"}, {"stock_location", "complete_name", "WH/Stock/A", "location/WH/Stock/A"}, {"stock_lot", "name", "L1", "lot/L1"},
		{"stock_production_lot", "name", "L1", "lot/L1"}, {"mailing_list", "name", "News", "list/News"}, {"account_tax", "name", "19 %", "mapping/tax/"},
		{"account_journal", "code", "BNK9", "mapping/payment_method/"}, {"delivery_carrier", "name", "DHL", "mapping/carrier/"}, {"product_pricelist", "name", "EUR", "mapping/pricelist/"},
		{"account_payment_term", "name", "30 days", "mapping/payment_term/"}, {"res_partner", "name", "Guest", "mapping/guest_customer/"},
		{"ir_model_data", "model", "account.tax", "mapping/tax/"}, {"ir_model_data", "model", "account.payment.term", "mapping/payment_term/"},
		{"ir_model_data", "model", "ir.ui.view", ""}, {"sale_order", "name", "S1", ""},
	} {
		for _, kind := range []change.Kind{change.Insert, change.Update} {
			if got := rowWake(kind, c.table, c.column, c.text); got != c.want {
				t.Errorf("%s of %s: %q, want %q", kind, c.table, got, c.want)
			}
		}
		if got := rowWake(change.Delete, c.table, c.column, c.text); got != "" {
			t.Errorf("a row of %s that is gone wakes %v", c.table, got)
		}
	}
}

// TestWhateverIsWaitedForHasWhatWakesIt asks each kind of thing that commands wait for what tells of it: an event, a row, the
// configuration, or the command that provides it. Nothing else can be waited for (command.WaitKind), and what is mapped is
// told of by Odoo and by the configuration.
func TestWhateverIsWaitedForHasWhatWakesIt(t *testing.T) {
	woken := map[string]map[string]bool{} // by kind and by what tells of it
	tells := func(by, key string) {
		kind := ""
		for _, k := range command.WaitKinds() { // the longest: "invoice/order/" is not "invoice/"
			if strings.HasPrefix(key, k.String()) && len(k.String()) > len(kind) {
				kind = k.String()
			}
		}
		if kind == "" {
			t.Errorf("%s tells of %q, which nothing waits for", by, key)
			return
		}
		if woken[kind] == nil {
			woken[kind] = map[string]bool{}
		}
		woken[kind][by] = true
	}
	for _, e := range []store.Event{
		{Entity: "product", What: "created", Body: []byte(`{"sku":"A","barcode":"4"}`)},
		{Entity: "customer", What: "merged", Body: []byte(`{}`)},
		{Entity: "customer", What: "created", Body: []byte(`{"external_ids":{"shop":"customer_1","pos":"guest_1"}}`)},
		{Entity: "order", What: "created", Body: []byte(`{"external_ids":{"shop":"order_1"}}`)},
		{Entity: "shipment", What: "shipped", Body: []byte(`{"name":"WH/OUT/1","order":{"name":"S1"}}`)},
		{Entity: "invoice", What: "posted", Body: []byte(`{"name":"INV/1","source_document":"S1"}`)},
		{Entity: "refund", What: "posted", Body: []byte(`{"state":"posted","reversal_of":{"name":"INV/1"}}`)},
	} {
		for _, w := range wakesOf(&e) {
			tells("an event", w.key)
		}
	}
	for table, of := range brought {
		tells("a row", rowWake(change.Insert, table, of.column, "X"))
	}
	for model := range mappedModels {
		tells("an external id", rowWake(change.Insert, externalIDs, "model", model))
	}
	codes := map[string]config.Record{"x": "X"}
	everything := config.Channel{
		Warehouses: []string{"WH"}, Order: config.OrderRules{GuestCustomer: "1"},
		Mapping: config.Mapping{Taxes: codes, Carriers: codes, PaymentMethods: codes, PaymentTerms: codes, Pricelists: codes},
	}
	for _, key := range everything.WaitKeys() {
		tells("the configuration", key)
	}
	for _, key := range inbound.Provides() {
		tells("a command", key)
	}
	for _, kind := range command.WaitKinds() {
		by := woken[kind.String()]
		if len(by) == 0 {
			t.Errorf("nothing wakes what waits for %q", kind)
		}
		if strings.HasPrefix(kind.String(), "mapping/") && kind != command.WaitOwnWarehouse && (!by["a row"] || !by["an external id"]) {
			t.Errorf("Odoo does not tell of what %q is mapped to: %v", kind, by)
		}
		if strings.HasPrefix(kind.String(), "mapping/") && !by["the configuration"] {
			t.Errorf("the configuration does not tell of %q: %v", kind, by)
		}
	}
}

func TestNoWakeIsLost(t *testing.T) {
	w := newWakes()
	w.add(wake{"", "sku/A"}, wake{"", "sku/A"}, wake{"shop", "customer/1"})
	byChannel, all := w.take(true)
	if diff := cmp.Diff(map[string][]string{"": {"sku/A"}, "shop": {"customer/1"}}, byChannel); diff != "" || all {
		t.Errorf("all %v, %s", all, diff)
	}
	for n := range manyWakes + 1 {
		w.add(wake{"", fmt.Sprint("sku/", n)})
	}
	if byChannel, all = w.take(true); !all || len(byChannel[""]) > manyWakes {
		t.Errorf("more came than are kept: all %v, %d", all, len(byChannel[""]))
	}
	w.addAll()
	if _, all = w.take(false); all {
		t.Error("all look again before they may")
	}
	if _, all = w.take(true); !all {
		t.Error("what was too much to keep wakes nobody")
	}
	if _, all = w.take(true); all {
		t.Error("wakes everybody for ever")
	}
	select {
	case <-w.more:
	default:
		t.Error("the waker is not told")
	}
}
