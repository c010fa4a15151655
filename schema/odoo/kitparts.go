package odoo

import (
	"math"
	"strconv"
)

// Why a kit is not taken apart.
const (
	kitOfUnclearBill  = "several bills of materials could apply, and which one Odoo takes is not certain: give them different sequences, and components' bills the kit's company and operation type, or none"
	kitOfOtherUnits   = "units of different categories: Odoo would refuse to convert them"
	kitOfFractions    = "a fraction of a component that Odoo may round before or after it converts units: use the component's own unit in the bill"
	kitOfUnknownValue = "a line is for attribute values that do not tell whether it counts"
	kitOfArchived     = "a component that is a kit itself is archived"
	kitTooLarge       = "it has more than a thousand lines, with those of the kits in it"
	kitOfUnknown      = "a product of it is not known"
)

// mostKitLines is how many lines a kit may have. Odoo forbids kits that contain themselves.
const mostKitLines = 1000

// kitPart is what is taken of a component.
type kitPart struct {
	product  int64
	quantity Decimal
}

// takingApart is one kit that is taken apart as Odoo does when an order is
// confirmed: mrp/models/stock_rule.py, run, and mrp_bom.py, explode.
type takingApart struct {
	*mapping
	rows    Rows
	company int64
	kit     Row // its bill
	lines   []kitLine
	met     int
	parts   []kitPart
	why     string // it is not certain
}

// kitLine is a line of a bill, for so many of the bill of a product.
type kitLine struct {
	line     Row
	of       int64
	quantity float64
}

// takeApart is what Odoo moves when a company has sold so many of a product, in the product's unit. kit
// is false where that is the product itself; why says that it is one, and that it is not certain what of.
func (m *mapping) takeApart(rows Rows, product, template Row, quantity float64, company int64) (parts []kitPart, kit bool, why string) {
	if m.bom.Absent || !moves(template) {
		return nil, false, ""
	}
	bills := m.bills(rows, product.Int(productID), template.Int(templateID))
	if len(bills) == 0 {
		return nil, false, ""
	}
	bill, ok := m.billOf(bills, company)
	switch {
	case !ok:
		return nil, true, kitOfUnclearBill
	case !bill.Exists():
		return nil, false, ""
	}
	a := takingApart{mapping: m, rows: rows, company: company, kit: bill}
	unit := template.Int(templateUoM)
	ordered := m.round(quantity, rounding{to: m.precisionOf(rows, unit)})
	a.bill(bill, product.Int(productID), a.converted(ordered, unit, bill.Int(bomUoM), rounding{})/float(bill, bomQuantity))
	for len(a.lines) > 0 && a.why == "" {
		line := a.lines[0]
		a.lines = a.lines[1:]
		a.take(line)
	}
	return a.parts, true, a.why
}

// moves reports whether Odoo moves what is sold of a template.
func moves(template Row) bool {
	kind := template.field(templateType)
	return kind == "product" || kind == "consu"
}

// bill goes on with the lines of a bill.
func (a *takingApart) bill(bill Row, of int64, quantity float64) {
	lines := a.rows.Find(a.bomLine, bomLineBill, bill.Int(namedID))
	if a.met += len(lines); a.met > mostKitLines {
		a.why = kitTooLarge
		return
	}
	for _, line := range lines {
		a.lines = append(a.lines, kitLine{line, of, quantity})
	}
}

// take takes what a line says, or takes it apart.
func (a *takingApart) take(l kitLine) {
	if a.skips(l.line.Int(namedID), l.of) || a.why != "" {
		return
	}
	product, found := a.rows.Get(a.product, Key{l.line.Int(bomLineProduct)})
	template, there := a.rows.Get(a.template, Key{product.Int(productTemplate)})
	if !found || !there {
		a.why = kitOfUnknown
		return
	}
	quantity, unit := l.quantity*float(l.line, bomLineQuantity), l.line.Int(bomLineUoM)
	if !moves(template) {
		return
	}
	id := product.Int(productID)
	bill, ok := a.billWithin(a.bills(a.rows, id, template.Int(templateID)), a.kit, a.company)
	switch {
	case !ok:
		a.why = kitOfUnclearBill
	case !bill.Exists():
		a.component(id, template.Int(templateUoM), unit, a.round(quantity, rounding{a.precisionOf(a.rows, unit), true}))
	case !product.Bool(productActive):
		a.why = kitOfArchived
	default:
		in := bill.Int(bomUoM)
		within := rounding{a.precisionOf(a.rows, in), true}
		if a.release >= convertsKitsExactly {
			within = rounding{}
		}
		a.bill(bill, id, a.converted(quantity/float(bill, bomQuantity), unit, in, within))
	}
}

// convertsKitsExactly is the release from which how many of a kit within a kit there are is not rounded.
const convertsKitsExactly release = 19

// component takes a component. A setting of Odoo's, stock.propagate_uom, says whether its move is in the
// product's unit or the line's, and what a move says has only so many decimals: where that makes a difference,
// it is not certain.
func (a *takingApart) component(product, unit, lineUnit int64, quantity float64) {
	half := rounding{to: a.precisionOf(a.rows, unit)}
	places := rounding{to: math.Pow10(-a.digits(a.rows, a.unitDigits()))}
	inProducts := a.round(a.round(a.converted(quantity, lineUnit, unit, half), places), half)
	inLines := a.converted(a.round(quantity, places), lineUnit, unit, half)
	if a.why == "" && decimalOf(inProducts).Cmp(decimalOf(inLines)) != 0 {
		a.why = kitOfFractions
	}
	if inProducts > 0 {
		a.parts = append(a.parts, kitPart{product, *decimalOf(inProducts)})
	}
}

// converted converts and rounds.
func (a *takingApart) converted(quantity float64, from, to int64, r rounding) float64 {
	converted, ok := a.convert(a.rows, quantity, from, to)
	if !ok && quantity != 0 {
		a.why = kitOfOtherUnits
	}
	return a.round(converted, r)
}

// skips reports whether a line does not count for the product: it is for attribute values, of which
// the product has to have one of each attribute. What an order's line says of attributes that make no variants
// counts too; orders of channels say nothing of them.
func (a *takingApart) skips(line, product int64) bool {
	values := a.rows.Find(a.bomLineValues, bomLineValuesLine, line)
	if len(values) == 0 {
		return false
	}
	has := map[int64]bool{}
	for _, row := range a.rows.Find(a.variantValues, variantValuesProduct, product) {
		has[row.Int(variantValuesValue)] = true
	}
	asked := map[int64]bool{} // attributes: whether the product has one of the values
	for _, row := range values {
		value, found := a.rows.Get(a.templateValue, Key{row.Int(bomLineValuesValue)})
		attribute := value.Int(templateValueAttribute)
		is := has[row.Int(bomLineValuesValue)]
		if !found || is && asked[attribute] {
			a.why = kitOfUnknownValue // an attribute that the template has twice
		}
		asked[attribute] = asked[attribute] || is
	}
	for _, is := range asked {
		if !is {
			return true
		}
	}
	return false
}

// decimalOf is a quantity without what floating point has added to it.
func decimalOf(quantity float64) *Decimal {
	d, ok := parseFinite(strconv.FormatFloat(quantity, 'f', unitDecimals, 64))
	if !ok {
		return new(Decimal)
	}
	d.Reduce(d)
	return d
}
