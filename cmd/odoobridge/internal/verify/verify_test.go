package verify

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/odoobridge/odoobridge/cmd/odoobridge/internal/check"
	"github.com/odoobridge/odoobridge/inbound/apply"
	"github.com/odoobridge/odoobridge/inbound/command"
	"github.com/odoobridge/odoobridge/inbound/decide"
	"github.com/odoobridge/odoobridge/inbound/odoo"
	"github.com/odoobridge/odoobridge/internal/config"
	"github.com/odoobridge/odoobridge/internal/odoosim"
	"github.com/odoobridge/odoobridge/internal/store"
	"github.com/odoobridge/odoobridge/internal/store/sqlite/ledger"
	"github.com/odoobridge/odoobridge/internal/testkit"
)

func TestMain(m *testing.M) { testkit.Main(m) }

// lab is an Odoo and a ledger, joined by an executor.
type lab struct {
	t      testing.TB
	db     *pgx.Conn
	cfg    *config.Config
	ledger store.Ledger
	x      *apply.Executor
	calls  atomic.Int64 // of Odoo
}

func newLab(t testing.TB) *lab {
	t.Helper()
	pg := testkit.Postgres(t)
	dsn := pg.NewCopy(t, "shop17", odoosim.Install)
	sim, err := odoosim.New(t.Context(), dsn, odoosim.Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(sim.Close)
	l := &lab{t: t}
	web := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		l.calls.Add(1)
		sim.ServeHTTP(w, r)
	}))
	t.Cleanup(web.Close)
	l.db = pg.Connect(t, dsn)
	l.cfg = &config.Config{
		Odoo: config.Odoo{URL: web.URL, Database: sim.Database(), Login: "admin", APIKey: "admin"},
		Channels: []config.Channel{{Name: "shop", Commands: []string{"customer.upsert", "order.place", "payment.record", "stock.adjust"}, PaymentInvoices: "prepay", NegativeStock: "park", NotOwned: "leave",
			Order: config.OrderRules{Confirm: "always", Guest: "match", Tolerance: "0.01"}, Mapping: config.Mapping{PaymentMethods: map[string]config.Record{"card": "BNK1"}}}},
		Ownership: map[string]any{"customer": "shop", "stock_level": "shop"},
	}
	client, err := odoo.New(odoo.Options{URL: web.URL, Database: sim.Database(), Login: "admin", Key: func(context.Context) (string, error) { return "admin", nil }})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(client.Close)
	l.x = apply.New(apply.Options{Odoo: client, Config: l.cfg})
	if l.ledger, err = ledger.Open(t.Context(), ledger.Options{Path: t.TempDir()}); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := l.ledger.Close(); err != nil {
			t.Error(err)
		}
	})
	return l
}

func (l *lab) exec(sql string, args ...any) {
	l.t.Helper()
	if _, err := l.db.Exec(l.t.Context(), sql, args...); err != nil {
		l.t.Fatal(err)
	}
}

func (l *lab) text(sql string, args ...any) (text string) {
	l.t.Helper()
	if err := l.db.QueryRow(l.t.Context(), sql, args...).Scan(&text); err != nil {
		l.t.Fatal(err)
	}
	return text
}

func (l *lab) count(sql string, args ...any) (n int) {
	l.t.Helper()
	if err := l.db.QueryRow(l.t.Context(), sql, args...).Scan(&n); err != nil {
		l.t.Fatal(err)
	}
	return n
}

// withLots has FILTER-100 (product 6) be kept by serial number: SN-1 to SN-4 in stock.
func (l *lab) withLots() {
	l.exec("UPDATE product_template SET tracking = 'serial' WHERE id = (SELECT product_tmpl_id FROM product_product WHERE id = 6)")
	l.exec("UPDATE stock_picking_type SET use_existing_lots = true")
	l.exec("DELETE FROM stock_quant WHERE product_id = 6")
	l.exec("INSERT INTO stock_lot (id, product_id, company_id, name) SELECT 80 + n, 6, 1, 'SN-' || n FROM generate_series(1, 4) n")
	l.exec("INSERT INTO stock_quant (product_id, location_id, lot_id, company_id, quantity, reserved_quantity, in_date) SELECT 6, 8, 80 + n, 1, 1, 0, now() FROM generate_series(1, 4) n")
}

// claim keeps a command, and takes it when that is wanted.
func (l *lab) claim(name, subject, effect, data string, take bool) store.Command {
	l.t.Helper()
	c := commandOf(name, subject, effect, data)
	if _, err := l.ledger.Claim(l.t.Context(), c); err != nil {
		l.t.Fatal(err)
	}
	if !take {
		return *c
	}
	taken, err := l.ledger.Take(l.t.Context(), "orders", 1, time.Now())
	if err != nil || len(taken) != 1 {
		l.t.Fatalf("took %d, %v", len(taken), err)
	}
	return taken[0].Command
}

func commandOf(name, subject, effect, data string) *store.Command {
	id := name + "-" + subject
	body := fmt.Sprintf(`{"specversion":"1.0","id":%q,"source":"test","type":%q,"subject":%q,"data":%s}`, id, name, subject, data)
	return &store.Command{Channel: "shop", ID: id, Name: name, Subject: subject, Workload: "orders", Effect: effect, Keys: []string{id}, Body: []byte(body), Received: time.Now().Add(-time.Hour)}
}

func (l *lab) settle(s *store.Settlement) {
	l.t.Helper()
	if err := l.ledger.Settle(l.t.Context(), s); err != nil {
		l.t.Fatal(err)
	}
}

// applied carries a command out, and settles it as the bridge does.
func (l *lab) applied(name, subject, data string) command.Outcome {
	l.t.Helper()
	c := l.claim(name, subject, name+"/"+subject, data, true)
	out, err := l.x.Execute(l.t.Context(), command.Command{Channel: "shop", ID: c.ID, Name: name, Subject: subject, Data: json.RawMessage(data), Attempt: 1},
		func(context.Context, string, string) error { return nil })
	if err != nil || out.Kind != command.Applied {
		l.t.Fatalf("%s: %+v, %v", c.ID, out, err)
	}
	s := &store.Settlement{Seq: c.Seq, State: store.CommandApplied, Now: time.Now(), Odoo: store.OdooRecord(out.Odoo)}
	for _, b := range out.Bindings {
		s.Bindings = append(s.Bindings, store.Binding(b))
	}
	l.settle(s)
	return out
}

// look compares everything.
func (l *lab) look() []check.Finding {
	l.t.Helper()
	v, err := New(l.cfg, l.ledger, Request{Now: time.Now().Add(time.Hour)})
	if err != nil {
		l.t.Fatal(err)
	}
	defer v.Close()
	return check.Run(l.t.Context(), v.Questions(), nil)
}

// finds wants a finding, with a consequence and a remedy, and nothing personal in any.
func (l *lab) finds(severity check.Severity, code, says string) {
	l.t.Helper()
	found := l.look()
	text := check.Plain.Text(found)
	for _, personal := range []string{"Ottilie", "vanderbeck"} {
		if strings.Contains(text, personal) {
			l.t.Errorf("%q is told:\n%s", personal, text)
		}
	}
	for _, f := range found {
		if f.Severity == severity && f.Code == code && strings.Contains(f.What, says) {
			if f.Remedy == "" || f.Why == "" {
				l.t.Errorf("no remedy, or no consequence: %+v", f)
			}
			return
		}
	}
	l.t.Errorf("no %s %s that says %q in:\n%s", severity, code, says, text)
}

const (
	aCustomer = `{"name":"Ottilie Vanderbeck","email":"ottilie@vanderbeck.example"}`
	anOrder   = `{"placed_at":"2026-11-23T08:00:00Z","currency":"USD","customer":"7001","lines":[{"id":"1","sku":"KF-ESP-250","quantity":"1","unit_price":"6.50","taxes":[]}],"totals":{"total":"6.50"}}`
)

// TestWhatTheLedgerSaysIsComparedWithOdoo carries commands out, finds all well, and then breaks one thing after the other in Odoo or in
// the ledger.
func TestWhatTheLedgerSaysIsComparedWithOdoo(t *testing.T) {
	l := newLab(t)
	var sku string
	if err := l.db.QueryRow(t.Context(), "SELECT default_code FROM product_product WHERE id = 1").Scan(&sku); err != nil {
		t.Fatal(err)
	}
	customer := l.applied("customer.upsert", "7001", aCustomer)
	order := l.applied("order.place", "5001", strings.ReplaceAll(anOrder, "KF-ESP-250", sku))
	paid := l.applied("payment.record", "tx-1", `{"order":"5001","amount":"6.50","currency":"USD","method":"card","transaction_id":"tx-1","paid_at":"2026-11-23T08:00:00Z"}`)
	l.applied("stock.adjust", "adj-1", fmt.Sprintf(`{"sku":%q,"warehouse":"WH","change":"3","adjusted_at":"2026-11-23T08:00:00Z"}`, sku))
	l.withLots()
	l.applied("order.place", "5002", strings.NewReplacer("KF-ESP-250", "FILTER-100", `"quantity":"1"`, `"quantity":"2"`, `"total":"6.50"`, `"total":"13.00"`).Replace(anOrder))
	l.applied("shipment.confirm", "s1", fmt.Sprintf(`{"shipment":%q,"lines":[{"sku":"FILTER-100","quantity":"2","lots":[{"lot":"SN-2","quantity":"1"},{"lot":"SN-3","quantity":"1"}]}]}`,
		l.text("SELECT p.name FROM stock_picking p JOIN sale_order o ON o.id = p.sale_id WHERE o.client_order_ref = '5002'")))
	count := `{"sku":%q,"warehouse":"WH","quantity":%q,"counted_at":"2030-01-01T00:00:00Z"}`
	onHand := l.text("SELECT sum(quantity)::int::text FROM stock_quant WHERE product_id = 1 AND location_id = 8")
	l.applied("stock.count", "same", fmt.Sprintf(count, sku, onHand))
	l.applied("stock.count", "other", fmt.Sprintf(count, "KETTLE-1", "7"))
	for _, f := range l.look() {
		if f.Severity != check.OK {
			t.Errorf("all is well, and it says\n%s", check.Plain.Text([]check.Finding{f}))
		}
	}

	t.Run("a transfer that is not done", func(t *testing.T) {
		l.t = t
		l.exec("UPDATE stock_picking SET state = 'assigned' WHERE state = 'done'")
		l.finds(check.Fail, "verify.records", "which command shipment.confirm-s1 of shop (shipment.confirm) says is done, is assigned")
		l.exec("UPDATE stock_picking SET state = 'done' WHERE state = 'assigned' AND name IN (SELECT reference FROM stock_move WHERE state = 'done')")
	})
	t.Run("other lots", func(t *testing.T) {
		l.t = t
		l.exec("UPDATE stock_move_line SET lot_id = 84 WHERE lot_id = 83 AND state = 'done'")
		l.finds(check.Warn, "verify.records", "command shipment.confirm-s1 of shop (shipment.confirm) names lots that stock.picking")
		l.finds(check.Warn, "verify.records", "has not moved: SN-3 (1); it has moved SN-4 (1) instead")
		l.exec("UPDATE stock_move_line SET lot_id = 83 WHERE lot_id = 84 AND state = 'done'")
	})
	t.Run("an adjustment and counts that Odoo has forgotten", func(t *testing.T) {
		l.t = t
		l.exec("CREATE TEMP TABLE forgotten AS SELECT * FROM stock_move WHERE reference LIKE 'shop stock.%'")
		l.exec("DELETE FROM stock_move WHERE id IN (SELECT id FROM forgotten)")
		l.exec("UPDATE stock_quant SET quantity = quantity + 1 WHERE product_id = 1 AND location_id = 8")
		l.exec("UPDATE stock_quant SET quantity = 3 WHERE product_id = (SELECT id FROM product_product WHERE default_code = 'KETTLE-1') AND location_id = 8")
		l.finds(check.Fail, "verify.records", "no stock move says that command stock.adjust-adj-1 of shop (stock.adjust), which is applied, made it")
		if text := check.Plain.Text(l.look()); strings.Contains(text, "counted another quantity") {
			t.Errorf("goods moved when it was counted, and it says\n%s", text)
		}
		l.exec("UPDATE stock_move_line SET date = date - interval '1 hour', write_date = write_date - interval '1 hour'")
		l.finds(check.Fail, "verify.records", fmt.Sprintf("Odoo has %d on hand where command stock.count-same of shop (stock.count) counted another quantity, and nothing moved since", l.count("SELECT $1::int + 1", onHand)))
		l.finds(check.Fail, "verify.records", "Odoo has 3 on hand where command stock.count-other of shop (stock.count)")
		l.exec("UPDATE stock_quant SET quantity = quantity - 1 WHERE product_id = 1 AND location_id = 8")
		l.exec("INSERT INTO stock_move SELECT * FROM forgotten") // the count that moved something is not looked into further
		for _, f := range l.look() {
			if f.Severity != check.OK {
				t.Errorf("all is well again, and it says\n%s", check.Plain.Text([]check.Finding{f}))
			}
		}
	})
	t.Run("a payment made twice", func(t *testing.T) {
		l.t = t
		l.exec(`CREATE TEMP TABLE twin AS SELECT * FROM account_move WHERE id = (SELECT move_id FROM account_payment WHERE id = $1)`, paid.Odoo.ID)
		l.exec(`UPDATE twin SET id = 990001, name = name || '-2'; INSERT INTO account_move SELECT * FROM twin`)
		l.exec(`CREATE TEMP TABLE pay AS SELECT * FROM account_payment WHERE id = ` + fmt.Sprint(paid.Odoo.ID))
		l.exec(`UPDATE pay SET id = 990001, move_id = 990001; INSERT INTO account_payment SELECT * FROM pay`)
		l.finds(check.Fail, "verify.records", fmt.Sprintf("2 records of account.payment (%d, 990001) say that command payment.record-tx-1 of shop", paid.Odoo.ID))
		l.exec(`DELETE FROM account_payment WHERE id = 990001`)
		l.exec(`DELETE FROM account_move WHERE id = 990001`)
	})
	t.Run("an external id that leads elsewhere", func(t *testing.T) {
		l.t = t
		l.exec(`UPDATE ir_model_data SET res_id = 1 WHERE module = 'channel_shop' AND name = 'customer_7001'`)
		l.finds(check.Fail, "verify.bindings", fmt.Sprintf("channel_shop.customer_7001 means res.partner 1 in Odoo, and res.partner %d in the ledger", customer.Odoo.ID))
		l.finds(check.Fail, "verify.records", "the ledger says that command customer.upsert-7001 of shop")
		l.exec(`UPDATE ir_model_data SET res_id = $1 WHERE module = 'channel_shop' AND name = 'customer_7001'`, customer.Odoo.ID)
	})
	t.Run("an order that was deleted", func(t *testing.T) {
		l.t = t
		l.exec("UPDATE ir_model_data SET name = 'gone' WHERE module = 'channel_shop' AND name = 'order_5001'")
		l.exec("ALTER TABLE sale_order DISABLE TRIGGER ALL")
		l.exec("UPDATE sale_order SET id = 990002 WHERE id = $1", order.Odoo.ID)
		l.finds(check.Warn, "verify.records", fmt.Sprintf("sale.order %d (%s), which command order.place-5001 of shop (order.place) names, is not in Odoo", order.Odoo.ID, order.Odoo.Name))
		l.finds(check.Warn, "verify.bindings", fmt.Sprintf("channel_shop.order_5001 means sale.order %d, which is not in Odoo any more", order.Odoo.ID))
		l.exec("UPDATE sale_order SET id = $1 WHERE id = 990002", order.Odoo.ID)
		l.exec("UPDATE ir_model_data SET name = 'order_5001' WHERE module = 'channel_shop' AND name = 'gone'")
	})
	t.Run("a wish applied twice", func(t *testing.T) {
		l.t = t
		c := l.claim("payment.record", "tx-1-again", "payment.record/tx-1", `{}`, true)
		l.settle(&store.Settlement{Seq: c.Seq, State: store.CommandApplied, Now: time.Now(), Odoo: store.OdooRecord{Model: "account.payment", ID: paid.Odoo.ID + 1}})
		l.finds(check.Fail, "verify.effects", "commands payment.record-tx-1 and payment.record-tx-1-again of shop are the same wish (payment.record), are both applied, and name 2 records")
	})
	t.Run("commands that are stuck", func(t *testing.T) {
		l.t = t
		for subject, key := range map[string]string{"s": "sku/" + sku, "o": "order/5001", "m": "mapping/payment_method/card"} {
			c := l.claim("order.place", subject, "", `{}`, true)
			l.settle(&store.Settlement{Seq: c.Seq, State: store.CommandParked, Now: time.Now(), Code: "unknown_sku", WaitsFor: []string{key, "sku/nowhere"}})
		}
		l.finds(check.Warn, "verify.stuck", "command order.place-s of shop (order.place) waits for sku/"+sku+", which is there")
		l.finds(check.Warn, "verify.stuck", "waits for order/5001, which is there")
		l.finds(check.Warn, "verify.stuck", "waits for mapping/payment_method/card, which is there")
		l.finds(check.Warn, "verify.parked", "3 commands of shop are parked as unknown_sku")
		if text := check.Plain.Text(l.look()); strings.Contains(text, "sku/nowhere") {
			t.Errorf("it says of what is not there that it is:\n%s", text)
		}
		l.claim("order.cancel", "a", "", `{}`, true)
		l.finds(check.Warn, "verify.stuck", "command order.cancel-a of shop (order.cancel) is being applied, and no bridge runs")
		l.claim("order.cancel", "b", "", `{}`, false)
		l.finds(check.Warn, "verify.stuck", "command order.cancel-b of shop (order.cancel) has been to do for")
	})
	t.Run("a key that is refused", func(t *testing.T) {
		l.t = t
		cfg := *l.cfg
		cfg.Odoo.APIKey = "wrong"
		l.cfg = &cfg
		l.finds(check.Fail, "verify.odoo", "Odoo cannot be asked as the user of channel shop")
	})
}

// TestAnIDThatOdooNeverHasIsNotLookedFor has what the ledger counts payments by, which names no record to Odoo.
func TestAnIDThatOdooNeverHasIsNotLookedFor(t *testing.T) {
	v := &Verifier{users: map[string]*user{"shop": {}}}
	if v.ownerOf(decide.ExternalID("shop", decide.Prepaid, "5001/1")) != nil || v.ownerOf(decide.ExternalID("shop", "customer", "prepaid_1")) == nil {
		t.Error("an id that counts payments is looked for, or one of a customer is not")
	}
}
