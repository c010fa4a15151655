package decide

import (
	"errors"
	"fmt"
	"strings"

	"github.com/cockroachdb/apd/v3"
)

// exact computes with more digits than money and quantities have.
var exact = apd.BaseContext.WithPrecision(34)

// Decimal is an exact number.
type Decimal struct{ d apd.Decimal }

// Number reads a decimal as commands and Odoo write it: "12.50", "1e-05".
func Number(text string) (Decimal, error) {
	var n Decimal
	if _, _, err := n.d.SetString(strings.TrimSpace(text)); err != nil || n.d.Form != apd.Finite {
		return Decimal{}, errors.New("not a decimal number")
	}
	return n, nil
}

// must is for texts that a schema has checked, or Odoo's own numbers.
func must(text string) Decimal {
	if text == "" {
		return Decimal{}
	}
	n, err := Number(text)
	if err != nil {
		return Decimal{}
	}
	return n
}

// Num reads a number that was checked before; anything else is zero.
func Num[T ~string](text T) Decimal { return must(string(text)) }

// Add is a + b.
func (n Decimal) Add(b Decimal) Decimal { return n.with(b, exact.Add) }

// Sub is a − b.
func (n Decimal) Sub(b Decimal) Decimal { return n.with(b, exact.Sub) }

// Mul is a × b.
func (n Decimal) Mul(b Decimal) Decimal { return n.with(b, exact.Mul) }

// Quo is a ÷ b to 34 digits, zero when b is.
func (n Decimal) Quo(b Decimal) Decimal {
	if b.IsZero() {
		return Decimal{}
	}
	return n.with(b, exact.Quo)
}

func (n Decimal) with(b Decimal, op func(d, x, y *apd.Decimal) (apd.Condition, error)) Decimal {
	var out Decimal
	if _, err := op(&out.d, &n.d, &b.d); err != nil {
		return Decimal{}
	}
	return out
}

// Abs is the number without its sign.
func (n Decimal) Abs() Decimal {
	var out Decimal
	out.d.Abs(&n.d)
	return out
}

// Cmp is -1, 0 or 1.
func (n Decimal) Cmp(b Decimal) int { return n.d.Cmp(&b.d) }

// IsZero says whether it is nothing.
func (n Decimal) IsZero() bool { return n.d.IsZero() }

// Sign is -1, 0 or 1.
func (n Decimal) Sign() int { return n.d.Sign() }

// Round rounds half up to so many digits after the point, as Odoo does.
func (n Decimal) Round(digits int32) Decimal {
	var out Decimal
	if _, err := exact.Quantize(&out.d, &n.d, -digits); err != nil {
		return n
	}
	return out
}

// Same says whether two quantities are the same to six digits: floats are not exact.
func (n Decimal) Same(b Decimal) bool { return n.Sub(b).Round(6).IsZero() }

// String writes it without an exponent and without zeros at the end.
func (n Decimal) String() string {
	text := fmt.Sprintf("%f", &n.d)
	if strings.Contains(text, ".") {
		text = strings.TrimRight(strings.TrimRight(text, "0"), ".")
	}
	if text == "-0" || text == "" {
		return "0"
	}
	return text
}

// Of is a whole number.
func Of(n int64) Decimal {
	var out Decimal
	out.d.SetInt64(n)
	return out
}
