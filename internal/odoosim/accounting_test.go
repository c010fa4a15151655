package odoosim

import (
	"context"
	"fmt"
	"net/http/httptest"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/jackc/pgx/v5"

	"github.com/odoobridge/odoobridge/internal/testkit"
)

// shown are queries over what documents show of invoices, payments, returns and
// their orders. Numbers that sequences or the clock decide are left out.
var shown = map[string]string{
	"invoices": `SELECT name, state, move_type, payment_state, ref, invoice_origin, partner_id, partner_shipping_id, amount_untaxed, amount_tax, amount_total,
		amount_residual, reversed_entry_id, invoice_date IS NOT NULL AS dated FROM account_move WHERE move_type <> 'entry'`,
	"invoice lines": `SELECT l.move_id, l.display_type, l.product_id, l.quantity, l.price_unit, l.discount, l.price_subtotal, l.price_total, l.balance, l.amount_residual,
		l.parent_state FROM account_move_line l JOIN account_move m ON m.id = l.move_id WHERE m.move_type <> 'entry'`,
	"invoiced":       `SELECT order_line_id, count(*) AS lines FROM sale_order_line_invoice_rel GROUP BY 1`,
	"payments of 17": `SELECT p.payment_type, p.amount, p.partner_id, p.is_reconciled, m.name, m.state, m.ref, m.journal_id FROM account_payment p JOIN account_move m ON m.id = p.move_id`,
	"payments of 18": `SELECT payment_type, amount, partner_id, is_reconciled, name, state, memo, journal_id FROM account_payment`,
	"reconciled":     `SELECT amount FROM account_partial_reconcile`,
	"orders":         `SELECT name, state, invoice_status, delivery_status, amount_total FROM sale_order`,
	"order lines":    `SELECT id, invoice_status, qty_delivered, qty_invoiced, qty_to_invoice FROM sale_order_line`,
	"transfers":      `SELECT name, state, origin, return_id, sale_id, picking_type_id, location_id, location_dest_id FROM stock_picking`,
	"moves":          `SELECT picking_id, product_id, state, product_uom_qty, quantity, picked, origin_returned_move_id, to_refund, sale_line_id FROM stock_move`,
	"quants":         `SELECT product_id, location_id, sum(quantity) AS quantity FROM stock_quant GROUP BY 1, 2`,
}

// accounting is where the recordings of invoice, payment, return and refund begin, which end with 22.
const accounting = "19"

// TestRecordedAccountingGivesTheRecordedFigures plays what comes before the
// recordings of invoice, payment, return and refund as SQL, those themselves once as
// SQL and once as calls, and compares answers and what documents show.
func TestRecordedAccountingGivesTheRecordedFigures(t *testing.T) {
	for _, release := range []string{"17", "18"} {
		t.Run(release, func(t *testing.T) { compareAccounting(t, release) })
	}
}

func compareAccounting(t *testing.T, release string) {
	testkit.OdooData(t, release)
	pg := testkit.Postgres(t)
	real, simulated := restoredDatabase(t, pg, release), restoredDatabase(t, pg, release)
	server, err := New(context.Background(), simulated.dsn, Options{Now: testkit.RecordingDay})
	if err != nil {
		t.Fatal(err)
	}
	defer server.Close()
	web := httptest.NewServer(server)
	defer web.Close()
	for _, r := range testkit.Recordings(t, release) {
		if r.Number > "22" {
			break
		}
		simulate := r.Number >= accounting
		real.play(t, r.SQL)
		if !simulate {
			simulated.play(t, r.SQL)
			continue
		}
		testkit.NumberOn(t, simulated.conn)
		for _, call := range r.Calls {
			compareAnswers(t, call, r.Ask(t, web.URL, server.Database(), call))
		}
		for _, name := range []string{"invoices", "invoice lines", "invoiced", "payments of " + release, "reconciled", "orders", "order lines", "transfers", "moves", "quants"} {
			if diff := cmp.Diff(real.figures(t, shown[name]), simulated.figures(t, shown[name])); diff != "" {
				t.Errorf("%s after recording %s-%s (- recorded, + simulated):\n%s", name, r.Number, r.Name, diff)
			}
		}
	}
}

func restoredDatabase(t *testing.T, pg *testkit.PG, release string) *watched {
	t.Helper()
	dsn := pg.NewOdoo(t, release)
	return &watched{pg.Connect(t, dsn), dsn}
}

func (w *watched) figures(t *testing.T, sql string) []string {
	t.Helper()
	rows, err := w.conn.Query(context.Background(), fmt.Sprintf("SELECT to_jsonb(t)::text FROM (%s) t ORDER BY 1", sql))
	if err != nil {
		t.Fatal(err)
	}
	all, err := pgx.CollectRows(rows, pgx.RowTo[string])
	if err != nil {
		t.Fatal(err)
	}
	return all
}
