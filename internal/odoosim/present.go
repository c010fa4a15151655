package odoosim

import (
	"encoding/json"
	"fmt"
	"strconv"
	"strings"
)

// float is a number that is written as Python writes it: 30.0, not 30.
type float float64

// MarshalJSON writes the number with its decimal point.
func (f float) MarshalJSON() ([]byte, error) {
	text := strconv.FormatFloat(float64(f), 'f', -1, 64)
	if !strings.Contains(text, ".") {
		text += ".0"
	}
	return []byte(text), nil
}

// present is a column as Odoo's read gives it: false for NULL, [id, name] for
// a reference, the caller's language for a translated text.
func (e *env) present(m *model, row rec, field, kind string) any {
	text, there := row[field]
	switch {
	case kind == "boolean":
		return text == "t"
	case !there && (kind == "numeric" || kind == "double precision"):
		return float(0)
	case !there && kind == "integer" && m.refOf(field) == "":
		return 0
	case !there:
		return false
	case m.refOf(field) != "":
		return []any{row.int(field), e.displayName(modelOf(m.refOf(field)), row.int(field))}
	}
	switch kind {
	case "integer", "bigint":
		return row.int(field)
	case "numeric", "double precision":
		return float(row.float(field))
	case "jsonb":
		return e.translated(text)
	case "timestamp without time zone":
		whole, _, _ := strings.Cut(text, ".")
		return whole
	}
	return text
}

// translated is the text in the caller's language, else in English.
func (e *env) translated(text string) string {
	var byLanguage map[string]string
	if json.Unmarshal([]byte(text), &byLanguage) != nil {
		return text
	}
	if lang := toString(e.context["lang"]); byLanguage[lang] != "" {
		return byLanguage[lang]
	}
	return byLanguage["en_US"]
}

// displayName is how a record is shown where another refers to it.
func (e *env) displayName(m *model, id int64) string {
	row := e.get(m.table, id)
	switch {
	case row == nil:
		return ""
	case m.name == "product.product":
		return e.productName(row)
	case m.name == "product.template" && row["default_code"] != "":
		return fmt.Sprintf("[%s] %s", row["default_code"], e.translated(row["name"]))
	case m.name == "account.move":
		return moveTitle(row)
	case m.name == "res.users":
		return e.get("res_partner", row.int("partner_id"))["name"]
	case row["complete_name"] != "":
		return row["complete_name"]
	case e.tables[m.table]["name"] == "jsonb":
		return e.translated(row["name"])
	}
	return row["name"]
}

// checkOrder takes "a desc, b" if every name is a column.
func (e *env) checkOrder(m *model, order string) string {
	terms := strings.Split(order, ",")
	for i, term := range terms {
		words := strings.Fields(term)
		known := len(words) == 1 || len(words) == 2 && (strings.EqualFold(words[1], "asc") || strings.EqualFold(words[1], "desc"))
		if !known || e.tables[m.table][words[0]] == "" {
			valueError("Invalid order %q", order)
		}
		words[0] = quote(words[0])
		terms[i] = strings.Join(words, " ")
	}
	return strings.Join(terms, ", ")
}
