package e2e

import (
	"testing"

	"github.com/odoobridge/odoobridge/internal/testkit"
)

// TestWhatACommandWaitsForLetsItGoByItself has commands miss a shipment, a product, a location and payment terms: each goes on when
// Odoo's log tells of it, long before it would look again. What appears while the bridge is down is found at its start. A refund that
// waits for its invoice does not hold back the payment that makes it, nor does a return that waits for its shipment.
func TestWhatACommandWaitsForLetsItGoByItself(t *testing.T) {
	t.Parallel()
	odoo, url := newShop(t), testkit.RabbitMQ(t).NewVhost(t)
	p := newProcess(t, setup{watched: true, dsn: odoo.dsn, amqp: url, more: odoo.settings(), channels: `  webshop:
    commands: [order.place, shipment.confirm, return.request, payment.record, refund.record, stock.count]
    payment: {without_invoice: invoice}
    mapping: {payment_terms: {n90: 99}, payment_methods: {card: BNK1}}
    lanes: {orders: {entities: [order]}}
`})
	p.run()
	results, send, person := hearResults(t, url, "results.webshop"), newSender(t, url), newPlayer(t, odoo.dsn)
	count := func(id, location string) {
		send.command("stock.count", id, id, map[string]any{"sku": "SCALE-1", "warehouse": "WH", "location": location, "quantity": "3", "counted_at": "2026-11-23T07:21:36Z"})
	}
	appear := func(location string) {
		person.exec("INSERT INTO stock_location (name, complete_name, usage, parent_path, location_id, company_id, warehouse_id, active) SELECT 'New', '" + location +
			"', 'internal', parent_path || '9001/', id, company_id, warehouse_id, true FROM stock_location WHERE id = 8")
	}
	person.exec("UPDATE product_template SET invoice_policy = 'order'")
	send.command("order.place", "o-1", "5001", placed("anna"))
	results.becomes(t, "o-1", "applied")
	send.command("return.request", "r-1", "901", map[string]any{"order": "5001", "lines": []any{map[string]any{"line": "1", "quantity": "1"}}})
	send.command("refund.record", "f-1", "701", map[string]any{"order": "5001", "full": true, "currency": "USD", "refunded_at": now()})
	send.command("refund.record", "f-2", "701", map[string]any{"order": "5001", "full": true, "currency": "USD", "refunded_at": now()})
	send.command("payment.record", "p-1", "601", map[string]any{"order": "5001", "amount": "6.50", "currency": "USD", "method": "card", "transaction_id": "601", "paid_at": now()})
	later := placed("bert")
	later["lines"].([]any)[0].(map[string]any)["sku"] = "LATER"
	send.command("order.place", "o-2", "5002", later)
	results.becomes(t, "o-2", "parked")
	termed := placed("cora")
	termed["payment_terms"] = "n90"
	send.command("order.place", "o-3", "5003", termed)
	results.becomes(t, "o-3", "parked")
	count("c-1", "WH/Stock/New")
	results.becomes(t, "c-1", "parked")

	results.becomes(t, "p-1", "applied")
	results.becomes(t, "f-1", "applied")
	results.becomes(t, "f-2", "duplicate")
	person.exec(`INSERT INTO account_payment_term (id, name, sequence, active) VALUES (99, '{"en_US": "90 days"}', 1, true)`)
	results.becomes(t, "o-3", "applied")
	person.exec("UPDATE product_product SET default_code = 'LATER' WHERE default_code = 'FILTER-100'")
	results.becomes(t, "o-2", "applied")
	appear("WH/Stock/New")
	results.becomes(t, "c-1", "applied")
	send.command("shipment.confirm", "s-1", "801", map[string]any{"shipment": odoo.text("SELECT p.name FROM stock_picking p JOIN sale_order o ON o.id = p.sale_id ORDER BY p.id DESC LIMIT 1 OFFSET 2")})
	results.becomes(t, "r-1", "applied")

	count("c-2", "WH/Stock/Newer")
	results.becomes(t, "c-2", "parked")
	p.kill()
	appear("WH/Stock/Newer")
	p.start("run")
	results.becomes(t, "c-2", "applied")
}
