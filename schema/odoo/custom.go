package odoo

import (
	"bytes"
	"encoding/json"
	"strings"

	"github.com/odoobridge/odoobridge/schema"
)

// customOf is a row whose added columns a document shows.
type customOf struct {
	table *Table
	row   Row
}

// custom writes the columns added by configuration under "custom"; nothing
// where there are none. Of two tables with a column of one name the first shows.
func (w *writer) custom(of ...customOf) {
	opened := false
	for i, c := range of {
		first := len(c.table.Columns) - c.table.Extra
		for at := first; at < len(c.table.Columns); at++ {
			column := &c.table.Columns[at]
			if shownBefore(of[:i], column.Name) {
				continue
			}
			if !opened {
				w.openObject("custom")
				opened = true
			}
			w.customValue(column, c.row, at)
		}
	}
	if opened {
		w.close()
	}
}

func shownBefore(of []customOf, name string) bool {
	for _, c := range of {
		for at := len(c.table.Columns) - c.table.Extra; at < len(c.table.Columns); at++ {
			if c.table.Columns[at].Name == name {
				return true
			}
		}
	}
	return false
}

// customValue writes a value by its column's type: exact numbers as strings, as
// everywhere in a document.
func (w *writer) customValue(c *Column, row Row, at int) {
	w.separate()
	w.b = schema.AppendString(w.b, c.Source)
	w.b = append(w.b, ':')
	text := row.field(at)
	if text == `\N` {
		w.b = append(w.b, "null"...)
		return
	}
	switch c.Type {
	case "boolean":
		if text == "t" {
			w.b = append(w.b, "true"...)
		} else {
			w.b = append(w.b, "false"...)
		}
	case "smallint", "integer", "bigint":
		w.b = append(w.b, text...)
	case "real", "double precision":
		w.b = appendFloat(w.b, text)
	case "json", "jsonb":
		w.b = appendCompact(w.b, Unescape(text))
	case "date":
		w.b = appendDate(w.b, text)
	case "timestamp without time zone":
		w.b = appendTime(w.b, text)
	default:
		if strings.HasPrefix(c.Type, "numeric") {
			w.b = appendNumber(w.b, text, 0)
			return
		}
		w.b = schema.AppendString(w.b, Unescape(text))
	}
}

func appendFloat(dst []byte, text string) []byte {
	if json.Valid([]byte(text)) {
		return append(dst, text...)
	}
	return append(dst, "null"...) // NaN, Infinity
}

func appendCompact(dst []byte, text string) []byte {
	var compact bytes.Buffer
	if json.Compact(&compact, []byte(text)) != nil {
		return append(dst, "null"...)
	}
	return append(dst, compact.Bytes()...)
}
