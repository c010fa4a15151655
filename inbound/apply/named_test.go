package apply

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/odoobridge/odoobridge/inbound/command"
	"github.com/odoobridge/odoobridge/schema"
)

// TestACustomerIsBoundThoughOdooTakesNoExternalID has a customer that was there before, and a user who may not write
// external ids: the bridge remembers the binding, and the channel's orders find the customer.
func TestACustomerIsBoundThoughOdooTakesNoExternalID(t *testing.T) {
	l := newLab(t)
	l.exec("INSERT INTO res_partner (id, name, email, email_normalized, type, active, lang) VALUES (950, 'Known', 'known@example.test', 'known@example.test', 'contact', true, 'en_US')")
	l.wire.forbid = "ir.model.data.create"
	upsert := `{"name":"Known","email":"Known@example.test","phone":"1"}`
	l.stopped(command.Parked, schema.CodeNotAllowed, "customer.upsert", "1", upsert)
	l.x.bindings = l
	if out := l.applied("customer.upsert", "1", upsert); out.Odoo.ID != 950 {
		t.Errorf("bound to %d", out.Odoo.ID)
	}
	// The email is another's now: the id still means the same customer.
	l.exec("UPDATE res_partner SET email = NULL, email_normalized = NULL WHERE id = 950")
	if out := l.applied("customer.upsert", "1", `{"name":"Known","email":"new@example.test"}`); out.Odoo.ID != 950 {
		t.Errorf("then bound to %d", out.Odoo.ID)
	}
	order := strings.Replace(anOrder(1, ""), `"guest":{"name":"Gast 1","email":"gast1@example.test"}`, `"customer":"1"`, 1)
	out := l.applied("order.place", "5001", order)
	if n := l.count("SELECT partner_id FROM sale_order WHERE id = $1", out.Odoo.ID); n != 950 {
		t.Errorf("ordered by %d", n)
	}
}

// TestWhatWasDeletedInOdooIsNotMadeAnewByALateCommand deletes a customer and an order, by whatever
// way they were known.
func TestWhatWasDeletedInOdooIsNotMadeAnewByALateCommand(t *testing.T) {
	l := newLab(t)
	l.x.bindings = l
	upsert := `{"name":"Ada","email":"gone@example.test"}`
	l.shop.Order.Confirm = "never"
	l.applied("customer.upsert", "1", upsert)
	l.applied("order.place", "5001", anOrder(1, ""))
	gone := func(table, model, id string) {
		l.exec("DELETE FROM " + table + " WHERE id = " + id)
		l.exec("DELETE FROM ir_model_data WHERE model = $1 AND res_id::text = $2", model, id)
	}
	gone("res_partner", "res.partner", l.text("SELECT id::text FROM res_partner WHERE email = 'gone@example.test'"))
	l.exec("DELETE FROM sale_order_line")
	gone("sale_order", "sale.order", l.text("SELECT id::text FROM sale_order WHERE client_order_ref = '#1'"))
	l.stopped(command.Parked, schema.CodeConflict, "customer.upsert", "1", upsert)
	l.stopped(command.Parked, schema.CodeConflict, "order.place", "5001", anOrder(1, ""))
	if n := l.count("SELECT (SELECT count(*) FROM sale_order) + (SELECT count(*) FROM res_partner WHERE email = 'gone@example.test')"); n != 0 {
		t.Errorf("%d were made anew", n)
	}
	// A person wants it.
	l.parked = schema.CodeConflict
	l.applied("customer.upsert", "1", upsert)
	l.parked = ""
	l.applied("customer.upsert", "1", `{"name":"Ada","email":"back@example.test"}`)
	if n := l.count("SELECT count(*) FROM res_partner WHERE email = 'back@example.test'"); n != 1 {
		t.Errorf("%d customers", n)
	}
	// An archived one is still there.
	l.exec("UPDATE res_partner SET active = false WHERE email = 'back@example.test'")
	l.exec("DELETE FROM ir_model_data WHERE module = 'channel_shopify' AND model = 'res.partner'")
	l.applied("customer.upsert", "1", `{"name":"Ada","active":true}`)
	if n := l.count("SELECT count(*) FROM res_partner WHERE email = 'back@example.test' AND active"); n != 1 {
		t.Errorf("%d customers are back", n)
	}
}

// TestACustomerThatWasMergedIsFollowed has a customer that the ledger alone has bound, and merges it, twice. What Odoo's log has
// not told yet is waited for, and a merge is never taken for a deletion.
func TestACustomerThatWasMergedIsFollowed(t *testing.T) {
	l := newLab(t)
	l.x.bindings = l
	l.exec(`INSERT INTO res_partner (id, name, email, email_normalized, type, active, lang) SELECT id, 'Known', 'known' || id || '@example.test', 'known' || id || '@example.test', 'contact', true, 'en_US'
		FROM generate_series(950, 952) id`)
	l.wire.forbid = "ir.model.data.create"
	l.applied("customer.upsert", "1", `{"name":"Known","email":"known950@example.test"}`)
	l.exec("DELETE FROM res_partner WHERE id IN (950, 951)")
	documents := &told{heirs: map[int64]int64{}, passes: func() error { return context.DeadlineExceeded }}
	l.x.documents = documents
	order := strings.Replace(anOrder(1, ""), `"guest":{"name":"Gast 1","email":"gast1@example.test"}`, `"customer":"1"`, 1)
	for _, c := range []struct{ name, subject, data string }{{"customer.upsert", "1", `{"name":"Known","phone":"1"}`}, {"order.place", "5001", order}} {
		var retry *command.RetryError
		if out, err := l.send(c.name, c.subject, c.data); !errors.As(err, &retry) {
			t.Errorf("%s with the log held up: %+v, %v", c.name, out, err)
		}
	}
	documents.passes = func() error { documents.heirs[950], documents.heirs[951] = 951, 952; return nil }
	out := l.applied("order.place", "5001", order)
	if n := l.count("SELECT partner_id FROM sale_order WHERE id = $1", out.Odoo.ID); n != 952 {
		t.Errorf("ordered by %d", n)
	}
	if out := l.applied("customer.upsert", "1", `{"name":"Known","phone":"1"}`); out.Odoo.ID != 952 {
		t.Errorf("%d was changed", out.Odoo.ID)
	}
	// From then on the id means the heir, whatever is forgotten of the merge.
	documents.heirs = nil
	documents.passes = nil
	if out := l.applied("customer.upsert", "1", `{"name":"Known","phone":"2"}`); out.Odoo.ID != 952 {
		t.Errorf("then %d was changed", out.Odoo.ID)
	}
	l.exec("UPDATE sale_order SET partner_id = 1, partner_invoice_id = 1, partner_shipping_id = 1; DELETE FROM res_partner WHERE id = 952")
	l.stopped(command.Parked, schema.CodeConflict, "customer.upsert", "1", `{"name":"Known","phone":"3"}`)
	// Two that were merged into each other, one after the other, as a restore may leave them: that ends.
	documents.heirs = map[int64]int64{952: 951, 951: 952}
	l.stopped(command.Parked, schema.CodeConflict, "customer.upsert", "1", `{"name":"Known","phone":"3"}`)
}

// TestACustomerThatNothingReferredToIsFollowedToo merges a customer of whom only the ledger knows whom the channel means, by Odoo's
// wizard: its log shows a deletion and no more. What Odoo wrote under the one that stays tells, unless it is of another day, or
// two say so.
func TestACustomerThatNothingReferredToIsFollowedToo(t *testing.T) {
	l := newLab(t)
	l.x.bindings = l
	l.exec(`INSERT INTO res_partner (id, name, email, email_normalized, type, active, lang) SELECT id, 'Known (ID ' || id - 100 || ')', 'known' || id || '@example.test', 'known' || id || '@example.test', 'contact', true, 'en_US'
			FROM generate_series(950, 953) id`)
	l.wire.forbid = "ir.model.data.create"
	l.applied("customer.upsert", "1", `{"name":"Known","email":"known950@example.test"}`)
	l.applied("customer.upsert", "2", `{"name":"Known","email":"known953@example.test"}`)
	l.merge(950, 951)
	l.merge(951, 952)
	upsert := `{"name":"Known","phone":"%d"}`
	documents := &told{deleted: time.Now()}
	l.x.documents = documents
	if out := l.applied("customer.upsert", "1", fmt.Sprintf(upsert, 1)); out.Odoo.ID != 952 {
		t.Errorf("%d was changed", out.Odoo.ID)
	}
	l.bound["channel_shopify.customer_1"] = command.Binding{ExternalID: "channel_shopify.customer_1", Model: "res.partner", Record: 950}
	for name, deleted := range map[string]time.Time{"not known when": {}, "before it was said": time.Now().Add(-time.Hour), "long after": time.Now().Add(2 * time.Hour)} {
		documents.deleted = deleted
		if out, err := l.send("customer.upsert", "1", fmt.Sprintf(upsert, 2)); err != nil || out.Kind != command.Parked {
			t.Errorf("deleted %s: %+v, %v", name, out, err)
		}
	}
	documents.deleted = time.Now()
	// One is not another, whose id or name ends like its own.
	l.exec("DELETE FROM res_partner WHERE id = 953")
	l.stopped(command.Parked, schema.CodeConflict, "customer.upsert", "2", fmt.Sprintf(upsert, 3))
	l.exec("INSERT INTO mail_message (model, res_id, message_type, body, create_date) VALUES ('res.partner', 1, 'notification', '<p>A (ID 1953)</p>', now() AT TIME ZONE 'UTC'), ('res.partner', 1, 'comment', '<p>A (ID 953)</p>', now() AT TIME ZONE 'UTC')")
	l.stopped(command.Parked, schema.CodeConflict, "customer.upsert", "2", fmt.Sprintf(upsert, 3))
	l.exec("INSERT INTO mail_message (model, res_id, message_type, body, create_date) SELECT 'res.partner', id, 'notification', '<p>A (ID 953)</p>', now() AT TIME ZONE 'UTC' FROM generate_series(1, 2) id")
	l.stopped(command.Parked, schema.CodeConflict, "customer.upsert", "2", fmt.Sprintf(upsert, 3))
}

// merge has a person merge one customer into another.
func (l *lab) merge(from, into int64) {
	l.t.Helper()
	ctx := context.Background()
	wizard, err := l.x.odoo.Create(ctx, "base.partner.merge.automatic.wizard", map[string]any{"partner_ids": []any{[]any{6, 0, []int64{from, into}}}, "dst_partner_id": into}, nil)
	if err == nil {
		_, err = l.x.odoo.Run(ctx, "base.partner.merge.automatic.wizard", "action_merge", []int64{wizard}, nil)
	}
	if err != nil {
		l.t.Fatal(whole(err))
	}
}
