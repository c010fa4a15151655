package odoo

import (
	"cmp"
	"slices"
	"strings"

	"github.com/odoobridge/odoobridge/schema"
)

// What a rule does with its base, and what that is.
const (
	computeFixed      = "fixed"
	computePercentage = "percentage"

	basePricelist = "pricelist"
	baseCost      = "standard_price"
)

// Why a price cannot be told.
const (
	missingCost     = "cost"
	missingRate     = "currency_rate"
	missingTooDeep  = "pricelists"
	maxPricelists   = 8 // based on one another: Odoo forbids only the shortest circle
	defaultDigits   = 2
	precisionOfItem = "Product Price"
)

var decimalOne = new(Decimal).SetInt64(1)

// pricing computes one variant's prices as Odoo 17 and 18 do
// (product/models/product_pricelist.py, _compute_price_rule, and
// product_pricelist_item.py, _compute_price and _compute_base_price), in exact
// decimals and in the product's own unit.
type pricing struct {
	m                 *mapping
	rows              Rows
	product, template Row
	named             []Row // rules for the variant, its template or categories, of all pricelists
	list              Decimal
	digits            int
	missing           string // why a price could not be told
	byList            map[int64][]Row
}

func (m *mapping) pricing(rows Rows, id int64) (*pricing, bool) {
	product, found := rows.Get(m.product, Key{id})
	if !found {
		return nil, false
	}
	template, found := rows.Get(m.template, Key{product.Int(productTemplate)})
	if !found {
		return nil, false
	}
	p := &pricing{m: m, rows: rows, product: product, template: template, digits: m.priceDigits(rows)}
	p.named = m.rulesFor(rows, id, template, m.categoryPath(rows, template))
	p.list = variantPrice(template, m.valuesOf(rows, id))
	return p, true
}

// variantPrice is the template's list price and what the variant's values add to it.
func variantPrice(template Row, values []Row) Decimal {
	price := parseDecimal(template.field(templateListPrice))
	for _, value := range values {
		extra := parseDecimal(value.field(templateValueExtra))
		exact.Add(&price, &price, &extra) //nolint:errcheck // exact and finite: nothing can go wrong
	}
	return price
}

func (m *mapping) priceDigits(rows Rows) int { return m.digits(rows, precisionOfItem) }

// digits are the decimal places that Odoo's setting of the name says.
func (m *mapping) digits(rows Rows, name string) int {
	digits := defaultDigits
	rows.Scan(m.precision, func(row Row) bool {
		if row.field(precisionName) != name {
			return true
		}
		digits = places(row.Int(precisionDigits))
		return false
	})
	return digits
}

func (m *mapping) categoryPath(rows Rows, template Row) string {
	category, _ := rows.Get(m.productCategory, Key{template.Int(templateCategory)})
	return category.field(productCategoryPath)
}

// rulesFor finds the rules of any pricelist that name the variant, its template, or a category on the path.
func (m *mapping) rulesFor(rows Rows, product int64, template Row, path string) []Row {
	var rules []Row
	take := func(column int, id int64, scope string) {
		for _, rule := range rows.Find(m.rule, column, id) {
			if rule.field(ruleScope) == scope {
				rules = append(rules, rule)
			}
		}
	}
	take(ruleProduct, product, scopeVariant)
	if template.Exists() {
		take(ruleTemplate, template.Int(templateID), scopeTemplate)
	}
	for category := range strings.SplitSeq(strings.TrimSuffix(path, "/"), "/") {
		if id := parseInt([]byte(category)); id != 0 {
			take(ruleCategory, id, scopeCategory)
		}
	}
	return rules
}

// addressed reports whether the pricelist has a rule that names the product.
func (p *pricing) addressed(list int64) bool {
	return slices.ContainsFunc(p.named, func(rule Row) bool { return rule.Int(rulePricelist) == list })
}

// rules are those of the pricelist that are in force, in the order in which
// they are tried: applied_on, min_quantity desc, categ_id desc (by complete
// name: of the categories that contain a product, the innermost first), id desc.
func (p *pricing) rules(list int64) []Row {
	if rules, known := p.byList[list]; known {
		return rules
	}
	var rules []Row
	take := func(rule Row) {
		if rule.Int(rulePricelist) == list && inForce(rule, p.rows.Now()) {
			rules = append(rules, rule)
		}
	}
	for _, rule := range p.named {
		take(rule)
	}
	for _, rule := range p.rows.Find(p.m.rule, rulePricelist, list) {
		take(rule)
	}
	slices.SortFunc(rules, func(a, b Row) int {
		minimumA, minimumB := parseDecimal(a.field(ruleMinQuantity)), parseDecimal(b.field(ruleMinQuantity))
		return cmp.Or(
			strings.Compare(a.field(ruleScope), b.field(ruleScope)), minimumB.Cmp(&minimumA),
			cmp.Compare(p.depth(b), p.depth(a)), cmp.Compare(b.Int(ruleID), a.Int(ruleID)))
	})
	if p.byList == nil {
		p.byList = map[int64][]Row{}
	}
	p.byList[list] = rules
	return rules
}

func (p *pricing) depth(rule Row) int {
	category, _ := p.rows.Get(p.m.productCategory, Key{rule.Int(ruleCategory)})
	return strings.Count(category.field(productCategoryPath), "/")
}

// at is the price of one unit when so many are bought. known is false when
// the mirror lacks what it is made of.
func (p *pricing) at(list int64, quantity *Decimal, depth int) (price Decimal, known bool) {
	if list == 0 {
		return p.list, true
	}
	for _, rule := range p.rules(list) {
		minimum := parseDecimal(rule.field(ruleMinQuantity))
		if !minimum.IsZero() && quantity.Cmp(&minimum) < 0 {
			continue
		}
		return p.apply(rule, list, quantity, depth)
	}
	return p.converted(p.list, p.listCurrency(), list)
}

func (p *pricing) apply(rule Row, list int64, quantity *Decimal, depth int) (Decimal, bool) {
	if rule.field(ruleCompute) == computeFixed {
		return parseDecimal(rule.field(ruleFixed)), true
	}
	base, known := p.base(rule, list, quantity, depth)
	if !known {
		return base, false
	}
	if rule.field(ruleCompute) == computePercentage {
		percent := parseDecimal(rule.field(rulePercent))
		return discounted(base, &percent), true
	}
	return p.m.formulaPrice(rule, base), true
}

// base is what the rule starts from, in the pricelist's currency.
func (p *pricing) base(rule Row, list int64, quantity *Decimal, depth int) (Decimal, bool) {
	switch other := rule.Int(ruleBasePricelist); {
	case rule.field(ruleBase) == basePricelist && other != 0:
		if depth == maxPricelists {
			return p.unknown(missingTooDeep)
		}
		price, known := p.at(other, quantity, depth+1)
		if !known {
			return price, false
		}
		return p.converted(price, p.currency(other), list)
	case rule.field(ruleBase) == baseCost:
		return p.cost(list)
	}
	return p.converted(p.list, p.listCurrency(), list)
}

// cost is the variant's in the company of the pricelist. Until Odoo 17 it is in
// ir_property, beside much that is none of the bridge's business, and not mapped.
func (p *pricing) cost(list int64) (Decimal, bool) {
	if !p.m.product.has(productCost) {
		return p.unknown(missingCost)
	}
	pricelist, _ := p.rows.Get(p.m.pricelist, Key{list})
	company := cmp.Or(pricelist.Int(pricelistCompany), p.template.Int(templateCompany), p.firstCompany())
	cost := parseDecimal(string(schema.Field([]byte(p.product.Text(productCost)), itoa(company))))
	of, _ := p.rows.Get(p.m.company, Key{company})
	return p.converted(cost, of.Int(companyCurrency), list)
}

func (p *pricing) firstCompany() (id int64) {
	p.rows.Scan(p.m.company, func(first Row) bool {
		id = first.Int(namedID)
		return false
	})
	return id
}

func (p *pricing) listCurrency() int64 {
	company, _ := p.rows.Get(p.m.company, Key{cmp.Or(p.template.Int(templateCompany), p.firstCompany())})
	return company.Int(companyCurrency)
}

func (p *pricing) currency(list int64) int64 {
	if list == 0 {
		return p.listCurrency()
	}
	pricelist, _ := p.rows.Get(p.m.pricelist, Key{list})
	return pricelist.Int(pricelistCurrency)
}

// converted is the amount in the pricelist's currency. Rates are not mapped:
// they change daily, and with them every such price.
func (p *pricing) converted(amount Decimal, from, list int64) (Decimal, bool) {
	if from != p.currency(list) {
		return p.unknown(missingRate)
	}
	return amount, true
}

func (p *pricing) unknown(why string) (Decimal, bool) {
	p.missing = cmp.Or(p.missing, why)
	return Decimal{}, false
}

// breaks are the quantities at which another price may begin, from 0 on.
func (p *pricing) breaks(list int64) []Decimal {
	all := []Decimal{{}}
	seen := map[int64]bool{0: true}
	var visit func(list int64)
	visit = func(list int64) {
		if seen[list] {
			return
		}
		seen[list] = true
		for _, rule := range p.rules(list) {
			if minimum := parseDecimal(rule.field(ruleMinQuantity)); minimum.Sign() > 0 {
				all = append(all, minimum)
			}
			if rule.field(ruleBase) == basePricelist {
				visit(rule.Int(ruleBasePricelist))
			}
		}
	}
	visit(list)
	slices.SortFunc(all, func(a, b Decimal) int { return a.Cmp(&b) })
	return slices.CompactFunc(all, func(a, b Decimal) bool { return a.Cmp(&b) == 0 })
}
