package odoosim

import (
	"encoding/json"
	"fmt"
	"math"
	"strconv"
	"strings"
)

// rec is a row as text; NULL columns are absent.
type rec map[string]string

func (r rec) id() int64 { return r.int("id") }

func (r rec) int(column string) int64 {
	n, _ := strconv.ParseInt(r[column], 10, 64)
	return n
}

func (r rec) float(column string) float64 {
	f, _ := strconv.ParseFloat(r[column], 64)
	return f
}

func (r rec) is(column string) bool { return r[column] == "t" }

// ref is the column's value for another row: nil when it is NULL.
func (r rec) ref(column string) any {
	if v, ok := r[column]; ok {
		return v
	}
	return nil
}

// vals are values to write, by column; nil is NULL.
type vals map[string]any

func (v vals) has(column string) bool { _, ok := v[column]; return ok }

// or returns the given value, or the default where none was given.
func (v vals) or(column string, otherwise any) any {
	if given, ok := v[column]; ok {
		return given
	}
	return otherwise
}

func (v vals) int(column string) int64 { return toInt(v[column]) }

// textOf is how a value goes to PostgreSQL; nil is NULL. Odoo's false is NULL
// in every column that is not a boolean one.
func textOf(value any, boolean bool) []byte {
	switch v := value.(type) {
	case nil:
		return nil
	case bool:
		if !boolean {
			return nil
		}
		if v {
			return []byte("t")
		}
		return []byte("f")
	case string:
		return []byte(v)
	case int:
		return strconv.AppendInt(nil, int64(v), 10)
	case int64:
		return strconv.AppendInt(nil, v, 10)
	case float64:
		return strconv.AppendFloat(nil, v, 'f', -1, 64)
	case json.Number:
		return []byte(v.String())
	}
	return fmt.Append(nil, value)
}

func toInt(value any) int64 {
	switch v := value.(type) {
	case int:
		return int64(v)
	case int64:
		return v
	case float64:
		return int64(v)
	case json.Number:
		f, _ := v.Float64()
		return int64(f)
	case string:
		n, _ := strconv.ParseInt(v, 10, 64)
		return n
	}
	return 0
}

func toFloat(value any) float64 {
	switch v := value.(type) {
	case int:
		return float64(v)
	case int64:
		return float64(v)
	case float64:
		return v
	case json.Number:
		f, _ := v.Float64()
		return f
	case string:
		f, _ := strconv.ParseFloat(v, 64)
		return f
	}
	return 0
}

func toString(value any) string {
	if value == nil || value == false {
		return ""
	}
	return string(textOf(value, true))
}

// two rounds to the two digits that money and quantities have in these tables.
func two(x float64) string { return strconv.FormatFloat(round2(x), 'f', 2, 64) }

// unrounded is a number as Odoo writes it to columns without digits: 2.0.
func unrounded(number string) string {
	f, _ := parseNumber(number)
	text := strconv.FormatFloat(f, 'f', -1, 64)
	if !strings.Contains(text, ".") {
		text += ".0"
	}
	return text
}

// round2 rounds half away from zero, as Odoo does; the nudge takes back what
// binary fractions lose (1.005 is stored as a little less).
func round2(x float64) float64 {
	return math.Copysign(math.Floor(math.Abs(x)*100+0.5+1e-7)/100, x)
}

func parseNumber(s string) (float64, error) { return strconv.ParseFloat(s, 64) }

func quote(identifier string) string {
	return `"` + strings.ReplaceAll(identifier, `"`, `""`) + `"`
}
