package odoo

import (
	"encoding/json"
	"strconv"
	"time"
)

// Record is what read answers of one record. Odoo writes false for whatever is
// not set, of any kind.
type Record map[string]any

// ID is the record's own id.
func (r Record) ID() int64 { return r.Int("id") }

// Int is a whole number, 0 when not set.
func (r Record) Int(field string) int64 { return toInt(r[field]) }

func toInt(value any) int64 {
	switch v := value.(type) {
	case json.Number:
		if n, err := v.Int64(); err == nil {
			return n
		}
		f, _ := v.Float64()
		return int64(f)
	case int64:
		return v
	case int:
		return int64(v)
	}
	return 0
}

// Ref is the id of the record that a many2one refers to ([id, name]), 0 for none.
func (r Record) Ref(field string) int64 {
	if pair, ok := r[field].([]any); ok && len(pair) > 0 {
		return toInt(pair[0])
	}
	return toInt(r[field])
}

// RefName is the name of the record that a many2one refers to.
func (r Record) RefName(field string) string {
	if pair, ok := r[field].([]any); ok && len(pair) > 1 {
		name, _ := pair[1].(string)
		return name
	}
	return ""
}

// Refs are the ids of a one2many or many2many.
func (r Record) Refs(field string) []int64 {
	list, _ := r[field].([]any)
	ids := make([]int64, 0, len(list))
	for _, item := range list {
		ids = append(ids, toInt(item))
	}
	return ids
}

// Text is a text, "" when not set.
func (r Record) Text(field string) string {
	text, _ := r[field].(string)
	return text
}

// Bool is a boolean.
func (r Record) Bool(field string) bool {
	b, _ := r[field].(bool)
	return b
}

// Number is a number as Odoo wrote it, "0" when not set.
func (r Record) Number(field string) string {
	switch v := r[field].(type) {
	case json.Number:
		return v.String()
	case float64:
		return strconv.FormatFloat(v, 'f', -1, 64)
	case string:
		return v
	}
	return "0"
}

// TimeFormat is how Odoo writes times, in UTC and without saying so.
const TimeFormat = "2006-01-02 15:04:05"

// DateFormat is how Odoo writes days.
const DateFormat = "2006-01-02"

// Time is a time; ok is false when not set.
func (r Record) Time(field string) (t time.Time, ok bool) {
	t, err := time.Parse(TimeFormat, r.Text(field))
	return t, err == nil
}
