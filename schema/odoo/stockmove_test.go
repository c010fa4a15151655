package odoo_test

import (
	"slices"
	"testing"

	"github.com/odoobridge/odoobridge/schema/odoo"
)

func (b *bridge) countOf(entity string) int {
	_, documents := b.entityOf(entity)
	return len(documents)
}

// TestOnlyDoneMovesHaveDocuments: what is planned, reserved or cancelled costs nothing.
func TestOnlyDoneMovesHaveDocuments(t *testing.T) {
	b := shop(t, "17.0")
	for _, step := range []string{"confirmed", "partially_available", "assigned", "cancel"} {
		b.change("stock_move", 1, values{"state": step})
		b.commit()
		if n := b.countOf("stock_move"); n != 0 {
			t.Fatalf("%d documents of moves that are %s", n, step)
		}
	}
	b.change("stock_move", 1, values{"state": "done", "location_id": "8", "location_dest_id": "5", "date": "2026-01-02 03:04:05"})
	events := b.commit()
	i := slices.IndexFunc(events, func(e happened) bool { return e.Type == "stock_move.done" })
	if i < 0 {
		t.Fatalf("%v", told(events))
	}
	is(t, "where it was", field(events[i].Entity, "from", "warehouse"), `"WH"`)
	is(t, "order", field(events[i].Entity, "order"), "null")
	b.remove(b.byName["stock_move"], values{"id": "1"})
	for _, e := range b.commit() {
		if e.Type == "stock_move.done" {
			t.Error("a row that vanishes undoes no movement")
		}
	}
}

// TestACorrectedMoveIsToldAgain: somebody unlocks the transfer and edits what was done.
func TestACorrectedMoveIsToldAgain(t *testing.T) {
	b := shop(t, "17.0")
	b.change("stock_move", 1, values{"state": "done"})
	b.commit()
	b.change("product_product", 4, values{"default_code": "B"})
	b.commit()
	b.change("stock_move", 1, values{"reference": "renamed", "date": "2026-03-04 00:00:00"})
	for _, e := range b.commit() {
		if e.Type == "stock_move.done" {
			t.Errorf("nothing was moved, and %s", e.Entity)
		}
	}
	b.change("stock_move", 1, values{"quantity": "1"})
	events := b.commit()
	i := slices.IndexFunc(events, func(e happened) bool { return e.Type == "stock_move.done" })
	if i < 0 || events[i].Revision != 2 || !slices.Contains(events[i].Changed, "quantity") {
		t.Fatalf("%+v", events)
	}
}

func TestMovedQuantityIsInTheProductsUnit(t *testing.T) {
	b := shop(t, "17.0")
	b.insert(map[string]values{
		"uom_uom#1": {"id": "1", "name": "Units", "factor": "1"}, "uom_uom#2": {"id": "2", "name": "Dozen", "factor": "0.08333333333333333"},
	})
	for _, c := range []struct{ demand, inProducts, done, want string }{
		{"2", "24", "2", `"24"`}, {"2", "24", "1.5", `"18"`}, {"3", "1", "1", `"0.33333"`}, {"0", "0", "4", `"48"`}, {"2", `\N`, "2", `"2"`},
	} {
		b.change("stock_move", 1, values{"state": "assigned"})
		b.commit()
		b.change("stock_move", 1, values{"state": "done", "product_uom": "2", "product_uom_qty": c.demand, "product_qty": c.inProducts, "quantity": c.done})
		b.commit()
		body := b.bodyOf(t, "stock_move", odoo.Key{1})
		is(t, "of "+c.done+" dozens", field(body, "quantity"), c.want)
		is(t, "in the move's unit", field(body, "move_quantity"), `"`+c.done+`"`)
	}
}

// TestOldMovesHaveNoDocuments: a store with years of moves loads those of the last days.
func TestOldMovesHaveNoDocuments(t *testing.T) {
	b := shop(t, "17.0")
	add := func(id, state, date, written string) {
		b.insert(map[string]values{"stock_move": {"id": id, "product_id": "4", "state": state, "date": date, "write_date": written}})
	}
	add("10", "done", "2026-01-01 00:00:00", "2026-01-01 00:00:00")
	add("11", "done", "2026-05-01 00:00:00", "2026-06-01 00:00:00.5") // rewritten since, and still old
	add("12", "done", "2026-05-02 00:00:01", "2026-05-02 00:00:01")
	add("13", "done", "2026-06-01 00:00:00", "2026-06-01 00:00:00.25")
	add("14", "assigned", "2026-06-01 00:00:00", "2026-06-01 00:00:00")
	add("15", "done", "2099-01-01 00:00:00", "2026-05-01 00:00:00") // a date that somebody mistyped
	move, _ := b.entityOf("stock_move")
	var keys []int64
	move.Keys(b, func(key odoo.Key) bool {
		keys = append(keys, key[0])
		return true
	})
	if !slices.Equal(keys, []int64{12, 13, 15}) {
		t.Errorf("moves %v have documents", keys)
	}
}
