package mirror

import (
	"errors"
	"fmt"
	"strconv"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/odoobridge/odoobridge/internal/change"
	"github.com/odoobridge/odoobridge/internal/store"
	"github.com/odoobridge/odoobridge/schema/odoo"
)

// A shop of two tables: bins (resident) belong to a house, and items lie in bins.
const (
	binID, binHouse                            = 0, 1
	itemID, itemBin, itemName, itemCount, note = 0, 1, 2, 3, 4
)

func shop() (*odoo.Profile, *odoo.Table, *odoo.Table) {
	bins := &odoo.Table{ID: 0, Name: "bin", Keys: 1, Resident: true,
		Columns: []odoo.Column{{Name: "id", Source: "id"}, {Name: "house", Source: "house"}}}
	items := &odoo.Table{ID: 1, Name: "item", Keys: 1,
		Columns: []odoo.Column{{Name: "id", Source: "id"}, {Name: "bin", Source: "bin"}, {Name: "name", Source: "name"},
			{Name: "count", Source: "count"}, {Name: "note", Source: "note"}, {Name: "gone", Source: ""}},
		Indexes: []odoo.Index{{Column: itemBin}, {Column: itemName, Text: true}},
		Keep:    func(r odoo.Row) bool { return r.Text(itemName) != "hidden" }}
	sum := &odoo.Sum{ID: 0, Name: "sum_house", Keys: []string{"house", "zero"}, Amounts: []string{"none", "count"}}
	part := odoo.Part{Of: items}
	part.Contribute = func(rows odoo.Rows, row odoo.Row, add func(odoo.Key, int, ...odoo.Decimal)) {
		bin, found := rows.Get(bins, odoo.Key{row.Int(itemBin)})
		if !found {
			return
		}
		var count odoo.Decimal
		count.SetInt64(row.Int(itemCount))
		add(odoo.Key{bin.Int(binHouse)}, 1, count)
	}
	part.Affected = map[*odoo.Table]func(odoo.Rows, odoo.Row, odoo.Row, func(odoo.Row)){
		bins: func(rows odoo.Rows, old, new odoo.Row, yield func(odoo.Row)) {
			row := new
			if !row.Exists() {
				row = old
			}
			for _, item := range rows.Find(items, itemBin, row.Int(binID)) {
				yield(item)
			}
		},
	}
	sum.Parts = []odoo.Part{part}
	return &odoo.Profile{Tables: []*odoo.Table{bins, items}, Sums: []*odoo.Sum{sum}}, bins, items
}

func relation(t *odoo.Table) *change.Relation {
	r := &change.Relation{Schema: "public", Name: t.Name, Columns: []change.Column{{Name: "unmapped"}}}
	for _, c := range t.Columns {
		if c.Source != "" {
			r.Columns = append(r.Columns, change.Column{Name: c.Source})
		}
	}
	return r
}

func image(values ...string) []change.Value {
	row := []change.Value{{State: change.Text, Text: []byte("noise")}}
	for _, v := range values {
		switch v {
		case "NULL":
			row = append(row, change.Value{State: change.Null})
		case "SAME":
			row = append(row, change.Value{State: change.Unchanged})
		default:
			row = append(row, change.Value{State: change.Text, Text: []byte(v)})
		}
	}
	return row
}

type modelItem struct{ bin, name, count, note string }

// TestMirrorReadsAsTheTablesDo applies random changes, flushing at random, with
// a cache that holds next to nothing, and compares every way of reading with a model.
func TestMirrorReadsAsTheTablesDo(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		profile, bins, items := shop()
		s := newFakeStore(StoreTables(profile))
		m, err := Open(profile, s, 2000)
		if err != nil {
			t.Fatal(err)
		}
		binRelation, itemRelation := relation(bins), relation(items)
		houses, model := map[int]int{}, map[int]modelItem{}
		apply := func(c *change.Change) {
			if err := m.Apply(c); err != nil {
				t.Fatal(err)
			}
		}
		for range rapid.IntRange(1, 60).Draw(t, "steps") {
			id := rapid.IntRange(1, 6).Draw(t, "id")
			text := strconv.Itoa(id)
			switch rapid.IntRange(0, 6).Draw(t, "kind") {
			case 0:
				house := rapid.IntRange(1, 3).Draw(t, "house")
				apply(&change.Change{Kind: change.Insert, Relation: binRelation, New: image(text, strconv.Itoa(house))})
				houses[id] = house
			case 1:
				apply(&change.Change{Kind: change.Delete, Relation: binRelation, Old: image(text, "NULL")})
				delete(houses, id)
			case 2:
				apply(&change.Change{Kind: change.Delete, Relation: itemRelation, Old: image(text, "NULL", "NULL", "NULL", "NULL")})
				delete(model, id)
			case 3:
				b := &store.Batch{}
				m.Flush(b)
				s.write(b)
			case 4:
				to := rapid.IntRange(1, 6).Draw(t, "to")
				old, found := model[id]
				if _, taken := model[to]; !found || taken {
					continue
				}
				apply(&change.Change{Kind: change.Update, Relation: itemRelation,
					Old: image(text, "NULL", "NULL", "NULL", "NULL"),
					New: image(strconv.Itoa(to), old.bin, old.name, old.count, "SAME")})
				delete(model, id)
				model[to] = old
			default:
				item := modelItem{
					bin:   rapid.SampledFrom([]string{"1", "2", "3", "NULL"}).Draw(t, "bin"),
					name:  rapid.SampledFrom([]string{"a\tb", `c\d`, "NULL", "hidden"}).Draw(t, "name"),
					count: strconv.Itoa(rapid.IntRange(-3, 9).Draw(t, "count")),
					note:  rapid.SampledFrom([]string{"long\nstory", "NULL"}).Draw(t, "note"),
				}
				sent := item.note
				if old, found := model[id]; found && rapid.Bool().Draw(t, "unchanged") {
					item.note, sent = old.note, "SAME"
				}
				apply(&change.Change{Kind: change.Update, Relation: itemRelation, New: image(text, item.bin, item.name, item.count, sent)})
				model[id] = item
				if item.name == "hidden" {
					delete(model, id)
				}
			}
			check(t, m, profile, houses, model)
		}
	})
}

func check(t *rapid.T, m *Mirror, profile *odoo.Profile, houses map[int]int, model map[int]modelItem) {
	items := profile.Tables[1]
	wantSum, wantRows := map[int64]int64{}, map[int64]int64{}
	byBin := map[int64][]int64{}
	var all []int64
	for id := 1; id <= 6; id++ {
		row, found := m.Get(items, Key{int64(id)})
		item, want := model[id]
		if found != want {
			t.Fatalf("item %d: found %v, want %v", id, found, want)
		}
		if !want {
			continue
		}
		all = append(all, int64(id))
		if got := (modelItem{show(row, itemBin), show(row, itemName), show(row, itemCount), show(row, note)}); got != item {
			t.Fatalf("item %d: %+v, want %+v", id, got, item)
		}
		if bin, err := strconv.Atoi(item.bin); err == nil {
			byBin[int64(bin)] = append(byBin[int64(bin)], int64(id))
			if house, found := houses[bin]; found {
				count, _ := strconv.ParseInt(item.count, 10, 64)
				wantSum[int64(house)] += count
				wantRows[int64(house)]++
			}
		}
	}
	for bin := int64(1); bin <= 3; bin++ {
		if diff := cmp.Diff(byBin[bin], ids(m.Find(items, itemBin, bin))); diff != "" {
			t.Fatalf("items in bin %d: %s", bin, diff)
		}
	}
	var scanned []int64
	m.Scan(items, func(r odoo.Row) bool { scanned = append(scanned, r.Int(0)); return true })
	if diff := cmp.Diff(all, scanned); diff != "" {
		t.Fatalf("scan: %s", diff)
	}
	for house := int64(1); house <= 3; house++ {
		amounts, rows := m.Sum(profile.Sums[0], Key{house})
		got := fmt.Sprintf("%s of %d rows", amounts[1].Text('f'), rows)
		if want := fmt.Sprintf("%d of %d rows", wantSum[house], wantRows[house]); got != want {
			t.Fatalf("sum of house %d: %s, want %s", house, got, want)
		}
	}
	if err := m.Err(); err != nil {
		t.Fatal(err)
	}
}

func show(r odoo.Row, column int) string {
	if r.Null(column) {
		return "NULL"
	}
	return r.Text(column)
}

func ids(rows []odoo.Row) (ids []int64) {
	for _, r := range rows {
		ids = append(ids, r.Int(0))
	}
	return ids
}

func TestUnchangedValueOfARowThatIsNotKeptIsNoMatter(t *testing.T) {
	profile, _, items := shop()
	m, err := Open(profile, newFakeStore(StoreTables(profile)), 1<<20)
	if err != nil {
		t.Fatal(err)
	}
	r := relation(items)
	for _, kind := range []change.Kind{change.Insert, change.Update} {
		values := image("1", "1", "hidden", "2", "a long text")
		if kind == change.Update {
			values = image("1", "1", "hidden", "3", "SAME")
		}
		if err := m.Apply(&change.Change{Kind: kind, Relation: r, New: values}); err != nil {
			t.Fatal(err)
		}
	}
	if row, found := m.Get(items, odoo.Key{1}); found {
		t.Errorf("the mirror has %q", row.COPY())
	}
	// What it would keep it must have seen.
	err = m.Apply(&change.Change{Kind: change.Update, Relation: r, New: image("1", "1", "shown", "3", "SAME")})
	var missing *MissingRowError
	if !errors.As(err, &missing) {
		t.Errorf("got %v, want a MissingRowError", err)
	}
}

func TestUnchangedValueOfAnUnknownRowIsRefused(t *testing.T) {
	profile, _, items := shop()
	m, err := Open(profile, newFakeStore(StoreTables(profile)), 1000)
	if err != nil {
		t.Fatal(err)
	}
	err = m.Apply(&change.Change{Kind: change.Update, Relation: relation(items), New: image("1", "1", "a", "1", "SAME")})
	var missing *MissingRowError
	if !errors.As(err, &missing) || missing.Table != "item" || missing.Key != (Key{1}) {
		t.Fatalf("got %v, want a MissingRowError of item 1", err)
	}
}

func TestVanishedColumnIsNamed(t *testing.T) {
	profile, _, items := shop()
	m, err := Open(profile, newFakeStore(StoreTables(profile)), 1000)
	if err != nil {
		t.Fatal(err)
	}
	r := relation(items)
	r.Columns = r.Columns[:4] // count and note are gone
	err = m.Apply(&change.Change{Kind: change.Insert, Relation: r, New: image("1", "1", "a")})
	var missing *MissingColumnError
	if !errors.As(err, &missing) || cmp.Diff(missing.Columns, []string{"count", "note"}) != "" {
		t.Fatalf("got %v, want a MissingColumnError of count and note", err)
	}
}

// TestRetypedColumnIsNamed: within a kind of types a value reads the same, beyond it does not.
func TestRetypedColumnIsNamed(t *testing.T) {
	const text, varchar, jsonb, float8 = 25, 1043, 3802, 701
	profile, _, items := shop()
	items.Columns[3].Type, items.Columns[4].Type = "numeric", "character varying"
	for _, c := range []struct {
		count, note uint32
		column      string
	}{{float8, text, ""}, {float8, varchar, ""}, {float8, jsonb, "note"}, {text, varchar, "count"}, {99_999, 99_999, ""}} {
		m, err := Open(profile, newFakeStore(StoreTables(profile)), 1000)
		if err != nil {
			t.Fatal(err)
		}
		r := relation(items)
		for i := range r.Columns {
			switch r.Columns[i].Name {
			case items.Columns[3].Source:
				r.Columns[i].Type = c.count
			case items.Columns[4].Source:
				r.Columns[i].Type = c.note
			}
		}
		err = m.Apply(&change.Change{Kind: change.Insert, Relation: r, New: image("1", "1", "a", "1", "x")})
		var retyped *RetypedColumnError
		if errors.As(err, &retyped) != (c.column != "") || retyped != nil && retyped.Column != c.column {
			t.Errorf("%+v: %v", c, err)
		}
	}
}

func TestTakeChangesTellsARowOnce(t *testing.T) {
	profile, _, items := shop()
	m, err := Open(profile, newFakeStore(StoreTables(profile)), 1000)
	if err != nil {
		t.Fatal(err)
	}
	r := relation(items)
	for _, count := range []string{"1", "2", "3"} {
		if err := m.Apply(&change.Change{Kind: change.Update, Relation: r, New: image("1", "1", "a", count, "NULL")}); err != nil {
			t.Fatal(err)
		}
	}
	var taken []Change
	m.TakeChanges(func(c Change) { taken = append(taken, c) })
	if len(taken) != 1 || taken[0].Old.Exists() || taken[0].New.Int(itemCount) != 3 {
		t.Fatalf("took %+v, want one change from nothing to a count of 3", taken)
	}
	m.TakeChanges(func(c Change) { t.Errorf("took %+v a second time", c) })
}
