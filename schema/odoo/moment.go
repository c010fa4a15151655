package odoo

import "github.com/odoobridge/odoobridge/schema"

// appendTime appends a timestamp without time zone, which Odoo keeps in UTC,
// as RFC 3339. What is no such moment (NULL, infinity, a year BC) is null.
func appendTime(dst []byte, text string) []byte {
	const layout = "2006-01-02 15:04:05"
	if len(text) < len(layout) || text[4] != '-' || text[10] != ' ' || text[len(text)-1] == 'C' {
		return append(dst, "null"...)
	}
	dst = append(dst, '"')
	dst = append(dst, text[:10]...)
	dst = append(dst, 'T')
	dst = append(dst, text[11:]...)
	return append(dst, 'Z', '"')
}

// appendDate appends a date as it is; what is none is null.
func appendDate(dst []byte, text string) []byte {
	if len(text) != len("2006-01-02") || text[4] != '-' {
		return append(dst, "null"...)
	}
	return schema.AppendString(dst, text)
}
