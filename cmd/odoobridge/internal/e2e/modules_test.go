package e2e

import (
	"strings"
	"testing"

	"github.com/odoobridge/odoobridge/internal/odoosim"
	"github.com/odoobridge/odoobridge/internal/testkit"
)

// watchful looks at the tables often, so that tests need not wait.
const watchful = "heartbeat: 1s, watch_interval: 200ms"

// noDelivery takes the module delivery out of a restored database.
const noDelivery = `ALTER TABLE sale_order DROP COLUMN carrier_id; ALTER TABLE stock_picking DROP COLUMN carrier_id; DROP TABLE delivery_carrier`

// TestAModuleInstalledWhileStreamingIsTakenUp installs a module under load: its table is
// published and read, its columns show, and what was sold meanwhile is told one by one.
func TestAModuleInstalledWhileStreamingIsTakenUp(t *testing.T) {
	t.Parallel()
	dsn, amqp := restored(t, "17"), testkit.RabbitMQ(t).NewVhost(t)
	odoo := newPlayer(t, dsn)
	odoo.exec(noDelivery)
	p := newProcess(t, setup{watched: true, dsn: dsn, amqp: amqp, channels: stockOnly + `      shipments: {entities: [shipment], pace: instant}
`})
	p.replace("heartbeat: 1s", watchful)
	p.run()
	queue, shipments, shop := listen(t, amqp, allQueue), listen(t, amqp, "channel.golden.shipments"), sell(t, dsn)
	shop.atLeast(100)
	odoo.exec(`BEGIN;
		CREATE TABLE delivery_carrier (id serial PRIMARY KEY, name jsonb, create_uid int, write_uid int, create_date timestamp, write_date timestamp);
		ALTER TABLE sale_order ADD COLUMN carrier_id int;
		ALTER TABLE stock_picking ADD COLUMN carrier_id int;
		INSERT INTO delivery_carrier (name) VALUES ('{"en_US": "Pigeon"}');
		COMMIT`)
	var subject string
	err := odoo.conn.QueryRow(t.Context(), `UPDATE stock_picking SET carrier_id = 1
		WHERE id = (SELECT max(p.id) FROM stock_picking p JOIN stock_picking_type t ON t.id = p.picking_type_id WHERE t.code = 'outgoing') RETURNING 'shipment/' || name`).Scan(&subject)
	if err != nil {
		t.Fatal(err)
	}
	shop.atLeast(100)
	testkit.Eventually(t, patience, func() bool {
		p.alive()
		return strings.Contains(p.log.String(), `"the tables are taken up"`)
	}, nil)
	shop.atLeast(100)
	n := shop.end()
	queue.waitFor(n)
	p.caughtUp(odoo.end())
	shop.checkStory(queue)
	shipments.waitFor(1)
	for _, e := range shipments.from(0) {
		if e.Subject != subject || !e.Resync || !strings.Contains(string(e.Data.Entity), "Pigeon") {
			t.Errorf("%s of %s, resync %v: %s; want the carrier of %s, found by reading", e.Type, e.Subject, e.Resync, e.Data.Entity, subject)
		}
	}
	// And from now on the log tells.
	odoo.exec(`UPDATE delivery_carrier SET name = '{"en_US": "Dove"}'; UPDATE stock_picking SET carrier_tracking_ref = 'T1' WHERE carrier_id = 1`)
	shipments.waitFor(2)
	if e := shipments.from(1)[0]; e.Resync || !strings.Contains(string(e.Data.Entity), "Dove") {
		t.Errorf("%s, resync %v: %s; want an ordinary event with the carrier's new name", e.ID, e.Resync, e.Data.Entity)
	}
}

// TestATableThatMayNotBePublishedYetIsNamed installs a module while the publication belongs
// to somebody else: its table is named, and taken up when the DBA has published it.
func TestATableThatMayNotBePublishedYetIsNamed(t *testing.T) {
	t.Parallel()
	pg := testkit.PostgresAlone(t)
	dsn, amqp := restored(t, "17"), testkit.RabbitMQ(t).NewVhost(t)
	odoo := newPlayer(t, dsn)
	odoo.exec(noDelivery)
	// A role that may read and nothing else.
	odoo.exec(`DO $$ BEGIN CREATE ROLE reader LOGIN REPLICATION; EXCEPTION WHEN duplicate_object THEN NULL; END $$;
		GRANT SELECT ON ALL TABLES IN SCHEMA public TO reader`)
	p := newProcess(t, setup{dsn: dsn, amqp: amqp, channels: stockOnly})
	p.run() // as the owner, who makes the publication
	p.terminate()
	p.replace("heartbeat: 1s", watchful)
	p.replace("postgres@"+pg.Addr(), "reader@"+pg.Addr())
	p.run()
	queue, shop := listen(t, amqp, allQueue), sell(t, dsn)
	odoo.exec(`CREATE TABLE delivery_carrier (id serial PRIMARY KEY, name jsonb, create_uid int, write_uid int, create_date timestamp, write_date timestamp)`)
	testkit.Eventually(t, patience, func() bool {
		p.alive()
		s, err := p.status()
		return err == nil && strings.Join(s.Odoo.Waiting, ",") == "delivery_carrier"
	}, func() string { return "the status does not say what waits" })
	shop.atLeast(100)
	odoo.exec(`ALTER PUBLICATION odoobridge ADD TABLE ONLY delivery_carrier; GRANT SELECT ON delivery_carrier TO reader`)
	testkit.Eventually(t, patience, func() bool {
		p.alive()
		s, err := p.status()
		return err == nil && len(s.Odoo.Waiting) == 0 && strings.Contains(p.log.String(), `"the tables are taken up"`)
	}, func() string { return "the table is not taken up" })
	shop.atLeast(100)
	queue.waitFor(shop.end())
	shop.checkStory(queue)
	odoo.exec(`DROP OWNED BY reader`)
}

// upgrades are what a module of stock goes through: it is installed, changes its mind about
// names and types, also of columns that documents show, and takes things back.
var upgrades = []odoosim.Upgrade{
	{
		Module: "stock_x", Version: "17.0.1.0", Tables: []string{"x_made", "x_table"},
		Columns: []odoosim.Column{
			{Table: "x_made", Name: "name", Type: "varchar"}, {Table: "stock_quant", Name: "x_new", Type: "numeric", Default: "7"},
			{Table: "stock_quant", Name: "x_old", Type: "int4"}, {Table: "stock_quant", Name: "x_gone", Type: "varchar"},
		},
	},
	{Module: "stock_x", Version: "17.0.2.0", Renames: []odoosim.Rename{{Table: "stock_quant", From: "x_old", To: "x_renamed"}}},
	{
		Module: "stock_x", Version: "17.0.3.0", Types: []odoosim.Column{
			{Table: "stock_quant", Name: "quantity", Type: "float8"}, {Table: "product_product", Name: "default_code", Type: "text"},
			{Table: "stock_quant", Name: "x_renamed", Type: "varchar", Default: "'begun anew'"},
		},
	},
	{Module: "stock_x", Version: "17.0.4.0", Dropped: []odoosim.Column{{Table: "stock_quant", Name: "x_gone"}, {Table: "stock_quant", Name: "x_renamed_moved0"}}, DroppedTables: []string{"x_table"}},
}

// TestAModuleUpgradeUnderLoadLosesNothing upgrades a module whose tables are sold from, while
// they are sold from.
func TestAModuleUpgradeUnderLoadLosesNothing(t *testing.T) {
	t.Parallel()
	dsn, amqp := restored(t, "17"), testkit.RabbitMQ(t).NewVhost(t)
	odoo := newPlayer(t, dsn)
	server, err := odoosim.New(t.Context(), dsn, odoosim.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer server.Close()
	p := newProcess(t, setup{dsn: dsn, amqp: amqp, channels: stockOnly})
	p.replace("heartbeat: 1s", watchful)
	p.run()
	queue, shop := listen(t, amqp, allQueue), sell(t, dsn)
	for _, upgrade := range upgrades {
		shop.atLeast(30)
		if err := server.Upgrade(t.Context(), upgrade); err != nil {
			t.Fatal(err)
		}
	}
	shop.atLeast(30)
	testkit.Eventually(t, patience, func() bool {
		p.alive()
		taken := p.log.String()
		return strings.Contains(taken, `"tables":["product_product"`) || strings.Contains(taken, `"product_product","stock_quant"]`)
	}, func() string { return "the retyped columns are not noticed" })
	shop.atLeast(30)
	n := shop.end()
	queue.waitFor(n)
	p.caughtUp(odoo.end())
	shop.checkStory(queue)
	for _, e := range queue.from(0) {
		if e.Resync {
			t.Errorf("%s of %s says that a resync found it: the log told", e.ID, e.Subject)
		}
	}
}

// TestAVanishedColumnStopsTheBridgeUntilItIsBack drops a mapped column: no document goes out
// without it, and when it is back, what differs is told.
func TestAVanishedColumnStopsTheBridgeUntilItIsBack(t *testing.T) {
	t.Parallel()
	dsn, amqp := restored(t, "17"), testkit.RabbitMQ(t).NewVhost(t)
	p := newProcess(t, setup{dsn: dsn, amqp: amqp, channels: customersOnly})
	p.run()
	queue, odoo := listen(t, amqp, allQueue), newPlayer(t, dsn)
	odoo.exec(`UPDATE res_partner SET ref = 'R1', write_date = now() WHERE id = 10`)
	queue.waitFor(1)
	odoo.exec(`ALTER TABLE res_partner DROP COLUMN ref CASCADE; UPDATE res_partner SET phone = 'unheard' WHERE id = 12`)
	if code := p.wait(); code != 3 {
		t.Fatalf("exit code %d, want 3\n%s", code, tailOf(p.log.String()))
	}
	p.says("res_partner.ref")
	if n := queue.len(); n != 1 {
		t.Errorf("%d events, want the one from before", n)
	}
	odoo.exec(`ALTER TABLE res_partner ADD COLUMN ref varchar; UPDATE res_partner SET ref = 'R2' WHERE id = 11`)
	p.run()
	p.caughtUp(odoo.end())
	queue.waitFor(3)
	want := map[string]string{"customer/10": "customer.updated", "customer/12": "customer.updated"}
	if queue.len() == 4 { // where 11 is a customer of its own
		want["customer/11"] = "customer.updated"
	}
	checkResync(t, queue.from(1), want)
}

// TestATableThatLeftThePublicationIsReadWhenItIsBack changes a table while nobody hears of it.
func TestATableThatLeftThePublicationIsReadWhenItIsBack(t *testing.T) {
	t.Parallel()
	dsn, amqp := restored(t, "17"), testkit.RabbitMQ(t).NewVhost(t)
	p := newProcess(t, setup{dsn: dsn, amqp: amqp, channels: customersOnly})
	p.replace("heartbeat: 1s", watchful)
	p.run()
	queue, odoo := listen(t, amqp, allQueue), newPlayer(t, dsn)
	odoo.exec(`ALTER PUBLICATION odoobridge DROP TABLE res_partner`)
	if code := p.wait(); code != 3 {
		t.Fatalf("exit code %d, want 3\n%s", code, tailOf(p.log.String()))
	}
	p.says("table res_partner is not in the publication")
	odoo.exec(`UPDATE res_partner SET phone = 'unheard' WHERE id = 10`)
	odoo.exec(`ALTER PUBLICATION odoobridge ADD TABLE ONLY res_partner`)
	odoo.exec(`UPDATE res_partner SET phone = 'heard late' WHERE id = 12`)
	p.run()
	p.caughtUp(odoo.end())
	queue.waitFor(2)
	checkResync(t, queue.from(0), map[string]string{"customer/10": "customer.updated", "customer/12": "customer.updated"})
	odoo.exec(`UPDATE res_partner SET phone = 'heard' WHERE id = 10`)
	queue.waitFor(3)
	if e := queue.from(2)[0]; e.Subject != "customer/10" || e.Resync {
		t.Errorf("%s of %s, resync %v; want an ordinary event", e.Type, e.Subject, e.Resync)
	}
}

// TestRunRefusesATableWithoutAPrimaryKey: publishing it would make Odoo's own UPDATE fail.
func TestRunRefusesATableWithoutAPrimaryKey(t *testing.T) {
	t.Parallel()
	dsn, amqp := restored(t, "17"), testkit.RabbitMQ(t).NewVhost(t)
	odoo := newPlayer(t, dsn)
	odoo.exec(`ALTER TABLE sale_order_line DROP CONSTRAINT sale_order_line_pkey CASCADE`)
	p := newProcess(t, setup{dsn: dsn, amqp: amqp, channels: customersOnly})
	p.start("run")
	if code := p.wait(); code != 3 {
		t.Errorf("exit code %d, want 3", code)
	}
	p.says("sale_order_line")
	p.cmd = nil
	var left int
	if err := odoo.conn.QueryRow(t.Context(), `SELECT (SELECT count(*) FROM pg_publication) +
		(SELECT count(*) FROM pg_replication_slots WHERE database = current_database())`).Scan(&left); err != nil {
		t.Fatal(err)
	}
	if left != 0 {
		t.Error("a publication or a slot was made")
	}
	odoo.exec(`UPDATE sale_order_line SET name = name || '.'`)
}
