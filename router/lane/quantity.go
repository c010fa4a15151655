package lane

import (
	"slices"

	"github.com/cockroachdb/apd/v3"

	"github.com/odoobridge/odoobridge/schema"
)

// exact computes without rounding: quantities have far fewer digits than this.
var exact = apd.Context{Precision: 200, MaxExponent: apd.MaxExponent, MinExponent: apd.MinExponent}

// quantityBefore is the field before the change; what was not there counts as zero.
func quantityBefore(body []byte, changed []string, before []byte, name string) apd.Decimal {
	if slices.Contains(changed, name) {
		return quantity(schema.Field(before, name))
	}
	return quantity(schema.Field(body, name))
}

// quantity reads a quantity as documents write it; what is none is zero.
func quantity(raw []byte) (d apd.Decimal) {
	if n := len(raw); n > 1 && raw[0] == '"' {
		raw = raw[1 : n-1]
	}
	if _, _, err := d.SetString(string(raw)); err != nil || d.Form != apd.Finite {
		return apd.Decimal{}
	}
	return d
}

// quoted writes a quantity as documents do.
func quoted(d apd.Decimal) []byte {
	var reduced apd.Decimal
	reduced.Reduce(&d)
	if reduced.IsZero() {
		return []byte(`"0"`)
	}
	return append(reduced.Append([]byte{'"'}, 'f'), '"')
}

// withField is the object with the field's value replaced; nil takes the field
// out, and a field that is not there is added at the end.
func withField(object []byte, name string, value []byte) []byte {
	if object == nil || object[0] != '{' {
		return object
	}
	out := make([]byte, 0, len(object)+len(value)+16)
	out = append(out, '{')
	put := func(name, value []byte) {
		if len(out) > 1 {
			out = append(out, ',')
		}
		out = append(schema.AppendString(out, string(name)), ':')
		out = append(out, value...)
	}
	done := value == nil
	for s := schema.Scan(object); s.Next(); {
		switch {
		case string(s.Name) != name:
			put(s.Name, s.Value)
		case value != nil:
			put(s.Name, value)
			done = true
		}
	}
	if !done {
		put([]byte(name), value)
	}
	if len(out) == 1 && value == nil {
		return nil
	}
	return append(out, '}')
}
