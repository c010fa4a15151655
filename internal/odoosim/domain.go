package odoosim

import (
	"fmt"
	"strings"
)

// where is a condition as SQL. Names and operators come from fixed sets, values
// are parameters.
type where struct {
	e    *env
	args []any
	// named holds the fields the domain itself names; a domain on active
	// switches the filter for archived records off.
	named map[string]bool
}

// domainOf makes a domain a condition on the model's table.
func domainOf(e *env, m *model, domain []any) (sql string, args []any) {
	w := &where{e: e, named: map[string]bool{}}
	sql = w.all(m, domain)
	_, hasActive := e.tables[m.table]["active"]
	if skip, given := e.context["active_test"].(bool); hasActive && !w.named["active"] && (!given || skip) {
		sql = fmt.Sprintf("(%s) AND %s.active", sql, quote(m.table))
	}
	return sql, w.args
}

// all reads prefix notation: terms without an operator before them are joined
// by AND.
func (w *where) all(m *model, domain []any) string {
	if len(domain) == 0 {
		return "TRUE"
	}
	var parts []string
	for rest := domain; len(rest) > 0; {
		var part string
		part, rest = w.next(m, rest)
		parts = append(parts, part)
	}
	return strings.Join(parts, " AND ")
}

// next reads one complete expression.
func (w *where) next(m *model, domain []any) (string, []any) {
	if len(domain) == 0 {
		valueError("Invalid domain: an operator misses its operands")
	}
	operator, isOperator := domain[0].(string)
	if !isOperator {
		return w.term(m, domain[0]), domain[1:]
	}
	switch operator {
	case "!":
		one, rest := w.next(m, domain[1:])
		return "NOT (" + one + ")", rest
	case "&", "|":
		left, rest := w.next(m, domain[1:])
		right, rest := w.next(m, rest)
		word := map[string]string{"&": "AND", "|": "OR"}[operator]
		return "(" + left + " " + word + " " + right + ")", rest
	}
	valueError("Invalid domain: %q is no operator", operator)
	return "", nil
}

// term reads [field, operator, value].
func (w *where) term(m *model, value any) string {
	t, _ := value.([]any)
	if len(t) != 3 {
		valueError("Invalid leaf %v", value)
	}
	field, operator := toString(t[0]), toString(t[1])
	w.named[field] = true
	if field, rest, dotted := strings.Cut(field, "."); dotted {
		return w.path(m, field, rest, operator, t[2])
	}
	if l, ok := m.lines[field]; ok {
		inner := modelOf(l.model)
		return fmt.Sprintf("%s.id IN (SELECT %s FROM %s WHERE %s)", quote(m.table), quote(l.inverse), quote(inner.table),
			w.compare(quote(inner.table)+".id", "integer", operator, t[2]))
	}
	if operator == "child_of" && field == "id" && w.e.tables[m.table]["parent_path"] != "" {
		return fmt.Sprintf("%s.parent_path LIKE (SELECT parent_path FROM %s WHERE id = %s) || '%%'", quote(m.table), quote(m.table), w.param(t[2]))
	}
	if to := m.refOf(field); operator == "child_of" && to != "" {
		return w.path(m, field, "id", operator, t[2])
	}
	kind, ok := w.e.tables[m.table][field]
	if !ok && m.parent != "" {
		return w.path(m, m.parent, field, operator, t[2])
	}
	if !ok {
		valueError("Invalid field %s.%s in leaf %v", m.name, field, value)
	}
	return w.compare(quote(m.table)+"."+quote(field), kind, operator, t[2])
}

// path follows a many2one or a one2many.
func (w *where) path(m *model, field, rest, operator string, value any) string {
	if l, ok := m.lines[field]; ok {
		inner := modelOf(l.model)
		return fmt.Sprintf("%s.id IN (SELECT %s FROM %s WHERE %s)", quote(m.table), quote(l.inverse), quote(inner.table), w.term(inner, []any{rest, operator, value}))
	}
	to := m.refOf(field)
	if to == "" {
		valueError("Invalid field %s.%s in leaf", m.name, field)
	}
	inner := modelOf(to)
	return fmt.Sprintf("%s.%s IN (SELECT id FROM %s WHERE %s)", quote(m.table), quote(field), quote(inner.table), w.term(inner, []any{rest, operator, value}))
}

// compare is a column against a value. A translated column is its English text.
func (w *where) compare(column, kind, operator string, value any) string {
	if kind == "jsonb" {
		column = "(" + column + "->>'en_US')"
	}
	switch operator {
	case "in", "not in":
		return w.in(column, operator == "not in", value)
	case "=", "!=", "<>":
		return w.equal(column, kind, operator != "=", value)
	case "<", ">", "<=", ">=":
		return column + " " + operator + " " + w.param(value)
	case "like", "ilike", "not like", "not ilike", "=like", "=ilike":
		pattern := toString(value)
		if !strings.HasPrefix(operator, "=") {
			pattern = "%" + pattern + "%"
		}
		return column + " " + strings.ToUpper(strings.TrimPrefix(operator, "=")) + " " + w.param(pattern)
	}
	valueError("Invalid operator %q", operator)
	return ""
}

func (w *where) equal(column, kind string, not bool, value any) string {
	if value == nil || value == false && kind != "boolean" {
		if not {
			return column + " IS NOT NULL"
		}
		return column + " IS NULL"
	}
	if kind == "boolean" {
		column = "COALESCE(" + column + ", FALSE)"
	}
	if not {
		return column + " IS DISTINCT FROM " + w.param(value)
	}
	return column + " = " + w.param(value)
}

func (w *where) in(column string, not bool, value any) string {
	list, ok := value.([]any)
	if !ok {
		list = []any{value}
	}
	if len(list) == 0 {
		return map[bool]string{false: "FALSE", true: "TRUE"}[not]
	}
	marks := make([]string, len(list))
	for i, v := range list {
		marks[i] = w.param(v)
	}
	if not {
		return fmt.Sprintf("(%s NOT IN (%s) OR %s IS NULL)", column, strings.Join(marks, ", "), column)
	}
	return column + " IN (" + strings.Join(marks, ", ") + ")"
}

func (w *where) param(value any) string {
	w.args = append(w.args, value)
	return fmt.Sprintf("$%d", len(w.args))
}
