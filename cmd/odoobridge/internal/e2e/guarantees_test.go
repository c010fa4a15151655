package e2e

import (
	"fmt"
	"math/rand/v2"
	"os/exec"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/odoobridge/odoobridge/internal/testkit"
)

const stockOnly = `  golden:
    initial: skip
    lanes:
      all: {entities: [stock_level], pace: instant}
`

// TestKilledAnywhereLosesNothing kills the bridge with -9 under load, many times.
func TestKilledAnywhereLosesNothing(t *testing.T) {
	t.Parallel()
	seed := uint64(time.Now().UnixNano())
	t.Logf("seed %d", seed)
	draw := rand.New(rand.NewPCG(seed, 0))
	dsn, amqp := restored(t, "17"), testkit.RabbitMQ(t).NewVhost(t)
	p := newProcess(t, setup{dsn: dsn, amqp: amqp, channels: stockOnly})
	p.run()
	queue, shop := listen(t, amqp, allQueue), sell(t, dsn)
	for range 8 {
		shop.atLeast(int64(20 + draw.IntN(300)))
		p.kill()
		shop.atLeast(int64(draw.IntN(200)))
		p.start("run")
	}
	p.ready()
	n := shop.end()
	queue.waitFor(n)
	shop.checkStory(queue)
	t.Logf("%d changes, %d events came again", n, queue.repeated())
}

// TestStoppedUnderLoadDrainsAndGoesOnWhereItWas stops the bridge as systemd does.
func TestStoppedUnderLoadDrainsAndGoesOnWhereItWas(t *testing.T) {
	t.Parallel()
	dsn, amqp := restored(t, "17"), testkit.RabbitMQ(t).NewVhost(t)
	p := newProcess(t, setup{watched: true, dsn: dsn, amqp: amqp, channels: stockOnly})
	p.run()
	queue, shop := listen(t, amqp, allQueue), sell(t, dsn)
	for range 3 {
		shop.atLeast(300)
		if code := p.terminate(); code != 0 {
			t.Fatalf("exit code %d, want 0\n%s", code, tailOf(p.log.String()))
		}
		p.run()
	}
	n := shop.end()
	queue.waitFor(n)
	shop.checkStory(queue)
	if queue.repeated() != 0 {
		t.Errorf("%d events came again after an orderly stop", queue.repeated())
	}
}

// TestASecondSignalAbortsAtOnceAndLosesNothing asks twice while the broker is
// stalled, so that draining would take its whole grace.
func TestASecondSignalAbortsAtOnceAndLosesNothing(t *testing.T) {
	t.Parallel()
	rabbit := testkit.RabbitMQ(t)
	dsn, amqp := restored(t, "17"), rabbit.NewVhost(t)
	proxy := testkit.Proxy(t, rabbit.Addr())
	p := newProcess(t, setup{dsn: dsn, amqp: strings.Replace(amqp, rabbit.Addr(), proxy.Addr(), 1), channels: stockOnly})
	p.run()
	queue, shop := listen(t, amqp, allQueue), sell(t, dsn)
	shop.atLeast(100)
	proxy.Stall()
	shop.atLeast(100)
	p.signal(syscall.SIGTERM)
	testkit.Eventually(t, patience, func() bool { return strings.Contains(p.log.String(), "stopping") }, nil)
	p.signal(syscall.SIGTERM)
	if code := p.wait(); code != 130 {
		t.Errorf("exit code %d, want 130", code)
	}
	p.cmd = nil
	proxy.Resume()
	p.run()
	n := shop.end()
	queue.waitFor(n)
	shop.checkStory(queue)
}

// TestStoppedWhileTheBrokerIsStalledEndsAfterItsGraceAndLosesNothing asks once, under
// load, while nothing is confirmed: what is on its way cannot be waited for.
func TestStoppedWhileTheBrokerIsStalledEndsAfterItsGraceAndLosesNothing(t *testing.T) {
	t.Parallel()
	rabbit := testkit.RabbitMQ(t)
	dsn, amqp := restored(t, "17"), rabbit.NewVhost(t)
	proxy := testkit.Proxy(t, rabbit.Addr())
	p := newProcess(t, setup{
		dsn: dsn, amqp: strings.Replace(amqp, rabbit.Addr(), proxy.Addr(), 1), channels: stockOnly, more: "shutdown_grace: 1s\n",
	})
	p.run()
	queue, shop, odoo := listen(t, amqp, allQueue), sell(t, dsn), newPlayer(t, dsn)
	shop.atLeast(100)
	proxy.Stall()
	shop.atLeast(200)
	target := odoo.end()
	testkit.Eventually(t, patience, func() bool { return odoo.confirmed("odoobridge") >= target }, nil)
	p.signal(syscall.SIGTERM)
	if code := p.wait(); code != 0 && code != 1 {
		t.Errorf("exit code %d, want 0, or 1 for what was not confirmed", code)
	}
	p.cmd = nil
	if stands := odoo.confirmed("odoobridge"); stands < target {
		t.Errorf("the slot stands at %s, before %s, which was confirmed", stands, target)
	}
	proxy.Resume()
	p.run()
	n := shop.end()
	queue.waitFor(n)
	shop.checkStory(queue)
}

// TestABlockedBrokerHoldsNoLog raises RabbitMQ's memory alarm under load.
func TestABlockedBrokerHoldsNoLog(t *testing.T) {
	t.Parallel()
	rabbit := testkit.RabbitMQAlone(t)
	dsn, amqp := restored(t, "17"), rabbit.NewVhost(t)
	p := newProcess(t, setup{watched: true, dsn: dsn, amqp: amqp, channels: stockOnly})
	p.run()
	shop, odoo := sell(t, dsn), newPlayer(t, dsn)
	shop.atLeast(100)
	lift := rabbit.Alarm(t)
	shop.atLeast(500)
	target := odoo.end()
	testkit.Eventually(t, patience, func() bool { return odoo.confirmed("odoobridge") >= target }, func() string {
		return "the slot is not confirmed while the broker is blocked"
	})
	testkit.Eventually(t, patience, func() bool {
		s, err := p.status()
		return err == nil && s.Lanes[0].Backlog > 0 && !s.Ready
	}, func() string { return "the backlog does not show" })
	lift()
	queue := listen(t, amqp, allQueue)
	n := shop.end()
	queue.waitFor(n)
	shop.checkStory(queue)
}

// TestABrokerThatIsAwayHoldsNoLog stops RabbitMQ altogether.
func TestABrokerThatIsAwayHoldsNoLog(t *testing.T) {
	t.Parallel()
	rabbit := testkit.RabbitMQAlone(t)
	dsn, amqp := restored(t, "17"), rabbit.NewVhost(t)
	p := newProcess(t, setup{dsn: dsn, amqp: amqp, channels: stockOnly})
	p.run()
	shop, odoo := sell(t, dsn), newPlayer(t, dsn)
	shop.atLeast(200)
	rabbit.Stop(t)
	shop.atLeast(200)
	target := odoo.end()
	testkit.Eventually(t, patience, func() bool { return odoo.confirmed("odoobridge") >= target }, nil)
	rabbit.Start(t)
	p.ready()
	queue := listen(t, amqp, allQueue)
	n := shop.end()
	queue.waitFor(n)
	shop.checkStory(queue)
}

// TestADeletedQueueIsMadeAgainAndNothingCountsAsDelivered deletes the queue of
// an idle lane: what is committed next must not vanish.
func TestADeletedQueueIsMadeAgainAndNothingCountsAsDelivered(t *testing.T) {
	t.Parallel()
	rabbit := testkit.RabbitMQ(t)
	dsn, amqp := restored(t, "17"), rabbit.NewVhost(t)
	p := newProcess(t, setup{dsn: dsn, amqp: amqp, channels: stockOnly})
	p.run()
	rabbit.Ctl(t, "-p", testkit.Vhost(amqp), "delete_queue", allQueue)
	shop := sell(t, dsn)
	shop.atLeast(300)
	n := shop.end()
	p.caughtUp(newPlayer(t, dsn).end())
	queue := listen(t, amqp, allQueue)
	queue.waitFor(n)
	shop.checkStory(queue)
}

// TestAnotherDatabaseIsRefusedAndNoEventLeaves points a bridge with a store at a copy.
func TestAnotherDatabaseIsRefusedAndNoEventLeaves(t *testing.T) {
	t.Parallel()
	amqp := testkit.RabbitMQ(t).NewVhost(t)
	first, second := restored(t, "17"), restored(t, "17")
	p := newProcess(t, setup{dsn: first, amqp: amqp, channels: stockOnly})
	p.run()
	p.terminate()
	p.replace(first, second)
	newPlayer(t, second).exec(`UPDATE stock_quant SET quantity = 1 WHERE product_id = 17`)
	p.start("run")
	if code := p.wait(); code != 3 {
		t.Errorf("exit code %d, want 3", code)
	}
	p.says("not the database that was read before")
	p.cmd = nil
	if n := listen(t, amqp, allQueue).len(); n != 0 {
		t.Errorf("%d events left", n)
	}
}

// TestARecreatedSlotIsRefusedAndResyncPutsOutWhatWasMissed re-creates the slot
// behind the bridge's back, with changes that it never saw.
func TestARecreatedSlotIsRefusedAndResyncPutsOutWhatWasMissed(t *testing.T) {
	t.Parallel()
	dsn, amqp := restored(t, "17"), testkit.RabbitMQ(t).NewVhost(t)
	p := newProcess(t, setup{dsn: dsn, amqp: amqp, channels: everything})
	p.run()
	queue, odoo := listen(t, amqp, allQueue), newPlayer(t, dsn)
	p.terminate()
	odoo.exec(`SELECT pg_drop_replication_slot('odoobridge')`)
	if out, _ := exec.Command(p.program, "check", "--config", p.config).CombinedOutput(); !strings.Contains(string(out), "slot odoobridge is gone: the bridge has read from it") {
		t.Errorf("check does not tell a slot that was dropped from one that was never made:\n%s", out)
	}
	odoo.exec(`UPDATE res_partner SET phone = 'missed' WHERE id IN (10, 12);
		UPDATE product_product SET default_code = default_code || '-2' WHERE id = 17;
		UPDATE stock_quant SET quantity = 0, reserved_quantity = 0 WHERE product_id = 21;
		DELETE FROM sale_order_line WHERE order_id = 3; DELETE FROM sale_order WHERE id = 3`)
	odoo.exec(`SELECT pg_create_logical_replication_slot('odoobridge', 'pgoutput')`)
	p.start("run")
	if code := p.wait(); code != 3 {
		t.Fatalf("exit code %d, want 3\n%s", code, tailOf(p.log.String()))
	}
	p.says("odoobridge resync")
	p.start("resync")
	p.ready()
	p.caughtUp(odoo.end())
	queue.waitFor(delivered(t, p))
	subjects := map[string]string{}
	for _, e := range queue.from(0) {
		subjects[e.Subject] = e.Type
	}
	for subject, kind := range map[string]string{
		"customer/10": "customer.updated", "customer/12": "customer.updated", "product/17": "product.updated",
		"stock_level/21/1": "stock_level.out", "order/S00003": "order.deleted",
	} {
		if subjects[subject] != kind {
			t.Errorf("%s: %q, want %s", subject, subjects[subject], kind)
		}
	}
	for subject, kind := range subjects {
		if strings.HasPrefix(subject, "customer/") && subject != "customer/10" && subject != "customer/12" {
			t.Errorf("%s of %s, which did not change", kind, subject)
		}
	}
}

// TestAnIdleSlotAdvances writes where the bridge does not look. A bridge that starts again opens two ordinary connections
// and one to stream, and keeps two, as docs/DBA.md says.
func TestAnIdleSlotAdvances(t *testing.T) {
	t.Parallel()
	dsn, amqp := restored(t, "17"), testkit.RabbitMQ(t).NewVhost(t)
	p := newProcess(t, setup{dsn: dsn, amqp: amqp, channels: stockOnly})
	p.replace("heartbeat: 1s", "heartbeat: 1s, watch_interval: 1h") // which opens one more each time
	p.run()
	odoo := newPlayer(t, dsn)
	odoo.exec(`CREATE TABLE elsewhere AS SELECT generate_series(1, 50000) n`)
	target := odoo.end()
	testkit.Eventually(t, patience, func() bool { return odoo.confirmed("odoobridge") >= target }, func() string {
		return "the slot stays behind at " + odoo.confirmed("odoobridge").String()
	})

	p.terminate()
	ours := func(sql string) (n int) {
		if err := odoo.conn.QueryRow(t.Context(), sql).Scan(&n); err != nil {
			t.Fatal(err)
		}
		return n
	}
	const open = `SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid() AND backend_type IN ('client backend', 'walsender')`
	const opened = `SELECT sessions FROM pg_stat_database WHERE datname = current_database()`
	testkit.Eventually(t, patience, func() bool { return ours(open) == 0 }, nil)
	before := ours(opened)
	p.run()
	p.caughtUp(odoo.end())
	testkit.Eventually(t, patience, func() bool { return ours(opened)-before >= 2 }, func() string { return fmt.Sprint(ours(opened)-before, " connections were opened") })
	if kept, n := ours(open), ours(opened)-before; kept != 2 || n != 2 {
		t.Errorf("the start opened %d ordinary connections, and %d are open; want 2 and 2", n, kept)
	}
}

// TestAValueThatWasNotSentIsNotLost changes a row whose translated name is
// stored out of line, and leaves the name alone.
func TestAValueThatWasNotSentIsNotLost(t *testing.T) {
	t.Parallel()
	dsn, amqp := restored(t, "17"), testkit.RabbitMQ(t).NewVhost(t)
	p := newProcess(t, setup{dsn: dsn, amqp: amqp, channels: everything})
	p.run()
	queue, odoo := listen(t, amqp, allQueue), newPlayer(t, dsn)
	odoo.exec(`ALTER TABLE product_template ALTER COLUMN name SET STORAGE EXTERNAL;
		UPDATE product_template SET name = jsonb_build_object('en_US', repeat('long ', 2000)) WHERE id = (SELECT product_tmpl_id FROM product_product WHERE id = 17)`)
	odoo.exec(`UPDATE product_template SET list_price = 1.25 WHERE id = (SELECT product_tmpl_id FROM product_product WHERE id = 17)`)
	p.caughtUp(odoo.end())
	var last received
	testkit.Eventually(t, patience, func() bool {
		for _, e := range queue.from(0) {
			if e.Subject == "product/17" {
				last = e
			}
		}
		return strings.Contains(string(last.Data.Entity), `"list_price":"1.25"`)
	}, nil)
	if !strings.Contains(string(last.Data.Entity), strings.Repeat("long ", 2000)) {
		t.Errorf("the name is gone: %.200s", last.Data.Entity)
	}
	if got := strings.Join(last.Data.Changed, ","); got != "list_price" {
		t.Errorf("changed %s, want list_price alone", got)
	}
}

// TestAnInitialLoadAndWhatFollowsMakeTheWholePicture starts a channel that wants
// every document first, while the shop goes on selling.
func TestAnInitialLoadAndWhatFollowsMakeTheWholePicture(t *testing.T) {
	t.Parallel()
	dsn, amqp := restored(t, "17"), testkit.RabbitMQ(t).NewVhost(t)
	p := newProcess(t, setup{watched: true, dsn: dsn, amqp: amqp, channels: strings.Replace(everything, "initial: skip", "initial: publish", 1)})
	shop := sell(t, dsn)
	p.run()
	queue := listen(t, amqp, allQueue)
	shop.atLeast(200)
	shop.end()
	p.caughtUp(newPlayer(t, dsn).end())
	testkit.Eventually(t, patience, func() bool {
		found := map[string]bool{}
		for _, e := range queue.from(0) {
			if strings.HasPrefix(e.Subject, "stock_level/") {
				for product, quantity := range shop.last {
					if strings.Contains(e.body, `"on_hand":"`+itoa(quantity)+`"`) && e.Subject == "stock_level/"+itoa(product)+"/1" {
						found[e.Subject] = true
					}
				}
			}
		}
		return len(found) == len(shop.last)
	}, nil)
	snapshots := map[string]int{}
	for _, e := range queue.from(0) {
		if strings.HasSuffix(e.Type, ".snapshot") {
			snapshots[strings.TrimSuffix(e.Type, ".snapshot")]++
		}
	}
	for _, entity := range []string{"customer", "product", "order", "shipment", "stock_level"} {
		if snapshots[entity] == 0 {
			t.Errorf("no %s came with the initial load: %v", entity, snapshots)
		}
	}
	tracesTheLoad(t, p, queue.from(0))
}
