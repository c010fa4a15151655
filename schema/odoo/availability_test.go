package odoo_test

import (
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/odoobridge/odoobridge/internal/testkit"
	"github.com/odoobridge/odoobridge/schema"
	"github.com/odoobridge/odoobridge/schema/odoo"
)

// quantities are on_hand, available, incoming, outgoing, forecast and safe.
type quantities [6]string

type level struct{ onHand, reserved, incoming, outgoing odoo.Decimal }

// available recomputes every quantity per product and warehouse as availability.sql
// does: all quants in locations whose parent_path begins with the view location's, and
// all open moves of which one end is in such a location and the other is not.
func (b *bridge) available() map[odoo.Key]quantities {
	total := map[odoo.Key]*level{}
	at := func(product, warehouse int64) *level {
		key := odoo.Key{product, warehouse}
		if total[key] == nil {
			total[key] = &level{}
		}
		return total[key]
	}
	b.Scan(b.byName["stock_warehouse"], func(warehouse odoo.Row) bool {
		view, _ := b.Get(b.byName["stock_location"], odoo.Key{b.value(warehouse, "stock_warehouse", "view_location_id")})
		prefix := b.text(view, "stock_location", "parent_path")
		within := func(location int64) bool {
			row, _ := b.Get(b.byName["stock_location"], odoo.Key{location})
			return strings.HasPrefix(b.text(row, "stock_location", "parent_path"), prefix)
		}
		b.Scan(b.byName["stock_quant"], func(quant odoo.Row) bool {
			if within(b.value(quant, "stock_quant", "location_id")) {
				l := at(b.value(quant, "stock_quant", "product_id"), warehouse.Int(0))
				add(b.t, &l.onHand, b.text(quant, "stock_quant", "quantity"))
				add(b.t, &l.reserved, b.text(quant, "stock_quant", "reserved_quantity"))
			}
			return true
		})
		b.Scan(b.byName["stock_move"], func(move odoo.Row) bool {
			if !slices.Contains([]string{"waiting", "confirmed", "assigned", "partially_available"}, b.text(move, "stock_move", "state")) {
				return true
			}
			from, to := within(b.value(move, "stock_move", "location_id")), within(b.value(move, "stock_move", "location_dest_id"))
			if final := b.value(move, "stock_move", "location_final_id"); final != 0 {
				to = within(final)
			}
			product, quantity := b.value(move, "stock_move", "product_id"), b.text(move, "stock_move", "product_qty")
			switch {
			case from && !to:
				add(b.t, &at(product, warehouse.Int(0)).outgoing, quantity)
			case to && !from:
				add(b.t, &at(product, warehouse.Int(0)).incoming, quantity)
			}
			return true
		})
		return true
	})
	out := map[odoo.Key]quantities{}
	for key, l := range total {
		if l.onHand.IsZero() && l.reserved.IsZero() && l.incoming.IsZero() && l.outgoing.IsZero() {
			continue
		}
		var free, safe, forecast odoo.Decimal
		exact.Sub(&free, &l.onHand, &l.reserved) //nolint:errcheck // exact
		exact.Sub(&safe, &l.onHand, &l.outgoing) //nolint:errcheck // exact
		exact.Add(&forecast, &safe, &l.incoming) //nolint:errcheck // exact
		out[key] = quantities{plain(&l.onHand), plain(&free), plain(&l.incoming), plain(&l.outgoing), plain(&forecast), plain(&safe)}
	}
	return out
}

func add(t testing.TB, d *odoo.Decimal, text string) {
	if text == "" {
		return
	}
	var x odoo.Decimal
	if _, _, err := x.SetString(text); err != nil {
		t.Fatal(err)
	}
	exact.Add(d, d, &x) //nolint:errcheck // exact
}

func plain(d *odoo.Decimal) string {
	var reduced odoo.Decimal
	reduced.Reduce(d)
	return reduced.Text('f')
}

func (b *bridge) column(table, name string) int {
	for i, c := range b.byName[table].Columns {
		if c.Name == name {
			return i
		}
	}
	b.t.Fatalf("%s has no column %s", table, name)
	return -1
}

func (b *bridge) value(row odoo.Row, table, name string) int64 { return row.Int(b.column(table, name)) }
func (b *bridge) text(row odoo.Row, table, name string) string {
	return row.Text(b.column(table, name))
}

// levels are the documents' quantities, without those of levels that are zero throughout.
func (b *bridge) levels() map[odoo.Key]quantities {
	out := map[odoo.Key]quantities{}
	_, documents := b.entityOf("stock_level")
	for key, d := range documents {
		var q quantities
		zero := true
		for i, name := range []string{"on_hand", "available", "incoming", "outgoing", "forecast", "safe"} {
			q[i] = strings.Trim(string(schema.Field(d.body, name)), `"`)
			zero = zero && q[i] == "0"
		}
		if !zero {
			out[key] = q
		}
	}
	return out
}

func TestStockLevelsAreOdoosAvailability(t *testing.T) {
	for _, release := range releases {
		t.Run(release, func(t *testing.T) {
			b := newBridge(t, release, nil)
			check := func(when string) {
				want := b.available()
				if len(want) < 15 {
					t.Fatalf("%s: only %d levels to compare", when, len(want))
				}
				if diff := cmp.Diff(want, b.levels()); diff != "" {
					t.Fatalf("%s: %s", when, diff)
				}
			}
			check("baseline")
			for _, r := range testkit.Recordings(t, release) {
				for _, tx := range append(r.Setup, r.Transactions...) {
					b.play(tx)
					check(r.Name)
				}
			}
		})
	}
}

// change alters columns of a row, as one change of a transaction.
func (b *bridge) change(table string, id int64, columns map[string]string) {
	t := b.byName[table]
	row, _ := b.Get(t, odoo.Key{id})
	values := map[string]string{"id": fmtInt(id)}
	if row.Exists() {
		for i, text := range strings.Split(row.COPY(), "\t") {
			values[t.Columns[i].Source] = text
		}
	}
	maps.Copy(values, columns)
	b.set(t, values)
}

func TestStockFollowsLocationsAndWarehouses(t *testing.T) {
	for _, release := range releases {
		t.Run(release, func(t *testing.T) {
			b := newBridge(t, release, nil)
			check := func(when string, events []happened, atLeast int) {
				if len(events) < atLeast {
					t.Errorf("%s: %d events, want %d or more", when, len(events), atLeast)
				}
				if diff := cmp.Diff(b.available(), b.levels()); diff != "" {
					t.Fatalf("%s: %s", when, diff)
				}
			}
			// Demand that nothing is reserved for, supply, and a transfer from one warehouse to the other.
			for id, ends := range map[int64][2]string{9001: {"8", "5"}, 9002: {"4", "8"}, 9003: {"8", "28"}} {
				b.change("stock_move", id, map[string]string{"product_id": "17", "state": "confirmed", "product_qty": fmtInt(id - 8990),
					"location_id": ends[0], "location_dest_id": ends[1]})
			}
			check("moves", b.commit(), 2)
			// A step within a warehouse, for a customer and for the other warehouse: from 18 on Odoo counts what it is for.
			made, altered := 3, 1
			if release == "17" {
				made, altered = 0, 0
			}
			b.change("stock_move", 9004, map[string]string{"product_id": "17", "state": "assigned", "product_qty": "40", "location_id": "8", "location_dest_id": "11", "location_final_id": "5"})
			b.change("stock_move", 9005, map[string]string{"product_id": "18", "state": "assigned", "product_qty": "50", "location_id": "8", "location_dest_id": "11", "location_final_id": "28"})
			check("steps", b.commit(), made)
			b.change("stock_move", 9004, map[string]string{"location_final_id": "11"})
			check("the goods stay", b.commit(), altered)
			// The main stock moves below the other warehouse, and back, in the
			// order in which Odoo writes: path first, warehouse by a later statement.
			b.change("stock_location", 8, map[string]string{"parent_path": "1/27/8/"})
			check("path moved", b.commit(), 15)
			b.change("stock_location", 8, map[string]string{"warehouse_id": "2"})
			check("warehouse followed", b.commit(), 0)
			b.change("stock_location", 8, map[string]string{"parent_path": "1/7/8/", "warehouse_id": "1"})
			b.change("stock_quant", 1, map[string]string{"quantity": "3.5"})
			check("back, with a quant in the same transaction", b.commit(), 15)
			// A warehouse loses its view location, gets it again, and vanishes.
			b.change("stock_warehouse", 1, map[string]string{"view_location_id": "27"})
			b.change("stock_warehouse", 2, map[string]string{"view_location_id": "7"})
			check("warehouses change places", b.commit(), 15)
			b.remove(b.byName["stock_warehouse"], map[string]string{"id": "2"})
			check("warehouse removed", b.commit(), 15)
		})
	}
}

func TestWhatOdooConvertedBetweenUnitsIsWithoutTheNoiseOfBinaryArithmetic(t *testing.T) {
	b := newBridge(t, "17", nil)
	b.change("stock_move", 9001, map[string]string{"product_id": "17", "state": "confirmed", "product_qty": "0.30000000000000004", "location_id": "8", "location_dest_id": "5"})
	b.change("stock_move", 9002, map[string]string{"product_id": "17", "state": "confirmed", "product_qty": "1234567.8999999999", "location_id": "4", "location_dest_id": "8"})
	events := b.commit()
	if len(events) != 1 {
		t.Fatalf("events %v", events)
	}
	for name, want := range map[string]string{"outgoing": `"233.3"`, "incoming": `"1234567.9"`} {
		if got := string(schema.Field(events[0].Entity, name)); got != want {
			t.Errorf("%s = %s, want %s", name, got, want)
		}
	}
}

func TestQuantsOfOneLevelAddUpAndMergingIsNoEvent(t *testing.T) {
	b := newBridge(t, "17", nil)
	copyOf := func(id int64, columns map[string]string) {
		row, _ := b.Get(b.byName["stock_quant"], odoo.Key{3})
		for i, text := range strings.Split(row.COPY(), "\t") {
			if name := b.byName["stock_quant"].Columns[i].Source; columns[name] == "" && name != "id" {
				columns[name] = text
			}
		}
		b.change("stock_quant", id, columns)
	}
	copyOf(9001, map[string]string{"quantity": `\N`, "reserved_quantity": `\N`})
	if events := b.commit(); len(events) != 0 {
		t.Fatalf("a quant of nothing gave %v", events)
	}
	copyOf(9002, map[string]string{"quantity": "0.30", "reserved_quantity": "0.10"})
	copyOf(9003, map[string]string{"quantity": "-0.1", "reserved_quantity": "0"})
	events := b.commit()
	if len(events) != 1 || events[0].Type != "stock_level.changed" {
		t.Fatalf("events %v", events)
	}
	if got := string(schema.Field(events[0].Entity, "on_hand")); got != `"500.2"` {
		t.Errorf("on_hand = %s", got)
	}
	for id := int64(9001); id <= 9003; id++ {
		b.remove(b.byName["stock_quant"], map[string]string{"id": fmtInt(id)})
	}
	row, _ := b.Get(b.byName["stock_quant"], odoo.Key{3})
	reserved := b.text(row, "stock_quant", "reserved_quantity")
	var sum odoo.Decimal
	add(t, &sum, reserved)
	add(t, &sum, "0.1")
	b.change("stock_quant", 3, map[string]string{"quantity": "500.20", "reserved_quantity": sum.Text('f')})
	if events := b.commit(); len(events) != 0 {
		t.Errorf("merging quants gave %v", events)
	}
}
