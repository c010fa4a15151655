package odoo

import "time"

// The columns of the prices' tables.
const (
	pricelistName     = 1
	pricelistCompany  = 2
	pricelistCurrency = 3
	pricelistActive   = 4

	precisionName   = 1
	precisionDigits = 2
)

const (
	ruleID = iota
	rulePricelist
	ruleScope
	ruleProduct
	ruleTemplate
	ruleCategory
	ruleCompute
	ruleBase
	ruleBasePricelist
	ruleMinQuantity
	ruleFixed
	rulePercent
	ruleDiscount
	ruleMarkup
	ruleRound
	ruleSurcharge
	ruleMinMargin
	ruleMaxMargin
	ruleStart
	ruleEnd
)

// What a rule applies to, in the order in which rules are tried.
const (
	scopeVariant  = "0_product_variant"
	scopeTemplate = "1_product"
	scopeCategory = "2_product_category"
	scopeGlobal   = "3_global"
)

func (t *tables) priceSpecs() []spec {
	return []spec{
		{table: &t.precision, name: "decimal_precision", module: modulePrecision, resident: true,
			columns: []string{namedID: "id", precisionName: "name", precisionDigits: "digits"}},
		{
			table: &t.pricelist, name: "product_pricelist", module: moduleProduct, resident: true,
			columns: []string{
				namedID: "id", pricelistName: "name", pricelistCompany: "company_id", pricelistCurrency: "currency_id", pricelistActive: "active",
			},
		},
		{
			table: &t.rule, name: "product_pricelist_item", module: moduleProduct, moments: ruleMoments,
			find: []int{ruleProduct, ruleTemplate, ruleCategory, ruleBasePricelist}, findOpen: []int{rulePricelist}, open: globalRule,
			columns: []string{
				ruleID: "id", rulePricelist: "pricelist_id", ruleScope: "applied_on", ruleProduct: "product_id", ruleTemplate: "product_tmpl_id",
				ruleCategory: "categ_id", ruleCompute: "compute_price", ruleBase: "base", ruleBasePricelist: "base_pricelist_id",
				ruleMinQuantity: "min_quantity", ruleFixed: "fixed_price", rulePercent: "percent_price", ruleDiscount: "price_discount",
				ruleMarkup: "price_markup?", ruleRound: "price_round", ruleSurcharge: "price_surcharge", ruleMinMargin: "price_min_margin",
				ruleMaxMargin: "price_max_margin", ruleStart: "date_start", ruleEnd: "date_end",
			},
		},
	}
}

func globalRule(rule Row) bool { return rule.field(ruleScope) == scopeGlobal }

// ruleMoments are when a dated rule comes into force, and the first second
// after it: Odoo counts in whole seconds and both dates as within.
func ruleMoments(rule Row, yield func(time.Time)) {
	if start, ok := moment(rule, ruleStart); ok {
		yield(start)
	}
	if end, ok := moment(rule, ruleEnd); ok {
		yield(end.Truncate(time.Second).Add(time.Second))
	}
}

// inForce reports whether the rule counts at the moment.
func inForce(rule Row, now time.Time) bool {
	if start, ok := moment(rule, ruleStart); ok && start.After(now) {
		return false
	}
	end, ok := moment(rule, ruleEnd)
	return !ok || !end.Before(now.Truncate(time.Second))
}

// moment reads a timestamp without time zone, which Odoo keeps in UTC.
func moment(row Row, column int) (time.Time, bool) {
	at, err := time.Parse("2006-01-02 15:04:05", row.field(column))
	return at, err == nil
}
