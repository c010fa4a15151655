package apply

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/odoobridge/odoobridge/inbound/command"
	"github.com/odoobridge/odoobridge/schema"
)

// newLotLab has FILTER-100 (product 6) be kept by serial number: SN-1 to SN-4 in stock, SN-5 at a place of its own below, SN-6 nowhere.
func newLotLab(t *testing.T) *lab {
	t.Helper()
	l := newLab(t)
	l.exec("UPDATE product_template SET tracking = 'serial' WHERE id = (SELECT product_tmpl_id FROM product_product WHERE id = 6)")
	l.exec("UPDATE stock_picking_type SET use_existing_lots = true")
	l.exec("UPDATE stock_quant SET quantity = 100000 WHERE product_id = 1 AND location_id = 8")
	l.exec("DELETE FROM stock_quant WHERE product_id = 6")
	l.exec(`INSERT INTO stock_location (id, name, complete_name, usage, parent_path, location_id, company_id, warehouse_id, active)
		SELECT 9001, 'Shelf', 'WH/Stock/Shelf', 'internal', parent_path || '9001/', id, company_id, warehouse_id, true FROM stock_location WHERE id = 8`)
	l.exec("INSERT INTO stock_lot (id, product_id, company_id, name) SELECT 80 + n, 6, 1, 'SN-' || n FROM generate_series(1, 6) n")
	l.exec("INSERT INTO stock_lot (id, product_id, company_id, name) VALUES (90, 5, 1, 'OTHER')")
	l.exec(`INSERT INTO stock_quant (product_id, location_id, lot_id, company_id, quantity, reserved_quantity, in_date)
		SELECT 6, CASE n WHEN 5 THEN 9001 ELSE 8 END, 80 + n, 1, 1, 0, now() + n * interval '1 second' FROM generate_series(1, 5) n`)
	return l
}

// lots is where the serial numbers are, with what is reserved: "SN-1 at customer".
func (l *lab) lots() string {
	return l.text(`SELECT string_agg(t.name || ' ' || c.usage || CASE WHEN q.reserved_quantity > 0 THEN ' reserved' ELSE '' END || CASE WHEN q.quantity <> 1 THEN ' ' || q.quantity ELSE '' END, ', ' ORDER BY t.name)
		FROM stock_quant q JOIN stock_lot t ON t.id = q.lot_id JOIN stock_location c ON c.id = q.location_id WHERE q.quantity <> 0`)
}

func (l *lab) ordered(n int) string {
	l.t.Helper()
	l.applied("order.place", subjectOf(n), anOrder(n, ""))
	return l.shipment(n)
}

func shipLots(shipment string, lots ...string) string {
	each := make([]string, len(lots))
	for i, lot := range lots {
		each[i] = fmt.Sprintf(`{"lot":%q,"quantity":"1"}`, lot)
	}
	return fmt.Sprintf(`{"shipment":%q,"lines":[{"sku":"FILTER-100","quantity":"%d","lots":[%s]}]}`, shipment, len(lots), strings.Join(each, ","))
}

// TestLotsThatLeftAreThoseThatAreGone ships what was reserved, other serial numbers than that, and a part with a backorder.
func TestLotsThatLeftAreThoseThatAreGone(t *testing.T) {
	l := newLotLab(t)
	l.applied("shipment.confirm", "s1", fmt.Sprintf(`{"shipment":%q}`, l.ordered(1)))
	if got, want := l.lots(), "SN-1 customer, SN-2 customer, SN-3 internal, SN-4 internal, SN-5 internal"; got != want {
		t.Errorf("as reserved: %s, want %s", got, want)
	}
	shipment := l.ordered(2)
	for _, attempt := range []string{"first", "again"} {
		l.applied("shipment.confirm", "s2", shipLots(shipment, "SN-5"))
		if got, want := l.lots(), "SN-1 customer, SN-2 customer, SN-3 internal reserved, SN-4 internal, SN-5 customer"; got != want {
			t.Errorf("a part, %s: %s, want %s", attempt, got, want)
		}
	}
	rest := l.text("SELECT name FROM stock_picking WHERE backorder_id = (SELECT id FROM stock_picking WHERE name = $1)", shipment)
	l.applied("shipment.confirm", "s3", shipLots(rest, "SN-4"))
	if got, want := l.lots(), "SN-1 customer, SN-2 customer, SN-3 internal, SN-4 customer, SN-5 customer"; got != want {
		t.Errorf("the rest, another than was reserved: %s, want %s", got, want)
	}
}

// TestLotsThatCannotHaveLeftAreRefused leaves everything as it was.
func TestLotsThatCannotHaveLeftAreRefused(t *testing.T) {
	l := newLotLab(t)
	shipment := l.ordered(1)
	before := l.fingerprint()
	for _, c := range []struct {
		lots []string
		kind command.Kind
		code string
		path string
	}{
		{[]string{"SN-1", "SN-1"}, command.Rejected, schema.CodeInvalid, "lines[0].lots[1].lot"},
		{[]string{"SN-1", "OTHER"}, command.Parked, schema.CodeUnknownPlace, "lines[0].lots[1].lot"},
		{[]string{"SN-1", "SN-6"}, command.Parked, schema.CodeNegativeStock, "lines[0].lots[1].lot"},
		{[]string{"NEW"}, command.Parked, schema.CodeUnknownPlace, "lines[0].lots[0].lot"},
	} {
		out := l.stopped(c.kind, c.code, "shipment.confirm", strings.Join(c.lots, "-"), shipLots(shipment, c.lots...))
		if out.Problems[0].Path != c.path || c.code == schema.CodeUnknownPlace && !slices.Contains(out.WaitsFor, "lot/"+c.lots[len(c.lots)-1]) {
			t.Errorf("%v: %+v", c.lots, out)
		}
		if after := l.fingerprint(); after != before {
			t.Errorf("%v: something has changed", c.lots)
		}
	}
	l.exec("INSERT INTO stock_lot (id, product_id, company_id, name) VALUES (91, 6, 1, 'NEW')")
	l.exec("INSERT INTO stock_quant (product_id, location_id, lot_id, company_id, quantity, reserved_quantity, in_date) VALUES (6, 8, 91, 1, 1, 0, now())")
	l.applied("shipment.confirm", "NEW", shipLots(shipment, "NEW"))
	l.stopped(command.Parked, schema.CodeNegativeStock, "shipment.confirm", "twice", shipLots(l.ordered(2), "NEW"))
}

// TestAReturnBringsItsLotsBack receives the serial numbers that were shipped, and not one that never left.
func TestAReturnBringsItsLotsBack(t *testing.T) {
	l := newLotLab(t)
	l.applied("shipment.confirm", "s1", fmt.Sprintf(`{"shipment":%q}`, l.ordered(1)))
	l.applied("return.request", "r1", fmt.Sprintf(`{"order":%q,"lines":[{"line":"a","quantity":"2"}]}`, subjectOf(1)))
	receive := func(lot string) string {
		return fmt.Sprintf(`{"request":"r1","lines":[{"sku":"FILTER-100","quantity":"1","lot":%q}]}`, lot)
	}
	l.stopped(command.Parked, schema.CodeRefused, "return.receive", "wrong", receive("SN-3"))
	l.applied("return.receive", "x1", receive("SN-2"))
	if got, want := l.lots(), "SN-1 customer, SN-2 internal, SN-3 internal, SN-4 internal, SN-5 internal"; got != want {
		t.Errorf("%s, want %s", got, want)
	}
}

// TestWhatIsDoneWithOtherLotsIsNoNews confirms a shipment and a receipt that are done with the same quantities: in the same lots, without
// a word of lots, and in others.
func TestWhatIsDoneWithOtherLotsIsNoNews(t *testing.T) {
	l := newLotLab(t)
	shipment := l.ordered(1)
	l.applied("shipment.confirm", "s1", fmt.Sprintf(`{"shipment":%q}`, shipment)) // SN-1 and SN-2 were reserved
	lots := func(lots ...string) string {
		return strings.Replace(shipLots(shipment, lots...), `"lines":[`, `"lines":[{"sku":"COF-HOUSE","quantity":"1"},`, 1)
	}
	before := l.fingerprint()
	l.applied("shipment.confirm", "same", lots("SN-2", "SN-1"))
	l.applied("shipment.confirm", "none", fmt.Sprintf(`{"shipment":%q,"lines":[{"sku":"FILTER-100","quantity":"2"},{"sku":"COF-HOUSE","quantity":"1"}]}`, shipment))
	want := command.Problem{Code: schema.CodeLateConfirmation, Path: "lines[1].lots[0].lot", Message: "the transfer is done already, with other lots: Odoo has SN-2 (1) where the command has SN-3 (1)"}
	out := l.stopped(command.Parked, schema.CodeLateConfirmation, "shipment.confirm", "other", lots("SN-1", "SN-3"))
	if diff := cmp.Diff(want, out.Problems[0], cmpopts.IgnoreFields(command.Problem{}, "Remedy")); diff != "" || out.Odoo.Name != shipment {
		t.Errorf("%s %+v", diff, out.Odoo)
	}
	if after := l.fingerprint(); after != before {
		t.Error("something has changed")
	}
	l.applied("return.request", "r1", fmt.Sprintf(`{"order":%q,"lines":[{"line":"a","quantity":"1"}]}`, subjectOf(1)))
	receive := func(lot string) string {
		return fmt.Sprintf(`{"request":"r1","lines":[{"sku":"FILTER-100","quantity":"1","lot":%q}]}`, lot)
	}
	out = l.stopped(command.Parked, schema.CodeUnknownPlace, "return.receive", "unknown", receive("NOPE"))
	if out.Problems[0].Path != "lines[0].lot" {
		t.Errorf("%+v", out.Problems)
	}
	l.applied("return.receive", "x1", receive("SN-2"))
	l.applied("return.receive", "x2", receive("SN-2"))
	l.stopped(command.Parked, schema.CodeLateConfirmation, "return.receive", "x3", receive("SN-1"))
}

// TestCountsOfLotsAreComparedInFewCalls compares counts of three lots, of which one is not there any more and one has another number.
func TestCountsOfLotsAreComparedInFewCalls(t *testing.T) {
	l := newLab(t)
	l.exec("INSERT INTO stock_lot (id, product_id, company_id, name) VALUES (81, 6, 1, 'L-1'), (82, 6, 1, 'L-2'), (83, 8, 1, 'L-1')")
	l.exec("INSERT INTO stock_quant (product_id, location_id, lot_id, company_id, quantity, reserved_quantity, in_date) VALUES (6, 8, 81, 1, 4, 0, now()), (6, 8, 82, 1, 5, 0, now()), (8, 8, 83, 1, 6, 0, now())")
	var counts []Counting
	for _, c := range []struct{ sku, lot string }{{"FILTER-100", "L-1"}, {"FILTER-100", "L-2"}, {"SCALE-1", "L-1"}, {"SCALE-1", "L-2"}} {
		data := fmt.Sprintf(`{"sku":%q,"warehouse":"WH","lot":%q,"quantity":"4","counted_at":"2030-01-01T00:00:00Z"}`, c.sku, c.lot)
		counting, ok := CountingOf(command.Command{Name: "stock.count", Data: json.RawMessage(data)}, time.Now().Add(time.Hour))
		if !ok {
			t.Fatal(data)
		}
		counts = append(counts, counting)
	}
	l.wire.forget()
	got, err := l.x.Counted(t.Context(), l.shop, counts)
	if err != nil {
		t.Fatal(err)
	}
	want := []Counted{{Known: true, Same: true, Now: "4"}, {Known: true, Now: "5"}, {Known: true, Now: "6"}, {}}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	if n := strings.Count(l.wire.said(), "stock.lot.search_read"); n != 1 {
		t.Errorf("%d calls for lots:\n%s", n, l.wire.said())
	}
}
