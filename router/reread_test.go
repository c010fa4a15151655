package router_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/odoobridge/odoobridge/internal/change"
	"github.com/odoobridge/odoobridge/internal/store"
	"github.com/odoobridge/odoobridge/router"
)

// TestRereadPutsOutExactlyWhatTheTableSays reads a table again that changed without
// the log saying so: rows altered, gone and new, most of them as they were.
func TestRereadPutsOutExactlyWhatTheTableSays(t *testing.T) {
	h := newHouse(t, nil)
	h.apply([]change.Piece{{XID: 7, Timeline: 1, CommitTime: time.Unix(7, 0), Last: true, End: 1000,
		Changes: []change.Change{quantUpdate(h.quant, 5, 50, "2026-01-01")}}})
	before := len(h.everything())

	var quantity = func(id int) string {
		switch {
		case id == 5:
			return "50"
		case id <= 3:
			return "7" // altered
		}
		return "100"
	}
	table := h.table("stock_quant")
	reread, err := h.router.BeginReread([]int{table})
	if err != nil {
		t.Fatal(err)
	}
	rows := ""
	for id := 1; id <= 500; id++ {
		if id == 10 || id == 11 { // gone
			continue
		}
		date := `\N`
		if id == 5 {
			date = "2026-01-01"
		}
		rows += h.line(table, map[string]string{"id": fmt.Sprint(id), "product_id": fmt.Sprint(id), "location_id": "8", "quantity": quantity(id),
			"reserved_quantity": "0", "write_date": date}) + "\n"
	}
	rows += h.line(table, map[string]string{"id": "900", "product_id": "4", "location_id": "8", "quantity": "1", "reserved_quantity": "0"}) + "\n"
	if err := reread.Rows(t.Context(), table, []byte(rows)); err != nil {
		t.Fatal(err)
	}
	if err := reread.Finish(t.Context(), router.SnapshotInfo{Timeline: 1, LSN: 2000, Time: time.Unix(9, 0), Meta: map[string]string{"note": "kept"}}); err != nil {
		t.Fatal(err)
	}
	if text, _, err := h.store.Meta(t.Context(), "note"); err != nil || text != "kept" {
		t.Errorf("note is %q, %v", text, err)
	}
	if got := h.router.Position(); got != 2000 {
		t.Errorf("position %s, want 0/7D0", got)
	}
	var told []string
	if err := h.store.Events(t.Context(), 1, 1e6, func(e store.Event) bool {
		if !e.Resync || e.LSN != 2000 || e.Ordinal != len(told)+1 {
			t.Errorf("event %+v, want one of the reread", e)
		}
		told = append(told, e.Subject)
		return true
	}); err != nil {
		t.Fatal(err)
	}
	want := "stock_level/1/1 stock_level/2/1 stock_level/3/1 stock_level/4/1 stock_level/10/1 stock_level/11/1"
	if got := strings.Join(told, " "); got != want {
		t.Errorf("told of %s, want %s", got, want)
	}
	if after := len(h.everything()); after == before {
		t.Error("nothing was written")
	}
	h.reopen()
	if got := h.router.Position(); got != 2000 {
		t.Errorf("position after a restart %s, want 0/7D0", got)
	}
}

// TestRereadThatIsAbandonedLeavesNothing ends one half-way.
func TestRereadThatIsAbandonedLeavesNothing(t *testing.T) {
	h := newHouse(t, nil)
	before := strings.Join(h.everything(), "\n")
	table := h.table("stock_quant")
	reread, err := h.router.BeginReread([]int{table})
	if err != nil {
		t.Fatal(err)
	}
	row := h.line(table, map[string]string{"id": "1", "product_id": "1", "location_id": "8", "quantity": "7", "reserved_quantity": "0"})
	if err := reread.Rows(t.Context(), table, []byte(row+"\n")); err != nil {
		t.Fatal(err)
	}
	if err := reread.Abort(); err != nil {
		t.Fatal(err)
	}
	h.reopen()
	if after := strings.Join(h.everything(), "\n"); after != before {
		t.Error("the store is not as it was")
	}
}

// TestAnEntityThatIsNewToTheStoreIsNoNews loads again with a program that knows
// an entity more than the one before.
func TestAnEntityThatIsNewToTheStoreIsNoNews(t *testing.T) {
	h := newHouse(t, nil)
	b := &store.Batch{Meta: map[string]string{"told": "customer,product,order,shipment"}}
	for id := range 500 {
		b.Forgotten = append(b.Forgotten, store.Document{Entity: "stock_level", Key: store.Key{int64(id + 1), 1}})
	}
	if err := h.store.Write(t.Context(), b); err != nil {
		t.Fatal(err)
	}
	if err := h.store.Commit(t.Context()); err != nil {
		t.Fatal(err)
	}
	h.reopen()
	fill(t, h.router, h.profile, 501) // a product more, and levels that nobody was told of
	var told []string
	if err := h.store.Events(t.Context(), 0, 1e6, func(e store.Event) bool {
		told = append(told, e.Subject+" "+e.What)
		return true
	}); err != nil {
		t.Fatal(err)
	}
	if got := strings.Join(told, ", "); got != "product/501 created" {
		t.Errorf("told of %s, want the new product alone", got)
	}
	if levels := strings.Count(strings.Join(h.everything(), "\n"), "document stock_level/"); levels != 501 {
		t.Errorf("%d levels are stored, want 501", levels)
	}
}

func (h *house) table(name string) int {
	h.t.Helper()
	for _, table := range h.profile.Tables {
		if table.Name == name {
			return table.ID
		}
	}
	h.t.Fatalf("no table %s", name)
	return -1
}

func (h *house) line(table int, values map[string]string) string {
	var fields []string
	for _, c := range h.profile.Tables[table].Columns {
		v, found := values[c.Source]
		if !found {
			v = `\N`
		}
		fields = append(fields, v)
	}
	return strings.Join(fields, "\t")
}
