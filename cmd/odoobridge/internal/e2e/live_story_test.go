package e2e

import (
	"context"
	"fmt"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/odoobridge/odoobridge/inbound/odoo"
	"github.com/odoobridge/odoobridge/internal/odoosim"
	"github.com/odoobridge/odoobridge/internal/testkit"
)

// TestEveryCommandOnTheOdooAtHand sells one thing and all that may follow, by commands, and looks in
// Odoo and in the channel's queue for what came of each: on a live Odoo where the variables name one.
func TestEveryCommandOnTheOdooAtHand(t *testing.T) {
	t.Parallel()
	everyCommand(odooAtHand(t, os.Getenv, "17.0"))
}

// TestTheVariablesNameTheOdooAtHand runs the same on a server of its own that only the variables
// tell of: an Odoo 19, with a password, whose tables belong to a role without further rights. What is left behind is what docs/LIVE.md says.
func TestTheVariablesNameTheOdooAtHand(t *testing.T) {
	t.Parallel()
	pg := testkit.PostgresAlone(t)
	dsn := ownedDatabase(t, pg)
	if err := odoosim.InstallRelease(context.Background(), dsn, "19.0"); err != nil {
		t.Fatal(err)
	}
	server, err := odoosim.New(context.Background(), dsn, odoosim.Options{Password: func(login string) string { return "secret of " + login }, Rights: liveRights})
	if err != nil {
		t.Fatal(err)
	}
	set := map[string]string{"ODOO_URL": serve(t, server), "ODOO_DB": server.Database(), "ODOO_LOGIN": "admin", "ODOO_PASSWORD": "secret of admin", "ODOO_DSN": dsn}
	t.Run("story", func(t *testing.T) {
		a := odooAtHand(t, func(name string) string { return set[name] }, "17.0")
		if a.server != nil || a.release != 19 {
			t.Fatalf("it is Odoo %d, simulated for this test: %v", a.release, a.server != nil)
		}
		everyCommand(a)
	})
	conn := pg.Connect(t, dsn)
	for what, sql := range map[string]string{
		"slots and publications": `SELECT (SELECT count(*) FROM pg_replication_slots WHERE slot_name LIKE 'obtest%') + (SELECT count(*) FROM pg_publication WHERE pubname LIKE 'obtest%')`,
		"things to sell":         `SELECT count(*) FROM product_product WHERE default_code LIKE 'obtest%' AND active`,
		"customers":              `SELECT count(*) FROM res_partner WHERE email LIKE 'obtest%' AND active`,
		"things in stock":        `SELECT count(*) FROM stock_quant q JOIN product_product p ON p.id = q.product_id JOIN stock_location l ON l.id = q.location_id WHERE p.default_code LIKE 'obtest%' AND l.usage = 'internal' AND q.quantity <> 0`,
		"records of others":      `SELECT count(*) FROM stock_move m JOIN product_product p ON p.id = m.product_id WHERE p.default_code NOT LIKE 'obtest%'`,
	} {
		var left int
		if err := conn.QueryRow(t.Context(), sql).Scan(&left); err != nil || left != 0 {
			t.Errorf("%d %s are left or touched, %v", left, what, err)
		}
	}
}

// ownedDatabase belongs to a role that may replicate, and nothing else.
func ownedDatabase(t *testing.T, pg *testkit.PG) (dsn string) {
	t.Helper()
	admin := pg.NewDatabase(t)
	cfg, err := pgx.ParseConfig(admin)
	if err != nil {
		t.Fatal(err)
	}
	pg.Exec(t, admin, fmt.Sprintf(`DO $$ BEGIN CREATE ROLE odoo_owner LOGIN REPLICATION; EXCEPTION WHEN duplicate_object THEN NULL; END $$;
		ALTER DATABASE %[1]s OWNER TO odoo_owner; ALTER SCHEMA public OWNER TO odoo_owner`, pgx.Identifier{cfg.Database}.Sanitize()))
	return strings.Replace(admin, "postgres@"+pg.Addr(), "odoo_owner@"+pg.Addr(), 1)
}

// story is a channel that sells on an Odoo at hand.
type story struct {
	*atHand
	results *outcomes
	heard   *channel
	send    *sender
	sku     string
	product int64
}

// everyCommand sends each command once at least, and some again.
func everyCommand(a *atHand) {
	a.t.Helper()
	t := a.t.(*testing.T)
	amqp := testkit.RabbitMQ(t).NewVhost(t)
	far := a.openWarehouse()
	a.employ()
	p := a.bridge(amqp, "customer.upsert", "order.place", "order.cancel", "payment.record", "refund.record", "return.request", "return.receive",
		"shipment.confirm", "stock.count", "stock.adjust", "consent.update")
	s := &story{atHand: a, results: hearResults(t, amqp, "results."+a.name), heard: listen(t, amqp, "channel."+a.name+".all"), send: newSender(t, amqp)}
	s.product, s.sku = a.product()

	s.count("opening", 50)
	s.apply("customer.upsert", "c1", map[string]any{"name": a.name + " Ada", "email": a.name + "@example.test", "address": map[string]any{"street": "Main St 1", "city": "Berlin", "country": "DE"}})
	s.apply("order.place", "o1", s.order("o1", 2))
	s.again("order.place", "o1", s.order("o1", 2))
	p.kill() // what follows finds a bridge that has died
	p.start("run")
	p.ready()
	order := s.orderIs("o1", "sale")
	s.heard.hears("order.confirmed order/" + order.Text("name"))
	s.ship(order)
	if a.bank != 0 {
		s.payAndRefund(order)
	}
	s.giveBack(order)
	s.apply("order.place", "o2", s.order("o2", 1))
	s.apply("order.cancel", "o2", map[string]any{"reason": "changed my mind"})
	s.heard.hears("order.cancelled order/" + s.orderIs("o2", "cancel").Text("name"))
	s.apply("stock.adjust", "a1", map[string]any{"sku": s.sku, "warehouse": a.code, "change": "-3", "adjusted_at": now(), "reason": "broken"})
	s.onHand(50 - 2 + 1 - 3)
	s.consent()
	unknown := s.order("o3", 1)
	unknown["lines"].([]any)[0].(map[string]any)["sku"] = a.name + "-NONE"
	s.want("parked", "order.place", "o3", "o3", unknown)
	s.pickAndShip(far)
	s.count("closing", 0)
}

func now() string { return time.Now().UTC().Format(time.RFC3339) }

// want sends a command and waits for its outcome.
func (s *story) want(outcome, kind, id, subject string, data map[string]any) {
	s.t.Helper()
	id = kind + "/" + id
	s.work(kind)
	s.send.commandOf(s.name, kind, id, subject, data)
	testkit.Eventually(s.t, 2*patience, func() bool { return s.results.all()[id] != "" }, func() string { return id + " has no result" })
	if got := s.results.all()[id]; got != outcome {
		s.t.Fatalf("command %s is %s, want %s: %s", id, got, outcome, s.results.said(id))
	}
}

func (s *story) apply(kind, subject string, data map[string]any) {
	s.t.Helper()
	s.want("applied", kind, subject, subject, data)
}

// again sends the same thing by another id.
func (s *story) again(kind, subject string, data map[string]any) {
	s.t.Helper()
	s.want("duplicate", kind, subject+" again", subject, data)
}

// order is for so many of the thing, without taxes.
func (s *story) order(subject string, quantity int) map[string]any {
	return map[string]any{
		"number": s.name + " " + subject, "placed_at": now(), "currency": s.currency, "customer": "c1",
		"lines":  []any{map[string]any{"id": "1", "sku": s.sku, "quantity": fmt.Sprint(quantity), "unit_price": "10.00", "taxes": []string{}}},
		"totals": map[string]any{"total": fmt.Sprintf("%d.00", 10*quantity)},
	}
}

// orderIs is the only order of a number, in a state.
func (s *story) orderIs(subject, state string) odoo.Record {
	s.t.Helper()
	order := s.one("sale.order", odoo.Domain{{"client_order_ref", "=", s.name + " " + subject}}, "name", "state", "picking_ids")
	if order.Text("state") != state {
		s.t.Errorf("order %s is %s, want %s", subject, order.Text("state"), state)
	}
	return order
}

// count counts the stock.
func (s *story) count(subject string, quantity int) {
	s.t.Helper()
	s.countAt(subject, s.code, quantity)
	s.onHand(quantity)
}

// countAt counts the stock of a warehouse, as of an hour from now: the clock here may be behind Odoo's.
func (s *story) countAt(subject, warehouse string, quantity int) {
	s.t.Helper()
	s.apply("stock.count", subject, map[string]any{
		"sku": s.sku, "warehouse": warehouse, "quantity": fmt.Sprint(quantity), "counted_at": time.Now().Add(time.Hour).UTC().Format(time.RFC3339),
	})
}

// onHand wants a quantity in Odoo, and that the channel's last word is the same.
func (s *story) onHand(want int) {
	s.t.Helper()
	context := odoo.Context(s.context, map[string]any{"warehouse": s.warehouse, "warehouse_id": s.warehouse})
	rows, err := s.client.Read(s.t.Context(), "product.product", []int64{s.product}, []string{"qty_available"}, context)
	if err != nil || fmt.Sprint(rows[0]["qty_available"]) != fmt.Sprintf("%d.0", want) {
		s.t.Errorf("%v on hand, %v; want %d", rows, err, want)
	}
	s.heard.promises(fmt.Sprintf("stock_level/%d/%d", s.product, s.warehouse), fmt.Sprint(want))
}

func (s *story) ship(order odoo.Record) {
	s.t.Helper()
	shipment := s.one("stock.picking", odoo.Domain{{"id", "in", order.Refs("picking_ids")}}, "name")
	s.apply("shipment.confirm", "s1", map[string]any{"shipment": shipment.Text("name")})
	if done := s.one("stock.picking", odoo.Domain{{"id", "=", shipment.ID()}}, "state"); done.Text("state") != "done" {
		s.t.Errorf("the shipment is %s", done.Text("state"))
	}
	s.heard.hears("shipment.shipped shipment/" + shipment.Text("name"))
	s.onHand(48)
}

func (s *story) payAndRefund(order odoo.Record) {
	s.t.Helper()
	s.apply("payment.record", "p1", map[string]any{"order": "o1", "amount": "20.00", "currency": s.currency, "method": "card", "transaction_id": s.name + " p1", "paid_at": now()})
	invoice := s.one("account.move", odoo.Domain{{"invoice_origin", "=", order.Text("name")}, {"move_type", "=", "out_invoice"}}, "state", "payment_state", "amount_total")
	// "in_payment" where the bank's statement is still to come.
	if paid := invoice.Text("payment_state"); invoice.Text("state") != "posted" || paid != "paid" && paid != "in_payment" {
		s.t.Errorf("the invoice is %s and %s", invoice.Text("state"), paid)
	}
	s.heard.hears(fmt.Sprintf("invoice.posted invoice/%d", invoice.ID()))
	s.apply("refund.record", "r1", map[string]any{
		"order": "o1", "lines": []any{map[string]any{"line": "1", "quantity": "1"}}, "total": "10.00", "currency": s.currency, "refunded_at": now(),
		"payment": map[string]any{"method": "card", "transaction_id": s.name + " r1"},
	})
	note := s.one("account.move", odoo.Domain{{"reversed_entry_id", "=", invoice.ID()}}, "state", "amount_total")
	if note.Text("state") != "posted" || fmt.Sprint(note["amount_total"]) != "10.0" {
		s.t.Errorf("the credit note: %v", note)
	}
	s.heard.hears(fmt.Sprintf("refund.posted refund/%d", note.ID()))
}

func (s *story) giveBack(order odoo.Record) {
	s.t.Helper()
	s.apply("return.request", "b1", map[string]any{"order": "o1", "lines": []any{map[string]any{"line": "1", "quantity": "1"}}})
	s.apply("return.receive", "b1 received", map[string]any{"request": "b1", "lines": []any{map[string]any{"sku": s.sku, "quantity": "1"}}})
	back := s.one("stock.picking", odoo.Domain{{"origin", "like", s.name + " return b1;"}}, "name", "state")
	if back.Text("state") != "done" {
		s.t.Errorf("the return of order %s is %s", order.Text("name"), back.Text("state"))
	}
	s.heard.hears("return.received return/" + back.Text("name"))
	s.onHand(49)
}

// consent refuses marketing, where the user may say so.
func (s *story) consent() {
	s.t.Helper()
	email := s.name + "@example.test"
	if _, err := s.search("mail.blacklist", odoo.Domain{{"email", "=", email}}, "active"); err != nil {
		s.t.Logf("no consent: %s may not see the blacklist: %v", s.login, err)
		return
	}
	s.apply("consent.update", "c1", map[string]any{"email": email, "marketing": false, "decided_at": now()})
	s.one("mail.blacklist", odoo.Domain{{"email", "=", email}, {"active", "=", true}}, "email")
}
