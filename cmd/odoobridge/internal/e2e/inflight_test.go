package e2e

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/odoobridge/odoobridge/internal/odoosim"
	"github.com/odoobridge/odoobridge/internal/testkit"
)

// brewSet is a kit of one glass server and a pack, which is a kit of three filters.
const brewSet = `BEGIN;
	INSERT INTO product_template (id, name, list_price, categ_id, detailed_type, type, uom_id, uom_po_id, sale_ok, active, tracking, service_type, sale_line_warn, expense_policy, invoice_policy)
		SELECT id, jsonb_build_object('en_US', name), 40, 3, 'consu', 'consu', 1, 1, true, true, 'none', 'manual', 'no-message', 'no', 'delivery' FROM (VALUES (31, 'Brew Set'), (32, 'Pack')) AS t (id, name);
	INSERT INTO product_product (id, product_tmpl_id, default_code, combination_indices, active) VALUES (31, 31, 'SET-1', '', true), (32, 32, 'PACK-1', '', true);
	INSERT INTO mrp_bom (id, product_tmpl_id, type, ready_to_produce, consumption, active, product_qty, product_uom_id) VALUES
		(1, 31, 'phantom', 'all_available', 'warning', true, 1, 1), (2, 32, 'phantom', 'all_available', 'warning', true, 2, 1);
	INSERT INTO mrp_bom_line (bom_id, product_id, product_qty, product_uom_id) VALUES (1, 7, 1, 1), (1, 32, 1, 1), (2, 6, 6, 1);
	COMMIT`

// TestStockThatWasSoldNeverComesBack sends a burst of orders to a bridge while Odoo is slow and pushes stock of its
// own, and kills the bridge in the middle. The channel hears a number that falls with its sales, those of a kit among
// them, and never one that has forgotten a sale; one that is Odoo's in the end. The kit comes with a module that is installed
// while the bridge runs.
func TestStockThatWasSoldNeverComesBack(t *testing.T) {
	t.Parallel()
	const (
		orders   = 10
		received = 5
		grinders = "stock_level/4/1" // 12, by SKU
		filters  = "stock_level/6/1" // 250, by barcode, and three in each kit
		servers  = "stock_level/7/1" // 30, in kits
	)
	odoo, url := newShop(t), testkit.RabbitMQ(t).NewVhost(t)
	odoo.server.Inject(odoosim.Fault{Model: "sale.order", Delay: time.Second, Times: odoosim.Always})
	p := newProcess(t, setup{watched: true, dsn: odoo.dsn, amqp: url, more: odoo.settings(), channels: `  webshop:
    commands: [order.place]
    warehouses: [WH]
    order: {confirm: always}
    initial: publish
    lanes:
      stock: {entities: [stock_level], fields: [sku, available], where: {warehouse: [WH]}, promise: safe, inflight: own, pace: instant}
      odoos: {entities: [stock_level], fields: [sku, available], where: {warehouse: [WH]}, promise: safe, pace: instant}
`})
	p.replace("heartbeat: 1s", watchful)
	p.run()
	if err := odoo.server.InstallManufacturing(t.Context()); err != nil {
		t.Fatal(err)
	}
	shop := newPlayer(t, odoo.dsn)
	shop.exec(brewSet)
	testkit.Eventually(t, patience, func() bool {
		p.alive()
		return strings.Contains(p.log.String(), `"the tables are taken up"`)
	}, nil)
	stock, odoos, results := listen(t, url, "channel.webshop.stock"), listen(t, url, "channel.webshop.odoos"), hearResults(t, url, "results.webshop")
	send := newSender(t, url)
	for i := range orders {
		send.command("order.place", fmt.Sprint("o-", i), fmt.Sprint(5000+i), map[string]any{
			"placed_at": "2026-11-23T07:21:36Z", "currency": "USD", "guest": map[string]any{"name": fmt.Sprint("Guest ", i), "email": fmt.Sprintf("guest%d@example.test", i)},
			"lines": []any{
				map[string]any{"id": "1", "sku": "GRIND-1", "quantity": "1", "unit_price": "129.00", "taxes": []string{}},
				map[string]any{"id": "2", "barcode": "4006381000006", "quantity": "2", "unit_price": "6.50", "taxes": []string{}},
				map[string]any{"id": "3", "sku": "SET-1", "quantity": "1", "unit_price": "40.00", "taxes": []string{}},
			},
			"totals": map[string]any{"total": "182.00"},
		})
	}
	stock.promises(grinders, "2")
	stock.promises(filters, "200")
	stock.promises(servers, "20")
	if confirmed := odoo.count(`SELECT count(*) FROM sale_order WHERE state = 'sale'`); confirmed == orders {
		t.Error("Odoo had confirmed all orders before the channel was told: nothing was in flight")
	}
	shop.exec(fmt.Sprintf(`UPDATE stock_quant SET quantity = quantity + %d WHERE product_id = 4 AND location_id = 8`, received))
	stock.promises(grinders, "7")
	p.kill()
	p.start("run")
	p.ready()
	odoo.server.Heal()
	results.atLeast(t, orders)
	p.caughtUp(shop.end())
	odoos.promises(grinders, "7")
	odoos.promises(filters, "200")
	odoos.promises(servers, "20")

	if n := odoo.count(`SELECT count(*) FROM sale_order WHERE state = 'sale'`); n != orders {
		t.Errorf("%d orders are confirmed, want %d", n, orders)
	}
	for id, outcome := range results.all() {
		if outcome != "applied" {
			t.Errorf("command %s is %s", id, outcome)
		}
	}
	for subject, want := range map[string]struct{ first, rise, last string }{grinders: {"12", "7", "7"}, filters: {"250", "", "200"}, servers: {"30", "", "20"}} {
		heard := stock.availables(subject)
		if heard[0] != want.first || heard[len(heard)-1] != want.last {
			t.Errorf("the channel heard of %s: %v, want %s to %s", subject, heard, want.first, want.last)
		}
		if d := cmp.Diff(slices.DeleteFunc([]string{want.rise}, func(s string) bool { return s == "" }), rises(t, heard)); d != "" {
			t.Errorf("the promise of %s rose (-allowed +heard): %s\nheard %v", subject, d, heard)
		}
	}
	t.Logf("with orders in flight %v, without %v", stock.availables(grinders), odoos.availables(grinders))
}

// availables are the numbers that a channel has heard of a stock level, in order.
func (c *channel) availables(subject string) (list []string) {
	revision := int64(0)
	for _, e := range c.from(0) {
		if e.Subject != subject {
			continue
		}
		if e.Revision <= revision {
			c.t.Errorf("%s came with revision %d after %d", e.ID, e.Revision, revision)
		}
		revision = e.Revision
		var level struct{ Available string }
		if err := json.Unmarshal(e.Data.Entity, &level); err != nil {
			c.t.Error(err)
		}
		list = append(list, level.Available)
	}
	return list
}

func (c *channel) promises(subject, want string) {
	c.t.Helper()
	testkit.Eventually(c.t, patience, func() bool {
		heard := c.availables(subject)
		return len(heard) > 0 && heard[len(heard)-1] == want
	}, func() string {
		return fmt.Sprintf("%s: heard %v, want %s in the end", subject, c.availables(subject), want)
	})
}

// rises are the numbers that are above the one before.
func rises(t *testing.T, list []string) []string {
	t.Helper()
	found, last := []string{}, 1e9
	for _, text := range list {
		var n float64
		if _, err := fmt.Sscan(text, &n); err != nil {
			t.Fatal(err)
		}
		if n > last {
			found = append(found, text)
		}
		last = n
	}
	return found
}
