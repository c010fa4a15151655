package router_test

import (
	"fmt"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/odoobridge/odoobridge/internal/change"
	"github.com/odoobridge/odoobridge/internal/store"
	"github.com/odoobridge/odoobridge/internal/store/sqlite"
	"github.com/odoobridge/odoobridge/router"
	"github.com/odoobridge/odoobridge/router/mirror"
	"github.com/odoobridge/odoobridge/schema/odoo"
)

// shop makes a router whose mirror holds two warehouses and as many products
// and quants as asked for.
func shop(tb testing.TB, products int) (*router.Router, *change.Relation) {
	tb.Helper()
	profile, err := odoo.For("17.0", nil)
	if err != nil {
		tb.Fatal(err)
	}
	s, err := sqlite.Open(tb.Context(), sqlite.Options{Path: tb.TempDir(), Tables: mirror.StoreTables(profile)})
	if err != nil {
		tb.Fatal(err)
	}
	tb.Cleanup(func() { _ = s.Close() })
	r, err := router.Open(tb.Context(), router.Options{Profile: profile, Store: s, CacheBytes: 64 << 20, Committed: func([]*store.Event, int64) {}})
	if err != nil {
		tb.Fatal(err)
	}
	return r, fill(tb, r, profile, products)
}

// fill loads the shop's rows as a snapshot does.
func fill(tb testing.TB, r *router.Router, profile *odoo.Profile, products int) *change.Relation {
	tb.Helper()
	load, err := r.BeginLoad(tb.Context())
	if err != nil {
		tb.Fatal(err)
	}
	rows := map[string]func() []map[string]string{
		"uom_uom":     func() []map[string]string { return []map[string]string{{"id": "1", "name": `{"en_US":"Units"}`}} },
		"res_company": func() []map[string]string { return []map[string]string{{"id": "1", "name": "Shop"}} },
		"stock_warehouse": func() []map[string]string {
			return []map[string]string{{"id": "1", "code": "WH", "name": "Main", "company_id": "1", "view_location_id": "7"}}
		},
		"stock_location": func() []map[string]string {
			return []map[string]string{{"id": "7", "parent_path": "1/7/", "usage": "view"}, {"id": "8", "parent_path": "1/7/8/", "usage": "internal"}}
		},
		"product_template": func() []map[string]string {
			return []map[string]string{{"id": "1", "name": `{"en_US":"Thing"}`, "uom_id": "1", "active": "t", "list_price": "1"}}
		},
		"product_product": func() (all []map[string]string) {
			for i := range products {
				all = append(all, map[string]string{"id": fmt.Sprint(i + 1), "product_tmpl_id": "1", "default_code": fmt.Sprintf("SKU-%d", i+1), "active": "t"})
			}
			return all
		},
		"stock_quant": func() (all []map[string]string) {
			for i := range products {
				all = append(all, map[string]string{"id": fmt.Sprint(i + 1), "product_id": fmt.Sprint(i + 1), "location_id": "8", "quantity": "100", "reserved_quantity": "0"})
			}
			return all
		},
	}
	var quant *change.Relation
	for _, t := range profile.Tables {
		if t.Name == "stock_quant" {
			quant = &change.Relation{Schema: "public", Name: t.Name}
			for _, c := range t.Columns {
				if c.Source != "" {
					quant.Columns = append(quant.Columns, change.Column{Name: c.Source})
				}
			}
		}
		if rows[t.Name] == nil {
			continue
		}
		var text []byte
		for _, row := range rows[t.Name]() {
			for i, c := range t.Columns {
				if i > 0 {
					text = append(text, '\t')
				}
				if v, found := row[c.Source]; found {
					text = append(text, v...)
				} else {
					text = append(text, `\N`...)
				}
			}
			text = append(text, '\n')
		}
		if err := load.Rows(tb.Context(), t.ID, text); err != nil {
			tb.Fatal(err)
		}
	}
	if err := load.Finish(tb.Context(), router.SnapshotInfo{Timeline: 1, LSN: 1, Time: time.Unix(0, 0)}, func(string, int, int) {}); err != nil {
		tb.Fatal(err)
	}
	return quant
}

func quantUpdate(r *change.Relation, id, quantity int, date string) change.Change {
	values := map[string]string{"id": fmt.Sprint(id), "product_id": fmt.Sprint(id), "location_id": "8", "quantity": fmt.Sprint(quantity),
		"reserved_quantity": "0", "create_uid": "1", "write_uid": "2", "write_date": date}
	c := change.Change{Kind: change.Update, Relation: r}
	for _, column := range r.Columns {
		if v, found := values[column.Name]; found {
			c.New = append(c.New, change.Value{State: change.Text, Text: []byte(v)})
		} else {
			c.New = append(c.New, change.Value{State: change.Null})
		}
	}
	return c
}

// BenchmarkSingleRowTransactions applies transactions of one stock_quant update
// each, in groups as a stream that is behind hands them over.
func BenchmarkSingleRowTransactions(b *testing.B) {
	for _, products := range []int{20_000, 200_000} {
		for _, group := range []int{2000} {
			b.Run(fmt.Sprintf("quants=%d/group=%d", products, group), func(b *testing.B) {
				r, quant := shop(b, products)
				draw := rand.New(rand.NewPCG(1, 2))
				lsn := change.LSN(100)
				var prepared [][]change.Piece
				for n := 0; n < b.N; n += group {
					pieces := make([]change.Piece, group)
					for i := range pieces {
						lsn += 100
						pieces[i] = change.Piece{XID: uint32(lsn), Timeline: 1, CommitTime: time.Unix(1, 0), Last: true, End: lsn,
							Changes: []change.Change{quantUpdate(quant, 1+draw.IntN(products), draw.IntN(1000)+1, fmt.Sprint(lsn))}}
					}
					prepared = append(prepared, pieces)
				}
				b.ResetTimer()
				for _, pieces := range prepared {
					if err := r.Apply(b.Context(), pieces); err != nil {
						b.Fatal(err)
					}
				}
			})
		}
	}
}
