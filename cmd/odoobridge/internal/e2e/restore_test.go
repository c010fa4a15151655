package e2e

import (
	"fmt"
	"strings"
	"testing"

	"github.com/odoobridge/odoobridge/internal/change"
	"github.com/odoobridge/odoobridge/internal/testkit"
)

// TestAFailOverIsNoticedAndResyncHealsIt promotes a standby, which on PostgreSQL 15 has no slot.
func TestAFailOverIsNoticedAndResyncHealsIt(t *testing.T) {
	t.Parallel()
	primary, amqp := testkit.StartPostgres(t), testkit.RabbitMQ(t).NewVhost(t)
	dsn := primary.NewOdoo(t, "17")
	p := newProcess(t, setup{dsn: dsn, amqp: amqp, channels: customersOnly})
	p.run()
	queue, odoo := listen(t, amqp, allQueue), newPlayerOn(t, primary, dsn)
	standby := primary.Standby(t)
	odoo.exec(`UPDATE res_partner SET phone = 'heard' WHERE id = 10`)
	queue.waitFor(1)
	p.caughtUp(odoo.end())
	dsn = strings.Replace(dsn, primary.Addr(), standby.Addr(), 1)
	other := newPlayerOn(t, standby, dsn)
	target := odoo.end()
	testkit.Eventually(t, patience, func() bool { return other.replayed() >= target }, nil)
	primary.Stop(t, true)
	p.kill()
	other.exec(`SELECT pg_promote()`)
	other.exec(`UPDATE res_partner SET phone = 'missed' WHERE id = 12`)

	p.replace(primary.Addr(), standby.Addr())
	p.start("run")
	if code := p.wait(); code != 3 {
		t.Fatalf("exit code %d, want 3\n%s", code, tailOf(p.log.String()))
	}
	p.says("slot odoobridge does not exist")
	p.says("odoobridge resync")
	if n := queue.len(); n != 1 {
		t.Errorf("%d events, want the one from before", n)
	}
	p.start("resync")
	p.ready()
	queue.waitFor(2)
	checkResync(t, queue.from(1), map[string]string{"customer/12": "customer.updated"})
	other.exec(`UPDATE res_partner SET phone = 'new times' WHERE id = 10`)
	queue.waitFor(3)
	for _, e := range queue.from(1) {
		if !strings.HasPrefix(e.ID, "2-") {
			t.Errorf("id %s of %s, want one of timeline 2", e.ID, e.Subject)
		}
	}
}

// replayed is how far a standby is.
func (p *player) replayed() change.LSN {
	p.t.Helper()
	var text string
	if err := p.conn.QueryRow(p.t.Context(), `SELECT coalesce(pg_last_wal_replay_lsn()::text, '0/0')`).Scan(&text); err != nil {
		p.t.Fatal(err)
	}
	lsn, err := change.ParseLSN(text)
	if err != nil {
		p.t.Fatal(err)
	}
	return lsn
}

// TestADatabaseRestoredToAnEarlierMomentNeverRepeatsAnID restores a base backup: the same
// cluster and timeline, whose log goes on from an earlier position with other commits.
func TestADatabaseRestoredToAnEarlierMomentNeverRepeatsAnID(t *testing.T) {
	t.Parallel()
	first, amqp := testkit.StartPostgres(t), testkit.RabbitMQ(t).NewVhost(t)
	dsn := first.NewOdoo(t, "17")
	p := newProcess(t, setup{dsn: dsn, amqp: amqp, channels: customersOnly})
	p.run()
	queue, odoo := listen(t, amqp, allQueue), newPlayerOn(t, first, dsn)
	odoo.exec(`UPDATE res_partner SET phone = 'before' WHERE id = 10`)
	queue.waitFor(1)
	backup := first.Restored(t)
	restoredDSN := strings.Replace(dsn, first.Addr(), backup.Addr(), 1)
	odoo.exec(`UPDATE res_partner SET phone = 'undone' WHERE id IN (10, 12)`)
	for range 3 { // beyond where the restored server begins
		odoo.exec(`SELECT pg_switch_wal()`)
		odoo.exec(`UPDATE res_partner SET phone = phone || '.' WHERE id = 12`)
	}
	queue.waitFor(6)
	p.caughtUp(odoo.end())
	p.terminate()
	first.Stop(t, true)

	p.replace(first.Addr(), backup.Addr())
	p.start("run")
	if code := p.wait(); code != 3 {
		t.Fatalf("exit code %d, want 3\n%s", code, tailOf(p.log.String()))
	}
	p.says("the server's log ends at")
	p.start("resync")
	p.ready()
	queue.waitFor(8)
	checkResync(t, queue.from(6), map[string]string{"customer/10": "customer.updated", "customer/12": "customer.updated"})
	if body := string(queue.from(6)[0].Data.Entity); !strings.Contains(body, "before") {
		t.Errorf("customer/10 is %s, want what was restored", body)
	}
	again := newPlayerOn(t, backup, restoredDSN)
	again.exec(`UPDATE res_partner SET phone = 'after' WHERE id = 10`)
	queue.waitFor(9)
	for _, e := range queue.from(6) {
		if !strings.HasPrefix(e.ID, "1.1-") {
			t.Errorf("id %s of %s, want one that says that the log began anew", e.ID, e.Subject)
		}
	}
	p.terminate()
	p.run() // the epoch is remembered
	again.exec(`UPDATE res_partner SET phone = 'later' WHERE id = 10`)
	queue.waitFor(10)
	if e := queue.from(9)[0]; !strings.HasPrefix(e.ID, "1.1-") {
		t.Errorf("id %s after a restart", e.ID)
	}
}

// TestOdooDuplicatesItsDatabaseWhileWeStream does what Odoo does: it ends every session of
// its database and copies it, which fails when one is back too soon. The copy is then refused.
func TestOdooDuplicatesItsDatabaseWhileWeStream(t *testing.T) {
	t.Parallel()
	pg, amqp := testkit.PostgresAlone(t), testkit.RabbitMQ(t).NewVhost(t)
	dsn := restored(t, "17")
	name := dsn[strings.LastIndex(dsn, "/")+1:]
	if query := strings.IndexByte(name, '?'); query >= 0 {
		name = name[:query]
	}
	copied := name + "_copy"
	setUUID(t, dsn, "one")
	p := newProcess(t, setup{dsn: dsn, amqp: amqp, channels: customersOnly})
	p.replace("heartbeat: 1s", watchful)
	p.run()
	queue := listen(t, amqp, allQueue)
	admin := newPlayer(t, pg.Superuser())
	t.Cleanup(func() { pg.Exec(t, pg.Superuser(), "DROP DATABASE IF EXISTS "+copied+" WITH (FORCE)") })
	admin.exec(fmt.Sprintf(`SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '%s' AND pid <> pg_backend_pid()`, name))
	admin.exec(fmt.Sprintf(`CREATE DATABASE %s ENCODING 'unicode' TEMPLATE %s`, copied, name))
	odoo := newPlayer(t, dsn)
	odoo.exec(`UPDATE res_partner SET phone = 'afterwards' WHERE id = 10`)
	queue.waitFor(1) // the bridge is back by itself
	if code := p.terminate(); code != 0 {
		t.Fatalf("exit code %d", code)
	}

	p.replace("/"+name+"?", "/"+copied+"?")
	copyDSN := pg.DSN(copied)
	refuse := func(say, verb string, flags ...string) {
		t.Helper()
		p.start(verb, flags...)
		if code := p.wait(); code != 3 {
			t.Errorf("%s %v: exit code %d, want 3\n%s", verb, flags, code, tailOf(p.log.String()))
		}
		p.says(say)
		p.cmd = nil
	}
	pg.Exec(t, copyDSN, `INSERT INTO ir_config_parameter (key, value) VALUES ('database.is_neutralized', 'True')`)
	refuse("neutralized", "run")
	refuse("neutralized", "resync", "--other-database")
	pg.Exec(t, copyDSN, `DELETE FROM ir_config_parameter WHERE key = 'database.is_neutralized'`)
	setUUID(t, copyDSN, "two")
	pg.Exec(t, copyDSN, `UPDATE res_partner SET phone = 'moved' WHERE id = 12`)
	refuse("not the database that was read before", "run")
	refuse("--other-database", "resync")
	refuse("belongs to the database "+name, "resync", "--other-database")
	if n := queue.len(); n != 1 {
		t.Errorf("%d events, want the one of the database that is read", n)
	}
	p.replace("slot: odoobridge", "slot: moved")
	p.start("resync", "--other-database")
	p.ready()
	queue.waitFor(3)
	checkResync(t, queue.from(1), map[string]string{"customer/10": "customer.updated", "customer/12": "customer.updated"})
	p.terminate()
}

func setUUID(t *testing.T, dsn, uuid string) {
	t.Helper()
	testkit.PostgresAlone(t).Exec(t, dsn, `DELETE FROM ir_config_parameter WHERE key = 'database.uuid';
		INSERT INTO ir_config_parameter (key, value) VALUES ('database.uuid', '`+uuid+`')`)
}

// TestAFirstLoadWhoseConnectionsAreCutBeginsAgain cuts every connection while the tables are
// read; the slot's snapshot is gone with them.
func TestAFirstLoadWhoseConnectionsAreCutBeginsAgain(t *testing.T) {
	t.Parallel()
	pg, amqp := testkit.PostgresAlone(t), testkit.RabbitMQ(t).NewVhost(t)
	dsn := restored(t, "17")
	proxy := testkit.Proxy(t, pg.Addr())
	locker, odoo := newPlayer(t, dsn), newPlayer(t, dsn)
	p := newProcess(t, setup{dsn: strings.Replace(dsn, pg.Addr(), proxy.Addr(), 1), amqp: amqp, channels: customersOnly, slot: "cut"})
	locker.exec(`BEGIN; LOCK TABLE res_partner IN ACCESS EXCLUSIVE MODE`)
	p.start("run")
	testkit.Eventually(t, patience, func() bool {
		var n int
		err := odoo.conn.QueryRow(t.Context(), `SELECT count(*) FROM pg_locks l WHERE NOT granted AND relation = 'res_partner'::regclass`).Scan(&n)
		return err == nil && n > 0
	}, func() string { return "the tables are not being read:\n" + tailOf(p.log.String()) })
	proxy.Cut()
	testkit.Eventually(t, patience, func() bool { return strings.Contains(p.log.String(), "trying again") }, nil)
	locker.exec(`UPDATE res_partner SET phone = 'meanwhile' WHERE id = 12; COMMIT`)
	p.ready()
	queue := listen(t, amqp, allQueue)
	odoo.exec(`UPDATE res_partner SET phone = 'heard' WHERE id = 10`)
	queue.waitFor(1)
	if e := queue.from(0)[0]; e.Subject != "customer/10" || e.Revision != 2 {
		t.Errorf("%s r%d, want the second word of customer/10", e.Subject, e.Revision)
	}
	var slots string
	if err := odoo.conn.QueryRow(t.Context(), `SELECT string_agg(slot_name, ',') FROM pg_replication_slots WHERE database = current_database()`).Scan(&slots); err != nil {
		t.Fatal(err)
	}
	if slots != "cut" {
		t.Errorf("slots %s, want one", slots)
	}
}
