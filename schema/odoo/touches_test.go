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

// shownLater are the tables of which documents show names and codes as of
// their own last change: those of things that hardly ever change, and all that
// invoices and payments, being records of a moment, say of partners and products.
var shownLater = map[string][]string{
	"uom_uom": {"order", "shipment", "return", "invoice", "refund"}, "stock_warehouse": {"order", "shipment", "return"},
	"stock_picking_type": {"shipment", "return"}, "delivery_carrier": {"order", "shipment", "return"}, "stock_lot": {"shipment", "return"},
	"res_currency": {"order", "product", "invoice", "refund", "payment"}, "res_partner": {"invoice", "refund", "payment"},
	"product_product": {"invoice", "refund"}, "ir_model_data": {"invoice", "refund", "payment"},
	"account_journal": {"payment"}, "account_tax": {"invoice", "refund"}, "mailing_list": {"customer"}, "loyalty_program": {"customer"},
	"res_country":       {"customer", "order", "shipment", "return", "invoice", "refund"},
	"res_country_state": {"customer", "order", "shipment", "return", "invoice", "refund"},
}

// TestWhateverARowShowsIsTouched alters the databases at random: values move
// from row to row, rows vanish, several in one transaction.
func TestWhateverARowShowsIsTouched(t *testing.T) {
	steps := 300
	if testing.Short() {
		steps = 50
	}
	for _, release := range releases {
		t.Run(release, func(t *testing.T) {
			b := fullBridge(t, release)
			b.priceRules()
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
					if !row.Exists() {
						b.forget(table, key)
					}
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

// ofItself are the columns that refer to a row of the same table. PostgreSQL
// empties them when that row is deleted.
var ofItself = map[string][]string{"account_move": {"reversed_entry_id"}, "stock_picking": {"return_id", "backorder_id"}}

func (b *bridge) forget(table *odoo.Table, key odoo.Key) {
	for _, column := range ofItself[table.Name] {
		for _, other := range sortedKeys(b.rows[table.ID]) {
			if b.rows[table.ID][other].Int(columnOf(table, column)) == key[0] {
				b.change(table.Name, other[0], values{column: `\N`})
			}
		}
	}
}

func columnOf(table *odoo.Table, source string) int {
	return slices.IndexFunc(table.Columns, func(c odoo.Column) bool { return c.Source == source })
}

// mutate takes one value over from another row, or removes the row.
func mutate(random *rand.Rand, table *odoo.Table, row, other odoo.Row) odoo.Row {
	fields, others := strings.Split(row.COPY(), "\t"), strings.Split(other.COPY(), "\t")
	at := random.IntN(len(fields))
	if at < table.Keys {
		if table.Resident || random.IntN(3) > 0 {
			return row
		}
		return odoo.Row{}
	}
	if named := []string{"sale_order", "stock_picking", "account_move"}; table.Columns[at].Name == "name" && slices.Contains(named, table.Name) {
		return row // a shipment shows the name of its order, and of the shipment it is the rest of, as of its own last change
	}
	fields[at] = others[at]
	return odoo.NewRow(strings.Join(fields, "\t"))
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
