package verify

import (
	"fmt"
	"strconv"
	"strings"
	"testing"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/odoobridge/odoobridge/cmd/odoobridge/internal/check"
	"github.com/odoobridge/odoobridge/internal/store"
)

// first is the id of the first of many records in Odoo, of each model.
const first = 1_000_000

// many has n customers, orders, payments and adjustments each, as n commands each would have made them.
func (l *lab) many(n int) {
	l.t.Helper()
	var sku string
	if err := l.db.QueryRow(l.t.Context(), "SELECT default_code FROM product_product WHERE id = 1").Scan(&sku); err != nil {
		l.t.Fatal(err)
	}
	customer := l.applied("customer.upsert", "7001", aCustomer)
	order := l.applied("order.place", "5001", strings.ReplaceAll(anOrder, "KF-ESP-250", sku))
	paid := l.applied("payment.record", "tx-1", `{"order":"5001","amount":"6.50","currency":"USD","method":"card","transaction_id":"tx-1","paid_at":"2026-11-23T08:00:00Z"}`)
	adjusted := l.applied("stock.adjust", "adj-1", fmt.Sprintf(`{"sku":%q,"warehouse":"WH","change":"3","adjusted_at":"2026-11-23T08:00:00Z"}`, sku))
	twins := func(table, condition, values string) {
		l.exec(fmt.Sprintf(`INSERT INTO %[1]s SELECT (jsonb_populate_record(one, jsonb_build_object('id', %[2]d + i) || %[3]s)).*
			FROM %[1]s one, generate_series(0, %[5]d) i WHERE one.%[4]s`, table, first, values, condition, n-1))
	}
	named := func(kind, model string) {
		l.exec(fmt.Sprintf(`INSERT INTO ir_model_data (module, name, model, res_id, noupdate) SELECT 'channel_shop', '%s_' || i, '%s', %d + i, true FROM generate_series(0, %d) i`, kind, model, first, n-1))
	}
	twins("res_partner", fmt.Sprint("id = ", customer.Odoo.ID), `jsonb_build_object('complete_name', 'twin')`)
	named("customer", "res.partner")
	twins("sale_order", fmt.Sprint("id = ", order.Odoo.ID), `jsonb_build_object('name', 'T' || i)`)
	named("order", "sale.order")
	twins("account_move", fmt.Sprintf("id = (SELECT move_id FROM account_payment WHERE id = %d)", paid.Odoo.ID), `jsonb_build_object('name', 'P' || i, 'ref', 'many-' || i)`)
	twins("account_payment", fmt.Sprint("id = ", paid.Odoo.ID), fmt.Sprintf(`jsonb_build_object('move_id', %d + i)`, first))
	twins("stock_move", "reference LIKE 'shop stock.adjust adj-1%'", `jsonb_build_object('reference', 'shop stock.adjust ' || i || ': found')`)
	for name, model := range map[string]string{"customer.upsert": "res.partner", "order.place": "sale.order", "payment.record": "account.payment"} {
		l.settled(name, n, func(i int) store.OdooRecord { return store.OdooRecord{Model: model, ID: first + int64(i)} })
	}
	l.settled("stock.adjust", n, func(int) store.OdooRecord { return store.OdooRecord(adjusted.Odoo) })
}

// settled keeps n applied commands, many at a time.
func (l *lab) settled(name string, n int, made func(i int) store.OdooRecord) {
	l.t.Helper()
	kind, _, _ := strings.Cut(name, ".")
	var claims errgroup.Group
	claims.SetLimit(64)
	for i := range n {
		data := `{}`
		if kind == "payment" {
			data = fmt.Sprintf(`{"order":"5001","amount":"6.50","currency":"USD","method":"card","transaction_id":"many-%d","paid_at":"2026-11-23T08:00:00Z"}`, i)
		}
		claims.Go(func() error {
			_, err := l.ledger.Claim(l.t.Context(), commandOf(name, strconv.Itoa(i), name+"/"+strconv.Itoa(i), data))
			return err
		})
	}
	if err := claims.Wait(); err != nil {
		l.t.Fatal(err)
	}
	for done := 0; done < n; {
		taken, err := l.ledger.Take(l.t.Context(), "orders", 200, time.Now())
		if err != nil || len(taken) == 0 {
			l.t.Fatalf("took %d after %d of %d, %v", len(taken), done, n, err)
		}
		done += len(taken)
		var settlements errgroup.Group
		for _, c := range taken {
			i, _ := strconv.Atoi(c.Subject)
			s := &store.Settlement{Seq: c.Seq, State: store.CommandApplied, Now: time.Now(), Odoo: made(i)}
			if kind == "customer" || kind == "order" {
				s.Bindings = []store.Binding{{ExternalID: fmt.Sprintf("channel_shop.%s_%d", kind, i), Model: s.Odoo.Model, Record: s.Odoo.ID}}
			}
			settlements.Go(func() error { return l.ledger.Settle(l.t.Context(), s) })
		}
		if err := settlements.Wait(); err != nil {
			l.t.Fatal(err)
		}
	}
}

// TestManyCommandsAreComparedInFewCalls compares commands of every kind at once, finds each that something is wrong with, and no other.
func TestManyCommandsAreComparedInFewCalls(t *testing.T) {
	l := newLab(t)
	const n = 60
	l.many(n)
	before := l.calls.Load()
	for _, f := range l.look() {
		if f.Severity != check.OK {
			t.Errorf("all is well, and it says\n%s", check.Plain.Text([]check.Finding{f}))
		}
	}
	if calls := l.calls.Load() - before; calls > 40 {
		t.Errorf("%d calls of Odoo for %d commands", calls, 4*n)
	}

	l.exec("UPDATE ir_model_data SET name = 'other' WHERE name = 'customer_7'") // known to the ledger alone
	l.exec("INSERT INTO ir_model_data (module, name, model, res_id, noupdate) SELECT 'base', 'older', 'res.partner', $1, true", first+8)
	l.exec("UPDATE ir_model_data SET id = 0 WHERE name = 'older'") // Odoo tells this one first
	l.exec("ALTER TABLE res_partner DISABLE TRIGGER ALL; ALTER TABLE sale_order DISABLE TRIGGER ALL; ALTER TABLE account_payment DISABLE TRIGGER ALL")
	l.exec("UPDATE res_partner SET active = false WHERE id = $1", first+9)
	l.exec("UPDATE ir_model_data SET res_id = $1 WHERE name = 'customer_10'", first+11) // merged into another
	l.exec("DELETE FROM res_partner WHERE id = $1", first+10)
	l.exec("DELETE FROM sale_order WHERE id = $1", first+20)
	l.exec("DELETE FROM account_payment WHERE id = $1", first+30)
	l.exec("UPDATE account_move SET ref = 'many-41' WHERE id = $1", first+40)
	l.exec("UPDATE stock_move SET reference = 'shop stock.adjust 51' WHERE id = $1", first+50)
	want := []string{
		"2 records of account.payment (1000040, 1000041) say that command payment.record-41 of shop (payment.record) made them",
		"2 records of stock.move (1000050, 1000051) say that command stock.adjust-51 of shop (stock.adjust) made them",
		"account.payment 1000030, which command payment.record-30 of shop (payment.record) names, is not in Odoo",
		"sale.order 1000020, which command order.place-20 of shop (order.place) names, is not in Odoo",
		"channel_shop.order_20 means sale.order 1000020, which is not in Odoo any more",
	}
	var got []string
	for _, f := range l.look() {
		switch {
		case f.Severity != check.OK:
			got = append(got, f.What)
		case f.Code == "verify.bindings" && !strings.Contains(f.What, "1 of them are known to the ledger alone"):
			t.Errorf("%s", f.What)
		}
	}
	if strings.Join(got, "\n") != strings.Join(want, "\n") {
		t.Errorf("it says\n%s\nnot\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
}

// BenchmarkVerify compares ten thousand commands, for docs/OPERATIONS.md.
func BenchmarkVerify(b *testing.B) {
	l := newLab(b)
	l.many(2500)
	for b.Loop() {
		before := l.calls.Load()
		l.look()
		b.ReportMetric(float64(l.calls.Load()-before), "calls")
	}
}
