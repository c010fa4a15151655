package odoo_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/odoobridge/odoobridge/schema"
	"github.com/odoobridge/odoobridge/schema/odoo"
)

// rule is a pricelist's, by what differs from one for all products of the pricelist 1.
type rule map[string]string

func (b *bridge) rule(id int64, r rule) {
	values := map[string]string{
		"pricelist_id": "1", "applied_on": "3_global", "compute_price": "fixed", "base": "list_price", "min_quantity": "0.00",
	}
	for name, v := range r {
		values[name] = v
	}
	b.change("product_pricelist_item", id, values)
}

// priceShop has the product 4 (template 3, category Parts below Goods; list price 100, its value adds 20)
// and pricelists 1 and 2 in the company's currency, 3 in another.
func priceShop(t *testing.T, release string) *bridge {
	b := shop(t, release)
	b.change("res_currency", 2, map[string]string{"name": "USD", "decimal_places": "2"})
	b.change("product_category", 1, map[string]string{"complete_name": "Goods", "parent_path": "1/"})
	b.change("product_category", 2, map[string]string{"complete_name": "Goods / Parts", "parent_path": "1/2/"})
	b.change("product_template", 3, map[string]string{"list_price": "100.00", "categ_id": "2"})
	b.change("product_template_attribute_value", 5, map[string]string{"price_extra": "20.00"})
	b.set(b.byName["product_variant_combination"], map[string]string{"product_product_id": "4", "product_template_attribute_value_id": "5"})
	for id, currency := range map[int64]string{1: "1", 2: "1", 3: "2"} {
		b.change("product_pricelist", id, map[string]string{"name": fmt.Sprintf(`{"en_US": "List %d"}`, id), "currency_id": currency, "active": "t"})
	}
	if release >= "18.0" {
		b.change("product_product", 4, map[string]string{"standard_price": `{"1": 40.0}`})
	}
	b.commit()
	return b
}

// shown is a price as one line: that of one, then the tiers.
func (b *bridge) shown(key odoo.Key) string {
	body := b.docs("price")[key].body
	if body == nil {
		return "none"
	}
	text := strings.Trim(field(body, "price"), `"`)
	schema.Elements(schema.Field(body, "tiers"), func(tier []byte) bool {
		text += fmt.Sprintf(" %s:%s", strings.Trim(field(tier, "min_quantity"), `"`), strings.Trim(field(tier, "price"), `"`))
		return true
	})
	if why := field(body, "incomplete"); why != "null" {
		text += " " + why
	}
	return text
}

// TestPricesAreWhatOdooComputes holds prices against ones computed by hand
// after product_pricelist_item.py: _compute_price, _compute_base_price and the order of rules.
func TestPricesAreWhatOdooComputes(t *testing.T) {
	variant := func(r rule) rule {
		r["applied_on"], r["product_id"], r["product_tmpl_id"] = "0_product_variant", "4", "3"
		return r
	}
	for name, c := range map[string]struct {
		rules []rule
		want  string
	}{
		"fixed":                        {[]rule{variant(rule{"fixed_price": "80.00"})}, "80.00 0:80.00"},
		"percentage":                   {[]rule{variant(rule{"compute_price": "percentage", "percent_price": "33.33"})}, "80.00 0:80.00"}, // 120 × 0.6667 = 80.004
		"mark-up":                      {[]rule{variant(rule{"compute_price": "percentage", "percent_price": "-10"})}, "132.00 0:132.00"},
		"formula":                      {[]rule{variant(rule{"compute_price": "formula", "price_discount": "12.50", "price_round": "10.00", "price_surcharge": "-0.01"})}, "109.99 0:109.99"}, // 105 → 110 − 0.01
		"half rounds up":               {[]rule{variant(rule{"compute_price": "formula", "price_discount": "6.25", "price_round": "5.00"})}, "115.00 0:115.00"},                               // 112.5
		"least margin":                 {[]rule{variant(rule{"compute_price": "formula", "price_discount": "50.00", "price_min_margin": "-30.00"})}, "90.00 0:90.00"},                         // 60, not below 120 − 30
		"greatest margin":              {[]rule{variant(rule{"compute_price": "formula", "price_discount": "-50.00", "price_max_margin": "25.00"})}, "145.00 0:145.00"},                       // 180, not above 120 + 25
		"surcharge":                    {[]rule{variant(rule{"compute_price": "formula", "price_surcharge": "5.005"})}, "125.01 0:125.01"},                                                    // rounded once, at the end
		"tiers":                        {[]rule{variant(rule{"fixed_price": "80.00"}), variant(rule{"fixed_price": "70.00", "min_quantity": "10.00"}), variant(rule{"fixed_price": "70.00", "min_quantity": "20.00"})}, "80.00 0:80.00 10:70.00"},
		"list price below the tier":    {[]rule{variant(rule{"fixed_price": "70.00", "min_quantity": "10.00"})}, "120.00 0:120.00 10:70.00"},
		"falls back on the global":     {[]rule{variant(rule{"fixed_price": "70.00", "min_quantity": "10.00"}), {"compute_price": "percentage", "percent_price": "10"}}, "108.00 0:108.00 10:70.00"},
		"variant before template":      {[]rule{{"applied_on": "1_product", "product_tmpl_id": "3", "fixed_price": "1.00", "min_quantity": "5.00"}, variant(rule{"fixed_price": "2.00"})}, "2.00 0:2.00"},
		"template before category":     {[]rule{{"applied_on": "1_product", "product_tmpl_id": "3", "fixed_price": "1.00"}, {"applied_on": "2_product_category", "categ_id": "2", "fixed_price": "3.00", "min_quantity": "5.00"}}, "1.00 0:1.00"},
		"parent category":              {[]rule{{"applied_on": "2_product_category", "categ_id": "1", "fixed_price": "3.00"}}, "3.00 0:3.00"},
		"inner category first":         {[]rule{{"applied_on": "2_product_category", "categ_id": "2", "fixed_price": "2.00"}, {"applied_on": "2_product_category", "categ_id": "1", "fixed_price": "3.00"}}, "2.00 0:2.00"},
		"greater quantity before that": {[]rule{{"applied_on": "2_product_category", "categ_id": "2", "fixed_price": "2.00"}, {"applied_on": "2_product_category", "categ_id": "1", "fixed_price": "3.00", "min_quantity": "2.00"}}, "2.00 0:2.00 2:3.00"},
		"the newest of equals":         {[]rule{variant(rule{"fixed_price": "1.00"}), variant(rule{"fixed_price": "2.00"})}, "2.00 0:2.00"},
		"another pricelist": {[]rule{variant(rule{"compute_price": "formula", "base": "pricelist", "base_pricelist_id": "2", "price_surcharge": "1.00"}),
			{"pricelist_id": "2", "compute_price": "percentage", "percent_price": "50"}, {"pricelist_id": "2", "fixed_price": "9.00", "min_quantity": "3.00"}}, "61.00 0:61.00 3:10.00"},
		"based on themselves": {[]rule{variant(rule{"compute_price": "percentage", "base": "pricelist", "base_pricelist_id": "2"}),
			{"pricelist_id": "2", "compute_price": "percentage", "base": "pricelist", "base_pricelist_id": "1"}}, `null 0:null "pricelists"`},
		"fixed in another currency": {[]rule{variant(rule{"pricelist_id": "3", "fixed_price": "80.00"})}, "80.00 0:80.00"},
		"converted":                 {[]rule{variant(rule{"pricelist_id": "3", "compute_price": "percentage", "percent_price": "10"}), variant(rule{"pricelist_id": "3", "fixed_price": "70.00", "min_quantity": "10.00"})}, `null 0:null 10:70.00 "currency_rate"`},
		"future":                    {[]rule{variant(rule{"fixed_price": "80.00"}), variant(rule{"fixed_price": "60.00", "date_start": "2026-11-23 12:00:01"})}, "80.00 0:80.00"},
		"from this second on":       {[]rule{variant(rule{"fixed_price": "80.00"}), variant(rule{"fixed_price": "60.00", "date_start": "2026-11-23 12:00:00"})}, "60.00 0:60.00"},
		"to this second":            {[]rule{variant(rule{"fixed_price": "80.00"}), variant(rule{"fixed_price": "60.00", "date_end": "2026-11-23 12:00:00"})}, "60.00 0:60.00"},
		"past":                      {[]rule{variant(rule{"fixed_price": "80.00"}), variant(rule{"fixed_price": "60.00", "date_end": "2026-11-23 11:59:59"})}, "80.00 0:80.00"},
		"global alone":              {[]rule{{"fixed_price": "80.00"}}, "none"},
	} {
		t.Run(name, func(t *testing.T) {
			b := priceShop(t, "17.0")
			list := int64(1)
			for i, r := range c.rules {
				b.rule(int64(100+i), r)
			}
			if c.rules[0]["pricelist_id"] == "3" {
				list = 3
			}
			b.commit()
			if got := b.shown(odoo.Key{list, 4}); got != c.want {
				t.Errorf("price is %s, want %s", got, c.want)
			}
		})
	}
}

func TestPricesBasedOnCostAreToldWhereTheReleaseKeepsItOnTheProduct(t *testing.T) {
	for release, want := range map[string]string{
		"16.0": `null 0:null "cost"`, "17.0": `null 0:null "cost"`, "18.0": "60.00 0:60.00", "19.0": "60.00 0:60.00",
	} {
		b := priceShop(t, release)
		b.rule(100, rule{"applied_on": "1_product", "product_tmpl_id": "3", "compute_price": "formula", "base": "standard_price",
			"price_discount": "7.00", "price_markup": "50.00"}) // from 18 on the mark-up counts: 40 × 1.5
		b.commit()
		if got := b.shown(odoo.Key{1, 4}); got != want {
			t.Errorf("%s: %s, want %s", release, got, want)
		}
	}
}

func TestListPriceHasItsExtrasAndFollowsTheSettingForDigits(t *testing.T) {
	b := priceShop(t, "17.0")
	if got := b.shown(odoo.Key{0, 4}); got != "120.00 0:120.00" {
		t.Errorf("list price %s", got)
	}
	b.change("product_template", 3, map[string]string{"list_price": "0.01234"})
	b.change("product_template_attribute_value", 5, map[string]string{"price_extra": "0"})
	b.change("decimal_precision", 1, map[string]string{"name": "Product Price", "digits": "4"})
	b.expect(t, "product.updated product/4", "price.changed price/list/4")
	if got := b.shown(odoo.Key{0, 4}); got != "0.0123 0:0.0123" {
		t.Errorf("list price %s", got)
	}
}

func TestAPriceComesAndGoesWithTheRuleThatNamesTheProduct(t *testing.T) {
	b := priceShop(t, "17.0")
	b.rule(100, rule{"fixed_price": "50.00"})
	b.expect(t, "price.changed price/1/all")
	b.rule(101, rule{"applied_on": "2_product_category", "categ_id": "1", "compute_price": "percentage", "percent_price": "50"})
	b.expect(t, "price.changed price/1/4")
	b.change("product_template", 3, map[string]string{"list_price": "180.00"})
	b.expect(t, "product.updated product/4", "price.changed price/list/4", "price.changed price/1/4")
	b.change("product_category", 2, map[string]string{"parent_path": "2/"})
	b.expect(t, "price.deleted price/1/4")
	b.change("product_category", 2, map[string]string{"parent_path": "1/2/"})
	b.expect(t, "price.changed price/1/4")
	b.change("product_pricelist", 1, map[string]string{"active": "f"})
	b.expect(t, "price.deleted price/1/all", "price.deleted price/1/4")
}

// TestWhatAPriceSaysOfThePricelistForAllOthers computes by the rules of
// price/<pricelist>/all what Odoo asks for a product that no rule names.
func TestRulesForAllOtherProductsAreShownInTheirOrder(t *testing.T) {
	b := priceShop(t, "17.0")
	b.rule(100, rule{"compute_price": "formula", "price_discount": "10", "price_round": "1", "price_surcharge": "-0.01"})
	b.rule(101, rule{"fixed_price": "50.00", "min_quantity": "12"})
	b.rule(102, rule{"fixed_price": "1.00", "date_end": "2026-11-01 00:00:00"})
	b.commit()
	want := `[{"min_quantity":"12","compute":"fixed","fixed_price":"50.00"},` +
		`{"min_quantity":"0","compute":"formula","base":"list_price","discount":"10","rounding":"1.00","surcharge":"-0.01"}]`
	if diff := cmp.Diff(want, field(b.docs("price")[odoo.Key{1, 0}].body, "rules")); diff != "" {
		t.Error(diff)
	}
}

// TestMomentsOfDatedRules: both dates are within, and Odoo counts in whole seconds.
func TestMomentsOfDatedRules(t *testing.T) {
	b := priceShop(t, "17.0")
	b.rule(100, rule{"date_start": "2026-12-01 00:00:00", "date_end": "2026-12-24 23:59:59.5"})
	row, _ := b.Get(b.byName["product_pricelist_item"], odoo.Key{100})
	var got []string
	b.byName["product_pricelist_item"].Moments(row, func(at time.Time) { got = append(got, at.Format(time.RFC3339)) })
	if diff := cmp.Diff([]string{"2026-12-01T00:00:00Z", "2026-12-25T00:00:00Z"}, got); diff != "" {
		t.Error(diff)
	}
}

// priceRules gives a recorded database pricelists with every kind of rule.
func (b *bridge) priceRules() {
	for id := int64(51); id <= 54; id++ {
		b.change("product_pricelist", id, map[string]string{"name": fmt.Sprintf(`{"en_US": "List %d"}`, id), "currency_id": "1", "active": "t"})
	}
	for id := int64(500); id < 530; id++ {
		r := rule{"pricelist_id": fmtInt(51 + id%4), "fixed_price": fmtInt(id), "percent_price": "10", "price_discount": "20", "min_quantity": fmtInt(id % 3)}
		r["compute_price"] = []string{"fixed", "percentage", "formula"}[id%3]
		switch id % 5 {
		case 0:
			r["applied_on"], r["product_id"] = "0_product_variant", fmtInt(10+id%20)
		case 1, 2:
			r["applied_on"], r["product_tmpl_id"] = "1_product", fmtInt(5+id%20)
		case 3:
			r["applied_on"], r["categ_id"] = "2_product_category", fmtInt(1+id%6)
		}
		if id%7 == 0 {
			r["base"], r["base_pricelist_id"] = "pricelist", fmtInt(51+(id/4)%4)
		}
		b.rule(id, r)
	}
	b.commit()
}
