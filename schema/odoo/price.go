package odoo

// priceEntity is what a product costs: before any pricelist (key 0 × product),
// in a pricelist that has a rule for the product, its template or its category
// (pricelist × product), and in a pricelist for all other products (pricelist × 0).
// docs/adr/0006-prices.md says why.
func (m *mapping) priceEntity() *Entity {
	return &Entity{
		Name: "price",
		Touches: touches{
			m.rule:            m.ruleTouches,
			m.pricelist:       m.pricelistTouches,
			m.product:         m.productTouchesPrices,
			m.template:        m.templateTouchesPrices,
			m.templateValue:   m.extraTouchesPrices,
			m.variantValues:   m.variantTouchesPrices,
			m.productCategory: m.categoryTouchesPrices,
			m.uom:             m.uomTouchesPrices,
			m.company:         m.touchesAllPrices(companyCurrency),
			m.currency:        m.touchesAllPrices(namedName, currencyDecimals),
			m.precision:       m.touchesAllPrices(precisionName, precisionDigits),
		},
		Keys: func(rows Rows, yield func(Key) bool) {
			more := true
			seen := map[Key]bool{}
			m.allPrices(rows, func(key Key) {
				if more && !seen[key] {
					seen[key] = true
					more = yield(key)
				}
			})
		},
		Build: m.buildPrice,
		Happenings: func(_, new []byte, _ []string) []Happening {
			if new == nil {
				return []Happening{{What: "deleted"}}
			}
			return []Happening{{What: "changed"}}
		},
	}
}

func (m *mapping) buildPrice(rows Rows, key Key, _ []byte) (Built, bool) {
	list, product := key[0], key[1]
	var pricelist Row
	if list != 0 {
		var found bool
		if pricelist, found = rows.Get(m.pricelist, Key{list}); !found || !pricelist.Bool(pricelistActive) {
			return Built{}, false
		}
	}
	if product == 0 {
		return m.buildRules(rows, pricelist)
	}
	p, ok := m.pricing(rows, product)
	if !ok || list != 0 && !p.addressed(list) {
		return Built{}, false
	}
	company := p.template.Int(templateCompany)
	if of := pricelist.Int(pricelistCompany); of != 0 {
		company = of
	}
	w := newWriter(512)
	w.open()
	w.pricelist(pricelist, company)
	w.int("product_id", product)
	w.text("sku", p.product, productSKU)
	w.text("barcode", p.product, productBarcode)
	m.unit(w, rows, p.template.Int(templateUoM))
	p.write(w, list)
	w.close()
	name := "list/" + itoa(product)
	if list != 0 {
		name = itoa(list) + "/" + itoa(product)
	}
	return Built{Name: name, Company: company, Body: w.b}, true
}

// pricelist writes which one it is; nulls stand for none.
func (w *writer) pricelist(pricelist Row, company int64) {
	w.id("pricelist_id", pricelist.Int(namedID))
	w.translated("pricelist", pricelist, pricelistName)
	w.id("company_id", company)
}

// write adds the price of one and all tiers.
func (p *pricing) write(w *writer, list int64) {
	currency, decimals := p.m.currencyNamed(p.rows, p.currency(list))
	w.optional("currency", currency)
	one, known := p.at(list, decimalOne, 0)
	w.price("price", &one, known, p.digits, decimals)
	w.openArray("tiers")
	last, first := "", true
	for _, quantity := range p.breaks(list) {
		price, known := p.at(list, &quantity, 0)
		shown := string(appendPrice(nil, &price, known, p.digits, decimals))
		if !first && shown == last {
			continue
		}
		last, first = shown, false
		w.open()
		w.decimal("min_quantity", &quantity, 0)
		w.raw("price", []byte(shown))
		w.close()
	}
	w.closeArray()
	w.optional("incomplete", p.missing)
}

func (w *writer) price(name string, d *Decimal, known bool, digits, decimals int) {
	w.key(name)
	w.b = appendPrice(w.b, d, known, digits, decimals)
}

// appendPrice rounds as Odoo does on an order's line: to the digits of "Product Price".
func appendPrice(dst []byte, d *Decimal, known bool, digits, decimals int) []byte {
	if !known {
		return append(dst, "null"...)
	}
	var rounded Decimal
	if _, err := halfUp.Quantize(&rounded, d, -int32(digits)); err != nil { //nolint:gosec // a setting of few digits
		return append(dst, "null"...)
	}
	dst = append(dst, '"')
	dst = appendDecimal(dst, &rounded, decimals)
	return append(dst, '"')
}

// buildRules shows what holds in a pricelist for the products that no rule of its names.
func (m *mapping) buildRules(rows Rows, pricelist Row) (Built, bool) {
	if !pricelist.Exists() {
		return Built{}, false
	}
	id, company := pricelist.Int(namedID), pricelist.Int(pricelistCompany)
	w := newWriter(512)
	w.open()
	w.pricelist(pricelist, company)
	for _, name := range [...]string{"product_id", "sku", "barcode", "uom"} {
		w.null(name)
	}
	currency, decimals := m.currencyNamed(rows, pricelist.Int(pricelistCurrency))
	w.optional("currency", currency)
	w.null("price")
	w.openArray("tiers")
	w.closeArray()
	w.null("incomplete")
	w.openArray("rules")
	p := &pricing{m: m, rows: rows}
	for _, rule := range p.rules(id) {
		m.writeRule(w, rule, decimals)
	}
	w.closeArray()
	w.close()
	return Built{Name: itoa(id) + "/all", Company: company, Body: w.b}, true
}

func (m *mapping) writeRule(w *writer, rule Row, decimals int) {
	w.open()
	minimum := parseDecimal(rule.field(ruleMinQuantity))
	w.decimal("min_quantity", &minimum, 0)
	w.text("compute", rule, ruleCompute)
	switch rule.field(ruleCompute) {
	case computeFixed:
		w.money("fixed_price", rule, ruleFixed, decimals)
	case computePercentage:
		writeBase(w, rule)
		percent := parseDecimal(rule.field(rulePercent))
		w.decimal("discount", &percent, 0)
	default:
		writeBase(w, rule)
		discount := m.discountOf(rule)
		w.decimal("discount", &discount, 0)
		for i, column := range formula {
			if d := parseDecimal(rule.field(column)); !d.IsZero() {
				w.decimal(formulaNames[i], &d, decimals)
			}
		}
	}
	w.close()
}

var (
	formula      = [...]int{ruleRound, ruleSurcharge, ruleMinMargin, ruleMaxMargin}
	formulaNames = [...]string{"rounding", "surcharge", "min_margin", "max_margin"}
)

func writeBase(w *writer, rule Row) {
	w.text("base", rule, ruleBase)
	if rule.field(ruleBase) == basePricelist {
		w.id("base_pricelist_id", rule.Int(ruleBasePricelist))
	}
}
