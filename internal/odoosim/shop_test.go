package odoosim

import (
	"context"
	"encoding/json"
	"errors"
	"sync"
	"testing"

	"github.com/odoobridge/odoobridge/internal/testkit"
	"github.com/odoobridge/odoobridge/schema/odoo"
)

const (
	admin   = 2
	shopify = 8
)

// shop is a server on a fresh small shop.
func shop(t *testing.T) *Server {
	t.Helper()
	return shopOf(t, "17.0")
}

// smallShop is a database of its tables and rows.
func smallShop(t *testing.T, release string) string {
	t.Helper()
	return testkit.Postgres(t).NewCopy(t, "shop"+release[:2], func(ctx context.Context, dsn string) error { return InstallRelease(ctx, dsn, release) })
}

func shopOf(t *testing.T, release string) *Server {
	t.Helper()
	s, err := New(context.Background(), smallShop(t, release), Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(s.Close)
	return s
}

func do(t *testing.T, s *Server, uid int64, model, method string, args ...any) any {
	t.Helper()
	result, err := try(s, uid, model, method, args...)
	if err != nil {
		t.Fatalf("%s.%s: %v", model, method, err)
	}
	return result
}

// try sends arguments through JSON, as a client would.
func try(s *Server, uid int64, model, method string, args ...any) (any, error) {
	raw, err := json.Marshal(args)
	if err != nil {
		return nil, err
	}
	var plain []any
	if err := json.Unmarshal(raw, &plain); err != nil {
		return nil, err
	}
	kwargs := map[string]any{"context": map[string]any{"skip_sms": true, "skip_backorder": true, "disable_cancel_warning": true, "inventory_mode": true}}
	return s.Call(context.Background(), uid, model, method, plain, kwargs)
}

func newOrder(t *testing.T, s *Server, product, quantity int) int64 {
	t.Helper()
	return do(t, s, shopify, "sale.order", "create", map[string]any{
		"partner_id": 52, "order_line": []any{[]any{0, 0, map[string]any{"product_id": product, "product_uom_qty": quantity}}},
	}).(int64)
}

func available(t *testing.T, s *Server, product int) (free, onHand float) {
	t.Helper()
	rows := do(t, s, admin, "product.product", "read", []int{product}, []string{"free_qty", "qty_available"}).([]map[string]any)
	return rows[0]["free_qty"].(float), rows[0]["qty_available"].(float)
}

func TestStockFollowsAnOrderToItsDelivery(t *testing.T) {
	for _, release := range []string{"17.0", "18.0", "19.0"} {
		t.Run(release, func(t *testing.T) { followStock(t, shopOf(t, release)) })
	}
}

func followStock(t *testing.T, s *Server) {
	order := newOrder(t, s, 24, 3) // all there are
	if free, _ := available(t, s, 24); free != 3 {
		t.Errorf("a quotation reserves: %v free", free)
	}
	do(t, s, shopify, "sale.order", "action_confirm", []int64{order})
	if free, onHand := available(t, s, 24); free != 0 || onHand != 3 {
		t.Errorf("after confirming: %v free, %v on hand", free, onHand)
	}
	pickings := do(t, s, admin, "stock.picking", "search", []any{[]any{"sale_id", "=", order}}).([]int64)
	do(t, s, admin, "stock.picking", "button_validate", pickings)
	if free, onHand := available(t, s, 24); free != 0 || onHand != 0 {
		t.Errorf("after delivering: %v free, %v on hand", free, onHand)
	}
	row := do(t, s, admin, "sale.order", "read", []int64{order}, []string{"state", "delivery_status", "amount_total"}).([]map[string]any)[0]
	// 27 + 3 + 4 a piece, and 8 % tax.
	if row["state"] != "sale" || row["delivery_status"] != "full" || row["amount_total"] != float(110.16) {
		t.Errorf("the order says %v", row)
	}
}

func TestTheRestIsDroppedWhereNoBackorderIsWanted(t *testing.T) {
	s := shop(t)
	order := newOrder(t, s, 4, 5)
	do(t, s, shopify, "sale.order", "action_confirm", []int64{order})
	pickings := do(t, s, admin, "stock.picking", "search", []any{[]any{"sale_id", "=", order}}).([]int64)
	moves := do(t, s, admin, "stock.move", "search", []any{[]any{"picking_id", "in", pickings}}).([]int64)
	do(t, s, admin, "stock.move", "write", moves, map[string]any{"quantity": 2, "picked": true})
	_, err := s.Call(context.Background(), admin, "stock.picking", "button_validate", []any{pickings}, map[string]any{"context": map[string]any{
		"skip_sms": true, "skip_backorder": true, "picking_ids_not_to_backorder": []any{pickings[0]},
	}})
	if err != nil {
		t.Fatal(err)
	}
	if n := do(t, s, admin, "stock.picking", "search_count", []any{[]any{"sale_id", "=", order}}); n != int64(1) {
		t.Errorf("%v deliveries, want the one", n)
	}
	if n := do(t, s, admin, "stock.move", "search_count", []any{[]any{"picking_id", "in", pickings}, []any{"state", "=", "cancel"}}); n != int64(1) {
		t.Errorf("%v moves are cancelled, want the rest", n)
	}
	if free, onHand := available(t, s, 4); free != 10 || onHand != 10 {
		t.Errorf("%v free, %v on hand of ten", free, onHand)
	}
}

// TestTheRestOfAReturnIsAReturn: Odoo hands on what a move returns to what it splits off, and not what the transfer returns.
func TestTheRestOfAReturnIsAReturn(t *testing.T) {
	s := shop(t)
	order := newOrder(t, s, 4, 5)
	do(t, s, shopify, "sale.order", "action_confirm", []int64{order})
	shipped := do(t, s, admin, "stock.picking", "search", []any{[]any{"sale_id", "=", order}}).([]int64)[0]
	do(t, s, admin, "stock.picking", "button_validate", []any{shipped})
	wizard := do(t, s, admin, "stock.return.picking", "create", map[string]any{"picking_id": shipped})
	lines := do(t, s, admin, "stock.return.picking", "read", []any{wizard}, []string{"product_return_moves"}).([]map[string]any)[0]["product_return_moves"].([]int64)
	do(t, s, admin, "stock.return.picking.line", "write", lines, map[string]any{"quantity": 3})
	do(t, s, admin, "stock.return.picking", "action_create_returns", []any{wizard})
	back := do(t, s, admin, "stock.picking", "search", []any{[]any{"return_id", "=", shipped}}).([]int64)
	moves := do(t, s, admin, "stock.move", "search", []any{[]any{"picking_id", "in", back}}).([]int64)
	do(t, s, admin, "stock.move", "write", moves, map[string]any{"quantity": 2, "picked": true})
	do(t, s, admin, "stock.picking", "button_validate", back)
	rest := do(t, s, admin, "stock.picking", "search", []any{[]any{"backorder_id", "in", back}}).([]int64)
	of := []any{[]any{"picking_id", "in", rest}, []any{"origin_returned_move_id", "!=", false}, []any{"to_refund", "=", true}}
	if n := do(t, s, admin, "stock.move", "search_count", of); n != int64(1) {
		t.Errorf("%v moves of the rest return what was shipped", n)
	}
	for _, want := range []float64{3, 2} {
		delivered := do(t, s, admin, "sale.order.line", "search_read", []any{[]any{"order_id", "=", order}}, []string{"qty_delivered"}).([]map[string]any)[0]["qty_delivered"]
		if delivered != float(want) {
			t.Errorf("%v are delivered, want %v", delivered, want)
		}
		if want == 3 {
			do(t, s, admin, "stock.picking", "button_validate", rest)
		}
	}
}

func TestACountRestocksAndAReceiptToo(t *testing.T) {
	s := shop(t)
	do(t, s, admin, "stock.quant", "create", map[string]any{"product_id": 24, "location_id": 8, "inventory_quantity_auto_apply": 10})
	if _, onHand := available(t, s, 24); onHand != 10 {
		t.Errorf("after the count: %v on hand", onHand)
	}
	receipt := do(t, s, admin, "stock.picking", "create", map[string]any{
		"picking_type_id": 1, "move_ids": []any{[]any{0, 0, map[string]any{"product_id": 24, "product_uom_qty": 5}}},
	})
	do(t, s, admin, "stock.picking", "action_confirm", []any{receipt})
	do(t, s, admin, "stock.picking", "button_validate", []any{receipt})
	if _, onHand := available(t, s, 24); onHand != 15 {
		t.Errorf("after the receipt: %v on hand", onHand)
	}
}

func TestOrdersAtTheSameTimeNeverReserveTheSameUnit(t *testing.T) {
	s := shop(t)
	const orders = 8
	ids := make([]int64, orders)
	for i := range ids {
		ids[i] = newOrder(t, s, 23, 2) // 8 are there
	}
	var all sync.WaitGroup
	errs := make([]error, orders)
	for i, id := range ids {
		all.Go(func() { _, errs[i] = try(s, shopify, "sale.order", "action_confirm", []int64{id}) })
	}
	all.Wait()
	confirmed := 0
	for _, err := range errs {
		if err == nil {
			confirmed++
		} else if !transient(err) {
			t.Errorf("confirm: %v", err)
		}
	}
	free, onHand := available(t, s, 23)
	if want := float(max(0, 8-2*confirmed)); free != want || onHand != 8 {
		t.Errorf("%d confirmed: %v free (want %v), %v on hand", confirmed, free, want, onHand)
	}
	if confirmed < orders/2 {
		t.Errorf("only %d of %d got through", confirmed, orders)
	}
}

func TestAFailedCallLeavesNothing(t *testing.T) {
	s := shop(t)
	before := do(t, s, admin, "sale.order", "search_count", []any{})
	_, err := try(s, shopify, "sale.order", "create", map[string]any{"partner_id": 52, "order_line": []any{
		[]any{0, 0, map[string]any{"product_id": 1}}, []any{0, 0, map[string]any{"product_id": 999}},
	}})
	var known *odooError
	if !errors.As(err, &known) || known.name != "odoo.exceptions.MissingError" {
		t.Fatalf("an unknown product gives %v", err)
	}
	if after := do(t, s, admin, "sale.order", "search_count", []any{}); after != before {
		t.Errorf("orders before %v, after %v", before, after)
	}
}

func TestSearchUnderstandsDomains(t *testing.T) {
	s := shop(t)
	for _, c := range []struct {
		model  string
		domain []any
		want   int64
	}{
		{"product.product", []any{[]any{"default_code", "like", "MUG"}}, 4},
		{"product.product", []any{"|", []any{"default_code", "=", "GRIND-1"}, []any{"product_tmpl_id.name", "ilike", "mug"}}, 5},
		{"product.product", []any{"!", []any{"default_code", "like", "MUG"}, []any{"list_price", ">", 40}}, 4},
		{"res.partner", []any{[]any{"parent_id", "!=", false}}, 1},
		{"res.partner", []any{[]any{"country_id.code", "in", []any{"DE", "GB"}}}, 4},
		{"res.users", []any{[]any{"active", "in", []any{true, false}}}, 6},
		{"res.users", []any{}, 5},
		{"sale.order", []any{[]any{"id", "in", []any{}}}, 0},
	} {
		if got := do(t, s, admin, c.model, "search_count", c.domain); got != c.want {
			t.Errorf("%s %v: %v found, want %d", c.model, c.domain, got, c.want)
		}
	}
}

func TestTheBridgeFindsItsMappingHere(t *testing.T) {
	for _, want := range []string{"17.0", "18.0", "19.0"} {
		t.Run(want, func(t *testing.T) {
			s := shopOf(t, want)
			tables := *s.tables.Load()
			release, why, err := odoo.Detect(tables, "")
			if err != nil || release != want || s.release != want {
				t.Fatalf("told as %q (%s), says %q, %v", release, why, s.release, err)
			}
			profile, err := odoo.For(release, nil)
			if err != nil {
				t.Fatal(err)
			}
			if err := odoo.Check(profile, tables); err != nil {
				t.Error(err)
			}
		})
	}
}
