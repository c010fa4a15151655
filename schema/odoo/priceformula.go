package odoo

import "github.com/cockroachdb/apd/v3"

// discountOf is a formula's discount in per cent. From Odoo 18 on a formula
// on the cost has a mark-up instead.
func (m *mapping) discountOf(rule Row) Decimal {
	if rule.field(ruleBase) == baseCost && m.rule.has(ruleMarkup) {
		markup := parseDecimal(rule.field(ruleMarkup))
		markup.Negative = !markup.Negative && !markup.IsZero()
		return markup
	}
	return parseDecimal(rule.field(ruleDiscount))
}

// discounted takes per cent off.
func discounted(base Decimal, percent *Decimal) Decimal {
	off := *percent
	off.Exponent -= 2
	var price Decimal
	exact.Mul(&price, &base, &off)   //nolint:errcheck // exact and finite: nothing can go wrong
	exact.Sub(&price, &base, &price) //nolint:errcheck // as above
	return price
}

// formulaPrice is discount, rounding, surcharge and margins, in this order.
func (m *mapping) formulaPrice(rule Row, base Decimal) Decimal {
	discount := m.discountOf(rule)
	price := discounted(base, &discount)
	if to := parseDecimal(rule.field(ruleRound)); to.Sign() > 0 {
		price = multiple(&price, &to)
	}
	surcharge := parseDecimal(rule.field(ruleSurcharge))
	exact.Add(&price, &price, &surcharge) //nolint:errcheck // exact and finite: nothing can go wrong
	if margin := parseDecimal(rule.field(ruleMinMargin)); !margin.IsZero() {
		exact.Add(&margin, &margin, &base) //nolint:errcheck // as above
		if price.Cmp(&margin) < 0 {
			price = margin
		}
	}
	if margin := parseDecimal(rule.field(ruleMaxMargin)); !margin.IsZero() {
		exact.Add(&margin, &margin, &base) //nolint:errcheck // as above
		if price.Cmp(&margin) > 0 {
			price = margin
		}
	}
	return price
}

// multiple rounds to the nearest multiple, halves away from zero
// (odoo/tools/float_utils.py, float_round).
func multiple(d, of *Decimal) Decimal {
	var whole, rest Decimal
	exact.QuoInteger(&whole, d, of) //nolint:errcheck // of is above zero
	exact.Rem(&rest, d, of)         //nolint:errcheck // as above
	exact.Add(&rest, &rest, &rest)  //nolint:errcheck // as above
	rest.Negative = false
	if rest.Cmp(of) >= 0 {
		step := apd.New(1, 0)
		step.Negative = d.Negative
		exact.Add(&whole, &whole, step) //nolint:errcheck // as above
	}
	exact.Mul(&whole, &whole, of) //nolint:errcheck // as above
	return whole
}
