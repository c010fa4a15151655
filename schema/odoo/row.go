package odoo

import "strconv"

// Row is a mirrored row: its columns in PostgreSQL's COPY text format
// (PostgreSQL documentation, COPY), tab-separated, \N for NULL. The zero Row
// stands for "no row".
type Row struct{ text string }

// NewRow wraps a row's COPY text.
func NewRow(text string) Row { return Row{text} }

// Exists tells a row from the zero Row.
func (r Row) Exists() bool { return r.text != "" }

// COPY returns the row's text as it is stored.
func (r Row) COPY() string { return r.text }

func (r Row) field(column int) string {
	text := r.text
	start := 0
	for i := 0; i < len(text); i++ {
		if text[i] != '\t' {
			continue
		}
		if column == 0 {
			return text[start:i]
		}
		column--
		start = i + 1
	}
	if column == 0 {
		return text[start:]
	}
	return `\N`
}

// Null reports whether the column is NULL; every column of the zero Row is.
func (r Row) Null(column int) bool { return r.field(column) == `\N` }

// Text returns the column's text, "" for NULL.
func (r Row) Text(column int) string {
	field := r.field(column)
	if field == `\N` {
		return ""
	}
	return Unescape(field)
}

// Int returns the column as an integer, 0 for NULL.
func (r Row) Int(column int) int64 {
	n, _ := strconv.ParseInt(r.field(column), 10, 64)
	return n
}

// Bool returns the column as a boolean, false for NULL.
func (r Row) Bool(column int) bool { return r.field(column) == "t" }

// Same reports whether both rows hold the same text in the column.
func (r Row) Same(other Row, column int) bool { return r.field(column) == other.field(column) }

// Key returns the row's first one or two columns.
func (r Row) Key(columns int) Key {
	key := Key{r.Int(0)}
	if columns == 2 {
		key[1] = r.Int(1)
	}
	return key
}
