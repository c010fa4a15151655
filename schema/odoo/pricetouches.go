package odoo

// pricelists are some, and all that are based on them.
type pricelists map[int64]bool

// withDependents adds the pricelists that have a rule based on one of these.
func (m *mapping) withDependents(rows Rows, lists pricelists) pricelists {
	open := make([]int64, 0, len(lists))
	for list := range lists {
		open = append(open, list)
	}
	for len(open) > 0 {
		list := open[len(open)-1]
		open = open[:len(open)-1]
		for _, rule := range rows.Find(m.rule, ruleBasePricelist, list) {
			if of := rule.Int(rulePricelist); !lists[of] {
				lists[of] = true
				open = append(open, of)
			}
		}
	}
	return lists
}

// ruleTouches: a rule for all products is a part of every price of its
// pricelist, for what has no rule of its own at that quantity falls back on it.
func (m *mapping) ruleTouches(rows Rows, old, new Row, touch func(Key)) {
	if m.rule.same(old, new) {
		return
	}
	for _, rule := range [2]Row{old, new} {
		if !rule.Exists() {
			continue
		}
		lists := m.withDependents(rows, pricelists{rule.Int(rulePricelist): true})
		if globalRule(rule) {
			m.touchListed(rows, lists, touch)
			continue
		}
		m.productsOf(rows, rule, func(product int64) {
			for list := range lists {
				touch(Key{list, product})
			}
		})
	}
}

// touchListed touches all prices in the pricelists.
func (m *mapping) touchListed(rows Rows, lists pricelists, touch func(Key)) {
	for list := range lists {
		touch(Key{list, 0})
	}
	var named []Row
	rows.Scan(m.rule, func(rule Row) bool {
		if lists[rule.Int(rulePricelist)] && !globalRule(rule) {
			named = append(named, rule)
		}
		return true
	})
	for _, rule := range named {
		m.productsOf(rows, rule, func(product int64) { touch(Key{rule.Int(rulePricelist), product}) })
	}
}

// productsOf yields the variants that the rule names.
func (m *mapping) productsOf(rows Rows, rule Row, yield func(product int64)) {
	variants := func(template int64) {
		for _, product := range rows.Find(m.product, productTemplate, template) {
			yield(product.Int(productID))
		}
	}
	switch rule.field(ruleScope) {
	case scopeVariant:
		if id := rule.Int(ruleProduct); id != 0 {
			yield(id)
		}
	case scopeTemplate:
		variants(rule.Int(ruleTemplate))
	case scopeCategory:
		category := rule.Int(ruleCategory)
		rows.Scan(m.productCategory, func(row Row) bool {
			if onPath(row.field(productCategoryPath), category) >= 0 {
				for _, template := range rows.Find(m.template, templateCategory, row.Int(namedID)) {
					variants(template.Int(templateID))
				}
			}
			return true
		})
	}
}

// touchPrices touches the variant's list price and its prices in the
// pricelists that name it, or named it when its category had another path.
func (m *mapping) touchPrices(rows Rows, product int64, templates []Row, paths []string, touch func(Key)) {
	lists := pricelists{}
	for _, template := range templates {
		for _, path := range paths {
			for _, rule := range m.rulesFor(rows, product, template, path) {
				lists[rule.Int(rulePricelist)] = true
			}
		}
	}
	touch(Key{0, product})
	for list := range m.withDependents(rows, lists) {
		touch(Key{list, product})
	}
}

func (m *mapping) touchTemplates(rows Rows, product int64, templates []Row, touch func(Key)) {
	var paths []string
	for _, template := range templates {
		paths = append(paths, m.categoryPath(rows, template))
	}
	m.touchPrices(rows, product, templates, paths, touch)
}

func (m *mapping) touchPricesOf(rows Rows, product int64, touch func(Key)) {
	row, _ := rows.Get(m.product, Key{product})
	template, _ := rows.Get(m.template, Key{row.Int(productTemplate)})
	m.touchTemplates(rows, product, []Row{template}, touch)
}

func (m *mapping) pricelistTouches(rows Rows, old, new Row, touch func(Key)) {
	if !m.pricelist.same(old, new) {
		m.touchListed(rows, m.withDependents(rows, pricelists{either(old, new): true}), touch)
	}
}

func (m *mapping) productTouchesPrices(rows Rows, old, new Row, touch func(Key)) {
	if sameIn(old, new, productTemplate, productSKU, productBarcode, productCost) {
		return
	}
	was, _ := rows.Get(m.template, Key{old.Int(productTemplate)})
	is, _ := rows.Get(m.template, Key{new.Int(productTemplate)})
	m.touchTemplates(rows, either(old, new), []Row{was, is}, touch)
}

func (m *mapping) templateTouchesPrices(rows Rows, old, new Row, touch func(Key)) {
	if sameIn(old, new, templateCategory, templateUoM, templateListPrice, templateCompany) {
		return
	}
	for _, product := range rows.Find(m.product, productTemplate, either(old, new)) {
		m.touchTemplates(rows, product.Int(productID), []Row{old, new}, touch)
	}
}

func (m *mapping) extraTouchesPrices(rows Rows, old, new Row, touch func(Key)) {
	if !sameIn(old, new, templateValueExtra) {
		m.touchValued(rows, either(old, new), func(key Key) { m.touchPricesOf(rows, key[0], touch) })
	}
}

func (m *mapping) variantTouchesPrices(rows Rows, old, new Row, touch func(Key)) {
	for _, row := range [2]Row{old, new} {
		if row.Exists() {
			m.touchPricesOf(rows, row.Int(variantValuesProduct), touch)
		}
	}
}

// categoryTouchesPrices: Odoo writes the path of every category below one that is moved.
func (m *mapping) categoryTouchesPrices(rows Rows, old, new Row, touch func(Key)) {
	if sameIn(old, new, productCategoryPath) {
		return
	}
	paths := []string{old.field(productCategoryPath), new.field(productCategoryPath)}
	for _, template := range rows.Find(m.template, templateCategory, either(old, new)) {
		for _, product := range rows.Find(m.product, productTemplate, template.Int(templateID)) {
			m.touchPrices(rows, product.Int(productID), []Row{template}, paths, touch)
		}
	}
	if rows.Find(m.rule, ruleCategory, either(old, new)) != nil {
		m.allPrices(rows, touch) // the order of its rules hangs on its depth; a category with rules is moved rarely
	}
}

func (m *mapping) uomTouchesPrices(rows Rows, old, new Row, touch func(Key)) {
	if sameIn(old, new, namedName) {
		return
	}
	for _, template := range rows.Find(m.template, templateUoM, either(old, new)) {
		m.templateTouchesPrices(rows, Row{}, template, touch)
	}
}

func (m *mapping) touchesAllPrices(columns ...int) func(rows Rows, old, new Row, touch func(Key)) {
	return func(rows Rows, old, new Row, touch func(Key)) {
		if !sameIn(old, new, columns...) {
			m.allPrices(rows, touch)
		}
	}
}

// allPrices yields every key that may have a document, some more than once.
func (m *mapping) allPrices(rows Rows, yield func(Key)) {
	var products []int64
	rows.Scan(m.product, func(product Row) bool {
		products = append(products, product.Int(productID))
		return true
	})
	for _, product := range products {
		yield(Key{0, product})
	}
	lists := pricelists{}
	rows.Scan(m.pricelist, func(pricelist Row) bool {
		lists[pricelist.Int(namedID)] = true
		return true
	})
	m.touchListed(rows, lists, yield)
}
