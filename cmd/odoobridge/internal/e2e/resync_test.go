package e2e

import (
	"fmt"
	"regexp"
	"strings"
	"testing"

	"github.com/odoobridge/odoobridge/internal/testkit"
)

const customersOnly = `  golden:
    initial: skip
    lanes:
      all: {entities: [customer], pace: instant}
`

// checkResync holds what arrived against what was missed: exactly those subjects, each
// once, marked as found by a resync.
func checkResync(t *testing.T, got []received, want map[string]string) {
	t.Helper()
	seen := map[string]bool{}
	for _, e := range got {
		switch {
		case want[e.Subject] == "":
			t.Errorf("%s of %s, which did not change", e.Type, e.Subject)
		case want[e.Subject] != e.Type:
			t.Errorf("%s of %s, want %s", e.Type, e.Subject, want[e.Subject])
		case seen[e.Subject]:
			t.Errorf("%s was told twice: %s", e.Subject, e.ID)
		case !e.Resync || e.header["resync"] != "true":
			t.Errorf("%s does not say that a resync found it: %v %v", e.ID, e.Resync, e.header)
		}
		seen[e.Subject] = true
	}
	for subject, kind := range want {
		if !seen[subject] {
			t.Errorf("nothing was told of %s, want %s", subject, kind)
		}
	}
}

// TestResyncPutsOutExactlyWhatWasMissed has the server give up the slot while
// 1,000 of 100,000 customers change and 50 go. The resync is killed half-way.
func TestResyncPutsOutExactlyWhatWasMissed(t *testing.T) {
	t.Parallel()
	const many, first = 100_000, 1_000_000
	pg := testkit.Postgres(t, testkit.WithSetting("max_slot_wal_keep_size", "16MB"), testkit.WithSetting("min_wal_size", "32MB"),
		testkit.WithSetting("max_wal_size", "4GB"))
	dsn, amqp := pg.NewOdoo(t, "17"), testkit.RabbitMQ(t).NewVhost(t)
	odoo := newPlayerOn(t, pg, dsn)
	odoo.exec(fmt.Sprintf(`INSERT INTO res_partner (id, name, complete_name, active, type, create_uid, write_uid, write_date, commercial_partner_id, ref)
		SELECT i, 'Customer ' || i, 'Customer ' || i, true, 'contact', 1, 1, '2026-01-01', i, 'C' || i FROM generate_series(%d, %d) i`, first, first+many-1))
	p := newProcess(t, setup{dsn: dsn, amqp: amqp, channels: customersOnly})
	p.run()
	queue := listen(t, amqp, allQueue)
	odoo.exec(`UPDATE res_partner SET phone = 'heard' WHERE id = 1000000`)
	queue.waitFor(1)
	if code := p.terminate(); code != 0 {
		t.Fatalf("exit code %d", code)
	}

	odoo.exec(`UPDATE res_partner SET phone = 'missed' WHERE id >= 1000000 AND id % 100 = 1`)
	odoo.exec(`DELETE FROM res_partner WHERE id >= 1000000 AND id % 2000 = 7`)
	for range 8 {
		odoo.exec(`SELECT pg_switch_wal()`)
		odoo.exec(`CREATE TABLE IF NOT EXISTS elsewhere (); CHECKPOINT; DROP TABLE elsewhere`)
	}
	p.start("run")
	if code := p.wait(); code != 3 {
		t.Fatalf("exit code %d, want 3\n%s", code, tailOf(p.log.String()))
	}
	p.says("slot odoobridge is lost")
	p.says("odoobridge resync")

	before := len(p.log.String())
	p.start("resync")
	testkit.Eventually(t, patience, func() bool { return strings.Contains(p.log.String()[before:], `"the tables are read"`) }, nil)
	p.kill()
	p.run() // goes on by itself: the decision was made
	p.caughtUp(odoo.end())
	want := map[string]string{}
	for i := first; i < first+many; i++ {
		switch {
		case i%100 == 1:
			want[fmt.Sprint("customer/", i)] = "customer.updated"
		case i%2000 == 7:
			want[fmt.Sprint("customer/", i)] = "customer.deleted"
		}
	}
	if len(want) != 1050 {
		t.Fatalf("the test misses %d customers", len(want))
	}
	queue.waitFor(1 + len(want))
	odoo.exec(`UPDATE res_partner SET phone = 'after' WHERE id = 1000000`)
	queue.waitFor(2 + len(want))
	all := queue.from(0)
	for _, e := range []received{all[0], all[len(all)-1]} {
		if e.Subject != "customer/1000000" || e.Resync || e.header["resync"] != nil {
			t.Errorf("%s of %s: resync %v, want an ordinary event", e.ID, e.Subject, e.Resync)
		}
	}
	checkResync(t, all[1:len(all)-1], want)
	for subject, effect := range map[string]string{"customer/1000001": "told customer/1000001 ", "customer/1000002": "nothing differed of customer/1000002, "} {
		told, _ := p.trace(subject)
		if line := regexp.MustCompile(`.* resync  .*`).FindString(told); !strings.Contains(line, effect) || !strings.Contains(line, ", by ") || !strings.Contains(line, "odoobridge resync: slot odoobridge is lost") {
			t.Errorf("the trace of %s does not tell of the resync, its effect, who asked for it and why:\n%s", subject, told)
		}
		if !strings.Contains(told, "first reading") {
			t.Errorf("the trace of %s does not tell of the first reading:\n%s", subject, told)
		}
	}
}

// TestLanesDeliverWhileAResyncWaitsForItsSlot has a transaction of Odoo that stays
// open keep the new slot from coming about.
func TestLanesDeliverWhileAResyncWaitsForItsSlot(t *testing.T) {
	t.Parallel()
	rabbit := testkit.RabbitMQ(t)
	dsn, amqp := restored(t, "17"), rabbit.NewVhost(t)
	proxy := testkit.Proxy(t, rabbit.Addr())
	p := newProcess(t, setup{dsn: dsn, amqp: strings.Replace(amqp, rabbit.Addr(), proxy.Addr(), 1), channels: stockOnly})
	p.run()
	odoo, idle := newPlayer(t, dsn), newPlayer(t, dsn)
	proxy.Stall()
	shop := sell(t, dsn)
	shop.atLeast(200)
	n := shop.end()
	target := odoo.end()
	testkit.Eventually(t, patience, func() bool { return odoo.confirmed("odoobridge") >= target }, nil)
	p.kill()
	proxy.Resume()
	odoo.freeSlot("odoobridge")
	odoo.exec(`SELECT pg_drop_replication_slot('odoobridge')`)
	odoo.exec(`UPDATE stock_quant SET quantity = 77777 WHERE product_id = 17 AND location_id = 8`)
	idle.exec(`BEGIN; SELECT txid_current()`)

	p.start("resync")
	queue := listen(t, amqp, allQueue)
	queue.waitFor(n)
	testkit.Eventually(t, patience, func() bool {
		s, err := p.status()
		return err == nil && strings.Contains(s.Doing, fmt.Sprintf("server process %d", idle.conn.PgConn().PID()))
	}, func() string { return "the status does not say whom the slot waits for:\n" + tailOf(p.log.String()) })
	shop.checkStory(queue)
	idle.exec(`ROLLBACK`)
	p.ready()
	queue.waitFor(n + 1)
	checkResync(t, queue.from(n), map[string]string{"stock_level/17/1": queue.from(n)[0].Type})
}

// TestResyncOfAStreamingSlotTellsEveryChangeOnce changes the configuration's columns while
// the shop sells: what was committed between the old position and the new snapshot is told by one or the other.
func TestResyncOfAStreamingSlotTellsEveryChangeOnce(t *testing.T) {
	t.Parallel()
	dsn, amqp := restored(t, "17"), testkit.RabbitMQ(t).NewVhost(t)
	p := newProcess(t, setup{dsn: dsn, amqp: amqp, channels: stockOnly})
	p.run()
	queue, shop := listen(t, amqp, allQueue), sell(t, dsn)
	shop.atLeast(200)
	p.kill()
	shop.atLeast(200)
	p.append("extra_columns: {res_partner: [comment]}\n")
	p.start("run")
	if code := p.wait(); code != 3 {
		t.Fatalf("exit code %d, want 3\n%s", code, tailOf(p.log.String()))
	}
	p.start("resync")
	p.ready()
	shop.atLeast(200)
	shop.end()
	p.caughtUp(newPlayer(t, dsn).end())
	shop.waitForEnd(queue)
	shop.checkEnd(queue)
}

// TestALostSlotHealsByItself has the slot dropped while the bridge streams, with
// postgres.resync: auto, and then again: that is not healed a second time so soon.
func TestALostSlotHealsByItself(t *testing.T) {
	t.Parallel()
	dsn, amqp := restored(t, "17"), testkit.RabbitMQ(t).NewVhost(t)
	p := newProcess(t, setup{watched: true, dsn: dsn, amqp: amqp, channels: customersOnly})
	p.replace("heartbeat: 1s", "heartbeat: 1s, resync: auto")
	p.run()
	queue, odoo := listen(t, amqp, allQueue), newPlayer(t, dsn)
	odoo.exec(`SELECT pg_terminate_backend(active_pid) FROM pg_replication_slots WHERE slot_name = 'odoobridge' AND database = current_database()`)
	odoo.freeSlot("odoobridge")
	odoo.exec(`SELECT pg_drop_replication_slot('odoobridge')`)
	odoo.exec(`UPDATE res_partner SET phone = 'missed' WHERE id IN (10, 12)`)
	queue.waitFor(2)
	p.says("postgres.resync is auto")
	p.caughtUp(odoo.end())
	checkResync(t, queue.from(0), map[string]string{"customer/10": "customer.updated", "customer/12": "customer.updated"})
	p.terminate()
	odoo.freeSlot("odoobridge")
	odoo.exec(`SELECT pg_drop_replication_slot('odoobridge')`)
	p.start("run")
	if code := p.wait(); code != 3 {
		t.Errorf("exit code %d, want 3", code)
	}
	p.says("a person must look")
	p.cmd = nil
}
