package e2e

import (
	"fmt"
	"testing"

	"github.com/odoobridge/odoobridge/internal/testkit"
)

// TestACommandBasedOnWhatHasMovedIsAConflict has a web shop change a customer whose email a person changed in Odoo
// meanwhile: what is based on the revision before is refused, but for other fields; what the shop itself
// changed since is not held against it.
func TestACommandBasedOnWhatHasMovedIsAConflict(t *testing.T) {
	t.Parallel()
	odoo, url := newShop(t), testkit.RabbitMQ(t).NewVhost(t)
	p := newProcess(t, setup{dsn: odoo.dsn, amqp: url, more: odoo.settings() + "ownership: {customer: webshop}\nconflicts: {customer: reject}\n", channels: `  webshop:
    odoo_login: channel_shopify
    odoo_api_key: channel_shopify
    commands: [customer.upsert]
    lanes: {customers: {entities: [customer]}}
`})
	p.run()
	heard, results, send, person := listen(t, url, "channel.webshop.customers"), hearResults(t, url, "results.webshop"), newSender(t, url), newPlayer(t, odoo.dsn)
	n := 0
	upsert := func(want string, basedOn int64, field, value string) {
		t.Helper()
		n++
		id := fmt.Sprint("c-", n)
		send.based("webshop", "customer.upsert", id, "7001", basedOn, map[string]any{"name": "Agatha", field: value})
		results.atLeast(t, n)
		if got := results.all()[id]; got != want {
			t.Errorf("%s %q based on revision %d is %s, want %s", field, value, basedOn, got, want)
		}
		p.caughtUp(person.end())
	}
	upsert("applied", 0, "email", "agatha@example.test")
	subject := "customer/" + heard.named("customer.created", "webshop")
	newest := func() (revision int64) {
		for _, e := range heard.from(0) {
			if e.Subject == subject {
				revision = e.Revision
			}
		}
		return revision
	}
	first := newest()
	upsert("applied", first, "phone", "1")
	upsert("applied", first, "email", "agatha.christie@example.test") // only its own doing lies between

	person.exec(fmt.Sprintf("UPDATE res_partner SET email = 'person@example.test', email_normalized = 'person@example.test', write_uid = 2, write_date = now() AT TIME ZONE 'UTC' WHERE id = %s", subject[len("customer/"):]))
	p.caughtUp(person.end())
	testkit.Eventually(t, patience, func() bool { return newest() >= first+3 }, func() string { return fmt.Sprint(heard.lines()) })
	upsert("rejected", first, "email", "late@example.test")
	upsert("rejected", newest()+7, "email", "late@example.test") // a revision that nobody was told of
	upsert("applied", first, "phone", "2")
	if got := odoo.count("SELECT count(*) FROM res_partner WHERE email = 'person@example.test' AND phone = '2'"); got != 1 {
		t.Errorf("%d customers have the person's email and the shop's phone, want 1", got)
	}
	testkit.Eventually(t, patience, func() bool { return newest() >= first+4 }, func() string { return fmt.Sprint(heard.lines()) })
	upsert("applied", newest(), "email", "seen@example.test")
	if got := odoo.count("SELECT count(*) FROM res_partner WHERE email = 'seen@example.test'"); got != 1 {
		t.Errorf("%d customers have the email that was based on the newest revision, want 1", got)
	}
}
