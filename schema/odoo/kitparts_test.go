package odoo_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/odoobridge/odoobridge/schema/odoo"
)

// kitShop has units, a warehouse of each of two companies, and products A to F, of which F is sold by the dozen.
// Odoo's own functions were asked for what the tests expect.
type kitShop struct {
	*bridge
	t       *testing.T
	release string
	bills   int
	lines   int
}

const (
	units = iota + 1
	dozens
	packs // of 7
	halves
	kilos
)

func newKitShop(t *testing.T, release string) *kitShop {
	t.Helper()
	p, err := odoo.For(release, nil)
	if err != nil {
		t.Fatal(err)
	}
	s := &kitShop{bridge: emptyBridge(t, p), t: t, release: release}
	for id, u := range map[int]struct{ factor, rounding, category string }{
		units: {"1", "0.01", "1"}, dozens: {"0.0833333333333333", "0.01", "1"}, packs: {"0.142857142857143", "0.01", "1"}, halves: {"2", "0.5", "1"}, kilos: {"1", "0.01", "2"},
	} {
		if release == "19.0" {
			u.factor = map[int]string{units: "1", dozens: "12", packs: "7", halves: "0.5", kilos: "1"}[id]
		}
		s.row("uom_uom", id, values{"factor": u.factor, "rounding": u.rounding, "category_id": u.category})
	}
	s.row("stock_warehouse", 1, values{"code": "WH", "company_id": "1"})
	s.row("stock_warehouse", 2, values{"code": "TWO", "company_id": "2"})
	for i, sku := range []string{"A", "B", "C", "D", "E", "F", "SERVICE"} {
		unit, kind := units, "consu"
		switch sku {
		case "F":
			unit = dozens
		case "SERVICE":
			kind = "service"
		}
		s.product(10+i, sku, unit, kind)
	}
	return s
}

func (s *kitShop) row(table string, id int, v values) {
	v["id"] = fmt.Sprint(id)
	s.set(s.byName[table], v)
}

// product makes a product that is the only variant of its template.
func (s *kitShop) product(id int, sku string, unit int, kind string) {
	s.row("product_template", id, values{"uom_id": fmt.Sprint(unit), "type": kind, "active": "t"})
	s.row("product_product", id, values{"product_tmpl_id": fmt.Sprint(id), "default_code": sku, "active": "t"})
}

// bill makes a kit of lines like "2 A" or "1 F dozens=2 values=3,4".
func (s *kitShop) bill(template int, with values, lines ...string) int {
	s.bills++
	v := values{"product_tmpl_id": fmt.Sprint(template), "type": "phantom", "active": "t", "product_qty": "1", "product_uom_id": fmt.Sprint(units)}
	for name, value := range with {
		v[name] = value
	}
	s.row("mrp_bom", s.bills, v)
	for _, text := range lines {
		s.lines++
		words := strings.Fields(text)
		line := values{"bom_id": fmt.Sprint(s.bills), "product_qty": words[0], "product_id": s.idOf(words[1]), "product_uom_id": fmt.Sprint(units)}
		for _, word := range words[2:] {
			name, value, _ := strings.Cut(word, "=")
			switch name {
			case "unit":
				line["product_uom_id"] = value
			case "values":
				for _, id := range strings.Split(value, ",") {
					s.set(s.byName["mrp_bom_line_product_template_attribute_value_rel"], values{"mrp_bom_line_id": fmt.Sprint(s.lines), "product_template_attribute_value_id": id})
				}
			}
		}
		s.row("mrp_bom_line", s.lines, line)
	}
	return s.bills
}

func (s *kitShop) idOf(sku string) string {
	s.t.Helper()
	for _, row := range s.FindText(s.byName["product_product"], slices.Index(s.columns("product_product"), "default_code"), sku) {
		return fmt.Sprint(row.Int(0))
	}
	s.t.Fatalf("no product %s", sku)
	return ""
}

func (s *kitShop) columns(table string) (names []string) {
	for _, c := range s.byName[table].Columns {
		names = append(names, c.Name)
	}
	return names
}

// takes lists what an order takes: "A 2, B 1.5", with a kit that is not taken apart as itself and why.
func (s *kitShop) takes(quantity, sku, warehouse string) string {
	s.t.Helper()
	taken := s.profile.Takes(s, sku, "", quantity, warehouse, 0)
	sums := map[string]*odoo.Decimal{}
	for _, take := range taken.Takes {
		product, _ := s.Get(s.byName["product_product"], odoo.Key{take.Level[0]})
		name := product.Text(slices.Index(s.columns("product_product"), "default_code"))
		if sums[name] == nil {
			sums[name] = new(odoo.Decimal)
		}
		if _, err := exact.Add(sums[name], sums[name], &take.Quantity); err != nil {
			s.t.Fatal(err)
		}
	}
	var list []string
	for name, sum := range sums {
		sum.Reduce(sum)
		list = append(list, name+" "+sum.Text('f'))
	}
	slices.Sort(list)
	if taken.Why != "" {
		list = append(list, "for "+taken.Why)
	}
	return strings.Join(list, ", ")
}

// variants makes template 50 with the variants RED (values 1 and 3), BLUE (2 and 3) and BIG (1 and 4), of attributes 1 and 2. Value 5
// is one of an attribute that makes no variants.
func (s *kitShop) variants() {
	s.row("product_template", 50, values{"uom_id": "1", "type": "consu", "active": "t"})
	for value, attribute := range map[int]string{1: "1", 2: "1", 3: "2", 4: "2", 5: "3", 6: "1"} {
		s.row("product_template_attribute_value", value, values{"attribute_id": attribute})
	}
	for id, v := range map[int]struct {
		sku string
		of  []string
	}{51: {"RED", []string{"1", "3"}}, 52: {"BLUE", []string{"2", "3"}}, 53: {"BIG", []string{"1", "4"}}} {
		s.row("product_product", id, values{"product_tmpl_id": "50", "default_code": v.sku, "active": "t"})
		for _, value := range v.of {
			s.set(s.byName["product_variant_combination"], values{"product_product_id": fmt.Sprint(id), "product_template_attribute_value_id": value})
		}
	}
}

// TestAKitIsTakenApartAsOdooDoes compares what an order of a kit takes from which levels with the moves that Odoo makes of it.
func TestAKitIsTakenApartAsOdooDoes(t *testing.T) {
	one := func(with values, lines ...string) func(*kitShop) {
		return func(s *kitShop) { s.bill(20, with, lines...) }
	}
	for _, c := range []struct {
		name     string
		prepare  func(*kitShop)
		quantity string
		want     map[string]string // by first release from which it holds
	}{
		{"no kit", func(*kitShop) {}, "2.50", map[string]string{"15.0": "KIT 2.5"}},
		{"an ordinary bill", one(values{"type": "normal"}, "2 A"), "3", map[string]string{"15.0": "KIT 3"}},
		{"an archived bill", one(values{"active": "f"}, "2 A"), "3", map[string]string{"15.0": "KIT 3"}},
		{"quantities", one(nil, "2 A", "0.5 B", "0 C"), "3", map[string]string{"15.0": "A 6, B 1.5"}},
		{"a product twice", one(nil, "2 A", "1 A"), "3", map[string]string{"15.0": "A 9"}},
		{"a service within", one(nil, "2 A", "1 SERVICE"), "1", map[string]string{"15.0": "A 2"}},
		{"of several at once", one(values{"product_qty": "3"}, "2 A", "1 B"), "4", map[string]string{"15.0": "A 2.67, B 1.34"}},
		{"of a dozen", one(values{"product_uom_id": fmt.Sprint(dozens)}, "6 A"), "24", map[string]string{"15.0": "A 12"}},
		{"by the dozen", one(nil, "1 A unit=2", "7 F", "1 F unit=2"), "2", map[string]string{"15.0": "A 24, F 3.17"}},
		{"by the pack", one(nil, "1 F unit=3", "1 A unit=3"), "1", map[string]string{"15.0": "A 7, F 0.58"}},
		{"in halves", one(nil, "0.3 A unit=4"), "1", map[string]string{"15.0": "A 0.25", "19.0": "A 0.15"}},
		{"kits within kits", func(s *kitShop) {
			s.product(21, "INNER", units, "consu")
			s.product(22, "CORE", dozens, "consu")
			s.bill(20, nil, "2 INNER", "1 A")
			s.bill(21, values{"product_qty": "3"}, "1 B", "1 CORE unit=1")
			s.bill(22, values{"product_uom_id": fmt.Sprint(dozens), "product_qty": "2"}, "5 C", "1 INNERMOST")
		}, "2", map[string]string{"15.0": "A 2, B 1.34, C 0.3, D 0.12", "19.0": "A 2, B 1.34, C 0.28, D 0.12"}},
		{"the lowest sequence", func(s *kitShop) {
			s.bill(20, values{"sequence": "5"}, "1 A")
			s.bill(20, nil, "1 B")
			s.bill(20, values{"sequence": "2"}, "1 C")
			s.bill(20, values{"sequence": "2"}, "1 D")
		}, "1", map[string]string{"15.0": "C 1"}},
		{"of the variant alone", one(values{"product_id": "99"}, "1 A"), "1", map[string]string{"15.0": "KIT 1"}},
		{"the variant's own", func(s *kitShop) {
			s.bill(20, nil, "1 A")
			s.bill(20, values{"product_id": "20"}, "1 B")
		}, "1", map[string]string{"15.0": "KIT 1, for several bills", "18.0": "B 1"}},
		{"the company's", func(s *kitShop) {
			s.bill(20, values{"company_id": "2", "sequence": "1"}, "1 A")
			s.bill(20, values{"company_id": "1", "sequence": "2"}, "1 B")
			s.bill(20, values{"sequence": "3"}, "1 C")
		}, "1", map[string]string{"15.0": "B 1"}},
		{"another company's", one(values{"company_id": "2"}, "1 A"), "1", map[string]string{"15.0": "KIT 1"}},
		{"another company's within", func(s *kitShop) {
			s.product(21, "INNER", units, "consu")
			s.bill(20, nil, "1 INNER")
			s.bill(21, values{"company_id": "2", "sequence": "1"}, "1 A")
			s.bill(21, values{"sequence": "2"}, "1 B")
		}, "1", map[string]string{"15.0": "KIT 1, for several bills"}},
		{"another company's within a kit of ours", func(s *kitShop) {
			s.product(21, "INNER", units, "consu")
			s.bill(20, values{"company_id": "1"}, "1 INNER")
			s.bill(21, values{"company_id": "2", "sequence": "1"}, "1 A")
			s.bill(21, values{"sequence": "2"}, "1 B")
		}, "1", map[string]string{"15.0": "B 1"}},
		{"another operation's within", func(s *kitShop) {
			s.product(21, "INNER", units, "consu")
			s.bill(20, values{"picking_type_id": "7"}, "1 INNER")
			s.bill(21, values{"picking_type_id": "8", "sequence": "1"}, "1 A")
			s.bill(21, values{"sequence": "2"}, "1 B")
		}, "1", map[string]string{"15.0": "KIT 1, for several bills"}},
		{"the operation's within", func(s *kitShop) {
			s.product(21, "INNER", units, "consu")
			s.bill(20, values{"picking_type_id": "7"}, "1 INNER")
			s.bill(21, values{"picking_type_id": "7"}, "1 A")
		}, "1", map[string]string{"15.0": "A 1"}},
		{"units of another category", one(nil, "1 A unit=5"), "1", map[string]string{"15.0": "KIT 1, for units of different categories", "19.0": "A 1"}},
		{"a fraction", func(s *kitShop) {
			s.row("uom_uom", 9, values{"factor": map[bool]string{true: "7", false: "0.142857142857143"}[s.release == "19.0"], "rounding": "0.001", "category_id": "1"})
			s.bill(20, nil, "0.125 A unit=9")
		}, "1", map[string]string{"15.0": "KIT 1, for a fraction", "19.0": "A 0.91"}},
		{"an archived kit within", func(s *kitShop) {
			s.product(21, "INNER", units, "consu")
			s.row("product_product", 21, values{"product_tmpl_id": "21", "default_code": "INNER", "active": "f"})
			s.bill(20, nil, "1 INNER")
			s.bill(21, nil, "1 A")
		}, "1", map[string]string{"15.0": "KIT 1, for a component"}},
		{"of itself", func(s *kitShop) {
			s.product(21, "INNER", units, "consu")
			s.bill(20, nil, "1 INNER", "1 A")
			s.bill(21, nil, "1 KIT")
		}, "1", map[string]string{"15.0": "KIT 1, for it has more than a thousand lines"}},
		{"of what is not there", func(s *kitShop) {
			s.bill(20, nil, "1 A")
			s.row("mrp_bom_line", 1, values{"bom_id": "1", "product_id": "999", "product_qty": "1", "product_uom_id": "1"})
		}, "1", map[string]string{"15.0": "KIT 1, for a product of it is not known"}},
	} {
		for _, release := range odoo.Releases() {
			s := newKitShop(t, release)
			s.product(20, "KIT", units, "consu")
			if strings.Contains(c.name, "within kits") {
				s.product(23, "INNERMOST", units, "consu")
				s.bill(23, nil, "2 D")
			}
			c.prepare(s)
			s.commit()
			want := ""
			for _, from := range odoo.Releases() {
				if text, found := c.want[from]; found && from <= release {
					want = text
				}
			}
			if got := s.takes(c.quantity, "KIT", "WH"); got != want && (!strings.Contains(want, ", for ") || !strings.HasPrefix(got, want)) {
				t.Errorf("%s, %s: an order of %s takes %s, want %s", release, c.name, c.quantity, got, want)
			}
		}
	}
}

// TestLinesOfAKitCountForTheirAttributeValues takes variants apart by lines that are for some of them.
func TestLinesOfAKitCountForTheirAttributeValues(t *testing.T) {
	s := newKitShop(t, "18.0")
	s.variants()
	s.bill(50, nil, "1 A", "1 B values=1", "1 C values=1,2", "1 D values=1,3", "1 E values=5", "1 F values=1,5 unit=2")
	s.commit()
	for sku, want := range map[string]string{"RED": "A 1, B 1, C 1, D 1", "BLUE": "A 1, C 1", "BIG": "A 1, B 1, C 1"} {
		if got := s.takes("1", sku, "WH"); got != want {
			t.Errorf("%s takes %s, want %s", sku, got, want)
		}
	}
	// A template may have an attribute twice: then Odoo counts values that it has, and does not tell them apart.
	s.set(s.byName["product_variant_combination"], values{"product_product_id": "51", "product_template_attribute_value_id": "6"})
	s.bill(50, values{"product_id": "51", "sequence": "-1"}, "1 A values=1,6")
	s.commit()
	if got := s.takes("1", "RED", "WH"); !strings.HasPrefix(got, "RED 1, for a line is for attribute values") {
		t.Errorf("RED takes %s", got)
	}
}

// TestAKitIsTakenFromTheWarehousesOfItsCompany counts an order without a warehouse everywhere, by each company's own bill.
func TestAKitIsTakenFromTheWarehousesOfItsCompany(t *testing.T) {
	s := newKitShop(t, "18.0")
	s.product(20, "KIT", units, "consu")
	s.bill(20, values{"company_id": "1"}, "2 A")
	s.bill(20, values{"company_id": "2"}, "3 B")
	s.commit()
	for warehouse, want := range map[string]string{"WH": "A 2", "TWO": "B 3", "": "A 2, B 3", "NONE": ""} {
		if got := s.takes("1", "KIT", warehouse); got != want {
			t.Errorf("in %q it takes %s, want %s", warehouse, got, want)
		}
	}
	if taken := s.profile.Takes(s, "KIT", "", "1", "NONE", 0); taken.Known {
		t.Error("a warehouse that there is not is known")
	}
}

// TestWhatAltersKitsIsNoticed changes a row of each table by which kits are taken apart.
func TestWhatAltersKitsIsNoticed(t *testing.T) {
	s := newKitShop(t, "18.0")
	s.product(20, "KIT", units, "consu")
	s.variants()
	s.bill(20, nil, "2 A values=1")
	s.commit()
	alters := func(table string, key odoo.Key, change values) bool {
		spec := s.byName[table]
		old, _ := s.Get(spec, key)
		next := values{}
		for i, c := range spec.Columns {
			if text := strings.Split(old.COPY(), "\t"); i < len(text) && text[i] != `\N` {
				next[c.Name] = text[i]
			}
		}
		for name, value := range change {
			next[name] = value
		}
		return s.profile.AltersKits(spec, old, odoo.NewRow(rowOf(spec, next)))
	}
	for _, c := range []struct {
		table  string
		key    odoo.Key
		change values
		want   bool
	}{
		{"mrp_bom", odoo.Key{1}, values{"product_qty": "2"}, true},
		{"mrp_bom", odoo.Key{1}, values{"sequence": "2"}, true},
		{"mrp_bom", odoo.Key{1}, values{"write_date": "2026-11-23 12:00:00"}, false},
		{"mrp_bom_line", odoo.Key{1}, values{"product_qty": "3"}, true},
		{"mrp_bom_line_product_template_attribute_value_rel", odoo.Key{1, 1}, nil, true},
		{"product_variant_combination", odoo.Key{51, 1}, nil, true},
		{"product_template_attribute_value", odoo.Key{1}, values{"attribute_id": "2"}, true},
		{"product_template_attribute_value", odoo.Key{1}, values{"price_extra": "2"}, false},
		{"uom_uom", odoo.Key{1}, values{"rounding": "1"}, true},
		{"uom_uom", odoo.Key{1}, values{"name": "Pieces"}, false},
		{"product_template", odoo.Key{20}, values{"uom_id": "2"}, true},
		{"product_template", odoo.Key{20}, values{"list_price": "2"}, false},
		{"product_product", odoo.Key{20}, values{"active": "f"}, true},
		{"product_product", odoo.Key{20}, values{"barcode": "1"}, false},
		{"decimal_precision", odoo.Key{1}, values{"id": "1", "name": "Product Unit of Measure", "digits": "3"}, true},
		{"stock_quant", odoo.Key{1}, values{"id": "1", "quantity": "2"}, false},
	} {
		if got := alters(c.table, c.key, c.change); got != c.want {
			t.Errorf("%s %v: alters kits is %v, want %v", c.table, c.change, got, c.want)
		}
	}
	for _, table := range s.profile.Tables {
		table.Absent = table.Absent || strings.HasPrefix(table.Name, "mrp_")
	}
	if alters("uom_uom", odoo.Key{1}, values{"rounding": "0.1"}) {
		t.Error("where manufacturing is not installed nothing alters kits")
	}
	if got := s.takes("2", "KIT", "WH"); got != "KIT 2" {
		t.Errorf("where manufacturing is not installed a kit takes %s", got)
	}
}
