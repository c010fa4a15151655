package odoo

import (
	"strconv"

	"github.com/cockroachdb/apd/v3"
)

// exact computes without rounding: quantities have far fewer digits than this.
var exact = apd.Context{Precision: 200, MaxExponent: apd.MaxExponent, MinExponent: apd.MinExponent}

// halfUp rounds to a currency's decimals as Odoo does.
var halfUp = apd.Context{Precision: 200, MaxExponent: apd.MaxExponent, MinExponent: apd.MinExponent, Rounding: apd.RoundHalfUp}

// mostPlaces is how many decimals are shown at most. Odoo's settings of them are integers that
// anybody may raise, and each one is a zero in every amount.
const mostPlaces = 20

// places is a number of decimals as a setting of Odoo has it.
func places(setting int64) int { return int(min(max(setting, 0), mostPlaces)) }

// parseDecimal reads a number as PostgreSQL writes it; what is none (NULL, NaN) is zero.
func parseDecimal(text string) (d Decimal) {
	if coefficient, exponent, ok := parseShort(text); ok {
		d.SetFinite(coefficient, exponent)
		return d
	}
	if _, _, err := d.SetString(text); err != nil || d.Form != apd.Finite {
		return Decimal{}
	}
	return d
}

// noiseless is how many decimals of what Odoo converted from one unit to another are its own. It does so in binary and keeps every digit
// (stock_move.product_qty has no precision): three tenths are 0.30000000000000004.
const noiseless = 8

// withoutNoise leaves out what binary arithmetic has added.
func withoutNoise(d Decimal) Decimal {
	if d.Exponent < -noiseless {
		halfUp.Quantize(&d, &d, -noiseless) //nolint:errcheck // within the precision
	}
	return d
}

// parseShort reads plain numbers of up to 18 digits without allocating.
func parseShort(text string) (coefficient int64, exponent int32, ok bool) {
	negative := len(text) > 0 && text[0] == '-'
	digits := text
	if negative {
		digits = text[1:]
	}
	if len(digits) == 0 || len(digits) > 18 {
		return 0, 0, false
	}
	point := false
	for i := range len(digits) {
		switch c := digits[i]; {
		case c >= '0' && c <= '9':
			coefficient = coefficient*10 + int64(c-'0')
			if point {
				exponent--
			}
		case c == '.' && !point:
			point = true
		default:
			return 0, 0, false
		}
	}
	if negative {
		coefficient = -coefficient
	}
	return coefficient, exponent, true
}

// appendNumber appends a number in PostgreSQL's notation as a JSON string with
// at least so many decimals and no zeros beyond; NULL and NaN as null.
func appendNumber(dst []byte, text string, decimals int) []byte {
	if text == `\N` {
		return append(dst, "null"...)
	}
	if !isPlain(text) {
		d, ok := parseFinite(text)
		if !ok {
			return append(dst, "null"...)
		}
		text = d.Text('f')
	}
	dst = append(dst, '"')
	dst = appendTrimmed(dst, text, decimals)
	return append(dst, '"')
}

func parseFinite(text string) (*Decimal, bool) {
	d, _, err := apd.NewFromString(text)
	return d, err == nil && d.Form == apd.Finite
}

func appendRounded(dst []byte, text string, decimals int) []byte {
	if text == `\N` {
		return append(dst, "null"...)
	}
	d, ok := parseFinite(text)
	if !ok {
		return append(dst, "null"...)
	}
	if -int(d.Exponent) > decimals {
		if _, err := halfUp.Quantize(d, d, -int32(decimals)); err != nil { //nolint:gosec // decimals of a currency
			return append(dst, "null"...)
		}
	}
	return appendNumber(dst, d.Text('f'), decimals)
}

func isPlain(text string) bool {
	for i := range len(text) {
		if c := text[i]; (c < '0' || c > '9') && c != '.' && (c != '-' || i > 0) {
			return false
		}
	}
	return text != "" && text != "-"
}

// appendTrimmed appends a plain number without superfluous zeros after the
// point, but with at least so many decimals.
func appendTrimmed[T string | []byte](dst []byte, text T, decimals int) []byte {
	point, end := len(text), len(text)
	for i := range len(text) {
		if text[i] == '.' {
			point = i
			break
		}
	}
	for end > point && (text[end-1] == '0' || text[end-1] == '.') {
		end--
	}
	if end <= point && isZero(text[:point]) {
		dst = append(dst, '0') // no minus zero
	} else {
		dst = append(dst, text[:end]...)
	}
	missing := decimals - max(end-point-1, 0)
	if end <= point && decimals > 0 {
		dst = append(dst, '.')
	}
	for ; missing > 0; missing-- {
		dst = append(dst, '0')
	}
	return dst
}

func isZero[T string | []byte](whole T) bool {
	for i := range len(whole) {
		if whole[i] != '0' && whole[i] != '-' {
			return false
		}
	}
	return true
}

// appendDecimal appends the number without superfluous zeros, but with at
// least so many decimals.
func appendDecimal(dst []byte, d *Decimal, decimals int) []byte {
	if d.Exponent <= 0 && d.Exponent > -18 && d.Coeff.IsInt64() {
		var scratch [48]byte
		return appendTrimmed(dst, appendShort(scratch[:0], d), decimals)
	}
	return appendTrimmed(dst, d.Text('f'), decimals)
}

// appendShort appends a number whose coefficient fits 64 bits.
func appendShort(dst []byte, d *Decimal) []byte {
	var scratch [24]byte
	digits := strconv.AppendInt(scratch[:0], d.Coeff.Int64(), 10)
	if d.Negative {
		dst = append(dst, '-')
	}
	point := len(digits) + int(d.Exponent)
	if point <= 0 {
		dst = append(dst, '0', '.')
		for ; point < 0; point++ {
			dst = append(dst, '0')
		}
		return append(dst, digits...)
	}
	dst = append(dst, digits[:point]...)
	if d.Exponent < 0 {
		dst = append(dst, '.')
		dst = append(dst, digits[point:]...)
	}
	return dst
}
