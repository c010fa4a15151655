package odoo

import (
	"math"
	"strconv"
	"strings"
)

// Odoo converts and rounds quantities in binary floating point. What has to
// come out as it does there is computed as there: uom/models/uom_uom.py, _compute_quantity, and
// odoo/tools/float_utils.py, float_round.

// rounding is to what a quantity is rounded, and how.
type rounding struct {
	to float64 // 0: not at all
	up bool    // and else half up
}

// roundsByInverse is the release from which float_round multiplies by the inverse of what it rounds to, and
// bears errors four times as large.
const roundsByInverse release = 18

// round rounds a quantity that is not negative.
func (m *mapping) round(quantity float64, r rounding) float64 {
	if r.to <= 0 || quantity <= 0 {
		return quantity
	}
	inverse := r.to < 1 && m.release >= roundsByInverse
	by, ulps := r.to, -52.0
	if m.release >= roundsByInverse {
		ulps = -50
	}
	normal := quantity / by
	if inverse {
		by = inverted(r.to)
		normal = quantity * by
	}
	epsilon := math.Pow(2, math.Log2(normal)+ulps)
	if r.up {
		normal = math.Ceil(normal - epsilon)
	} else {
		normal = math.Round(normal + epsilon)
	}
	if inverse {
		return normal / by
	}
	return normal * by
}

// inverted is float_invert: the exponent changes its sign, the coefficient is divided by its square.
func inverted(f float64) float64 {
	coefficient, exponent, _ := strings.Cut(strconv.FormatFloat(f, 'e', 15, 64), "e")
	n, _ := strconv.Atoi(exponent)
	of, _ := strconv.ParseFloat(coefficient, 64)
	up, _ := strconv.ParseFloat(coefficient+"e"+strconv.Itoa(-n), 64)
	return up / (of * of)
}

// unitDigits names the setting of quantities' decimal places.
func (m *mapping) unitDigits() string {
	if m.release >= uomFactorsGrow {
		return "Product Unit"
	}
	return "Product Unit of Measure"
}

// convert converts a quantity from one unit to another; ok is false where Odoo would refuse to, or the
// units are not known.
func (m *mapping) convert(rows Rows, quantity float64, from, to int64) (converted float64, ok bool) {
	if from == to {
		return quantity, true
	}
	of, found := rows.Get(m.uom, Key{from})
	in, there := rows.Get(m.uom, Key{to})
	per, by := float(of, uomFactor), float(in, uomFactor)
	if !found || !there || !(per > 0) || !(by > 0) || !of.Same(in, uomCategory) {
		return 0, false
	}
	if m.release >= uomFactorsGrow {
		return quantity * per / by, true
	}
	return quantity / per * by, true
}

// precisionOf is what quantities in a unit are rounded to.
func (m *mapping) precisionOf(rows Rows, unit int64) float64 {
	if !m.uom.has(uomRounding) {
		return math.Pow10(-m.digits(rows, m.unitDigits()))
	}
	row, _ := rows.Get(m.uom, Key{unit})
	return float(row, uomRounding)
}

// float is a column's number as Odoo has it, 0 for NULL.
func float(row Row, column int) float64 {
	f, _ := strconv.ParseFloat(row.field(column), 64)
	return f
}
