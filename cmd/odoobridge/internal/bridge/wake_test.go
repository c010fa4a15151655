package bridge

import (
	"fmt"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/odoobridge/odoobridge/internal/change"
	"github.com/odoobridge/odoobridge/internal/store"
)

func TestEventsWakeWhatWaitsForWhatTheyTell(t *testing.T) {
	for _, c := range []struct {
		entity, what, body string
		want               []wake
	}{
		{"product", "created", `{"sku":"A","barcode":"400"}`, []wake{{"", "sku/A"}, {"", "barcode/400"}}},
		{"product", "updated", `{"sku":null}`, nil},
		{"product", "deleted", `{"sku":"A"}`, nil},
		{"customer", "updated", `{"external_ids":{"shopify":"customer_70~2F01"}}`, []wake{{"shopify", "customer/70/01"}}},
		{"customer", "created", `{"external_ids":{"pos":"guest_5001"}}`, []wake{{"pos", "guest/5001"}}},
		{"customer", "updated", `{"external_ids":{"pos":"address_1","web":"customer_~"}}`, nil},
		{"customer", "merged", `{}`, []wake{{"", "partner/7"}}},
		{"customer", "archived", `{"external_ids":{"shopify":"customer_1"}}`, []wake{{"", "partner/7"}}},
		{"customer", "deleted", `{}`, []wake{{"", "partner/7"}}},
		{"shipment", "created", `{"name":"WH/OUT/1","order":{"id":1,"name":"S1"}}`, []wake{{"", "transfer/WH/OUT/1"}}},
		{"shipment", "shipped", `{"name":"WH/OUT/1","order":{"id":1,"name":"S1"}}`, []wake{{"", "transfer/WH/OUT/1"}, {"", "shipment/order/S1"}}},
		{"return", "created", `{"name":"WH/IN/1"}`, []wake{{"", "transfer/WH/IN/1"}}},
		{"invoice", "created", `{"name":"INV/1","source_document":"S1"}`, nil},
		{"invoice", "posted", `{"name":"INV/1","source_document":"S1, S2"}`, []wake{{"", "invoice/INV/1"}, {"", "invoice/order/S1"}, {"", "invoice/order/S2"}}},
		{"payment", "registered", `{"name":"P1"}`, nil},
	} {
		got := wakesOf(&store.Event{Entity: c.entity, What: c.what, Key: store.Key{7}, Body: []byte(c.body)})
		if diff := cmp.Diff(c.want, got, cmp.AllowUnexported(wake{})); diff != "" {
			t.Errorf("%s.%s: %s", c.entity, c.what, diff)
		}
	}
}

func TestRowsWakeWhatNoEventTellsOf(t *testing.T) {
	row := func(kind change.Kind, table, column, text string) []wake {
		return wakesOfRow(&change.Change{
			Kind: kind, Relation: &change.Relation{Name: table, Columns: []change.Column{{Name: "id"}, {Name: column}}},
			New: []change.Value{{State: change.Text, Text: []byte("1")}, {State: change.Text, Text: []byte(text)}},
		})
	}
	for _, c := range []struct {
		table, column, text, want string
	}{
		{"stock_warehouse", "code", "WH2", "warehouse/WH2"}, {"stock_location", "complete_name", "WH/Stock/A", "location/WH/Stock/A"}, {"stock_lot", "name", "L1", "lot/L1"},
		{"stock_production_lot", "name", "L1", "lot/L1"}, {"mailing_list", "name", "News", "list/News"}, {"account_tax", "name", "19 %", "mapping/tax/"},
		{"account_journal", "code", "BNK9", "mapping/payment_method/"}, {"delivery_carrier", "name", "DHL", "mapping/carrier/"}, {"product_pricelist", "name", "EUR", "mapping/pricelist/"},
	} {
		for _, kind := range []change.Kind{change.Insert, change.Update} {
			if diff := cmp.Diff([]wake{{"", c.want}}, row(kind, c.table, c.column, c.text), cmp.AllowUnexported(wake{})); diff != "" {
				t.Errorf("%s of %s: %s", kind, c.table, diff)
			}
		}
		if got := row(change.Delete, c.table, c.column, c.text); got != nil {
			t.Errorf("a row of %s that is gone wakes %v", c.table, got)
		}
	}
	if got := row(change.Insert, "sale_order", "name", "S1"); got != nil {
		t.Errorf("an order's row wakes %v", got)
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
