package e2e

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/odoobridge/odoobridge/inbound/odoo"
	"github.com/odoobridge/odoobridge/internal/testkit"
)

// facts are what is compared of a thing, by the names that documents have for it.
type facts map[string]string

// tellsTheTruth waits until the last that each channel heard of everything is what Odoo says now.
func (m *market) tellsTheTruth() {
	m.t.Helper()
	truth := m.truth()
	for _, s := range append(m.vendors, m.shed.vendor) {
		var wrong []string
		testkit.Eventually(m.t, patience, func() bool {
			wrong = s.lane.differs(truth)
			return len(wrong) == 0
		}, func() string {
			return fmt.Sprintf("%s hears otherwise of %d things: %s", s.name, len(wrong), strings.Join(firstOf(wrong), "\n"))
		})
	}
}

// differs are the things of which the channel has heard otherwise than Odoo says, or nothing.
func (e *laneEar) differs(truth map[string]facts) (wrong []string) {
	last := e.now()
	for subject, want := range truth {
		t, heard := last[subject]
		if !heard || strings.HasSuffix(t.Type, ".deleted") || strings.HasSuffix(t.Type, ".merged") {
			wrong = append(wrong, fmt.Sprintf("%s: heard %q, Odoo has %v", subject, t.Type, want))
			continue
		}
		got := factsOf(subject, t.Entity)
		for _, name := range slices.Sorted(maps.Keys(want)) {
			if got[name] != want[name] {
				wrong = append(wrong, fmt.Sprintf("%s: heard %s %q (revision %d, %s), Odoo has %q", subject, name, got[name], t.Revision, t.Type, want[name]))
			}
		}
	}
	for subject, t := range last {
		if truth[subject] == nil && !ends(t.Type) && !strings.HasPrefix(subject, "price/") {
			wrong = append(wrong, fmt.Sprintf("%s: heard %s, Odoo has nothing", subject, t.Type))
		}
	}
	slices.Sort(wrong)
	return wrong
}

// figures are fields that are numbers.
var figures = []string{"amount", "amount_total", "amount_residual", "price", "list_price", "on_hand", "available", "forecast", "incoming", "outgoing"}

// factsOf reads a document. What is a list is put into one text.
func factsOf(subject string, document json.RawMessage) facts {
	var d map[string]any
	if err := json.Unmarshal(document, &d); err != nil {
		return facts{"error": err.Error()}
	}
	f := facts{}
	for name, value := range d {
		switch v := value.(type) {
		case nil:
			f[name] = ""
		case []any:
			f[name] = linesOfDocument(subject, v)
		case map[string]any:
			f[name+".id"] = fmt.Sprint(v["id"])
			f[name+".partner_id"] = fmt.Sprint(v["partner_id"])
		case string:
			if f[name] = v; slices.Contains(figures, name) {
				f[name] = decimal(v)
			}
		default:
			f[name] = fmt.Sprint(v)
		}
	}
	return f
}

// linesOfDocument are the figures of a document's lines.
func linesOfDocument(subject string, lines []any) string {
	var all []string
	for _, one := range lines {
		l, _ := one.(map[string]any)
		switch {
		case strings.HasPrefix(subject, "order/"):
			all = append(all, fmt.Sprintf("%v: %v of %v, delivered %v, invoiced %v", l["id"], l["quantity"], l["product_id"], l["delivered"], l["invoiced"]))
		case strings.HasPrefix(subject, "shipment/"):
			all = append(all, fmt.Sprintf("%v: %v of %v, %v, reserved %v, done %v", l["move_id"], l["demand"], l["product_id"], l["state"], l["reserved"], l["done"]))
		case strings.HasPrefix(subject, "return/"):
			all = append(all, fmt.Sprintf("%v: %v of %v, %v, received %v", l["move_id"], l["quantity"], l["product_id"], l["state"], l["received"]))
		case strings.HasPrefix(subject, "customer/"):
			all = append(all, fmt.Sprintf("%v: %v %v", l["id"], l["name"], l["street"]))
		}
	}
	slices.Sort(all)
	return strings.Join(all, "; ")
}

// levels are what Odoo computes of products in the warehouse.
func (m *market) levels(products []int64) map[int64]odoo.Record {
	m.t.Helper()
	within := odoo.Context(m.hidden(), map[string]any{"warehouse": m.warehouse, "warehouse_id": m.warehouse})
	rows, err := m.client.Read(context.Background(), "product.product", products, []string{"qty_available", "free_qty", "virtual_available", "incoming_qty", "outgoing_qty"}, within)
	if err != nil {
		m.t.Fatalf("read the stock: %v", err)
	}
	all := map[int64]odoo.Record{}
	for _, r := range rows {
		all[r.ID()] = r
	}
	return all
}
