package odoosim

import (
	"context"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/odoobridge/odoobridge/internal/testkit"
)

// TestAModuleUpgradeUnderLoadKeepsEveryCall sells while modules are upgraded: every call that was
// answered is in the database, and new columns are there for the calls after.
func TestAModuleUpgradeUnderLoadKeepsEveryCall(t *testing.T) {
	s := shop(t)
	ctx, stop := context.WithCancel(context.Background())
	var sellers sync.WaitGroup
	var sold atomic.Int64
	for range 2 {
		sellers.Go(func() {
			for ctx.Err() == nil {
				order, err := try(s, shopify, "sale.order", "create", map[string]any{
					"partner_id": 52, "order_line": []any{[]any{0, 0, map[string]any{"product_id": 6, "product_uom_qty": 1}}},
				})
				if err == nil {
					_, err = try(s, shopify, "sale.order", "action_confirm", []any{order})
				}
				if err == nil {
					sold.Add(1)
				} else if !transient(err) {
					t.Errorf("sell: %v", err)
					return
				}
			}
		})
	}
	for _, u := range []Upgrade{
		{
			Module: "sale_gifts", Version: "17.0.1.0", Tables: []string{"gift_wrap"},
			Columns: []Column{{"gift_wrap", "name", "varchar", ""}, {"sale_order", "gift_note", "varchar", "'none'"}, {"sale_order", "gift_count", "varchar", "'2'"}},
		},
		{
			Module: "sale_gifts", Version: "17.0.2.0", Renames: []Rename{{"sale_order", "gift_note", "gift_text"}},
			Types: []Column{{"sale_order", "gift_text", "text", ""}, {"sale_order", "gift_count", "int4", "1"}, {"stock_quant", "quantity", "float8", ""}},
		},
		{Module: "sale_gifts", Version: "17.0.3.0", Dropped: []Column{{Table: "sale_order", Name: "gift_count_moved0"}}, DroppedTables: []string{"gift_wrap"}},
	} {
		if err := s.Upgrade(context.Background(), u); err != nil {
			t.Fatal(err)
		}
		var state string
		if err := s.pool.QueryRow(context.Background(), "SELECT state || ' ' || latest_version FROM ir_module_module WHERE name = $1", u.Module).Scan(&state); err != nil || state != "installed "+u.Version {
			t.Errorf("the module is %q, %v", state, err)
		}
		before := sold.Load()
		testkit.Eventually(t, time.Minute, func() bool { return sold.Load() > before || t.Failed() }, func() string { return "nobody sells any more" })
	}
	stop()
	sellers.Wait()
	var confirmed int64
	if err := s.pool.QueryRow(context.Background(), "SELECT count(*) FROM sale_order WHERE state = 'sale'").Scan(&confirmed); err != nil {
		t.Fatal(err)
	}
	if confirmed != sold.Load() {
		t.Errorf("%d orders are confirmed, %d were answered", confirmed, sold.Load())
	}
	checkUpgraded(t, s)
}

func checkUpgraded(t *testing.T, s *Server) {
	t.Helper()
	order := newOrder(t, s, 6, 1)
	do(t, s, shopify, "sale.order", "write", []int64{order}, map[string]any{"gift_text": "with love", "gift_count": 3})
	row := do(t, s, admin, "sale.order", "read", []int64{order}, []string{"gift_text", "gift_count"}).([]map[string]any)[0]
	if row["gift_text"] != "with love" || row["gift_count"] != int64(3) {
		t.Errorf("%v", row)
	}
	if _, err := try(s, shopify, "sale.order", "write", []int64{order}, map[string]any{"gift_note": "x"}); err == nil {
		t.Error("the old name is still taken")
	}
	rows, err := s.pool.Query(context.Background(), "SELECT DISTINCT gift_text || ' ' || gift_count FROM sale_order WHERE gift_text <> 'with love' AND gift_count IS NOT NULL")
	if err != nil {
		t.Fatal(err)
	}
	filled, err := pgx.CollectRows(rows, pgx.RowTo[string])
	if err != nil || len(filled) > 1 || len(filled) == 1 && filled[0] != "none 1" {
		t.Errorf("rows from before say %v, %v", filled, err)
	}
	if tables := *s.tables.Load(); tables["gift_wrap"] != nil || tables.has("sale_order", "gift_count_moved0") || tables["stock_quant"]["quantity"] != "double precision" {
		t.Error("the tables are not as the upgrades left them")
	}
}
