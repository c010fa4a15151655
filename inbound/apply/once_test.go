package apply

import (
	"errors"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/odoobridge/odoobridge/inbound/command"
)

// wish is a command that is tried to be carried out twice.
type wish struct {
	name    string
	prepare func(l *lab, n int)        // what must be there before; n sets wishes apart
	data    func(l *lab, n int) any    // the command
	effect  func(l *lab, n int) string // what is in the database afterwards
	want    func(n int) string
}

func subjectOf(n int) string { return fmt.Sprint(5000 + n) }

func anOrder(n int, more string) string {
	return fmt.Sprintf(`{"number":"#%d","placed_at":"2026-11-20T10:00:00Z","currency":"USD","guest":{"name":"Gast %[1]d","email":"gast%[1]d@example.test"},
		"lines":[{"id":"a","sku":"FILTER-100","quantity":"2","unit_price":"6.50"},{"id":"b","sku":"COF-HOUSE","quantity":"1","unit_price":"24.00"}],
		"shipping":{"name":"Door %[1]d","street":"Side St 1","city":"Berlin","country":"DE"},"totals":{"total":"39.96"}%s}`, n, more)
}

var wishes = []wish{
	{
		name: "customer.upsert",
		data: func(_ *lab, n int) any {
			return fmt.Sprintf(`{"name":"Ada %d","email":"ada%[1]d@example.test","address":{"street":"Main St 1","city":"Berlin","country":"DE"},
				"addresses":[{"id":"home","type":"delivery","name":"Ada at home","street":"Side St","city":"Berlin","country":"DE"}]}`, n)
		},
		effect: func(l *lab, n int) string {
			return fmt.Sprint(l.count("SELECT count(*) FROM res_partner WHERE email = $1", fmt.Sprintf("ada%d@example.test", n)), " with ",
				l.count("SELECT count(*) FROM res_partner c JOIN res_partner p ON c.parent_id = p.id WHERE p.email = $1", fmt.Sprintf("ada%d@example.test", n)), " address")
		},
		want: func(int) string { return "1 with 1 address" },
	},
	{
		name: "order.place",
		data: func(_ *lab, n int) any { return anOrder(n, "") },
		effect: func(l *lab, n int) string {
			return fmt.Sprint(l.count("SELECT count(*) FROM sale_order WHERE client_order_ref = $1 AND state = 'sale' AND date_order = '2026-11-20 10:00:00'", fmt.Sprintf("#%d", n)), " order, ",
				l.count("SELECT count(*) FROM sale_order_line l JOIN sale_order o ON o.id = l.order_id WHERE client_order_ref = $1", fmt.Sprintf("#%d", n)), " lines, ",
				l.count("SELECT count(*) FROM stock_picking p JOIN sale_order o ON o.id = p.sale_id WHERE client_order_ref = $1", fmt.Sprintf("#%d", n)), " shipment, ",
				l.count("SELECT count(*) FROM res_partner WHERE name = $1 OR name = $2", fmt.Sprintf("Gast %d", n), fmt.Sprintf("Door %d", n)), " contacts")
		},
		want: func(int) string { return "1 order, 2 lines, 1 shipment, 2 contacts" },
	},
	{
		name:    "order.cancel",
		prepare: func(l *lab, n int) { l.applied("order.place", subjectOf(n), anOrder(n, "")) },
		data:    func(*lab, int) any { return `{"reason":"changed my mind"}` },
		effect: func(l *lab, n int) string {
			return fmt.Sprint(l.count("SELECT count(*) FROM sale_order WHERE client_order_ref = $1 AND state = 'cancel'", fmt.Sprintf("#%d", n)), " ",
				l.text("SELECT string_agg(p.state, ',') FROM stock_picking p JOIN sale_order o ON o.id = p.sale_id WHERE client_order_ref = $1", fmt.Sprintf("#%d", n)), ", ",
				l.count("SELECT count(*) FROM mail_message m JOIN sale_order o ON o.id = m.res_id WHERE m.model = 'sale.order' AND client_order_ref = $1 AND body = $2",
					fmt.Sprintf("#%d", n), fmt.Sprintf("<p>shopify order.cancel %s: changed my mind</p>", subjectOf(n))), " note")
		},
		want: func(int) string { return "1 cancel, 1 note" },
	},
	{
		name:    "shipment.confirm",
		prepare: func(l *lab, n int) { l.applied("order.place", subjectOf(n), anOrder(n, "")) },
		data: func(l *lab, n int) any {
			return fmt.Sprintf(`{"shipment":%q,"lines":[{"sku":"FILTER-100","quantity":"1"}],"tracking_references":["T%d"],"shipped_at":"2026-11-20T12:00:00Z"}`, l.shipment(n), n)
		},
		effect: func(l *lab, n int) string {
			return l.text(`SELECT string_agg(p.state || ' ' || COALESCE(p.carrier_tracking_ref, '') || ' ' || (SELECT sum(m.product_uom_qty)::int FROM stock_move m WHERE m.picking_id = p.id) || COALESCE(to_char(p.date_done, ' at YYYY-MM-DD HH24:MI'), ''), ', ' ORDER BY p.id)
				FROM stock_picking p JOIN sale_order o ON o.id = p.sale_id WHERE client_order_ref = $1`, fmt.Sprintf("#%d", n))
		},
		want: func(n int) string { return fmt.Sprintf("done T%d 1 at 2026-11-20 12:00, assigned  2", n) },
	},
	{
		name: "stock.count",
		prepare: func(l *lab, n int) {
			l.exec("UPDATE stock_quant SET quantity = 15, reserved_quantity = 0 WHERE product_id = 5 AND location_id = 8")
		},
		data: func(*lab, int) any {
			return fmt.Sprintf(`{"sku":"KETTLE-1","warehouse":"WH","quantity":"11","counted_at":%q}`, time.Now().Add(time.Hour).UTC().Format(time.RFC3339))
		},
		effect: func(l *lab, n int) string {
			return l.text("SELECT sum(quantity)::int::text FROM stock_quant WHERE product_id = 5 AND location_id = 8")
		},
		want: func(int) string { return "11" },
	},
	{
		name: "stock.adjust",
		prepare: func(l *lab, n int) {
			l.exec("UPDATE stock_quant SET quantity = 25, reserved_quantity = 0 WHERE product_id = 8 AND location_id = 8")
		},
		data: func(*lab, int) any {
			return `{"sku":"SCALE-1","warehouse":"WH","change":"-2","adjusted_at":"2026-01-01T00:00:00Z","reason":"broken"}`
		},
		effect: func(l *lab, n int) string {
			return l.text("SELECT sum(quantity)::int::text FROM stock_quant WHERE product_id = 8 AND location_id = 8")
		},
		want: func(int) string { return "23" },
	},
}

// financial are the commands whose records the books keep.
var financial = []wish{
	{
		name: "payment.record",
		prepare: func(l *lab, n int) {
			l.shop.PaymentInvoices = "invoice"
			l.shippedOrder(n)
		},
		data: func(_ *lab, n int) any {
			return fmt.Sprintf(`{"order":%q,"amount":"20.00","currency":"USD","method":"card","transaction_id":"tx%d","paid_at":"2026-11-21T10:00:00Z"}`, subjectOf(n), n)
		},
		effect: func(l *lab, n int) string {
			return l.text(`SELECT count(*) || ' invoice posted with ' || max(amount_residual)::numeric(10,2) || ' open, ' || (SELECT count(*) FROM account_payment p JOIN account_move m ON m.id = p.move_id WHERE m.ref = $2 AND m.state = 'posted') || ' payment'
				FROM account_move WHERE move_type = 'out_invoice' AND state = 'posted' AND invoice_origin = (SELECT name FROM sale_order WHERE client_order_ref = $1)`, fmt.Sprintf("#%d", n), fmt.Sprintf("tx%d", n))
		},
		want: func(int) string { return "1 invoice posted with 19.96 open, 1 payment" },
	},
	{
		name: "payment.record",
		prepare: func(l *lab, n int) {
			l.shop.PaymentInvoices = "prepay"
			l.applied("order.place", subjectOf(n), anOrder(n, ""))
		},
		data: func(_ *lab, n int) any {
			return fmt.Sprintf(`{"order":%q,"amount":"20.00","currency":"USD","method":"card","transaction_id":"tx%d","paid_at":"2026-11-21T10:00:00Z"}`, subjectOf(n), n)
		},
		effect: func(l *lab, n int) string {
			return l.text("SELECT count(*) || ' payment' FROM account_payment p JOIN account_move m ON m.id = p.move_id WHERE m.ref = $1 AND m.state = 'posted'", fmt.Sprintf("tx%d", n))
		},
		want: func(int) string { return "1 payment" },
	},
	{
		name: "refund.record",
		prepare: func(l *lab, n int) {
			l.shop.PaymentInvoices = "invoice"
			l.shippedOrder(n)
			l.applied("payment.record", "p"+subjectOf(n), fmt.Sprintf(`{"order":%q,"amount":"39.96","currency":"USD","method":"card","transaction_id":"tx%d","paid_at":"2026-11-21T10:00:00Z"}`, subjectOf(n), n))
		},
		data: func(_ *lab, n int) any {
			return fmt.Sprintf(`{"order":%q,"lines":[{"line":"a","quantity":"1"}],"total":"7.02","currency":"USD","refunded_at":"2026-11-22T10:00:00Z","payment":{"method":"card","transaction_id":"rx%d"}}`, subjectOf(n), n)
		},
		effect: func(l *lab, n int) string {
			return l.text(`SELECT count(*) || ' credit note of ' || max(c.amount_total)::numeric(10,2) || ', ' || (SELECT count(*) FROM account_payment p JOIN account_move m ON m.id = p.move_id WHERE m.ref = $2 AND m.state = 'posted' AND payment_type = 'outbound') || ' payment'
				FROM account_move c JOIN account_move i ON i.id = c.reversed_entry_id WHERE c.state = 'posted' AND i.invoice_origin = (SELECT name FROM sale_order WHERE client_order_ref = $1)`, fmt.Sprintf("#%d", n), fmt.Sprintf("rx%d", n))
		},
		want: func(int) string { return "1 credit note of 7.02, 1 payment" },
	},
	{
		name:    "return.request",
		prepare: func(l *lab, n int) { l.shippedOrder(n) },
		data: func(_ *lab, n int) any {
			return fmt.Sprintf(`{"order":%q,"lines":[{"line":"a","quantity":"1","reason":"<too> big"}],"reason":"not as shown"}`, subjectOf(n))
		},
		effect: func(l *lab, n int) string { return l.returns(n) },
		want: func(n int) string {
			return fmt.Sprintf("assigned 1 shopify return %s;<p>not as shown</p><p>a: &lt;too&gt; big</p>", subjectOf(n))
		},
	},
	{
		name: "return.receive",
		prepare: func(l *lab, n int) {
			l.shippedOrder(n)
			l.applied("return.request", "r"+subjectOf(n), fmt.Sprintf(`{"order":%q,"lines":[{"line":"a","quantity":"2"}]}`, subjectOf(n)))
		},
		data: func(_ *lab, n int) any {
			return fmt.Sprintf(`{"request":"r%s","lines":[{"sku":"FILTER-100","quantity":"2"}],"received_at":"2026-11-21T09:30:00Z"}`, subjectOf(n))
		},
		effect: func(l *lab, n int) string { return l.returns(n) },
		want:   func(n int) string { return fmt.Sprintf("done 2 shopify return r%s; at 2026-11-21 09:30", subjectOf(n)) },
	},
	{
		name: "customer.upsert",
		prepare: func(l *lab, n int) {
			l.exec("INSERT INTO res_partner (name, email, email_normalized, type, active, lang) VALUES ('Known', $1, $1, 'contact', true, 'en_US')", fmt.Sprintf("ada%d@example.test", n))
		},
		data: func(_ *lab, n int) any {
			return fmt.Sprintf(`{"name":"Ada %d","email":"Ada%[1]d@example.test","phone":"+49 30 1234567"}`, n)
		},
		effect: func(l *lab, n int) string {
			inLedger := "" // where the user may not write external ids
			if _, bound := l.bound["channel_shopify.customer_"+subjectOf(n)]; bound && l.x.bindings != nil {
				inLedger = "customer_" + subjectOf(n)
			}
			return l.text("SELECT string_agg(p.name || ' ' || COALESCE(p.phone, '') || ' ' || COALESCE(d.name, $2), ',') FROM res_partner p LEFT JOIN ir_model_data d ON d.res_id = p.id AND d.module = 'channel_shopify' WHERE email_normalized = $1", fmt.Sprintf("ada%d@example.test", n), inLedger)
		},
		want: func(n int) string { return fmt.Sprintf("Ada %d +49 30 1234567 customer_%s", n, subjectOf(n)) },
	},
	{
		name: "consent.update",
		prepare: func(l *lab, n int) {
			if l.booked("mailing.list", "name", "News") == 0 {
				l.wire.books.add("mailing.list", map[string]any{"name": "News"})
			}
		},
		data: func(_ *lab, n int) any {
			return fmt.Sprintf(`{"email":"Ada%d@Example.test","marketing":false,"lists":[{"name":"News","subscribed":true}],"decided_at":"2026-11-22T10:00:00Z","source":"checkout","reason":"too many"}`, n)
		},
		effect: func(l *lab, n int) string {
			email := fmt.Sprintf("ada%d@example.test", n)
			contact := l.wire.books.find("mailing.contact", "email", email)["id"]
			return fmt.Sprint(l.booked("mail.blacklist", "email", email, "active", true), l.booked("mailing.contact", "email", email), l.booked("mailing.subscription", "contact_id", contact),
				l.booked("mail.message", "model", "mail.blacklist", "body", fmt.Sprintf("<p>shopify consent.update consent.update/%s: decided 2026-11-22T10:00:00Z at checkout: too many</p>", subjectOf(n))))
		},
		want: func(int) string { return "1 1 1 1" },
	},
}

func (b *books) find(model string, pairs ...any) map[string]any {
	b.mu.Lock()
	defer b.mu.Unlock()
	for _, r := range b.tables[model] {
		if matches(r, terms(pairs)) {
			return r
		}
	}
	return nil
}

func terms(pairs []any) []any {
	var domain []any
	for i := 0; i < len(pairs); i += 2 {
		domain = append(domain, []any{pairs[i], "=", pairs[i+1]})
	}
	return domain
}

// booked counts the records of the books.
func (l *lab) booked(model string, pairs ...any) int {
	b := l.wire.books
	b.mu.Lock()
	defer b.mu.Unlock()
	n := 0
	for _, r := range b.tables[model] {
		if matches(r, terms(pairs)) {
			n++
		}
	}
	return n
}

// shippedOrder is an order whose shipment is done.
func (l *lab) shippedOrder(n int) {
	l.applied("order.place", subjectOf(n), anOrder(n, ""))
	l.applied("shipment.confirm", "s"+subjectOf(n), fmt.Sprintf(`{"shipment":%q}`, l.shipment(n)))
}

// returns are the returns of an order's shipment.
func (l *lab) returns(n int) string {
	return l.text(`SELECT COALESCE(string_agg(r.state || ' ' || (SELECT sum(m.product_uom_qty)::int FROM stock_move m WHERE m.picking_id = r.id) || ' ' || split_part(r.origin, ', ', 2) || COALESCE(to_char(r.date_done, ' at YYYY-MM-DD HH24:MI'), '') || COALESCE(r.note, ''), ' + '), 'none')
		FROM stock_picking r JOIN stock_picking p ON p.id = r.return_id JOIN sale_order o ON o.id = p.sale_id WHERE o.client_order_ref = $1`, fmt.Sprintf("#%d", n))
}

// shipment is the name of an order's shipment that is still to go.
func (l *lab) shipment(n int) string {
	return l.text("SELECT p.name FROM stock_picking p JOIN sale_order o ON o.id = p.sale_id WHERE client_order_ref = $1 ORDER BY p.id LIMIT 1", fmt.Sprintf("#%d", n))
}

var update = flag.Bool("update", false, "write the golden files again")

// golden compares the calls that a command made, undisturbed, with those written down: what is
// asked of Odoo, in which order.
func golden(t *testing.T, calls string) {
	t.Helper()
	path := filepath.Join("testdata", strings.NewReplacer("/", "-", "#", "-").Replace(t.Name())+".calls")
	if *update {
		if err := os.WriteFile(path, []byte(calls), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), calls); diff != "" {
		t.Errorf("calls (- written down, + made):\n%s", diff)
	}
}

// TestACommandWhoseAnswersAreLostHasOneEffect loses the answer to every step of every command, and carries the command out
// again. What is in Odoo afterwards, by its database, is one effect.
func TestACommandWhoseAnswersAreLostHasOneEffect(t *testing.T) {
	l := newLab(t)
	l.exec("UPDATE stock_quant SET quantity = 100000 WHERE product_id IN (1, 6) AND location_id = 8")
	n := 1
	for _, w := range slices.Concat(wishes, financial, administrative) {
		t.Run(w.name, func(t *testing.T) { l.t = t; n = everywhere(t, l, w, n) })
	}
}

func everywhere(t *testing.T, l *lab, w wish, n int) int {
	begin := func() (func() (command.Outcome, error), int) {
		n++
		at := n
		if w.prepare != nil {
			w.prepare(l, at)
		}
		data := w.data(l, at)
		return func() (command.Outcome, error) { return l.send(w.name, subjectOf(at), data) }, at
	}
	run, at := begin()
	l.x.cache.clear()
	l.wire.forget()
	steps := l.steps(run)
	golden(t, l.wire.said())
	if len(steps) < 2 {
		t.Fatalf("only %v was passed", steps)
	}
	if got := w.effect(l, at); got != w.want(at) {
		t.Fatalf("undisturbed: %q, want %q", got, w.want(at))
	}
	for i, step := range steps {
		if !strings.HasPrefix(step, "before ") || strings.HasPrefix(step, "before note ") {
			continue // no call follows
		}
		run, at := begin()
		l.losesAt(i, run)
		out, err := run()
		var again *command.RetryError
		for tries := 0; errors.As(err, &again) && tries < 3; tries++ {
			out, err = run()
		}
		if err != nil || out.Kind != command.Applied {
			t.Errorf("%s: %+v, %s", step, out, whole(err))
			continue
		}
		if got := w.effect(l, at); got != w.want(at) {
			t.Errorf("%s: %q, want %q", step, got, w.want(at))
		}
		if out, err := run(); err != nil || out.Kind != command.Applied || w.effect(l, at) != w.want(at) {
			t.Errorf("%s: once more: %+v, %s: %s", step, out, whole(err), w.effect(l, at))
		}
	}
	return n
}

// TestAReadWhoseAnswerIsLostIsAskedAgainAtOnce loses the answers to all calls of every command that only read, one in each attempt, and then that
// of a call that changes something: after that one alone it is waited until Odoo is done. There is one effect.
func TestAReadWhoseAnswerIsLostIsAskedAgainAtOnce(t *testing.T) {
	l := newLab(t)
	l.exec("UPDATE stock_quant SET quantity = 100000 WHERE product_id IN (1, 6) AND location_id = 8")
	n := 900
	for _, w := range slices.Concat(wishes, financial, administrative) {
		n++
		if w.prepare != nil {
			w.prepare(l, n)
		}
		data := w.data(l, n)
		lost := 0
		for {
			lost++
			l.x.cache.clear()
			l.wire.mu.Lock()
			l.wire.reads = lost
			l.wire.mu.Unlock()
			out, err := l.send(w.name, subjectOf(n), data)
			l.wire.mu.Lock()
			all := l.wire.reads > 0
			l.wire.reads = 0
			l.wire.mu.Unlock()
			if all {
				if err != nil || out.Kind != command.Applied {
					t.Errorf("%s: %+v, %s", w.name, out, whole(err))
				}
				break
			}
			if err == nil { // of what a command does without
				continue
			}
			var again *command.RetryError
			if !errors.As(err, &again) || again.After != 0 {
				t.Errorf("%s, read %d: %+v, %s", w.name, lost, again, whole(err))
			}
		}
		if got := w.effect(l, n); got != w.want(n) || lost < 3 {
			t.Errorf("%s: %q after %d attempts, want %q", w.name, got, lost, w.want(n))
		}
	}
	l.applied("order.place", "997", anOrder(997, ""))
	l.wire.loseNext()
	var again *command.RetryError
	if _, err := l.send("order.place", "998", anOrder(998, "")); !errors.As(err, &again) || again.After != l.x.settle {
		t.Errorf("after a call that may still be at work it is tried again in %v: %v", again.After, err)
	}
}
