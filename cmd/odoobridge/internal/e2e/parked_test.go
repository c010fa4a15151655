package e2e

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/odoobridge/odoobridge/internal/testkit"
	"github.com/odoobridge/odoobridge/router/jobs"
)

const productsOnly = `  golden:
    initial: skip
    lanes:
      all: {entities: [product], pace: instant}
`

// TestAMessageThatIsTooLargeIsParkedAndSentWhenTheBrokerTakesIt has a real broker refuse one
// product: its neighbours of the same transaction and its own later events pass, it stays
// parked over a kill and a retry in vain, and a larger limit lets it through.
func TestAMessageThatIsTooLargeIsParkedAndSentWhenTheBrokerTakesIt(t *testing.T) {
	t.Parallel()
	rabbit := testkit.RabbitMQAlone(t)
	dsn, amqp := restored(t, "17"), rabbit.NewVhost(t)
	proxy := testkit.Proxy(t, rabbit.Addr())
	rabbit.Eval(t, "application:set_env(rabbit, max_message_size, 30000).")
	t.Cleanup(func() { rabbit.Eval(t, "application:set_env(rabbit, max_message_size, 134217728).") })
	p := newProcess(t, setup{dsn: dsn, amqp: strings.Replace(amqp, rabbit.Addr(), proxy.Addr(), 1), channels: productsOnly})
	p.run()
	queue, odoo := listen(t, amqp, allQueue), newPlayer(t, dsn)
	const template = `(SELECT product_tmpl_id FROM product_product WHERE id = `
	odoo.exec(`BEGIN; UPDATE product_product SET default_code = 'before' WHERE id = 16;
		UPDATE product_template SET name = jsonb_build_object('en_US', repeat('long ', 8000)) WHERE id = ` + template + `17);
		UPDATE product_product SET default_code = 'after' WHERE id = 20; COMMIT`)
	// That the name is short again is too much as well: the event shows what it was before.
	odoo.exec(`UPDATE product_template SET name = '{"en_US": "short"}' WHERE id = ` + template + `17)`)
	odoo.exec(`UPDATE product_product SET default_code = 'later' WHERE id = 17`)
	parked := func() (list []jobs.Parked) {
		out, said, code := p.verb("parked", "list", "--json")
		if err := json.Unmarshal([]byte(out), &list); err != nil || code != 0 {
			t.Fatalf("parked list: exit %d, %v %s%s", code, err, out, said)
		}
		return list
	}
	testkit.Eventually(t, patience, func() bool { return len(parked()) == 2 && queue.len() >= 3 }, nil)
	p.caughtUp(odoo.end())
	last := func() map[string]received {
		found := map[string]received{}
		for _, e := range queue.from(0) {
			found[e.Subject] = e
		}
		return found
	}
	testkit.Eventually(t, patience, func() bool { return strings.Contains(last()["product/17"].body, `"later"`) }, nil)
	if e := last()["product/20"]; !strings.Contains(e.body, `"after"`) {
		t.Errorf("the neighbour's event is %.200s", e.body)
	}
	ill := parked()[0]
	if ill.Key != "17" || ill.Code != "message_too_large" || !strings.Contains(ill.Remedy, "max_message_size") {
		t.Errorf("parked is %+v", ill)
	}

	p.kill()
	p.run()
	if out, said, code := p.verb("parked", "retry", ill.ID); code == 0 {
		t.Errorf("a retry that the broker refuses: exit 0, %s%s", out, said)
	}
	if list := parked(); len(list) != 2 || list[0].ID != ill.ID {
		t.Errorf("after a retry in vain parked are %+v", list)
	}

	rabbit.Eval(t, "application:set_env(rabbit, max_message_size, 1000000).")
	proxy.Cut() // as the restart would that changes the limit in rabbitmq.conf
	testkit.Eventually(t, patience, func() bool {
		_, _, code := p.verb("parked", "retry", ill.ID)
		return code == 0
	}, nil)
	testkit.Eventually(t, patience, func() bool { return last()["product/17"].ID == ill.Event }, nil)
	if list := parked(); len(list) != 1 || list[0].ID == ill.ID {
		t.Errorf("after the retry parked are %+v", list)
	}
}
