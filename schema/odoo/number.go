package odoo

import (
	"math"
	"strconv"
	"strings"

	"github.com/cockroachdb/apd/v3"
)

// exact computes without rounding: quantities have far fewer digits than this.
var exact = apd.Context{Precision: 200, MaxExponent: apd.MaxExponent, MinExponent: apd.MinExponent}

// halfUp rounds to a currency's decimals as Odoo does.
var halfUp = apd.Context{Precision: 200, MaxExponent: apd.MaxExponent, MinExponent: apd.MinExponent, Rounding: apd.RoundHalfUp}

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
func appendTrimmed(dst []byte, text string, decimals int) []byte {
	whole, fraction, _ := strings.Cut(text, ".")
	for len(fraction) > 0 && fraction[len(fraction)-1] == '0' {
		fraction = fraction[:len(fraction)-1]
	}
	if fraction == "" && strings.Trim(whole, "-0") == "" {
		whole = "0" // no minus zero
	}
	dst = append(dst, whole...)
	if fraction == "" && decimals <= 0 {
		return dst
	}
	dst = append(dst, '.')
	dst = append(dst, fraction...)
	for n := len(fraction); n < decimals; n++ {
		dst = append(dst, '0')
	}
	return dst
}

// appendDecimal appends the number without superfluous zeros, but with at
// least so many decimals.
func appendDecimal(dst []byte, d *Decimal, decimals int) []byte {
	if d.Exponent <= 0 && d.Exponent > -18 && d.Coeff.IsInt64() && d.Coeff.Int64() < math.MaxInt64/10 {
		var scratch [48]byte
		return appendTrimmed(dst, shortText(scratch[:0], d), decimals)
	}
	return appendTrimmed(dst, d.Text('f'), decimals)
}

// shortText writes a number whose coefficient fits 64 bits.
func shortText(scratch []byte, d *Decimal) string {
	var digits [24]byte
	n := strconv.AppendInt(digits[:0], d.Coeff.Int64(), 10)
	if d.Negative {
		scratch = append(scratch, '-')
	}
	point := len(n) + int(d.Exponent)
	if point <= 0 {
		scratch = append(scratch, '0', '.')
		for ; point < 0; point++ {
			scratch = append(scratch, '0')
		}
		return string(append(scratch, n...))
	}
	scratch = append(scratch, n[:point]...)
	if d.Exponent < 0 {
		scratch = append(scratch, '.')
		scratch = append(scratch, n[point:]...)
	}
	return string(scratch)
}
