package apply

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/odoobridge/odoobridge/inbound/command"
	"github.com/odoobridge/odoobridge/inbound/decide"
	"github.com/odoobridge/odoobridge/schema"
)

// told are documents of which a test says what happened to them, and which were asked for.
type told struct {
	changes []decide.Change
	asked   []string
	heirs   map[int64]int64 // of customers
	deleted time.Time       // when whatever is gone was
	passes  func() error    // what the log brings when it is waited for; nil: nothing
}

func (d *told) Heir(_ context.Context, entity string, key [2]int64) (int64, error) {
	if entity != "customer" {
		return 0, nil
	}
	return d.heirs[key[0]], nil
}

func (d *told) Deleted(context.Context, string, [2]int64) (time.Time, error) { return d.deleted, nil }

func (d *told) Pass(context.Context) error {
	if d.passes == nil {
		return nil
	}
	return d.passes()
}

func (d *told) Since(_ context.Context, entity string, key [2]int64, revision int64) (now int64, since []decide.Change, err error) {
	d.asked = append(d.asked, fmt.Sprint(entity, key))
	for _, c := range d.changes {
		if now = c.Revision; c.Revision > revision {
			since = append(since, c)
		}
	}
	return now, since, nil
}

// TestEachValueOfAPolicyDecides sends an update of an email that was changed in Odoo since.
func TestEachValueOfAPolicyDecides(t *testing.T) {
	l := newLab(t)
	l.applied("customer.upsert", "1", `{"name":"Ada","email":"ada@example.test","phone":"1"}`)
	at := time.Now().Add(-time.Minute)
	l.x.documents = &told{changes: []decide.Change{{Revision: 4, Fields: nil, Time: at}, {Revision: 5, Fields: []string{"email"}, Time: at}}}
	n := 0
	try := func(policy string, basedOn int64, sent time.Time, field string) command.Outcome {
		t.Helper()
		n++
		l.config.Conflicts = map[string]string{"customer": policy}
		out, err := l.x.Execute(context.Background(), command.Command{
			Channel: "shopify", ID: fmt.Sprint(n), Name: "customer.upsert", Subject: "1", BasedOn: basedOn, Time: sent, Data: fmt.Appendf(nil, `{"name":"Ada",%q:"%d"}`, field, n),
		}, func(context.Context, string, string) error { return nil })
		if err != nil {
			t.Fatal(err)
		}
		if out.Kind != command.Applied && (out.Problems[0].Code != schema.CodeConflict || out.Problems[0].Path != "basedon" || !strings.Contains(out.Problems[0].Message, "at 5")) {
			t.Errorf("%+v", out)
		}
		return out
	}
	early, late := at.Add(-time.Hour), at.Add(time.Hour)
	for _, c := range []struct {
		policy  string
		basedOn int64
		sent    time.Time
		field   string
		want    command.Kind
	}{
		{"", 4, late, "email", command.Rejected}, {"reject", 4, late, "email", command.Rejected}, {"park", 4, late, "email", command.Parked},
		{"owner", 4, early, "email", command.Applied}, {"latest", 4, early, "email", command.Rejected}, {"latest", 4, late, "email", command.Applied},
		{"latest", 4, time.Time{}, "email", command.Rejected}, {"reject", 5, early, "email", command.Applied}, {"reject", 0, early, "email", command.Applied},
		{"reject", 4, early, "phone", command.Applied}, {"reject", 3, early, "phone", command.Rejected},
	} {
		if out := try(c.policy, c.basedOn, c.sent, c.field); out.Kind != c.want {
			t.Errorf("%+v: %+v", c, out)
		}
	}
	l.config.Ownership = map[string]any{"customer.email": "pos"}
	if out := try("owner", 4, late, "email"); out.Kind != command.Applied || len(out.Problems) == 0 || out.Problems[0].Code != schema.CodeNotOwned {
		t.Errorf("what it does not own is left alone, and no conflict: %+v", out)
	}
}

// basedOnDocuments are commands, each with what it is compared with.
var basedOnDocuments = []struct {
	command, thing string // the thing by SQL that gives its key
	data           func(l *lab, n int) string
}{
	{"customer.upsert", `SELECT 'customer[' || res_id || ' 0]' FROM ir_model_data WHERE name = 'customer_' || $1`, func(l *lab, n int) string {
		l.applied("customer.upsert", subjectOf(n), `{"name":"Ada","addresses":[{"id":"home","type":"delivery","name":"Home","city":"Berlin"}]}`)
		return `{"name":"Ada","addresses":[{"id":"home","type":"delivery","name":"Home","city":"Bonn"}]}`
	}},
	{"order.cancel", orderThing, func(l *lab, n int) string {
		l.applied("order.place", subjectOf(n), anOrder(n, ""))
		return `{}`
	}},
	{"shipment.confirm", `SELECT 'shipment[' || p.id || ' 0]' FROM stock_picking p JOIN ir_model_data d ON d.res_id = p.sale_id AND d.model = 'sale.order' WHERE d.name = 'order_' || $1`, func(l *lab, n int) string {
		l.applied("order.place", subjectOf(n), anOrder(n, ""))
		return fmt.Sprintf(`{"shipment":%q}`, l.shipment(n))
	}},
	{"return.request", orderThing, func(l *lab, n int) string {
		l.shippedOrder(n)
		return fmt.Sprintf(`{"order":%q,"lines":[{"line":"a","quantity":"1"}]}`, subjectOf(n))
	}},
	{"return.receive", `SELECT 'return[' || id || ' 0]' FROM stock_picking WHERE origin LIKE '%shopify return r' || $1 || ';'`, func(l *lab, n int) string {
		l.shippedOrder(n)
		l.applied("return.request", "r"+subjectOf(n), fmt.Sprintf(`{"order":%q,"lines":[{"line":"a","quantity":"1"}]}`, subjectOf(n)))
		return fmt.Sprintf(`{"request":"r%s"}`, subjectOf(n))
	}},
	{"payment.record", orderThing, func(l *lab, n int) string {
		l.shippedOrder(n)
		return fmt.Sprintf(`{"order":%q,"amount":"1.00","currency":"USD","method":"card","transaction_id":"o%d","paid_at":"2026-11-21T10:00:00Z"}`, subjectOf(n), n)
	}},
	{"payment.record", invoiceThing, func(l *lab, n int) string {
		l.invoicedOrder(n)
		return fmt.Sprintf(`{"invoice":%q,"amount":"1.00","currency":"USD","method":"card","transaction_id":"i%d","paid_at":"2026-11-21T10:00:00Z"}`, l.invoice(n), n)
	}},
	{"refund.record", orderThing, func(l *lab, n int) string {
		l.invoicedOrder(n)
		return fmt.Sprintf(`{"order":%q,"full":true,"currency":"USD","refunded_at":"2026-11-22T10:00:00Z"}`, subjectOf(n))
	}},
	{"refund.record", invoiceThing, func(l *lab, n int) string {
		l.invoicedOrder(n)
		return fmt.Sprintf(`{"invoice":%q,"full":true,"currency":"USD","refunded_at":"2026-11-22T10:00:00Z"}`, l.invoice(n))
	}},
	{"stock.count", levelThing, func(*lab, int) string {
		return `{"sku":"SCALE-1","warehouse":"WH","quantity":"11","counted_at":"2030-01-01T00:00:00Z"}`
	}},
	{"stock.adjust", levelThing, func(*lab, int) string { return adjustBroken }},
}

const (
	orderThing   = `SELECT 'order[' || res_id || ' 0]' FROM ir_model_data WHERE name = 'order_' || $1`
	invoiceThing = `SELECT 'invoice[' || m.id || ' 0]' FROM account_move m JOIN sale_order o ON o.name = m.invoice_origin JOIN ir_model_data d ON d.res_id = o.id AND d.model = 'sale.order'
		WHERE m.move_type = 'out_invoice' AND d.name = 'order_' || $1`
	levelThing = `SELECT 'stock_level[' || p.id || ' ' || w.id || ']' FROM product_product p, stock_warehouse w WHERE p.default_code = 'SCALE-1' AND w.code = 'WH' AND $1 <> ''`
)

// invoicedOrder is an order that is shipped and invoiced.
func (l *lab) invoicedOrder(n int) {
	l.shop.PaymentInvoices = "invoice"
	l.shippedOrder(n)
	l.applied("payment.record", fmt.Sprint("first", n), fmt.Sprintf(`{"order":%q,"amount":"2.00","currency":"USD","method":"card","transaction_id":"f%d","paid_at":"2026-11-21T10:00:00Z"}`, subjectOf(n), n))
	l.shop.PaymentInvoices = "prepay"
}

func (l *lab) invoice(n int) string {
	return l.text(`SELECT m.name FROM account_move m JOIN sale_order o ON o.name = m.invoice_origin WHERE m.move_type = 'out_invoice' AND o.client_order_ref = $1`, fmt.Sprintf("#%d", n))
}

// TestEveryCommandIsComparedWithWhatItIsBasedOn has every command come after a change: it is refused or parked
// before anything is written, and goes on when a person has it tried again.
func TestEveryCommandIsComparedWithWhatItIsBasedOn(t *testing.T) {
	l := newLab(t)
	l.config.Ownership = map[string]any{"customer": "shopify"}
	l.exec("UPDATE stock_quant SET quantity = 100000 WHERE product_id IN (1, 6) AND location_id = 8")
	for i, c := range basedOnDocuments {
		n := 200 + i
		entity, _, _ := strings.Cut(strings.TrimPrefix(c.thing, "SELECT '"), "[")
		t.Run(c.command+" by "+entity, func(t *testing.T) {
			l.t, l.basedOn, l.parked, l.x.documents = t, 0, "", nil
			data := c.data(l, n)
			subject := subjectOf(n)
			documents := &told{changes: []decide.Change{{Revision: 5, Time: time.Now()}}}
			l.x.documents, l.basedOn = documents, 4
			for policy, kind := range map[string]command.Kind{"reject": command.Rejected, "park": command.Parked} {
				l.config.Conflicts = map[string]string{entity: policy}
				l.wire.forget()
				l.stopped(kind, schema.CodeConflict, c.command, subject, data)
				for _, write := range []string{".write", ".load", "action_cancel", "button_validate", "create_returns", "account.move.reversal", "payment.register"} {
					if said := l.wire.said(); strings.Contains(said, write) {
						t.Errorf("%s: something was written before it was %s:\n%s", policy, kind, said)
					}
				}
			}
			if want := l.text(c.thing, subject); documents.asked[0] != want {
				t.Errorf("compared with %s, want %s", documents.asked[0], want)
			}
			l.parked = schema.CodeConflict
			l.applied(c.command, subject, data)
		})
	}
}

// TestACommandIsNoConflictWithItsOwnDoing ends a command after its first step: what it changed in Odoo, and the bridge
// has told of since, is not held against it when it goes on.
func TestACommandIsNoConflictWithItsOwnDoing(t *testing.T) {
	l := newLab(t)
	l.applied("order.place", subjectOf(1), anOrder(1, ""))
	documents := &told{changes: []decide.Change{{Revision: 4, Time: time.Now()}}}
	l.x.documents, l.basedOn = documents, 4
	ship := fmt.Sprintf(`{"shipment":%q,"tracking_references":["T1"]}`, l.shipment(1))
	l.at = func(step string) error {
		if step == "after write shipment" {
			return errKilled
		}
		return nil
	}
	if _, err := l.send("shipment.confirm", "1", ship); err == nil {
		t.Fatal("was not killed")
	}
	l.at, documents.changes = nil, append(documents.changes, decide.Change{Revision: 5, Time: time.Now()})
	l.applied("shipment.confirm", "1", ship)
}

// TestAChangeOfAMomentAgoIsNoLessAConflict changes a customer in Odoo while the log is held up: as long as it is nothing is written,
// and when it comes the command is refused.
func TestAChangeOfAMomentAgoIsNoLessAConflict(t *testing.T) {
	l := newLab(t)
	l.applied("customer.upsert", "1", `{"name":"Ada","email":"ada@example.test"}`)
	l.exec("UPDATE res_partner SET email = 'person@example.test' WHERE email = 'ada@example.test'")
	documents := &told{passes: func() error { return context.DeadlineExceeded }}
	l.x.documents, l.basedOn = documents, 4
	l.wire.forget()
	var retry *command.RetryError
	if out, err := l.send("customer.upsert", "1", `{"name":"Ada","email":"shop@example.test"}`); !errors.As(err, &retry) {
		t.Errorf("with the log held up: %+v, %v", out, err)
	}
	documents.passes = func() error {
		documents.changes = []decide.Change{{Revision: 5, Fields: []string{"email"}, Time: time.Now()}}
		return nil
	}
	l.stopped(command.Rejected, schema.CodeConflict, "customer.upsert", "1", `{"name":"Ada","email":"shop@example.test"}`)
	if said := l.wire.said(); strings.Contains(said, ".write") {
		t.Errorf("something was written:\n%s", said)
	}
	if n := l.count("SELECT count(*) FROM res_partner WHERE email = 'person@example.test'"); n != 1 {
		t.Error("what the person wrote is lost")
	}
}

// TestTimesAreUTCWhateverTheUsersZone has the bridge's user live elsewhere.
func TestTimesAreUTCWhateverTheUsersZone(t *testing.T) {
	l := newLab(t)
	l.exec("UPDATE res_partner SET tz = 'America/New_York' WHERE id = (SELECT partner_id FROM res_users WHERE login = 'admin')")
	l.shop.Order.Confirm = "never"
	l.applied("order.place", "1", anOrder(1, `,"deliver_by":"2026-11-25T23:30:00-05:00"`))
	if got := l.text("SELECT date_order || ', ' || commitment_date FROM sale_order WHERE client_order_ref = '#1'"); got != "2026-11-20 10:00:00, 2026-11-26 04:30:00" {
		t.Errorf("ordered, and promised for: %s", got)
	}
}

// TestWhatCameBetweenComparisonAndWriteIsTold has a person change the email just when a command has been compared, and before it
// writes: it is overwritten, and told, also by the attempt after one that was cut off. What is not of the same field, or came after the command's own change, is not.
func TestWhatCameBetweenComparisonAndWriteIsTold(t *testing.T) {
	l := newLab(t)
	l.shop.OdooLogin = "shopify"
	l.applied("customer.upsert", "1", `{"name":"Ada","email":"ada@example.test"}`)
	at := time.Now().Add(-time.Minute)
	own := func(revision int64) decide.Change {
		return decide.Change{Revision: revision, Fields: []string{"email"}, Origin: "shopify", Time: at}
	}
	other := func(revision int64, field string) decide.Change {
		return decide.Change{Revision: revision, Fields: []string{field}, Time: at}
	}
	n := 0
	for name, c := range map[string]struct {
		login string
		came  []decide.Change
		cut   bool // the first attempt, after its write
		held  bool // the log, after the write
		want  string
	}{
		"the same field":        {"shopify", []decide.Change{other(6, "email"), own(7)}, false, false, "revision 6 of the customer, which changed email"},
		"the same, and cut off": {"shopify", []decide.Change{other(6, "email"), own(7)}, true, false, "revision 6 of the customer, which changed email"},
		"another field":         {"shopify", []decide.Change{other(6, "phone"), own(7)}, false, false, ""},
		"after it":              {"shopify", []decide.Change{own(6), other(7, "email")}, false, false, ""},
		"nothing":               {"shopify", []decide.Change{own(6)}, false, false, ""},
		"the log is held up":    {"shopify", []decide.Change{own(6)}, false, true, "is not known"},

		"nobody's user, the same field":  {"", []decide.Change{other(6, "email"), other(7, "email")}, false, false, "of the revisions 6 (email), 7 (email) of the customer one is of this command"},
		"nobody's user, and cut off":     {"", []decide.Change{other(6, "email"), other(7, "phone"), other(8, "email")}, true, false, "of the revisions 6 (email), 8 (email) of"},
		"nobody's user, another channel": {"", []decide.Change{other(6, "email"), {Revision: 7, Fields: []string{"email"}, Origin: "pos", Time: at}}, false, false, "of the revisions 6 (email), 7 (email) of"},
		"nobody's user, another field":   {"", []decide.Change{other(6, "phone"), other(7, "email")}, false, false, ""},
		"nobody's user, nothing":         {"", []decide.Change{other(6, "email")}, false, false, ""},
		"nobody's user, log held up":     {"", []decide.Change{other(6, "email")}, false, true, "is not known"},
	} {
		n++
		l.shop.OdooLogin = c.login
		documents := &told{changes: []decide.Change{own(5)}}
		l.x.documents, l.basedOn = documents, 5
		killed := c.cut
		l.at = func(step string) error {
			switch step {
			case "before write customer":
				l.exec("UPDATE res_partner SET email = 'person@example.test' WHERE name = 'Ada'")
				documents.changes = append(documents.changes, c.came...)
			case "after write customer":
				if c.held {
					documents.passes = func() error { return context.DeadlineExceeded }
				}
				if killed {
					killed = false
					return errKilled
				}
			}
			return nil
		}
		data := fmt.Sprintf(`{"name":"Ada","email":"ada%d@example.test"}`, n)
		out, err := l.sendAs(name, "customer.upsert", "1", data)
		if c.cut && errors.Is(err, errKilled) {
			out, err = l.sendAs(name, "customer.upsert", "1", data)
		}
		l.at = nil
		if err != nil || out.Kind != command.Applied {
			t.Fatalf("%s: %+v, %v", name, out, err)
		}
		var said []string
		for _, p := range out.Problems {
			said = append(said, p.Code+": "+p.Message)
		}
		switch got := strings.Join(said, " | "); {
		case c.want == "" && got != "", !strings.Contains(got, c.want), c.want != "" && (len(said) != 1 || !strings.HasPrefix(got, schema.CodeOverwrote)):
			t.Errorf("%s: told %q, want %q", name, got, c.want)
		}
	}
}

// TestWhatMovedBetweenComparisonAndCorrectionIsTold has goods leave a place just when a count or an adjustment of it has been compared, and
// before it is written: they count on top, and are told.
func TestWhatMovedBetweenComparisonAndCorrectionIsTold(t *testing.T) {
	l := newLab(t)
	at := time.Now().Add(-time.Minute)
	moved := func(revision int64, origin string) decide.Change {
		return decide.Change{Revision: revision, Fields: []string{"on_hand"}, Origin: origin, Time: at}
	}
	n := 0
	for _, login := range []string{"shopify", ""} {
		for _, c := range []struct {
			what string
			came []decide.Change
			want string
		}{
			{"before it", []decide.Change{moved(6, ""), moved(7, login)}, map[string]string{
				"shopify": "revision 6 of the stock_level, which changed on_hand, came just before this: it was not compared with, and counts on top",
				"":        "of the revisions 6 (on_hand), 7 (on_hand) of the stock_level one is of this command: what came just before it was not compared with, and counts on top",
			}[login]},
			{"nothing", []decide.Change{moved(6, login)}, ""},
			{"other figures", []decide.Change{{Revision: 6, Fields: []string{"reserved"}, Time: at}, moved(7, login)}, ""},
		} {
			for command, data := range map[string]string{"stock.adjust": adjustBroken, "stock.count": `{"sku":"SCALE-1","warehouse":"WH","quantity":"11","counted_at":"2030-01-01T00:00:00Z"}`} {
				n++
				l.shop.OdooLogin, l.basedOn = login, 5
				l.scales(25)
				documents := &told{changes: []decide.Change{moved(5, "")}}
				l.x.documents = documents
				l.at = func(step string) error {
					if step == "before write quant" {
						documents.changes = append(documents.changes, c.came...)
						l.at = nil
					}
					return nil
				}
				out := l.applied(command, fmt.Sprint("between", n), data)
				said := ""
				for _, p := range out.Problems {
					said += p.Message
				}
				if said != c.want || c.want != "" && out.Problems[0].Code != schema.CodeOverwrote {
					t.Errorf("%s, %s, of %q: told %q, want %q", command, c.what, login, said, c.want)
				}
			}
		}
	}
}
