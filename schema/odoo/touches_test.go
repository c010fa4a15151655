package odoo_test

import (
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/odoobridge/odoobridge/internal/testkit"
	"github.com/odoobridge/odoobridge/schema/odoo"
)

// untouched builds every document again and reports those that would change:
// something they show has changed, and nobody touched them.
func (b *bridge) untouched(t *testing.T, when string, skip func(entity string) bool) {
	t.Helper()
	for i, e := range b.profile.Entities {
		if skip != nil && skip(e.Name) {
			continue
		}
		keys := sortedKeys(b.documents[i])
		e.Keys(b, func(key odoo.Key) bool {
			if _, known := b.documents[i][key]; !known {
				keys = append(keys, key)
			}
			return true
		})
		for _, key := range keys {
			d := b.documents[i][key]
			if built, ok := e.Build(b, key, d.body); ok != (d.body != nil) || ok && string(built.Body) != string(d.body) {
				t.Fatalf("%s: %s %v was not touched\nis  %s\nnow %s", when, e.Name, key, d.body, built.Body)
			}
		}
	}
}

func TestWhateverARecordingChangesIsTouched(t *testing.T) {
	for _, release := range releases {
		b := newBridge(t, release, nil)
		for _, r := range testkit.Recordings(t, release) {
			for _, tx := range append(r.Setup, r.Transactions...) {
				b.play(tx)
				b.untouched(t, r.Name, nil)
			}
		}
	}
}

// shownLater are the tables whose names and codes orders and shipments show as
// of their own last change, and of which customers show codes that are for ever.
var shownLater = map[string][]string{
	"uom_uom": {"order", "shipment"}, "stock_warehouse": {"order", "shipment"}, "stock_picking_type": {"shipment"},
	"delivery_carrier": {"order", "shipment"}, "stock_lot": {"shipment"}, "res_currency": {"order", "product"},
	"res_country": {"customer", "order", "shipment"}, "res_country_state": {"customer", "order", "shipment"},
}

// TestWhateverARowShowsIsTouched alters the databases at random: values move
// from row to row, rows vanish, several in one transaction.
func TestWhateverARowShowsIsTouched(t *testing.T) {
	steps := 400
	if testing.Short() {
		steps = 50
	}
	for _, release := range releases {
		t.Run(release, func(t *testing.T) {
			b := newBridge(t, release, nil)
			random := rand.New(rand.NewPCG(7, 8)) //nolint:gosec // a test that repeats
			for step := range steps {
				when, tables := "", map[string]bool{}
				for range 1 + random.IntN(3) {
					table := b.profile.Tables[random.IntN(len(b.profile.Tables))]
					keys := sortedKeys(b.rows[table.ID])
					if len(keys) == 0 {
						continue
					}
					key := keys[random.IntN(len(keys))]
					other := b.rows[table.ID][keys[random.IntN(len(keys))]]
					row := mutate(random, table, b.rows[table.ID][key], other)
					b.put(table, key, row)
					tables[table.Name] = true
					when += " " + table.Name + "=" + row.COPY()
				}
				b.commit()
				b.untouched(t, fmtInt(int64(step))+when, func(entity string) bool {
					for table := range tables {
						if slices.Contains(shownLater[table], entity) {
							return true
						}
					}
					return false
				})
				for table := range tables { // later steps must not find these
					if shownLater[table] != nil {
						b.rebuild()
					}
				}
			}
		})
	}
}

// mutate takes one value over from another row, or removes the row.
func mutate(random *rand.Rand, table *odoo.Table, row, other odoo.Row) odoo.Row {
	values, others := strings.Split(row.COPY(), "\t"), strings.Split(other.COPY(), "\t")
	at := random.IntN(len(values))
	if at < table.Keys {
		if table.Resident || random.IntN(3) > 0 {
			return row
		}
		return odoo.Row{}
	}
	if table.Columns[at].Name == "name" && (table.Name == "sale_order" || table.Name == "stock_picking") {
		return row // a shipment shows the name of its order, and of the shipment it is the rest of, as of its own last change
	}
	values[at] = others[at]
	return odoo.NewRow(strings.Join(values, "\t"))
}

// rebuild brings every document up to date.
func (b *bridge) rebuild() {
	for i, e := range b.profile.Entities {
		keys := sortedKeys(b.documents[i])
		e.Keys(b, func(key odoo.Key) bool {
			keys = append(keys, key)
			return true
		})
		for _, key := range keys {
			b.compare(touched{i, key})
		}
	}
}
