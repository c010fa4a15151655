package odoo_test

import (
	"bytes"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/odoobridge/odoobridge/internal/testkit"
)

// promised is what the recordings must give whatever the golden files say, by
// types in the order of the transactions.
var promised = map[string][]string{
	"01": nil,
	"04": {"customer.created", "customer.updated"}, // the customer, then its delivery address
	"05": {"customer.updated"},
	"06": nil,
	"07": {"customer.updated", "customer.updated"}, // the address is archived, and restored
	"08": {"customer.created"},
	"09": {"customer.updated"},
	"11": {"order.created"},
	"12": {"order.updated"},
	"13": {"order.confirmed", "shipment.created", "shipment.ready", "stock_level.changed", "stock_level.changed"},
	"14": {"order.updated", "shipment.shipped", "stock_move.done", "stock_move.done", "stock_level.changed", "stock_level.changed"},
	"18": {"order.updated", "shipment.shipped", "shipment.created", "shipment.ready", "stock_move.done", "stock_level.changed"},
	"19": {"order.updated", "invoice.created", "invoice.posted"},
	"20": {"invoice.paid", "payment.registered", "payment.reconciled"},
	"21": {
		"order.updated", "return.created", "stock_level.changed",
		"order.updated", "shipment.updated", "return.received", "stock_move.done", "stock_level.changed",
	},
	"22": {"order.updated", "refund.created", "refund.posted"},
	"24": {"order.created", "order.confirmed", "shipment.created", "shipment.ready", "stock_level.out"},
	"26": {"order.cancelled", "shipment.cancelled", "stock_level.back"},
	"27": {"order.created", "order.deleted"},
	"28": {"order.created"}, // the same again changes nothing
	"31": {"product.created", "price.changed"},
	"32": {
		"product.updated", "product.updated", "product.updated", "product.updated", "product.updated",
		"price.changed", "price.changed", "price.changed", "price.changed", "price.changed",
	},
	"33": {"product.updated"},
	"34": {"price.changed", "price.changed"}, // the pricelist, and its price for one product
	"35": {"product.archived"},
	"45": {"product.created", "price.changed"},
}

func TestRecordedActionsGiveWhatIsPromised(t *testing.T) {
	for _, release := range releases {
		t.Run(release, func(t *testing.T) {
			b := newBridge(t, release, nil)
			found := 0
			for _, r := range testkit.Recordings(t, release) {
				var events []happened
				for _, tx := range append(r.Setup, r.Transactions...) {
					events = append(events, b.play(tx)...)
				}
				if want, listed := promised[r.Number]; listed {
					found++
					if diff := cmp.Diff(want, types(events)); diff != "" {
						t.Errorf("%s-%s: %s", r.Number, r.Name, diff)
					}
				}
				b.promisedDetails(t, r.Number, events)
			}
			if found != len(promised) {
				t.Errorf("%d of %d recordings were there", found, len(promised))
			}
		})
	}
}

func types(events []happened) (list []string) {
	for _, e := range events {
		list = append(list, e.Type)
	}
	return list
}

func (b *bridge) promisedDetails(t *testing.T, recording string, events []happened) {
	t.Helper()
	switch recording {
	case "04":
		if !strings.Contains(field(events[1].Entity, "addresses"), `"Ada Example (home)"`) {
			t.Error("04: the address does not belong to the customer")
		}
	case "08":
		if got := field(events[0].Entity, "external_ids"); !strings.Contains(got, `:"`) {
			t.Errorf("08: the customer's external ids are %s", got)
		}
	case "13":
		for _, e := range events[3:] {
			if !slices.Equal(e.Changed, []string{"reserved", "available", "outgoing", "forecast", "safe"}) {
				t.Errorf("13: %s changed %v, on hand must not", e.Subject, e.Changed)
			}
		}
	case "18":
		if field(events[2].Entity, "backorder_of", "name") != `"`+strings.TrimPrefix(events[1].Subject, "shipment/")+`"` {
			t.Errorf("18: the backorder is of %s", field(events[2].Entity, "backorder_of"))
		}
	case "27":
		for i := range b.documents {
			for _, d := range b.documents[i] {
				if bytes.Contains(d.body, []byte(events[0].Subject[len("order/"):])) {
					t.Errorf("27: left over: %s", d.body)
				}
			}
		}
	case "30":
		negative := 0
		for _, e := range events {
			if e.Type == "stock_level.negative" {
				negative++
			}
		}
		if last := events[len(events)-1]; negative == 0 || field(last.Entity, "on_hand") != `"-10"` {
			t.Errorf("30: %d times negative, at last %s", negative, last.Entity)
		}
	}
}
