package decide

// Digits are the decimal places that Odoo keeps.
type Digits struct{ Price, Discount, Quantity int32 }

// Price is what a line of an order is told.
type Price struct {
	Unit, Discount Decimal
	Exact          bool // Odoo's line comes to the channel's amount
}

// Priced turns a line's price and discounts into what Odoo can keep. A percentage with more
// digits than Odoo has, or an amount, is put into the price of one, since Odoo
// would cut the percentage. What cannot be kept exactly is left to the comparison of the totals.
func Priced(quantity, unit, percent, amount Decimal, digits Digits) Price {
	hundred := Of(100)
	if amount.IsZero() && percent.Round(digits.Discount).Cmp(percent) == 0 {
		return Price{Unit: unit, Discount: percent, Exact: unit.Round(digits.Price).Cmp(unit) == 0}
	}
	line := quantity.Mul(unit).Mul(hundred.Sub(percent)).Quo(hundred).Sub(amount)
	each := line.Quo(quantity).Round(digits.Price)
	return Price{Unit: each, Exact: each.Mul(quantity).Same(line)}
}

// Agree says whether two totals differ by no more than the tolerance.
func Agree(a, b, tolerance Decimal) bool { return a.Sub(b).Abs().Cmp(tolerance) <= 0 }
