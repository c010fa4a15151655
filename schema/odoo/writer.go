package odoo

import (
	"bytes"
	"encoding/json"
	"strconv"

	"github.com/odoobridge/odoobridge/schema"
)

// writer builds a canonical JSON document: fields in the order of the calls,
// no spaces. A NULL column is a null field.
type writer struct{ b []byte }

func newWriter(size int) *writer { return &writer{make([]byte, 0, size)} }

func (w *writer) separate() {
	if n := len(w.b); n > 0 {
		switch w.b[n-1] {
		case '{', '[', ':':
		default:
			w.b = append(w.b, ',')
		}
	}
}

func (w *writer) open()       { w.separate(); w.b = append(w.b, '{') }
func (w *writer) close()      { w.b = append(w.b, '}') }
func (w *writer) closeArray() { w.b = append(w.b, ']') }

func (w *writer) key(name string) {
	w.separate()
	w.b = append(w.b, '"')
	w.b = append(w.b, name...)
	w.b = append(w.b, '"', ':')
}

func (w *writer) openObject(name string) { w.key(name); w.b = append(w.b, '{') }
func (w *writer) openArray(name string)  { w.key(name); w.b = append(w.b, '[') }

func (w *writer) null(name string) {
	w.key(name)
	w.b = append(w.b, "null"...)
}

// raw writes a value that is JSON already; nil is null.
func (w *writer) raw(name string, value []byte) {
	if value == nil {
		w.null(name)
		return
	}
	w.key(name)
	w.b = append(w.b, value...)
}

func (w *writer) string(name, value string) {
	w.key(name)
	w.b = schema.AppendString(w.b, value)
}

// named writes a string under a name that is data and may need escapes.
func (w *writer) named(name, value string) {
	w.separate()
	w.b = schema.AppendString(w.b, name)
	w.b = append(w.b, ':')
	w.b = schema.AppendString(w.b, value)
}

// optional writes a string, null for "".
func (w *writer) optional(name, value string) {
	if value == "" {
		w.null(name)
		return
	}
	w.string(name, value)
}

func (w *writer) element(value string) {
	w.separate()
	w.b = schema.AppendString(w.b, value)
}

func (w *writer) text(name string, row Row, column int) {
	field := row.field(column)
	if field == `\N` {
		w.null(name)
		return
	}
	w.string(name, Unescape(field))
}

func (w *writer) int(name string, value int64) {
	w.key(name)
	w.b = strconv.AppendInt(w.b, value, 10)
}

// id writes a reference: null for 0.
func (w *writer) id(name string, id int64) {
	if id == 0 {
		w.null(name)
		return
	}
	w.int(name, id)
}

func (w *writer) bool(name string, value bool) {
	w.key(name)
	w.b = strconv.AppendBool(w.b, value)
}

// quantity writes a number as a decimal string without superfluous zeros.
func (w *writer) quantity(name string, row Row, column int) {
	w.key(name)
	w.b = appendNumber(w.b, row.field(column), 0)
}

// money writes an amount as a decimal string with at least the currency's decimals.
func (w *writer) money(name string, row Row, column, decimals int) {
	w.key(name)
	w.b = appendNumber(w.b, row.field(column), decimals)
}

// rounded writes an amount that Odoo keeps as a binary fraction.
func (w *writer) rounded(name string, row Row, column, decimals int) {
	w.key(name)
	w.b = appendRounded(w.b, row.field(column), decimals)
}

func (w *writer) decimal(name string, d *Decimal, decimals int) {
	w.key(name)
	w.b = append(w.b, '"')
	w.b = appendDecimal(w.b, d, decimals)
	w.b = append(w.b, '"')
}

func (w *writer) time(name string, row Row, column int) {
	w.key(name)
	w.b = appendTime(w.b, row.field(column))
}

// translated writes a text in the default language: "en_US", or the first there is.
func (w *writer) translated(name string, row Row, column int) {
	field := row.field(column)
	if field == `\N` {
		w.null(name)
		return
	}
	w.string(name, defaultText(Unescape(field)))
}

// languages writes a translated text in every language it has.
func (w *writer) languages(name string, row Row, column int) {
	w.openObject(name)
	text := row.Text(column)
	if isTranslated(text) {
		schema.Fields([]byte(text), func(language string, raw []byte) bool {
			if raw[0] == '"' {
				w.named(language, unquote(raw))
			}
			return true
		})
	} else if !row.Null(column) {
		w.string(defaultLanguage, text)
	}
	w.close()
}

const defaultLanguage = "en_US"

// isTranslated tells the jsonb of Odoo 16 and later from the plain text of 15.
func isTranslated(text string) bool {
	return len(text) > 1 && text[0] == '{' && text[len(text)-1] == '}'
}

func defaultText(text string) string {
	if !isTranslated(text) {
		return text
	}
	var first []byte
	found := false
	schema.Fields([]byte(text), func(language string, raw []byte) bool {
		if raw[0] == '"' && (first == nil || language == defaultLanguage) {
			first = raw
		}
		found = language == defaultLanguage
		return !found
	})
	if first == nil {
		return ""
	}
	return unquote(first)
}

func unquote(raw []byte) string {
	if bytes.IndexByte(raw, '\\') < 0 {
		return string(raw[1 : len(raw)-1])
	}
	var text string
	if json.Unmarshal(raw, &text) != nil {
		return ""
	}
	return text
}
