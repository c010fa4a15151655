package e2e

import (
	"fmt"
	"strconv"
	"syscall"
	"testing"

	"github.com/odoobridge/odoobridge/internal/testkit"
)

// holdUp stops the server's process that sends the log to the bridge, until it is let go: the bridge hears of nothing.
func holdUp(t *testing.T, odoo *simulated) (letGo func()) {
	t.Helper()
	pid, err := strconv.Atoi(odoo.text("SELECT active_pid::text FROM pg_replication_slots WHERE slot_name = 'odoobridge'"))
	if err != nil {
		t.Fatal(err)
	}
	if err := syscall.Kill(pid, syscall.SIGSTOP); err != nil {
		t.Fatal(err)
	}
	letGo = func() { _ = syscall.Kill(pid, syscall.SIGCONT) }
	t.Cleanup(letGo)
	return letGo
}

// TestAChangeThatTheLogHoldsBackIsNotOverwritten has a person change one customer and merge others, one of whom nothing refers to, in Odoo while the bridge
// hears of nothing: commands about them wait until it has heard, and then one is refused, the others go to the heir.
func TestAChangeThatTheLogHoldsBackIsNotOverwritten(t *testing.T) {
	t.Parallel()
	odoo, url := newShop(t), testkit.RabbitMQ(t).NewVhost(t)
	p := newProcess(t, setup{dsn: odoo.dsn, amqp: url, more: odoo.settings() + "ownership: {customer: webshop}\nconflicts: {customer: reject}\n", channels: `  webshop:
    commands: [customer.upsert, order.place]
    lanes: {customers: {entities: [customer]}}
`})
	p.replace("heartbeat: 1s", "heartbeat: 1h") // so that the only marks in the log are those of commands
	p.run()
	heard, results, send, person := listen(t, url, "channel.webshop.customers"), hearResults(t, url, "results.webshop"), newSender(t, url), newPlayer(t, odoo.dsn)
	for _, id := range []string{"1", "2", "3", "4"} {
		send.command("customer.upsert", "c-"+id, id, map[string]any{"name": "Customer " + id, "email": "c" + id + "@example.test"})
	}
	order := placed("anna")
	delete(order, "guest")
	order["customer"] = "2"
	send.command("order.place", "o-1", "5001", order)
	results.becomes(t, "o-1", "applied")
	p.caughtUp(person.end())
	id := func(n int) string {
		return odoo.text("SELECT id::text FROM res_partner WHERE email = $1", fmt.Sprintf("c%d@example.test", n))
	}
	first, merged, heir, quiet := id(1), id(2), id(3), id(4)
	testkit.Eventually(t, patience, func() bool { return len(heard.from(0)) >= 4 }, func() string { return fmt.Sprint(heard.lines()) })
	revision := int64(0)
	for _, e := range heard.from(0) {
		if e.Subject == "customer/"+first {
			revision = e.Revision
		}
	}

	// From here on only the ledger knows whom the shop calls 2 and 4.
	person.exec("DELETE FROM ir_model_data WHERE module = 'channel_webshop' AND name IN ('customer_2', 'customer_4')")
	p.caughtUp(person.end())
	letGo := holdUp(t, odoo)
	person.exec(fmt.Sprintf(`UPDATE res_partner SET email = 'person@example.test', email_normalized = 'person@example.test' WHERE id = %s`, first))
	person.exec(fmt.Sprintf(`BEGIN; UPDATE sale_order SET partner_id = %[2]s, partner_invoice_id = %[2]s, partner_shipping_id = %[2]s WHERE partner_id = %[1]s;
		UPDATE stock_picking SET partner_id = %[2]s WHERE partner_id = %[1]s; DELETE FROM res_partner WHERE id = %[1]s; COMMIT`, merged, heir))
	person.exec(fmt.Sprintf(`BEGIN; INSERT INTO mail_message (model, res_id, message_type, body, create_date) VALUES ('res.partner', %[2]s, 'notification', '<p>Merged with the following partners: Customer 4 &lt;c4@example.test&gt; (ID %[1]s)</p>',
		now() AT TIME ZONE 'UTC'); DELETE FROM res_partner WHERE id = %[1]s; COMMIT`, quiet, heir))
	send.based("webshop", "customer.upsert", "late", "1", revision, map[string]any{"name": "Customer 1", "email": "late@example.test"})
	send.command("customer.upsert", "moved", "2", map[string]any{"name": "Customer 2", "phone": "+49 30 1"})
	send.command("customer.upsert", "quiet", "4", map[string]any{"name": "Customer 4", "vat": "DE 4"})
	testkit.Eventually(t, patience, func() bool {
		return odoo.count("SELECT count(*) FROM pg_stat_activity WHERE pid <> pg_backend_pid() AND query LIKE '%pg_logical_emit_message%'") > 0
	}, func() string { return "no command waits for the log: " + fmt.Sprint(results.all()) })
	if got := results.all(); got["late"] != "" || got["moved"] != "" || got["quiet"] != "" {
		t.Errorf("decided before it was known: %v", got)
	}
	letGo()
	results.becomes(t, "late", "rejected")
	results.becomes(t, "moved", "applied")
	results.becomes(t, "quiet", "applied")
	if n := odoo.count("SELECT count(*) FROM res_partner WHERE id = $1 AND email = 'person@example.test'", first); n != 1 {
		t.Error("what the person wrote is lost")
	}
	if n := odoo.count("SELECT count(*) FROM res_partner WHERE id = $1 AND phone = '+49 30 1' AND vat = 'DE 4'", heir); n != 1 {
		t.Errorf("the heir was not changed by both: %s, %s", results.said("moved"), results.said("quiet"))
	}
}
